import json
import subprocess

import pytest

from demo.pipeline import Meltano, loader_settings, tap_settings, target_settings
from demo.postgres import database, tap_url
from demo.streams import compare
from demo.warehouse import Table, differences, flatten, read_tables
from demo.writeback import write_back

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


DUCKDB = """
import json, sys, duckdb
link = duckdb.connect(sys.argv[1])
found = {}
for (name,) in link.execute(
    "select table_name from information_schema.tables where table_schema = 'hootsuite'"
).fetchall():
    cursor = link.execute(f'select * from hootsuite."{name}"')
    columns = [one[0] for one in cursor.description]
    found[name] = [dict(zip(columns, row)) for row in cursor.fetchall()]
json.dump(found, sys.stdout, default=lambda value: value.isoformat() + "Z")
"""
# What is all key, or kept though the API forgot it, is told by other tests.
WHOLE = ("me", "members", "teams", "messages", "social_profiles", "organizations")


def duckdb_tables(path):
    """Read the tables that this loader can keep equal; it writes documents as text."""
    python = ".meltano/loaders/target-duckdb/venv/bin/python"  # the only one with duckdb
    said = subprocess.run([python, "-c", DUCKDB, path], capture_output=True, text=True, check=True)
    return {
        name: Table(
            [{k: _document(v) for k, v in row.items() if k[:5] != "_sdc_"} for row in rows],
            ("message_id",) if name == "deleted_messages" else ("id",),
        )
        for name, rows in json.loads(said.stdout).items()
        if name in WHOLE or name == "deleted_messages"
    }


def _document(value):
    return json.loads(value) if isinstance(value, str) and value[:1] in "[{" and value else value


def test_duckdb_follows_what_a_week_changed(sandbox, meltano, tmp_path):
    """After a week of posts, edits, deletions and newcomers DuckDB's rows equal the API's."""
    path = tmp_path / "warehouse.duckdb"
    run = meltano(TARGET_DUCKDB_PATH=str(path))
    run("install", "tap-hootsuite", "target-duckdb")
    for seconds in (0, WEEK, HOUR):
        sandbox.advance(seconds)
        run("run", "--state-id-suffix", "duckdb-week", "tap-hootsuite", "target-duckdb")
    counts, wrong = compare(sandbox, duckdb_tables(path))
    said = [f"{stream} {one}" for stream, ones in wrong.items() for one in ones]
    # The loader goes through CSV, where an empty text and none are the same.
    assert [one for one in said if not one.endswith("API '', table None")] == []
    assert set(counts) == set(WHOLE)


def test_meltano_loads_duckdb(sandbox, meltano, tmp_path):
    """The pinned DuckDB loses no row of a batch, the first one least of all."""
    path = tmp_path / "warehouse.duckdb"
    run = meltano(TARGET_DUCKDB_PATH=str(path))
    run("install", "tap-hootsuite", "target-duckdb")
    run("run", "--state-id-suffix", "duckdb", "tap-hootsuite", "target-duckdb")
    streams = ("members", "teams", "team_members", "social_profiles", "messages")
    counts = ", ".join(f"(select count(*) from hootsuite.{stream})" for stream in streams)  # noqa: S608 - our own names
    program = (
        "import duckdb, sys; print(*duckdb.connect(sys.argv[1]).execute(sys.argv[2]).fetchone())"
    )
    said = subprocess.run(
        # The loader's environment is the only one that has duckdb.
        [".meltano/loaders/target-duckdb/venv/bin/python", "-c", program, path, f"select {counts}"],
        capture_output=True,
        text=True,
        check=True,
    )
    truth = [len(sandbox.truth(stream)) for stream in streams]
    assert [int(word) for word in said.stdout.split()] == truth


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
