"""Decodes, checks and renames listed objects in one pass over the bytes of an answer.

This is the fast path of `response_check` and `records` for long lists. It accepts only what
certainly fits the contract; they read everything else, and report what is wrong.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec

from hootsuite_api import moments, naming, quick_check, records
from hootsuite_api.contract import Schema, load

_encode = msgspec.json.Encoder().encode
_DOUBTS = (msgspec.MsgspecError, ValueError, RecursionError)
Convert = Callable[[Any], Any]


@dataclass(slots=True)
class Listed:
    """One object of a list.

    Attributes:
        row: The row: a struct with the columns of `records.record` as fields, in the same order.
        source: The object's JSON, as received.
    """

    row: Any
    source: bytes | msgspec.Raw


@dataclass(frozen=True, slots=True)
class Page:
    """An answer that lists objects, already checked.

    Attributes:
        data: The objects.
        metadata: As in `Reply`.
    """

    data: list[Listed]
    metadata: Mapping[str, Any]


Reader = Callable[[bytes], Page | None]


class _Envelope(msgspec.Struct, gc=False):
    data: list[msgspec.Raw]
    metadata: Any = None
    errors: Any = None


_open = msgspec.json.Decoder(_Envelope).decode


def listed(component: str, api_object: Mapping[str, Any]) -> Listed:
    """Wrap an object that was decoded and checked on the slow path."""
    row = records.builder(component)(api_object)
    return Listed(row_class(component)(*row.values()), _encode(api_object))


@functools.cache
def row_class(component: str) -> type[msgspec.Struct]:
    """The struct of a component's rows."""
    names = records.builder(component)({})
    return msgspec.defstruct("Row", [(name, Any) for name in names], gc=False)


@functools.cache
def reader(operation: str, component: str) -> Reader:
    """Return a function that reads an answer, or returns None if the slow path has to read it.

    Args:
        operation: The id of an operation that lists objects, each with its `id`.
        component: The contract's name of these objects.
    """
    take = _Taker(component)

    def read(content: bytes) -> Page | None:
        try:
            envelope = _open(content)
            around = {"data": [], "metadata": envelope.metadata}
            if envelope.errors or not quick_check.passes(operation, around):
                return None
            return Page(list(map(take, envelope.data)), envelope.metadata or {})
        except _DOUBTS:
            return None

    return read


class _Taker:
    """Reads one object: plain values are checked while they are decoded, nested ones afterwards."""

    def __init__(self, component: str) -> None:
        fields = _fields(load().component(component))
        made = [(one.attribute, one.type, *one.default) for one in fields]
        names = {one.attribute: one.name for one in fields}
        kind = msgspec.defstruct("Object", made, rename=names, kw_only=True, gc=False)
        self._decode = msgspec.json.Decoder(kind).decode
        self._empty = {one.attribute: one.reference() for one in fields if one.reference}
        nested = [(one.attribute, one.inner) for one in fields if one.inner is not None]
        self._nested = msgspec.defstruct("Nested", nested, gc=False)
        self._row = row_class(component)
        places = {column: place for one in fields for column, place in one.columns.items()}
        self._values = attrgetter(*(places[column] for column in self._row.__struct_fields__))
        self._converted = tuple((c, f.convert) for f in fields if f.convert for c in f.columns)
        self(b'{"id":"1"}')  # msgspec completes a class when it is first used; see `quick_check`

    def __call__(self, source: bytes | msgspec.Raw) -> Listed:
        """Read one object.

        Raises:
            msgspec.MsgspecError, ValueError, RecursionError: It may not fit the contract.
        """
        found = self._decode(source)
        msgspec.convert(found, self._nested, from_attributes=True, dec_hook=quick_check.check_time)
        try:
            values = self._values(found)
        except AttributeError:  # a reference that is null
            for name, empty in self._empty.items():
                if getattr(found, name) is None:
                    setattr(found, name, empty)
            values = self._values(found)
        row = self._row(*values)
        for column, convert in self._converted:
            value = getattr(row, column)
            if value is not None:
                setattr(row, column, convert(value))
        return Listed(row, source)


@dataclass(frozen=True, slots=True)
class _Field:
    """How a field of an object is read.

    Attributes:
        name: The API's name.
        attribute: The name in the struct, since some API names are not identifiers.
        type: The type that msgspec decodes it to.
        columns: The columns that it becomes, with their places in the struct.
        inner: The type that a nested value is checked against after decoding.
        reference: The struct of an object whose fields become columns.
        convert: Converts a value that is not null to its column.
    """

    name: str
    attribute: str
    type: Any
    columns: Mapping[str, str]
    inner: Any = None
    reference: type[msgspec.Struct] | None = None
    convert: Convert | None = None

    @property
    def default(self) -> tuple[None, ...]:
        """The columns of a missing value; an id must not be missing."""
        return () if self.name == "id" else (None,)


def _fields(schema: Schema) -> list[_Field]:
    columns = naming.columns(schema)
    found = []
    for number, (name, field) in enumerate(schema["properties"].items()):
        paths = {column: path for column, path in columns.items() if path[0] == name}
        attribute = f"f{number}"
        places = {column: ".".join((attribute, *path[1:])) for column, path in paths.items()}
        lifted = any(len(path) > 1 for path in paths.values())
        make = _reference if lifted else _single
        found.append(make(name, field, attribute, places))
    return found


def _reference(name: str, field: Schema, attribute: str, places: Mapping[str, str]) -> _Field:
    parts = naming.plain(field)["properties"].items()
    made = [(part, _scalar(part, inner) | None, None) for part, inner in parts]
    struct = msgspec.defstruct("Reference", made, gc=False)
    return _Field(name, attribute, struct | None, places, reference=struct)


def _single(name: str, field: Schema, attribute: str, places: Mapping[str, str]) -> _Field:
    convert = records.converter(name, field)
    if convert is records.utc:
        return _Field(name, attribute, str | None, places, convert=_utc)
    if _is_nested(field):
        inner = quick_check.value_type(name, field) | None
        return _Field(name, attribute, Any, places, inner=inner, convert=convert)
    kind = quick_check.own_type(name, field) if name == "id" else _scalar(name, field) | None
    return _Field(name, attribute, kind, places)


def _scalar(name: str, field: Schema) -> Any:
    """The type of a value that becomes a column unchanged; an id only if it is text."""
    is_id = records.converter(name, field) is str
    return quick_check.SHORT if is_id else quick_check.value_type(name, field)


def _is_nested(field: Schema) -> bool:
    field = naming.plain(field)
    return "properties" in field or "properties" in naming.plain(field.get("items", {}))


def _utc(value: str) -> Any:
    """As `records.utc`; raises for a value that is not a time."""
    if value:
        moments.parse(value)
    return records.utc(value)
