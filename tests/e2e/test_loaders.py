import contextlib
import json
import os
import subprocess

import pytest

from demo.pipeline import ROOT
from demo.warehouse import read_duckdb, read_tables
from tap_hootsuite.tap import stream_classes
from target_hootsuite_duckdb.target import DuckDBTarget
from tests.tap.conftest import run

pytestmark = pytest.mark.xdist_group("meltano")  # one .meltano folder, so one test at a time
POSTGRES = ROOT / ".meltano/loaders/target-postgres/venv/bin/target-postgres"
KEYS = {stream.name: stream.primary_keys for stream in stream_classes()}
WEEK = 7 * 24 * 3600


@pytest.mark.timeout(900)  # three loads by a program of its own
def test_duckdb_equals_postgres(sandbox, settings, meltano, postgres_url, tmp_path):
    """Three loads, with members, teams, profiles and messages removed between: equal row by row."""
    config = settings | {"start_date": "2025-01-01T00:00:00Z"}
    shared = {"default_target_schema": "twins", "hard_delete": True}
    path = str(tmp_path / "warehouse.duckdb")
    state = None
    for number in range(3):
        if number:
            _remove_some(sandbox)
        output, failure = run(config, state)
        assert failure is None
        lines = [json.dumps(line) for line in output.lines]
        state = _load_postgres(shared | {"sqlalchemy_url": postgres_url}, lines, tmp_path)
        target = DuckDBTarget(config=shared | {"path": path})
        with contextlib.closing(target.warehouse.link):
            target.listen(lines)
    first, second = read_tables(postgres_url, "twins"), read_duckdb(path, "twins", KEYS)
    assert first.keys() == second.keys()
    assert len(first) >= 20
    for name, table in first.items():
        assert set(table.key) == set(second[name].key), name
        assert _plain(table) == _plain(second[name]), name


def _load_postgres(config, lines, folder):
    """Load what the tap wrote; return the last STATE."""
    (folder / "loader.json").write_text(json.dumps(config))
    done = subprocess.run(
        [POSTGRES, "--config", folder / "loader.json"],
        input="".join(f"{line}\n" for line in lines),
        stdout=subprocess.PIPE,
        env=os.environ | {"PGTZ": "UTC"},
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _remove_some(sandbox):
    """Remove a member, a team, a profile and a message; a week passes."""
    truth = {name: sandbox.truth(name) for name in ("team_members", "teams", "social_profiles")}
    sandbox.mutate(
        "remove_member",
        member_id=truth["team_members"][-1]["memberId"],
        organization_id=sandbox.ready["organization_id"],
    )
    sandbox.mutate("remove_team", team_id=truth["teams"][-1]["id"])
    sandbox.mutate("remove_profile", profile_id=truth["social_profiles"][-1]["id"])
    sandbox.mutate("delete_message", message_id=sandbox.truth("messages")[-1]["id"])
    sandbox.advance(WEEK)


def _plain(table):
    """Rows by key, the key's columns in one order."""
    rows = {tuple(str(row[name]) for name in sorted(table.key)): row for row in table.rows}
    assert len(rows) == len(table.rows)
    return rows
