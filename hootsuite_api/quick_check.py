"""Fast path of `response_check`: msgspec checks in C that an answer fits the contract.

It never accepts what `response_check` refuses. What it does not accept is checked again there.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from hootsuite_api import moments
from hootsuite_api.contract import Operation, Schema, load
from hootsuite_api.naming import plain

_DECIMAL = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,255}\Z")]
SHORT = Annotated[str, msgspec.Meta(max_length=255)]
_INT64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_CONTAINERS = frozenset({"data", "Resources", "totalResults"})
# JSON has no infinity: msgspec refuses a number too large for a float.
_TYPES: Mapping[str, Any] = {
    "string": str,
    "integer": _INT64,
    "number": _INT64 | float,
    "boolean": bool,
}


class _Time:
    """Placeholder for a time in the compiled types."""


def check_time(kind: type, value: Any) -> _Time:
    """Check a time for msgspec, whose own check misses years beyond 9999 in UTC."""
    del kind
    if value != "":
        moments.parse(value)
    return _Time()


def passes(operation: str, body: Any) -> bool:
    """Whether a body certainly has the types of the contract.

    Args:
        operation: The id of the operation, for which the types are compiled once.
        body: The parsed body.
    """
    try:
        msgspec.convert(body, _compiled(operation), dec_hook=check_time)
    except msgspec.ValidationError:
        return False
    return True


@functools.cache
def _compiled(operation: str) -> Any:
    described = load().operations[operation]
    response = described.response or {}
    made = _struct(response, containers(described) | own_id(response), rows=True)
    # msgspec completes a class at its first use, and another thread that uses it meanwhile crashes.
    # So each class is used here once, before any other thread can see it.
    with contextlib.suppress(msgspec.ValidationError):
        msgspec.convert({}, made, dec_hook=check_time)
    return made


def containers(operation: Operation) -> frozenset[str]:
    """Return the fields that every answer of an operation must have."""
    return _CONTAINERS | {operation.data}


def own_id(schema: Schema) -> frozenset[str]:
    """Return the name of an object's id field if every such object has one."""
    return frozenset({"id"} & set(schema.get("required", ())))


def _struct(schema: Schema, required: frozenset[str], *, rows: bool = False) -> Any:
    """Build the class of an object; some names are not identifiers, so fields get numbers."""
    fields: list[Any] = []
    names: dict[str, str] = {}
    for number, (name, field) in enumerate(schema.get("properties", {}).items()):
        if name in required:
            container = rows and name not in ("id", "totalResults")
            kind: Any = _rows(field) if container else own_type(name, field)
            fields.append((f"f{number}", kind))
        elif name != "errors":
            fields.append((f"f{number}", value_type(name, field) | None, None))
        names[f"f{number}"] = name
    return msgspec.defstruct("Answer", fields, rename=names, kw_only=True, gc=False)


def own_type(name: str, field: Schema) -> Any:
    """Return the type of a required value, such as the id of a listed object."""
    return _DECIMAL if name == "id" else value_type(name, field)


def _rows(schema: Schema) -> Any:
    if "items" in schema:
        item = _thing(plain(schema["items"]))
        return list[item]  # type: ignore[valid-type]
    # "One object or a list of them" is left to the slow path.
    return msgspec.Raw if "anyOf" in schema else _thing(schema)


def _thing(schema: Schema) -> Any:
    if "properties" not in schema:
        return dict
    return _struct(schema, own_id(schema))


def value_type(name: str, schema: Schema) -> Any:
    """Return the type of a non-null value."""
    schema = plain(schema)
    types = schema.get("type", [])
    types = [one for one in ([types] if isinstance(types, str) else types) if one != "null"]
    if schema.get("format") in ("date", "date-time"):
        return _Time
    if types == ["array"]:
        item = plain(schema.get("items", {}))
        inner = value_type(name, item) if "properties" in item else value_type(name, item) | None
        return list[inner]  # type: ignore[valid-type]
    if types == ["object"]:
        return _struct(schema, frozenset()) if "properties" in schema else dict
    if types and (name == "id" or name.endswith(("Id", "Ids"))):
        return SHORT | int
    if len(types) == 1 and types[0] in _TYPES:
        return _TYPES[types[0]]
    return msgspec.Raw if types else dict | list | str | int | float | bool
