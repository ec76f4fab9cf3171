"""Configuration errors as sentences for a person, which never repeat a value that may be secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import ValidationError

from hootsuite_api.redact import scrub

_KINDS: Mapping[str, str] = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


def explain(errors: Iterator[ValidationError], schema: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with each setting and what to do about it.

    Args:
        errors: What the validator found.
        schema: The settings' own schema, for their examples.
    """
    return [scrub(_sentence(error, schema["properties"])) for error in errors]


def _sentence(error: ValidationError, properties: Mapping[str, Any]) -> str:
    if error.validator == "required" and isinstance(error.instance, Mapping):
        missing = [name for name in _list(error.validator_value) if name not in error.instance]
        names = " and ".join(_path(error, name) for name in missing)
        return f"The setting {names} is missing.{_example(properties, missing[0])}"
    name = _path(error)
    return f"The setting {name} {_wrong(error)}.{_example(properties, str(error.path[0]))}"


def _wrong(error: ValidationError) -> str:
    rule = error.validator_value
    if error.validator == "type":
        kinds = [rule] if isinstance(rule, str) else _list(rule)
        return f"must be {' or '.join(_KINDS.get(kind, kind) for kind in kinds if kind != 'null')}"
    if error.validator == "enum":
        return f"must be one of {', '.join(map(str, _list(rule)))}"
    if error.validator in ("minimum", "maximum"):
        return f"must be at {'least' if error.validator == 'minimum' else 'most'} {rule}"
    return f"does not fit (rule {error.validator})"


def _list(value: Any) -> list[Any]:
    return list(value)  # the validator's own types allow for "unset"


def _path(error: ValidationError, *more: str) -> str:
    return ".".join(str(part) for part in (*error.path, *more))


def _example(properties: Mapping[str, Any], name: str) -> str:
    setting = properties.get(name, {})
    examples = setting.get("examples")
    if not examples or setting.get("secret"):
        return ""
    return f" For example: {examples[0]}."
