import json

import pytest

from demo.pipeline import tap_settings
from demo.warehouse import Table, differences, flatten

pytestmark = pytest.mark.xdist_group("meltano")  # one .meltano folder, so one test at a time
START = "2025-01-01T00:00:00Z"  # before the sandbox's first message


def test_meltano_loads_json_lines(sandbox, meltano, tmp_path):
    """The same tap feeds target-jsonl: a file for each chosen stream, a line for each row."""
    settings = tap_settings(sandbox.ready, tmp_path, start_date=START, requests_per_second="1000")
    chosen = {"TAP_HOOTSUITE__SELECT": '["members.*", "teams.*"]'}
    run = meltano.given(**settings, **chosen, TARGET_JSONL_DESTINATION_PATH=str(tmp_path / "out"))
    run("run", "--state-id-suffix", "jsonl", "tap-hootsuite", "target-jsonl")
    assert {one.name.split("-")[0] for one in (tmp_path / "out").iterdir()} == {"members", "teams"}
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
