"""Configuration errors as sentences for people; they never repeat a value that may be secret."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import ValidationError

from hootsuite_api.contract.words import TYPES
from hootsuite_api.redact import scrub

_TYPES = {**TYPES, "string": "a text"}
_LONGEST = 60  # of a name that is shown
_SDK = frozenset(  # settings that the SDK gives every tap or target, and that ours don't use
    {
        *("add_record_metadata", "batch_config", "batch_size_rows", "batch_wait_limit_seconds"),
        *("default_target_schema", "hard_delete", "load_method", "validate_records"),
        *("process_activate_version_messages", "emit_activate_version_messages"),
        *("flattening_enabled", "flattening_max_depth", "flattening_max_key_length"),
        *("flattening_separator", "stream_maps", "stream_map_config", "faker_config"),
        *("sql_options", "state_backend"),
    }
)


def explain(errors: Iterator[ValidationError], schema: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with each setting and what to do about it.

    Args:
        errors: What the validator found.
        schema: The settings' own schema, for their examples.
    """
    found = (scrub(_sentence(error, schema["properties"])) for error in errors)
    return list(dict.fromkeys(found))  # the validator has one error for each missing setting


def unknown(config: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return a sentence about settings that nobody reads, each with the one that may be meant.

    They are not an error: Meltano passes plugins more than they ask for. Empty if there are none.

    Args:
        config: The settings as they were given.
        schema: The settings' own schema, the SDK's settings for this plugin included.
    """
    known = schema["properties"]
    names = [n for n in config if n not in known and n not in _SDK and not n.startswith("_")]
    if not names:
        return ""
    shown = ", ".join(_meant(name[:_LONGEST], list(known)) for name in sorted(names))
    be = "setting is" if len(names) == 1 else "settings are"
    return scrub(f"The {be} not known and ignored: {shown}.")


def _meant(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"{name} (is {near[0]} meant?)" if near else name


def _sentence(error: ValidationError, properties: Mapping[str, Any]) -> str:
    if error.validator == "required" and isinstance(error.instance, Mapping):
        missing = [name for name in _list(error.validator_value) if name not in error.instance]
        names = " and ".join(_path(error, name) for name in missing)
        if len(missing) > 1:
            return f"The settings {names} are missing.{_examples(properties, missing)}"
        return f"The setting {names} is missing.{_example(properties, missing[0])}"
    name = _path(error)
    return f"The setting {name} {_wrong(error)}.{_example(properties, str(error.path[0]))}"


def _wrong(error: ValidationError) -> str:
    rule = error.validator_value
    if error.validator == "type":
        kinds = [rule] if isinstance(rule, str) else _list(rule)
        return f"must be {' or '.join(_TYPES.get(kind, kind) for kind in kinds if kind != 'null')}"
    if error.validator == "enum":
        return f"must be one of {', '.join(map(_typed, _list(rule)))}"
    if error.validator in ("minimum", "maximum"):
        return f"must be at {'least' if error.validator == 'minimum' else 'most'} {rule}"
    return f"does not fit (rule {error.validator})"


def _list(value: Any) -> list[Any]:
    return list(value)  # the validator's own types allow for "unset"


def _path(error: ValidationError, *more: str) -> str:
    return ".".join(str(part) for part in (*error.path, *more))


def _typed(value: Any) -> str:
    """A value as a person would type it in JSON or YAML."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _example(properties: Mapping[str, Any], name: str) -> str:
    setting = properties.get(name, {})
    examples = setting.get("examples")
    if not examples or setting.get("secret"):
        return ""
    return f" For example: {_typed(examples[0])}."


def _examples(properties: Mapping[str, Any], names: list[str]) -> str:
    shown = [(name, properties.get(name, {})) for name in names]
    pairs = [
        f"{name} {_typed(setting['examples'][0])}"
        for name, setting in shown
        if setting.get("examples") and not setting.get("secret")
    ]
    return f" For example: {', '.join(pairs)}." if pairs else ""
