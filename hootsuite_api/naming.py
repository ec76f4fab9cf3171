"""Converts the API's camelCase names to the records' snake_case.

The rule is only safe in one direction: `externalURL` and `externalUrl` both become `external_url`.
So a column is converted back by the contract (`columns`), never by the rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hootsuite_api.contract.model import Schema

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LINK = re.compile(r"ur[li]$", re.IGNORECASE)


def snake(name: str) -> str:
    """`scheduledSendTime` -> `scheduled_send_time`; an acronym counts as one word."""
    return _BOUNDARY.sub("_", name).lower()


def columns(schema: Schema) -> Mapping[str, tuple[str, ...]]:
    """Columns of a record, each with the path of API names that leads to its value.

    A reference object (an id, maybe with a link) becomes one column per field; so does an object
    that the contract marks with `x-hootsuite-lift`, without a prefix. Other objects stay one
    column.

    Raises:
        ValueError: Two fields would share a column.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, field in schema["properties"].items():
        for column, path in _columns(name, field):
            if column in found:
                raise ValueError(f"{found[column]} and {path} both want the column {column}")
            found[column] = path
    return found


def plain(schema: Schema) -> Schema:
    """The schema without null, if it is written as "this or null"."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    return plain(choices[0]) if len(choices) == 1 else schema


def field_schema(schema: Schema, path: tuple[str, ...]) -> Schema:
    """The schema of the field at a path of `columns`."""
    for name in path:
        schema = plain(plain(schema)["properties"][name])
    return schema


def _columns(name: str, field: Schema) -> list[tuple[str, tuple[str, ...]]]:
    if "x-hootsuite-alias-of" in field:
        return []
    inner: Mapping[str, Any] = plain(field).get("properties", {})
    if field.get("x-hootsuite-lift"):
        return [(snake(part), (name, part)) for part in inner]
    if _is_reference(inner):
        return [(f"{snake(name)}_{snake(part)}", (name, part)) for part in inner]
    return [(snake(name), (name,))]


def _is_reference(properties: Mapping[str, Any]) -> bool:
    return "id" in properties and all(
        name == "id" or _LINK.search(name) is not None for name in properties
    )
