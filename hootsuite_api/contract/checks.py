"""Turns the errors of a JSON Schema validator into problems that people can act on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from hootsuite_api.contract.model import Problem, Schema
from hootsuite_api.contract.words import TYPES

_LIMITS = {
    "minLength": "is shorter than {} characters",
    "maxLength": "is longer than {} characters",
    "minItems": "has fewer than {} items",
    "maxItems": "has more than {} items",
    "minimum": "is below {}",
    "maximum": "is above {}",
}
_SHOWN = 20  # a longer value list is cut: some have 470 values


def compile_schema(schema: Schema) -> Draft202012Validator:
    """Prepare a schema without references for repeated use."""
    return Draft202012Validator(schema)


def problems(validator: Draft202012Validator, body: Any) -> list[Problem]:
    """Return everything in a body that the schema refuses, each field once per reason."""
    found = (p for error in validator.iter_errors(body) for p in _problems(error))
    return list(dict.fromkeys(found))


def _problems(error: ValidationError) -> Iterator[Problem]:
    if error.validator != "required":
        yield Problem(_field(error.absolute_path), _message(error), _code(error.schema, "invalid"))
        return
    schema, names, instance = _parts(error)
    properties = schema.get("properties", {})
    for name in names:
        if name not in instance:
            field = _field([*error.absolute_path, name])
            yield Problem(field, "is missing", _code(properties.get(name), "missing"))


def _parts(error: ValidationError) -> tuple[Any, Any, Any]:
    """Schema, keyword's value and value found; the library's types allow them to be unset."""
    return error.schema, error.validator_value, error.instance


def _field(path: Iterable[str | int]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def _message(error: ValidationError) -> str:
    schema, limit, _ = _parts(error)
    match error.validator:
        case "type":
            return f"must be {_either(limit)}"
        case "enum":
            return f"must be one of {_values(limit)}"
        case "pattern":
            example = next(iter(schema.get("examples", ())), None)
            return f"must look like {example}" if example else "has characters that are not allowed"
        case keyword if keyword in _LIMITS:
            return _LIMITS[keyword].format(limit)
    return "does not fit the contract"


def _either(types: str | list[str]) -> str:
    names = [types] if isinstance(types, str) else types
    return " or ".join(TYPES[name] for name in names)


def _values(values: list[Any]) -> str:
    shown = ", ".join(str(value) for value in values[:_SHOWN])
    return shown if len(values) <= _SHOWN else f"{shown}, ... ({len(values)} values)"


def _code(schema: Any, case: str) -> int | None:
    codes = schema.get("x-hootsuite-code", {}) if isinstance(schema, dict) else {}
    code: int | None = codes.get(case)
    return code
