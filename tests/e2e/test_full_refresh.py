"""A full refresh into a real PostgreSQL, by MeltanoLabs' target-postgres, with both deletes."""

import json
import subprocess

import pytest
import sqlalchemy as sa

from demo.pipeline import ROOT
from tests.tap.conftest import run, selected

pytestmark = pytest.mark.xdist_group("meltano")  # one .meltano folder, so one test at a time
TARGET = ROOT / ".meltano/loaders/target-postgres/venv/bin/target-postgres"
STREAMS = ("messages", "message_history", "media", "deleted_messages")


@pytest.fixture
def read(settings):
    """Read what comes with the list of messages, from a state."""
    config = {**settings, "start_date": "2024-12-01"}

    def once(state=None):
        output, failure = run(config, state, selected(config, STREAMS))
        assert failure is None
        return output

    return once


@pytest.fixture
def load(meltano, postgres_url, tmp_path):
    """Load what the tap wrote into a schema."""

    def once(output, schema, *, hard):
        text = "".join(json.dumps(line) + "\n" for line in output.lines)
        file = tmp_path / "target.json"
        wanted = {"default_target_schema": schema, "hard_delete": hard}
        file.write_text(json.dumps(wanted | {"sqlalchemy_url": postgres_url}))
        done = subprocess.run(
            [str(TARGET), "--config", str(file)],
            input=text, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]

    return once


@pytest.fixture
def query(postgres_url):
    """Run one query."""
    engine = sa.create_engine(postgres_url)

    def once(schema, text):
        with engine.connect() as connection:
            connection.execute(
                sa.text("select set_config('search_path', :s, false)"), {"s": schema}
            )
            return [tuple(row) for row in connection.execute(sa.text(text))]

    yield once
    engine.dispose()


def test_deleted_messages_leave_the_tables(sandbox, read, load, query):
    """After a full refresh the tables equal the platform: rows go, or are marked as deleted."""
    schemas = {"hard": True, "soft": False}
    output = read()
    for schema, hard in schemas.items():
        load(output, schema, hard=hard)
    gone = [row["id"] for row in sandbox.truth("messages")][5:8]
    for ident in gone:
        sandbox.mutate("delete_message", message_id=ident)
    there = "from messages where _sdc_deleted_at is null"
    media = {one: query(one, "select count(*) from media") for one in schemas}
    output = read()
    for schema, hard in schemas.items():
        load(output, schema, hard=hard)
        ids = {row[0] for row in query(schema, f"select id {there}")}
        assert ids == {str(row["id"]) for row in sandbox.truth("messages")}
        parents = query(
            schema, "select distinct message_id from message_history where _sdc_deleted_at is null"
        )
        assert not {row[0] for row in parents} & set(gone)
        assert query(schema, "select count(*) from media") >= media[schema]  # never removed
    marked = query("soft", "select id from messages where _sdc_deleted_at is not null")
    assert {row[0] for row in marked} == set(gone)


def test_hostile_text_is_loaded(sandbox, read, load, query):
    """NUL, in texts and in keys of documents, stops no loader."""
    merged = {"text": "a\0b", "tags": ["\0"], "targeting": {"facebookPage": {"\0": "\0"}}}
    sandbox.faults(operation="list_messages", kind="merge", times=0, merge=merged)
    load(read(), "hostile", hard=True)
    assert query("hostile", "select distinct text from messages") == [("a\ufffdb",)]
