import json

import pytest

from demo.pipeline import Meltano, loader_settings, tap_settings, target_settings
from demo.postgres import database, tap_url
from demo.streams import compare
from demo.warehouse import Table, differences, flatten, read_duckdb, read_tables
from demo.writeback import write_back
from tap_hootsuite.tap import stream_classes

pytestmark = pytest.mark.xdist_group("meltano")  # one .meltano folder, so one test at a time
WEEK, HOUR = 7 * 24 * 3600, 3600
START = "2025-01-01T00:00:00Z"  # before the sandbox's first message


@pytest.fixture(scope="module")
def meltano_work(tmp_path_factory):
    return tmp_path_factory.mktemp("meltano")


@pytest.fixture
def meltano(sandbox, meltano_work, tmp_path):
    """Meltano with the tap set for the sandbox; plugins are installed on first use."""

    def build(**env):
        settings = tap_settings(
            sandbox.ready, tmp_path, start_date=START, requests_per_second="1000"
        )
        return Meltano(meltano_work, settings | env)

    return build


def test_meltano_loads_postgres_equal_to_the_truth(sandbox, meltano):
    """A full load and two incremental ones through Meltano leave PostgreSQL equal to the API."""
    with database() as url:
        run = meltano(**loader_settings(url, "e2e"))
        run("install", "tap-hootsuite", "target-postgres")
        name = ("--state-id-suffix", "postgres")
        for seconds in (0, WEEK, HOUR):
            sandbox.advance(seconds)
            run("run", *name, "tap-hootsuite", "target-postgres")
        tables = read_tables(url, "e2e")
    tables.pop("interactions")  # needs settings of its own: see the tap's tests
    counts, wrong = compare(sandbox, tables)
    assert wrong == {}
    assert len(counts) >= 20
    assert counts["messages"] > 100


def test_meltano_loads_json_lines(sandbox, meltano, tmp_path):
    """The same tap feeds target-jsonl: one file for each stream, a line for each row of the API."""
    run = meltano(TARGET_JSONL_DESTINATION_PATH=str(tmp_path / "out"))
    run("install", "tap-hootsuite", "target-jsonl")
    run("run", "--state-id-suffix", "jsonl", "tap-hootsuite", "target-jsonl")
    written = next((tmp_path / "out").glob("members-*")).read_text().splitlines()
    members = [json.loads(line) for line in written]
    assert {row["id"] for row in members} == {str(one["id"]) for one in sandbox.truth("members")}


KEYS = {stream.name: stream.primary_keys for stream in stream_classes()}


def test_duckdb_follows_what_a_week_changed(sandbox, meltano, tmp_path):
    """Through Meltano, after a week of changes, every table of DuckDB equals the API."""
    path = str(tmp_path / "warehouse.duckdb")
    run = meltano(TARGET_DUCKDB_PATH=path)
    run("install", "tap-hootsuite", "target-duckdb")
    for seconds in (0, WEEK, HOUR):
        sandbox.advance(seconds)
        run("run", "--state-id-suffix", "duckdb", "tap-hootsuite", "target-duckdb")
    tables = read_duckdb(path, "hootsuite", KEYS)
    tables.pop("interactions")  # needs settings of its own: see the tap's tests
    counts, wrong = compare(sandbox, tables)
    assert wrong == {}
    assert len(counts) >= 20
    assert counts["messages"] > 100


def test_demo_fails_when_a_row_differs(sandbox):
    """The comparison sees one changed cell, one missing row and one extra row."""
    truth = sandbox.truth("members")
    rows = [flatten(one) for one in truth]
    assert differences(truth, Table(rows, ("id",))) == []
    assert differences(truth, Table(rows[1:], ("id",)))
    assert differences(truth[1:], Table(rows, ("id",)))
    changed = [rows[0] | {"full_name": "Somebody Else"}, *rows[1:]]
    assert len(differences(truth, Table(changed, ("id",)))) == 1


def test_meltano_writes_a_warehouse_table_back(sandbox, meltano, tmp_path):
    """Rows of a PostgreSQL table become posts, each once, and a second run sends nothing."""
    sandbox.reset(profiles=8)
    with database() as url:
        run = meltano(
            **target_settings(sandbox.ready, tmp_path, requests_per_second="1000"),
            TAP_POSTGRES_SQLALCHEMY_URL=tap_url(url),
        )
        run("install", "tap-postgres", "target-hootsuite")
        back = write_back(sandbox, run, url, tmp_path, "--state-id-suffix", "back")
    assert back.right, back
