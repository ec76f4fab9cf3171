"""Names of JSON types for messages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "string": "text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "array": "a list",
        "object": "an object",
        "null": "null",
    }
)
"""JSON Schema's names of types, for what a value should be."""

_OF_VALUES: Mapping[type, str] = MappingProxyType(
    {
        type(None): "null",
        bool: TYPES["boolean"],
        int: TYPES["number"],
        float: TYPES["number"],
        str: TYPES["string"],
        list: TYPES["array"],
        dict: TYPES["object"],
    }
)


def kind_of(value: Any) -> str:
    """Return the name of a JSON value's type."""
    return _OF_VALUES.get(type(value), "of an unknown type")
