import json

import pytest

from demo.pipeline import tap_settings, target_settings
from demo.postgres import tap_url
from demo.warehouse import Table, differences, flatten
from demo.writeback import write_back

pytestmark = pytest.mark.xdist_group("meltano")  # one .meltano folder, so one test at a time
START = "2025-01-01T00:00:00Z"  # before the sandbox's first message


def test_meltano_loads_json_lines(sandbox, meltano, tmp_path):
    """The same tap feeds target-jsonl: one file for each stream, a line for each row of the API."""
    settings = tap_settings(sandbox.ready, tmp_path, start_date=START, requests_per_second="1000")
    run = meltano.given(**settings, TARGET_JSONL_DESTINATION_PATH=str(tmp_path / "out"))
    run("run", "--state-id-suffix", "jsonl", "tap-hootsuite", "target-jsonl")
    written = next((tmp_path / "out").glob("members-*")).read_text().splitlines()
    members = [json.loads(line) for line in written]
    assert {row["id"] for row in members} == {str(one["id"]) for one in sandbox.truth("members")}


def test_demo_fails_when_a_row_differs(sandbox):
    """The comparison sees one changed cell, one missing row and one extra row."""
    truth = sandbox.truth("members")
    rows = [flatten(one) for one in truth]
    assert differences(truth, Table(rows, ("id",))) == []
    assert differences(truth, Table(rows[1:], ("id",)))
    assert differences(truth[1:], Table(rows, ("id",)))
    changed = [rows[0] | {"full_name": "Somebody Else"}, *rows[1:]]
    assert len(differences(truth, Table(changed, ("id",)))) == 1


def test_meltano_writes_a_warehouse_table_back(sandbox, meltano, postgres_url, tmp_path):
    """Rows of a PostgreSQL table become posts, each once, and a second run sends nothing."""
    sandbox.reset(profiles=8)
    run = meltano.given(
        **target_settings(sandbox.ready, tmp_path, requests_per_second="1000"),
        TAP_POSTGRES_SQLALCHEMY_URL=tap_url(postgres_url),
    )
    back = write_back(sandbox, run, postgres_url, tmp_path, "--state-id-suffix", "back")
    assert back.right, back
