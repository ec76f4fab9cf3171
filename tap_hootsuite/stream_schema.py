"""Schema of a stream: columns of its component in the contract and its own, with descriptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hootsuite_api.contract import load
from hootsuite_api.naming import columns as columns_of
from hootsuite_api.naming import field_schema
from hootsuite_api.records import singer_schema
from tap_hootsuite.meanings import describe


def resolve(
    stream: str, component: str | None, columns: Mapping[str, Any], without: Iterable[str]
) -> dict[str, Any]:
    """Return the schema of a stream.

    Args:
        stream: The name of the stream's class.
        component: The component of the contract, if the stream has one.
        columns: Columns that are not the component's; changed in place.
        without: Columns of the component to leave out.
    """
    schema: dict[str, Any] = (
        singer_schema(component, extra=columns)
        if component
        else {"type": "object", "properties": columns}
    )
    for name in without:
        del schema["properties"][name]
    own = load().component(component) if component else {}
    paths = columns_of(own) if own else {}
    for name, column in schema["properties"].items():
        source = field_schema(own, paths[name]) if name in paths else column
        field = {**source, "description": column.get("description", "")}
        column["description"] = describe(stream, component, name, field)
    return schema
