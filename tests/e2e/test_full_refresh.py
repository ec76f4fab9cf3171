"""A full refresh into a real PostgreSQL, by MeltanoLabs' target-postgres, with both deletes."""

import json
import subprocess

import pytest
import sqlalchemy as sa

from demo.pipeline import ROOT, Meltano, loader_settings
from demo.postgres import database
from tests.tap.conftest import run

pytestmark = pytest.mark.xdist_group("meltano")  # one .meltano folder, so one test at a time
TARGET = ROOT / ".meltano/loaders/target-postgres/venv/bin/target-postgres"
STREAMS = ("messages", "message_history")


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """A PostgreSQL; the loader is installed on first use."""
    with database() as found:
        Meltano(tmp_path_factory.mktemp("meltano"), loader_settings(found, "refresh"))(
            "install", "target-postgres"
        )
        yield found


@pytest.fixture
def config(settings):
    return {**settings, "start_date": "2024-12-01"}


@pytest.fixture
def load(config, url, tmp_path):
    """Read the streams of messages and load what was written; return the last state."""

    def once(schema, state=None, *, hard, **more):
        output, failure = run(config, state, **more)
        assert failure is None
        text = "".join(json.dumps(line) + "\n" for line in output.lines)
        file = tmp_path / "target.json"
        wanted = {"default_target_schema": schema, "hard_delete": hard, "sqlalchemy_url": url}
        file.write_text(json.dumps(wanted))
        done = subprocess.run(
            [str(TARGET), "--config", str(file)],
            input=text, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        return output.states[-1]

    return once


@pytest.fixture
def query(url):
    """Run one query."""
    engine = sa.create_engine(url)

    def once(schema, text):
        with engine.connect() as connection:
            connection.execute(
                sa.text("select set_config('search_path', :s, false)"), {"s": schema}
            )
            return [tuple(row) for row in connection.execute(sa.text(text))]

    yield once
    engine.dispose()


@pytest.mark.parametrize("hard", [True, False], ids=["hard", "soft"])
def test_deleted_messages_leave_the_tables(sandbox, load, query, hard):
    """After a full refresh the tables equal the platform: rows go, or are marked as deleted."""
    schema = "hard" if hard else "soft"
    state = load(schema, hard=hard)
    loaded = query(schema, "select count(*) from messages")
    gone = [row["id"] for row in sandbox.truth("messages")][5:8]
    for ident in gone:
        sandbox.mutate("delete_message", message_id=ident)
    state = load(schema, state, hard=hard)
    assert (
        query(schema, "select count(*) from messages where _sdc_deleted_at is null") == loaded
    )  # the known gap
    media = query(schema, "select count(*) from media")
    load(schema, hard=hard)
    ids = {row[0] for row in query(schema, "select id from messages where _sdc_deleted_at is null")}
    assert ids == {str(row["id"]) for row in sandbox.truth("messages")}
    parents = query(
        schema, "select distinct message_id from message_history where _sdc_deleted_at is null"
    )
    assert not {row[0] for row in parents} & set(gone)
    assert query(schema, "select count(*) from media") >= media  # never removed
    if not hard:
        marked = query(schema, "select id from messages where _sdc_deleted_at is not null")
        assert {row[0] for row in marked} == set(gone)


def test_hostile_text_is_loaded(sandbox, load, query):
    """NUL, in texts and in keys of documents, stops no loader."""
    merged = {"text": "a\0b", "tags": ["\0"], "targeting": {"facebookPage": {"\0": "\0"}}}
    sandbox.faults(operation="list_messages", kind="merge", times=0, merge=merged)
    load("hostile", hard=True)
    assert query("hostile", "select distinct text from messages") == [("a\ufffdb",)]
