"""Converts API objects to rows, with their Singer schemas, derived from the contract."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hootsuite_api import moments, naming
from hootsuite_api.contract import Schema, load

Row = dict[str, Any]
Convert = Callable[[Any], Any]

_PLAIN_LENGTHS = (20, 24)  # 2026-01-15T12:00:00Z, without and with milliseconds


def singer_schema(component: str, *, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The JSON Schema of a stream whose rows come from `record` of the same component.

    Every column may be null and value lists are left out, since the platform may change both.

    Args:
        component: Name of the component in the contract.
        extra: Schemas of columns that are not in the object, such as keys of the path. They come
            first and win over a column of the same name.

    Raises:
        KeyError: The contract has no such component.
    """
    schema = load().component(component)
    own = {
        column: _column(path[-1], naming.field_schema(schema, path))
        for column, path in naming.columns(schema).items()
    }
    keys = dict(extra or {})
    return {"type": "object", "properties": {**keys, **own, **keys}}


def record(component: str, api_object: Mapping[str, Any]) -> Row:
    """The row of an API object: every column of the component, unknown fields left out.

    Raises:
        KeyError: The contract has no such component.
    """
    return builder(component)(api_object)


@functools.cache
def builder(component: str) -> Callable[[Mapping[str, Any]], Row]:
    """Return the function that builds rows of one component; faster in loops than `record`."""
    schema = load().component(component)
    whole: dict[str, str] = {}
    converted: dict[str, Convert] = {}
    parts: dict[str, list[tuple[str, str, Convert]]] = {}
    for column, path in naming.columns(schema).items():
        convert = converter(path[-1], naming.field_schema(schema, path))
        if len(path) > 1:
            parts.setdefault(path[0], []).append((column, path[1], convert or _same))
            continue
        whole[column] = path[0]
        if convert:
            converted[column] = convert
    return _Builder(whole, converted, parts, _aliases(schema))


def utc(value: Any) -> Any:
    """A timestamp as RFC 3339 in UTC with a closing Z, as precise as it came.

    A time without a zone is UTC, like all times of the platform. A value that is not a timestamp is
    returned unchanged, so that people see it in the table.
    """
    if (
        value.__class__ is str
        and len(value) in _PLAIN_LENGTHS
        and value[-1] == "Z"
        and value[10] == "T"
    ):
        return value
    return _utc(value)


class _Builder:
    """Builds rows from a precomputed plan, since it runs for every message of an account."""

    __slots__ = ("_aliases", "_converted", "_parts", "_whole")

    def __init__(
        self,
        whole: Mapping[str, str],
        converted: Mapping[str, Convert],
        parts: Mapping[str, list[tuple[str, str, Convert]]],
        aliases: Iterable[tuple[str, str]],
    ) -> None:
        self._whole = tuple(whole.items())
        self._converted = tuple(converted.items())
        self._parts = tuple((name, tuple(columns)) for name, columns in parts.items())
        self._aliases = tuple(aliases)

    def __call__(self, api_object: Mapping[str, Any]) -> Row:
        get = api_object.get
        row = {column: get(name) for column, name in self._whole}
        for column, name in self._aliases:
            if row[column] is None:
                row[column] = get(name)
        for column, convert in self._converted:
            if row[column] is not None:
                row[column] = convert(row[column])
        for name, columns in self._parts:
            part = get(name)
            inner = part if isinstance(part, dict) else {}
            for column, field, convert in columns:
                value = inner.get(field)
                row[column] = None if value is None else convert(value)
        return row


def _aliases(schema: Schema) -> list[tuple[str, str]]:
    return [
        (naming.snake(field["x-hootsuite-alias-of"]), name)
        for name, field in schema["properties"].items()
        if "x-hootsuite-alias-of" in field
    ]


def _types(schema: Schema) -> list[str]:
    types = schema.get("type", [])
    return [t for t in ([types] if isinstance(types, str) else types) if t != "null"]


def _is_id(name: str) -> bool:
    return name == "id" or name.endswith(("Id", "Ids"))


def _column(name: str, schema: Schema) -> dict[str, Any]:
    column = _value(name, schema)
    if schema.get("format") in ("date", "date-time"):
        column["format"] = schema["format"]
    if "description" in schema:
        column["description"] = schema["description"]
    return column


def _value(name: str, schema: Schema) -> dict[str, Any]:
    schema = naming.plain(schema)
    types = _types(schema)
    if types == ["array"]:
        return {"type": ["array", "null"], "items": _value(name, schema["items"])}
    if types == ["object"]:
        if not schema.get("properties"):  # it may still have some: flattening would drop it
            return {"type": ["object", "null"]}
        inner = {n: _value(n, s) for n, s in schema["properties"].items()}
        return {"type": ["object", "null"], "properties": inner}
    return {"type": [*(["string"] if _is_id(name) else types), "null"]}


def converter(name: str, schema: Schema) -> Convert | None:
    """The function that converts a non-null value to its column; None if it stays as it is."""
    if schema.get("format") == "date-time":
        return utc
    types = _types(schema)
    if _is_id(name):
        return _texts if types == ["array"] else str
    if types == ["array"] and "integer" in _types(_item_id(schema)):
        return _with_text_ids
    return None


def _item_id(schema: Schema) -> Schema:
    item = naming.plain(schema["items"])
    found: Schema = item.get("properties", {}).get("id", {})
    return found


def _same(value: Any) -> Any:
    return value


def _texts(values: Iterable[Any]) -> list[str]:
    return [str(value) for value in values]


def _with_text_ids(items: Iterable[Any]) -> list[Any]:
    return [_with_text_id(item) for item in items]


def _with_text_id(item: Any) -> Any:
    known = isinstance(item, dict) and item.get("id") is not None
    return {**item, "id": str(item["id"])} if known else item


def _utc(value: Any) -> Any:
    if value == "":
        return None
    try:
        moment = moments.parse(value)
    except ValueError:
        return value
    return moment.replace(tzinfo=None, microsecond=0).isoformat() + _fraction(value) + "Z"


def _fraction(text: str) -> str:
    """The fraction of a second as written; `datetime` would pad or cut it."""
    _, dot, rest = text.replace(",", ".").partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return dot + digits if digits else ""
