"""`meltano.yml` is what Meltano itself would write, so that its commands lose nothing in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools import generate, meltano_file, tables

PROJECT = generate.ROOT / "meltano.yml"


def test_the_file_is_up_to_date():
    """Settings and capabilities are those of the code, the style is Meltano's."""
    text = PROJECT.read_text(encoding="utf-8")
    assert meltano_file.rewrite(text) == text


@pytest.mark.parametrize("plugin", tables.PLUGINS)
def test_every_plugin_logs_in_structure(plugin):
    """Meltano then shows our warnings as warnings."""
    assert "structured-logging" in meltano_file.capabilities(plugin)
    groups = yaml.safe_load(PROJECT.read_text(encoding="utf-8"))["plugins"].values()
    (found,) = [one for group in groups for one in group if one["name"] == plugin]
    assert found["capabilities"] == meltano_file.capabilities(plugin)


def test_a_registered_client_needs_no_secret():
    """Meltano takes a refresh token's settings without `client_secret`."""
    (tap, *_) = yaml.safe_load(PROJECT.read_text(encoding="utf-8"))["plugins"]["extractors"]
    groups = [set(one) for one in tap["settings_group_validation"]]
    assert {"start_date", "auth_method", "client_id", "refresh_token"} in groups


@pytest.mark.parametrize(
    ("arguments", "added"),
    [
        (
            ("config", "set", "tap-hootsuite", "start_date", "2026-01-01"),
            ["    config:", "      start_date: '2026-01-01'"],
        ),
        (("select", "tap-hootsuite", "messages", "id"), ["    - messages.id"]),
    ],
)
def test_what_meltano_writes_is_added_and_nothing_else_changes(arguments, added, tmp_path):
    """And generating the file anew afterwards keeps what Meltano added."""
    path = Path(shutil.copy(PROJECT, tmp_path))
    command = [Path(sys.executable).with_name("meltano"), *arguments]
    environment = {**os.environ, "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "0"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    before, after = PROJECT.read_text().splitlines(), path.read_text().splitlines()
    place = next(n for n, line in enumerate(after) if [line] != before[n : n + 1])
    assert after[place : place + len(added)] == added
    assert after[:place] + after[place + len(added) :] == before
    assert meltano_file.rewrite(path.read_text()) == path.read_text()
