"""`meltano.yml` in Meltano's own style, with the settings and capabilities that the code declares.

`meltano config set` and `meltano select` write the whole file anew. What they write is what stands
there already, because the same functions of Meltano write it here.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from meltano.core.meltano_file import MeltanoFile
from meltano.core.yaml import yaml

from tools import hub, tables


def rewrite(text: str) -> str:
    """Return the file with the settings and capabilities of our plugins written anew.

    Args:
        text: The file, in whatever style.
    """
    found = yaml.load(text)
    for group in found["plugins"].values():
        for plugin in group:
            if plugin["name"] in tables.PLUGINS:
                plugin["capabilities"] = capabilities(plugin["name"])
                plugin["settings"] = settings(plugin["name"])
                _deselect(plugin)
    written = io.StringIO()
    yaml.dump(MeltanoFile.parse(found).canonical(), written)
    return written.getvalue()


def _deselect(plugin: dict[str, Any]) -> None:
    """Leave out what is off by default, unless somebody has chosen by name."""
    patterns = hub.selection(plugin["name"])
    if patterns and "*.*" in plugin.get("select", ("*.*",)):
        chosen = [one for one in plugin.get("select", ()) if one not in patterns and one[0] != "!"]
        plugin["select"] = [*patterns, *chosen]


def capabilities(plugin: str) -> list[str]:
    """Return what a plugin's class says it can do."""
    return [one.value for one in tables.plugin_class(plugin).capabilities]


def settings(plugin: str) -> list[dict[str, Any]]:
    """Return a plugin's settings as Meltano defines them."""
    return [_setting(name, field) for name, field in tables.settings(plugin).items()]


def _setting(name: str, field: Mapping[str, Any]) -> dict[str, Any]:
    made = {
        "name": name,
        "kind": tables.kind(field),
        "label": field["title"],
        "description": field["description"],
    }
    made |= {"options": tables.options(field)} if "enum" in field else {}
    return made | ({"sensitive": True} if field.get("secret") else {})
