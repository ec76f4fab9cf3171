"""Staging models of the dbt package in `transform/`: one per stream, read off the tap's catalog."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

_HEAD = "-- Generated from the tap's catalog: python -m tools.generate\n"
_KINDS = {"boolean": "boolean", "integer": "integer", "number": "number"}
_FORMATS = {"date-time": "timestamp", "date": "date"}


def files(root: Path) -> Iterator[tuple[Path, str]]:
    """Return the path and the text of every generated file of the staging layer."""
    folder = root / "transform" / "models" / "staging"
    streams = sorted(import_module("tap_hootsuite.tap").stream_classes(), key=lambda one: one.name)
    for stream in streams:
        yield folder / f"stg_hootsuite__{stream.name}.sql", _model(stream)
    yield folder / "_staging.yml", _properties(streams)


def _columns(stream: Any) -> Mapping[str, Mapping[str, Any]]:
    # The schema belongs to the class; an instance would need a client.
    found: Mapping[str, Mapping[str, Any]] = stream.table_schema()
    return found["properties"]


def kind(field: Mapping[str, Any]) -> str:
    """Return the kind of a column, as the macro `staging` knows it."""
    types = field.get("type", [])
    names = {types} if isinstance(types, str) else {*types}
    names.discard("null")
    if names == {"string"}:
        return _FORMATS.get(str(field.get("format")), "text")
    return _KINDS.get(next(iter(names)), "document") if len(names) == 1 else "document"


def _model(stream: Any) -> str:
    lines = ",\n".join(
        f"    ['{name}', '{kind(field)}']" for name, field in _columns(stream).items()
    )
    return f"{_HEAD}{{{{ hootsuite.staging('{stream.name}', [\n{lines},\n]) }}}}\n"


def _properties(streams: list[Any]) -> str:
    tables = [{"name": one.name} for one in streams]
    schema = "{{ var('hootsuite_schema', none) or target.schema }}"
    content = {
        "version": 2,
        "sources": [
            {
                "name": "hootsuite",
                "description": "Tables of tap-hootsuite, as a loader wrote them.",
                "schema": schema,
                "tables": tables,
            }
        ],
        "models": [_described(one) for one in streams],
    }
    return f"#{_HEAD[2:]}" + yaml.safe_dump(content, sort_keys=False, width=110, allow_unicode=True)


def _described(stream: Any) -> dict[str, Any]:
    keys = list(stream.primary_keys)
    columns = []
    for name, field in _columns(stream).items():
        column: dict[str, Any] = {"name": name}
        if field.get("description"):
            column["description"] = field["description"]
        columns.append(column)
    return {
        "name": f"stg_hootsuite__{stream.name}",
        "description": (stream.__doc__ or "").split("\n", 1)[0],
        "data_tests": [{"primary_key": {"arguments": {"columns": keys}}}],
        "columns": columns,
    }
