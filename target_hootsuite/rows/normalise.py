"""Converts the values of a row to the contract's types.

The schema of a column decides: nothing is guessed from the value. Whole numbers become text
where an id is wanted, JSON text is read where an array or an object is wanted, floats are never
ids (they have already lost digits).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from target_hootsuite.errors import RowRejected

Schema = Mapping[str, Any]
_ID = re.compile(r"(^|[_.])ids?$|Ids?$|\.v$")
_PLACE = re.compile(r"\[\d+\]")
_MAX_KEY = 500
_MAX_DEPTH = 50


def normalise(row: Mapping[str, Any], columns: Mapping[str, Schema]) -> dict[str, Any]:
    """Keep the declared columns of a row, each in its contract's type.

    Args:
        row: The record.
        columns: Column name to JSON schema; others are dropped.

    Raises:
        RowRejected: A value can't be what its column wants.
    """
    found = {
        name: coerce(row[name], schema, name) for name, schema in columns.items() if name in row
    }
    return {name: value for name, value in found.items() if value is not None}


def unknown_columns(row: Mapping[str, Any], columns: Mapping[str, Schema]) -> set[str]:
    """Columns that no action reads."""
    return {str(name) for name in row if name not in columns}


def coerce(value: Any, schema: Schema, field: str) -> Any:
    """Turn one value into what its schema wants.

    Raises:
        RowRejected: The value can't be converted without guessing.
    """
    if value is None:
        return None
    wanted = _type(schema)
    reader = _READERS.get(wanted)
    if reader is None:
        _check_free(value, field)
        return value
    return reader(value, schema, field)


def _type(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), None)
    return str(kind)


def _refuse(field: str, wanted: str, value: Any) -> RowRejected:
    shown = type(value).__name__ if not isinstance(value, Decimal) else "float"
    return RowRejected(f"must be {wanted}, not {shown}.", field=field, code="wrong_type")


def _string(value: Any, schema: Schema, field: str) -> str:
    del schema
    if isinstance(value, int) and not isinstance(value, bool) and _is_id(field):
        return str(value)
    if not isinstance(value, str):
        hint = "text (an id in a float has lost digits)" if _is_float(value) else "text"
        raise _refuse(field, hint, value)
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        msg = "holds characters that are no text (NUL or half a surrogate pair)."
        raise RowRejected(msg, field=field, code="wrong_type")
    return value


def _check_free(value: Any, field: str, depth: int = 0) -> None:
    """Check a value without a schema: text must be valid and the nesting not too deep."""
    if depth > _MAX_DEPTH:
        raise RowRejected("is nested too deeply.", field=field, code="wrong_type")
    if isinstance(value, str):
        _string(value, {}, field)
    elif _is_float(value):
        _number(value, {}, field)
    elif isinstance(value, dict):
        for name, item in value.items():
            _string(str(name), {}, field)
            _check_free(item, field, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_free(item, field, depth + 1)


def _is_id(field: str) -> bool:
    return _ID.search(_PLACE.sub("", field)) is not None


def _is_float(value: Any) -> bool:
    return isinstance(value, float | Decimal)


def _integer(value: Any, schema: Schema, field: str) -> int:
    del schema
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _refuse(field, "a whole number", value)
    return value


def _number(value: Any, schema: Schema, field: str) -> float:
    del schema
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _refuse(field, "a number", value)
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN test
        raise _refuse(field, "a finite number", value)
    return number


def _boolean(value: Any, schema: Schema, field: str) -> bool:
    del schema
    if not isinstance(value, bool):
        raise _refuse(field, "true or false", value)
    return value


def _parsed(value: Any, kind: type, wanted: str, field: str) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=Decimal)
        except (ValueError, RecursionError):
            msg = f"must be {wanted}; the text in it is not JSON."
            raise RowRejected(msg, field=field, code="wrong_type") from None
    if not isinstance(value, kind):
        raise _refuse(field, wanted, value)
    return value


def _array(value: Any, schema: Schema, field: str) -> list[Any]:
    items = _parsed(value, list, "an array", field)
    inner = schema.get("items") or {}
    found = []
    for place, item in enumerate(items):
        if item is None:
            raise _refuse(f"{field}[{place}]", "a value", item)
        found.append(coerce(item, inner, f"{field}[{place}]"))
    return found


def _object(value: Any, schema: Schema, field: str) -> dict[str, Any]:
    document = _parsed(value, dict, "an object", field)
    for name in document:
        _string(str(name), {}, field)
    inner = schema.get("properties") or {}
    named = {
        str(name): coerce(item, inner.get(name, {}), f"{field}.{name}")
        for name, item in document.items()
    }
    return {name: plain(item) for name, item in named.items() if item is not None}


def plain(value: Any) -> Any:
    """Convert decimals to floats at any depth, so that Python can write the value as JSON."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


_READERS = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "array": _array,
    "object": _object,
}


def key_of(
    row: Mapping[str, Any], alternatives: tuple[tuple[str, ...], ...], name: str = "The row"
) -> str:
    """The key of a row: the first alternative whose columns are all there.

    Args:
        row: The row.
        alternatives: Sets of columns; the columns of one set together are a key.
        name: The name for a row without a key in messages.

    Raises:
        RowRejected: No alternative is complete, or the key is too long.
    """
    for columns in alternatives:
        parts = [str(row.get(name, "")).strip() for name in columns]
        if all(parts):
            key = parts[0] if len(parts) == 1 else json.dumps(parts, ensure_ascii=False)
            if len(key) > _MAX_KEY:
                msg = f"is longer than {_MAX_KEY} characters."
                raise RowRejected(msg, field=columns[0], code="invalid_key")
            return key
    named = " or ".join(" + ".join(columns) for columns in alternatives)
    raise RowRejected(f"{name} has no key: fill {named}.", field=alternatives[0][0], code="no_key")
