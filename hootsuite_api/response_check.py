"""Checks that an answer has the types of the contract, before anything reads it.

A value of another type would end in a bare KeyError somewhere, or in a row that no loader accepts.
Unknown fields, missing fields, nulls and unlisted values pass: the contract is open. Required are
the container of the answer and the ids of the objects that it lists.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from hootsuite_api import moments, quick_check
from hootsuite_api.contract import Operation, Schema, load
from hootsuite_api.contract.words import TYPES, kind_of
from hootsuite_api.errors import TornBody, Where
from hootsuite_api.listed import Page
from hootsuite_api.naming import plain
from hootsuite_api.replies import Reply

Check = Callable[[Any], None]
_LONGEST_ID = 255  # an index of PostgreSQL holds no more than 2,700 bytes of a key
_ID_BREAKS = re.compile(r"[\s,:]")
_INT64 = range(-(2**63), 2**63)
_ADVICE = "Run again; if it stays, give the trace to Hootsuite's support"


class _Unfit(Exception):  # noqa: N818 - never leaves this module
    """A value of another type.

    Args:
        path: Where it is, below the value that was checked.
        says: What the value is, and what it should be.
    """

    def __init__(self, path: str, says: str) -> None:
        super().__init__(path, says)
        self.path = path
        self.says = says


def check(operation: Operation, reply: Reply) -> None:
    """Check that everything in an answer has the type that the contract names.

    Raises:
        TornBody: A value does not; the error names the operation, the field, the fault and the
            trace id.
    """
    response = operation.response
    if response is None or isinstance(reply.body, Page):  # a page was checked while it was read
        return
    try:
        _check_scim_list(operation, reply.body)
        if not quick_check.passes(operation.id, reply.body):
            _check_slowly(operation, reply.body)
    except _Unfit as unfit:
        raise unreadable(operation, reply, f"{unfit.path.lstrip('.')} is {unfit.says}") from None


def unreadable(operation: Operation, reply: Reply, what: str) -> TornBody:
    """Return the error for an answer that can't be used.

    Args:
        operation: What was asked.
        reply: What came back.
        what: What is wrong with it.
    """
    trace = reply.headers.get("X-Request-Id")
    where = Where(operation.method, operation.path, reply.status, trace_id=trace)
    return TornBody(f"The answer can't be used: {what}", where, advice=_ADVICE)


def _check_scim_list(operation: Operation, body: Any) -> None:
    """Check that `Resources` is there, unless the SCIM list is empty."""
    listed = "Resources" in (operation.response or {}).get("properties", {})
    if listed and body.get("Resources") is None and body.get("totalResults") != 0:
        raise _Unfit("Resources", "missing" if "Resources" not in body else "null")


def _check_slowly(operation: Operation, body: Any) -> None:
    """Check a whole body on the slow path, to report the first fault."""
    checks, required = _checks(operation.id)
    _object(checks, required, body)


@functools.cache
def _checks(operation_id: str) -> tuple[Mapping[str, Check], frozenset[str]]:
    """The checks of a body's fields, and which of the fields are required."""
    operation = load().operations[operation_id]
    properties = dict((operation.response or {}).get("properties", {}))
    properties.pop("errors", None)  # `replies` checks them while it reads them
    first = "Resources" if operation.shape == "scim" else operation.data
    checks = {
        name: _rows(schema) if name == first else _value(name, schema)
        for name, schema in properties.items()
    }
    required = (quick_check.containers(operation) - {"Resources"}) & properties.keys()
    ids = quick_check.own_id(operation.response or {})
    if ids:
        checks["id"] = _own_id
    return checks, required | ids


def _rows(schema: Schema) -> Check:
    """The check of the answer's container: not null, and each object in it has its id."""
    if choices := [_rows(choice) for choice in schema.get("anyOf", ())]:
        return functools.partial(_any_of, choices)
    if "items" in schema:
        return functools.partial(_list, _thing(plain(schema["items"])))
    return _thing(schema)


def _thing(schema: Schema) -> Check:
    ids = quick_check.own_id(schema)
    fields = _fields(schema)
    if ids:
        fields["id"] = _own_id
    return _never_null(functools.partial(_object, fields, ids))


def _fields(schema: Schema) -> dict[str, Check]:
    return {name: _value(name, field) for name, field in schema.get("properties", {}).items()}


def _value(name: str, schema: Schema) -> Check:
    """The check of one value; null passes."""
    schema = plain(schema)
    types = schema.get("type", [])
    types = [one for one in ([types] if isinstance(types, str) else types) if one != "null"]
    if schema.get("format") in ("date", "date-time"):
        return _time
    if types == ["array"]:
        return functools.partial(_list, _item(name, schema.get("items", {})))
    if types == ["object"]:
        return functools.partial(_object, _fields(schema), frozenset())
    if types and (name == "id" or name.endswith(("Id", "Ids"))):
        return _id
    return functools.partial(_scalar, tuple(types)) if types else _anything


def _item(name: str, schema: Schema) -> Check:
    check_ = _value(name, schema)
    return _never_null(check_) if "properties" in plain(schema) else check_


def _never_null(inner: Check) -> Check:
    def check_(value: Any) -> None:
        if value is None:
            raise _Unfit("", "null, not an object")
        inner(value)

    return check_


def _anything(value: Any) -> None:
    del value


def _any_of(choices: list[Check], value: Any) -> None:
    unfit = None
    for choice in choices:
        try:
            choice(value)
        except _Unfit as error:
            # A fault deep inside a matching type says more than that another type does not match.
            unfit = error if unfit is None or error.path else unfit
        else:
            return
    if unfit:
        raise unfit


def _object(checks: Mapping[str, Check], required: frozenset[str], value: Any) -> None:
    if not isinstance(value, dict):
        if value is None and not required:
            return
        raise _Unfit("", f"{kind_of(value)}, not an object")
    for name, found in value.items():
        if found is None or name not in checks:
            continue
        try:
            checks[name](found)
        except _Unfit as unfit:
            raise _Unfit(f".{name}{unfit.path}", unfit.says) from None
    for name in required:
        if value.get(name) in (None, ""):
            says = "missing" if name not in value else kind_of(value[name])
            raise _Unfit(f".{name}", "empty" if value.get(name) == "" else says)


def _list(item: Check, value: Any) -> None:
    if not isinstance(value, list):
        raise _Unfit("", f"{kind_of(value)}, not a list")
    for number, one in enumerate(value):
        try:
            item(one)
        except _Unfit as unfit:
            raise _Unfit(f"[{number}]{unfit.path}", unfit.says) from None


def _scalar(types: tuple[str, ...], value: Any) -> None:
    if value is None or any(_FITS[one](value) for one in types):
        return
    wanted = " or ".join(TYPES[one] for one in types)
    raise _Unfit("", f"{kind_of(value)}, not {wanted}")


def _id(value: Any) -> None:
    if value.__class__ is int:
        return
    if not isinstance(value, str):
        raise _Unfit("", f"{kind_of(value)}, not an id")
    if len(value) > _LONGEST_ID:
        raise _Unfit("", "text that is too long for an id")


def _own_id(value: Any) -> None:
    """Check the id of a listed object: the state must be able to hold it in a list of ids."""
    _id(value)
    if isinstance(value, str) and (not value.isprintable() or _ID_BREAKS.search(value)):
        raise _Unfit("", "text that can't be an id")


def _time(value: Any) -> None:
    if value.__class__ is str:
        try:
            moments.parse(value)
        except ValueError:
            if value:
                raise _Unfit("", "text that is not a time") from None
    elif value is not None:
        raise _Unfit("", f"{kind_of(value)}, not a time")


def _is_whole(value: Any) -> bool:
    """Whether a value is an integer that fits into 64 bits."""
    if isinstance(value, bool):
        return False
    if isinstance(value, float):
        return value.is_integer() and int(value) in _INT64
    return isinstance(value, int) and value in _INT64


_FITS: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": _is_whole,
    "number": lambda value: _is_whole(value) or (isinstance(value, float) and math.isfinite(value)),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
