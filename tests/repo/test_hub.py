from pathlib import Path

import pytest
import yaml

from tools import hub, tables

ROOT = Path(__file__).resolve().parents[2]
FILES = dict(hub.files(ROOT))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_definitions_are_up_to_date(path):
    """The definitions for the hub and the example's lock files say what the code says."""
    assert path.read_text(encoding="utf-8") == FILES[path]


@pytest.mark.parametrize("plugin", tables.PLUGINS)
def test_definitions_keep_secrets_secret(plugin):
    """Whatever the code calls a secret is sensitive in the hub, and has no value there."""
    found = {one["name"]: one for one in hub.definition(plugin)["settings"]}
    secret = {name for name, field in tables.settings(plugin).items() if field.get("secret")}
    assert {name for name, one in found.items() if one.get("sensitive")} == secret
    assert not [name for name in secret if "value" in found[name]]


@pytest.mark.parametrize("plugin", tables.PLUGINS)
def test_groups_name_settings(plugin):
    """What a definition calls sufficient settings are settings of the plugin."""
    groups = hub.definition(plugin)["settings_group_validation"]
    assert groups
    assert {name for group in groups for name in group} <= set(tables.settings(plugin))


def test_definitions_are_plain_yaml():
    """Nothing in a definition needs more than a safe loader."""
    for path in FILES:
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["name"] in path.name
