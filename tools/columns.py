"""Tables of the columns that each stream of the target takes, read off actions and contract."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from hootsuite_api.contract import load
from hootsuite_api.naming import snake
from tools.tables import markdown


def columns_tables(_: str = "") -> str:
    """Return a heading and a Markdown table of columns for each action of the target."""
    actions = import_module("target_hootsuite.actions").ACTIONS.values()
    return (
        "\n"
        + "\n".join(
            f"### `{one.stream}`\n\n"
            + markdown(("column", "type", "needed", "meaning"), columns_of(one))
            for one in actions
        )
        + "\n"
    )


def stream_columns_tables(_: str = "") -> str:
    """Return a heading and a Markdown table of columns for each stream of the tap."""
    streams = sorted(import_module("tap_hootsuite.tap").stream_classes(), key=lambda one: one.name)
    return (
        "\n"
        + "\n".join(
            f"### `{one.name}`\n\n"
            + markdown(
                ("column", "type", "meaning"),
                (
                    (_key(one, name), type_of(field), field["description"])
                    for name, field in one.table_schema()["properties"].items()
                ),
            )
            for one in streams
        )
        + "\n"
    )


def _key(stream: Any, name: str) -> str:
    return f"`{name}` (key)" if name in stream.primary_keys else f"`{name}`"


def columns_of(action: Any) -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for each column of an action, those that are needed first."""
    rows = [
        (f"`{name}`", type_of(schema), _needed(action, name), _meaning(action, name, schema))
        for name, schema in action.columns.items()
    ]
    yield from sorted(rows, key=lambda row: not row[2])


def type_of(schema: Mapping[str, Any]) -> str:
    """Return what a value looks like: `string`, `array of string`, `object (latitude, ...)`."""
    kind = schema.get("type", "string")
    kind = next(one for one in kind if one != "null") if isinstance(kind, list) else str(kind)
    if kind == "array":
        return f"array of {type_of(schema.get('items') or {})}"
    fields = list(schema.get("properties") or ())
    if kind == "string" and schema.get("format") == "date-time":
        return "date and time"
    return f"{kind} ({', '.join(fields)})" if fields else kind


def _needed(action: Any, name: str) -> str:
    if name in action.needed:
        return str(action.needed[name])
    required = (load().operations[action.operation].body or {}).get("required", ())
    wanted = {action.names.get(snake(one), snake(one)) for one in required}
    return "yes" if name in wanted or all(name in key for key in action.keys) else ""


def _meaning(action: Any, name: str, schema: Mapping[str, Any]) -> str:
    said = action.meanings.get(name) or schema.get("description", "")
    return ". ".join(part for part in (said.rstrip("."), *_limits(schema)) if part)


def _limits(schema: Mapping[str, Any]) -> Iterator[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if most:
        yield f"{least} to {most} characters"
    values = schema.get("enum")
    if values:
        yield "One of " + ", ".join(f"`{one}`" for one in values)
    if "default" in schema:
        yield f"Default: `{schema['default']}`"
