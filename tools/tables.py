"""Tables of the documents, read off the code: settings, streams, operations, actions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from hootsuite_api.contract import load

PLUGINS = {
    "tap-hootsuite": ("tap_hootsuite.tap", "TapHootsuite"),
    "target-hootsuite": ("target_hootsuite.target", "TargetHootsuite"),
    "tap-hootsuite-sheet": ("tap_hootsuite_sheet.tap", "TapHootsuiteSheet"),
}


def settings(plugin: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the JSON schema of each setting of a plugin, in the order of the code."""
    module, name = PLUGINS[plugin]
    found: Mapping[str, Mapping[str, Any]] = getattr(
        import_module(module),
        name,
    ).config_jsonschema["properties"]
    return found


def kind(field: Mapping[str, Any]) -> str:
    """Return Meltano's word for the kind of a setting."""
    if "enum" in field:
        return "options"
    types: list[str] = field["type"] if isinstance(field["type"], list) else [field["type"]]
    return next(name for name in types if name != "null")


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
    module, plugin_class = PLUGINS[plugin]
    schema = getattr(import_module(module), plugin_class).config_jsonschema
    return " (required)" if name in schema.get("required", ()) else ""


def _default(field: Mapping[str, Any]) -> str:
    return f"`{str(field['default']).lower()}`" if "default" in field else ""


def _streams() -> Iterator[Any]:
    yield from import_module("tap_hootsuite.streams").STREAMS


def streams_table(_: str = "") -> str:
    """Return a Markdown table of the tap's streams."""
    rows = (
        (
            f"`{stream.name}`",
            (stream.__doc__ or "").split("\n", 1)[0],
            ", ".join(f"`{key}`" for key in stream.primary_keys),
            f"`{stream.replication_key}`" if stream.replication_key else "full",
        )
        for stream in _streams()
    )
    return markdown(("stream", "rows", "key", "incremental by"), rows)


def operations_table(_: str = "") -> str:
    """Return a Markdown table that says which stream reads which operation."""
    readers: dict[str, list[str]] = {}
    for stream in _streams():
        for operation in stream.reads():
            readers.setdefault(operation, []).append(stream.name)
    rows = (
        (f"`{one.method} {one.path}`", ", ".join(f"`{name}`" for name in readers[one.id]))
        for one in load().operations.values()
        if one.id in readers
    )
    return markdown(("operation", "streams"), rows)


def actions_table(_: str = "") -> str:
    """Return a Markdown table of the target's actions."""
    rows = (
        (f"`{one.stream}`", one.summary, ", ".join(f"`{key}`" for key in one.key))
        for one in import_module("target_hootsuite.actions").ACTIONS
    )
    return markdown(("stream", "does", "key"), rows)


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; bars inside cells are escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )
