"""MeltanoHub's definition of each plugin, read off the code, and the lock files made of them.

`meltano add NAME --from-ref hub/...` takes a definition as long as the hub does not list it. The
example project has them as lock files, which keep its meltano.yml short.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from hootsuite_api.settings import AUTH_METHODS
from tools import tables

VARIANT = "meltano-hootsuite"
_HEAD = "# Written by `python -m tools.generate`; a definition as MeltanoHub takes it.\n"
_DESCRIPTIONS = {
    "tap-hootsuite": "Messages, reviews, media, members, teams, profiles, permissions, "
    "and how posts, profiles and ads performed, incrementally and within the account's request "
    "limits.",
    "target-hootsuite": "Schedules posts, uploads media, reviews, provisions people; each row at "
    "most once.",
    "tap-hootsuite-sheet": "The rows of a spreadsheet as posts for target-hootsuite.",
    "target-duckdb": "Loads the rows of any tap into a DuckDB file: upserts by key, rows that "
    "ended, new and changed columns.",
}
_LABELS = {
    "tap-hootsuite-sheet": "Hootsuite plan (spreadsheet)",
    "target-duckdb": "DuckDB",
}
_DOMAINS = {"target-duckdb": "https://duckdb.org"}
_EXTRAS = {"target-duckdb": "[duckdb]", "target-hootsuite": "[postgres]"}
_GROUPS = {
    "tap-hootsuite-sheet": [["path"], ["google_sheet_id", "google_credentials_file"]],
    "target-duckdb": [["path"]],
}


def files(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file of `hub/` and of the example project's `plugins/`, with its text."""
    for plugin in tables.PLUGINS:
        folder = _folder(plugin)
        found = definition(plugin)
        text = yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=100)
        yield root / "hub" / folder / f"{plugin}.yml", _HEAD + text
        lock = json.dumps({"plugin_type": folder, **found}, indent=2) + "\n"
        yield root / "examples/meltano/plugins" / folder / f"{plugin}--{VARIANT}.lock", lock


def definition(plugin: str) -> dict[str, Any]:
    """Return a plugin's definition, its keys in the hub's order."""
    return {
        "name": plugin,
        "variant": VARIANT,
        "label": _LABELS.get(plugin, "Hootsuite"),
        "namespace": plugin.replace("-", "_"),
        "description": _DESCRIPTIONS[plugin],
        "domain_url": _DOMAINS.get(plugin, "https://www.hootsuite.com"),
        "repo": "https://pypi.org/project/meltano-hootsuite/",
        "pip_url": "meltano-hootsuite" + _EXTRAS.get(plugin, ""),
        "executable": plugin,
        "keywords": ["api", "meltano_sdk"],
        "maintenance_status": "active",
        "capabilities": [one.value for one in tables.plugin_class(plugin).capabilities],
        "settings_group_validation": _groups(plugin),
        "settings": [_setting(*one) for one in tables.settings(plugin).items()],
        **({"select": found} if (found := selection(plugin)) else {}),
    }


def selection(plugin: str) -> list[str]:
    """Return Meltano's patterns for what a tap reads by default, if that isn't everything.

    Meltano knows nothing of `selected-by-default`: what it is not told, it selects.
    """
    if plugin != "tap-hootsuite":
        return []
    off = [one.name for one in tables.streams() if not one.selected_by_default]
    return ["*.*", *(f"!{name}.*" for name in sorted(off))]


def _folder(plugin: str) -> str:
    return "loaders" if plugin.startswith("target-") else "extractors"


def _groups(plugin: str) -> list[list[str]]:
    """Which settings make a plugin usable: those of one way to sign in, and the required ones."""
    if plugin in _GROUPS:
        return _GROUPS[plugin]
    required = tables.plugin_class(plugin).config_jsonschema.get("required", ())
    return [[*required, *needs] for needs in AUTH_METHODS.values()]


def _setting(name: str, field: Mapping[str, Any]) -> dict[str, Any]:
    setting = {
        "name": name,
        "label": field["title"],
        "description": field["description"],
        "kind": tables.kind(field),
    }
    setting |= {"value": field["default"]} if field.get("default") is not None else {}
    setting |= {"options": tables.options(field)} if "enum" in field else {}
    return setting | ({"sensitive": True} if field.get("secret") else {})
