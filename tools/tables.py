"""Tables of the documents, read off the code: settings, streams, operations, actions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from importlib import import_module
from typing import Any

from hootsuite_api.contract import load

PLUGINS = {
    "tap-hootsuite": ("tap_hootsuite.tap", "TapHootsuite"),
    "target-hootsuite": ("target_hootsuite.target", "HootsuiteTarget"),
    "tap-hootsuite-sheet": ("tap_hootsuite_sheet.tap", "TapHootsuiteSheet"),
    "target-duckdb": ("target_hootsuite_duckdb.target", "DuckDBTarget"),
}


def settings(plugin: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the JSON schema of each setting of a plugin, its own first, then the SDK's."""
    plugin_type = plugin_class(plugin)
    schema = deepcopy(plugin_type.config_jsonschema)
    # The SDK adds these to the class itself once a plugin runs; a copy is the same at any time.
    plugin_type.append_builtin_config(schema)
    found: Mapping[str, Mapping[str, Any]] = schema["properties"]
    return found


def plugin_class(plugin: str) -> Any:
    """Return the class behind a plugin's name."""
    module, name = PLUGINS[plugin]
    return getattr(import_module(module), name)


def kind(field: Mapping[str, Any]) -> str:
    """Return Meltano's word for the kind of a setting."""
    if "enum" in field:
        return "options"
    types: list[str] = field["type"] if isinstance(field["type"], list) else [field["type"]]
    return next(name for name in types if name != "null")


def options(field: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the values of a setting with a fixed list of them, as Meltano writes them."""
    return [{"label": value, "value": value} for value in field["enum"] if value is not None]


def settings_table(plugin: str) -> str:
    """Return a Markdown table of a plugin's settings, with the variables that set them."""
    prefix = plugin.replace("-", "_").upper()
    rows = (
        (
            f"`{name}`{_required(plugin, name)}",
            kind(field) + (", secret" if field.get("secret") else ""),
            _default(field),
            field["description"],
            f"`{prefix}_{name.upper()}`",
        )
        for name, field in settings(plugin).items()
    )
    return markdown(("setting", "kind", "default", "meaning", "variable"), rows)


def _required(plugin: str, name: str) -> str:
    schema = plugin_class(plugin).config_jsonschema
    return " (required)" if name in schema.get("required", ()) else ""


def _default(field: Mapping[str, Any]) -> str:
    return f"`{str(field['default']).lower()}`" if "default" in field else ""


def streams() -> Iterator[Any]:
    """Yield the classes of the tap's streams, in the order in which they run."""
    found = import_module("tap_hootsuite.tap").stream_classes()
    yield from sorted(found, key=lambda one: (one.stage, one.name))


def streams_table(_: str = "") -> str:
    """Return a Markdown table of the tap's streams."""
    rows = (
        (
            f"`{stream.name}`",
            (stream.__doc__ or "").split("\n", 1)[0]
            + ("" if stream.selected_by_default else " Off by default."),
            ", ".join(f"`{key}`" for key in stream.primary_keys),
            _refresh(stream),
        )
        for stream in streams()
    )
    return markdown(("stream", "rows", "key", "refreshed"), rows)


def _refresh(stream: Any) -> str:
    if stream.refreshed:
        return str(stream.refreshed)
    kinds = {base.__name__ for base in stream.__mro__}
    if "MessageStream" in kinds:
        return f"by `{stream.replication_key or 'messages'}`, window by window"
    if stream.replication_key:
        return f"by `{stream.replication_key}`, and new ids"
    if "ScanStream" in kinds:
        return "in full, by a scan that may take several runs"
    return "in full"


def operations_table(_: str = "") -> str:
    """Return a Markdown table that says which stream reads which operation."""
    readers: dict[str, list[str]] = {}
    for stream in streams():
        for operation in (stream.operation, *stream.also):
            readers.setdefault(operation, []).append(stream.name)
    rows = (
        (f"`{one.method} {one.path}`", ", ".join(f"`{name}`" for name in readers[one.id]))
        for one in load().operations.values()
        if one.id in readers
    )
    return markdown(("operation", "streams"), rows)


def actions_table(_: str = "") -> str:
    """Return a Markdown table of the target's actions."""
    operations = load().operations
    rows = (
        (
            f"`{one.stream}`",
            f"`{operations[one.operation].method} {operations[one.operation].path}`",
            (type(one.rule).__doc__ or "").split("\n", 1)[0],
            " or ".join(", ".join(f"`{part}`" for part in key) for key in one.keys),
        )
        for one in import_module("target_hootsuite.actions").ACTIONS.values()
    )
    return markdown(("stream", "writes", "how", "key"), rows)


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; bars inside cells are escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )
