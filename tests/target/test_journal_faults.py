"""A journal that can't be written: nothing is sent without its intent, and STATE stays."""
# ruff: noqa: PLR0917 - fixtures are arguments

import sqlite3

import pytest
import sqlalchemy as sa


class Brittle:
    """Makes one commit of the journal fail as a full disk does, and all after it."""

    def __init__(self):
        self.writes = 0
        self.fail_from = None

    def commit(self, connection):
        """Count the commit of a write, and refuse it if it is time."""
        if connection.get_execution_options().get("reading"):
            return
        self.writes += 1
        if self.fail_from is not None and self.writes >= self.fail_from:
            cause = sqlite3.OperationalError("database or disk is full")
            raise sa.exc.OperationalError("COMMIT", None, cause)


@pytest.fixture
def brittle():
    """A journal that fails when told to."""
    fault = Brittle()
    sa.event.listen(sa.Engine, "commit", fault.commit)
    yield fault
    sa.event.remove(sa.Engine, "commit", fault.commit)


def intents(path):
    """How many intents are on disk."""
    connection = sqlite3.connect(path)
    count = connection.execute("SELECT count(*) FROM hootsuite_entries").fetchone()[0]
    connection.close()
    return count


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.soak)])
def test_full_at_every_write(
    step, brittle, run_target, make_rows, posts, sandbox, tmp_path, kill_owners
):
    """Rule 7: at whichever write the disk is full, no post lacks its intent and no STATE leaves."""
    rows = make_rows(3)
    path = tmp_path / "journal.db"
    run_target(rows)
    every = brittle.writes
    assert every >= 7
    for number in range(2, every - 2, step):  # not the tables, nor the tidying up at the end
        path.unlink()
        sandbox.reset()
        brittle.writes, brittle.fail_from = 0, number
        run = run_target(rows, max_concurrency=1)
        assert run.code == 1, (number, every, brittle.writes)
        assert run.states == []
        assert sum(posts().values()) <= intents(path)
        assert len(run.results) == 3
        assert set(run.statuses) <= {"done", "deferred", "unknown"}
        brittle.fail_from = None
        kill_owners(path)
        run_target(rows, on_unknown="resend")
        assert set(run_target(rows).statuses) == {"unchanged"}, number
        assert sorted(posts().values()) == [1] * 3


def test_the_error_is_clear(brittle, run_target, make_rows, caplog):
    """Rule 7: the message names the journal and the reason."""
    brittle.fail_from = 4
    run = run_target(make_rows(1))
    assert run.code == 1
    assert "journal can't be written: database or disk is full" in caplog.text


@pytest.mark.parametrize("where", ["read-only file", "read-only folder"])
def test_read_only(where, run_target, make_rows, posts, tmp_path, sandbox):
    """Rule 7: a journal that is read-only stops the run before anything is sent."""
    if where == "read-only file":
        run_target(make_rows(1))
        sandbox.reset()

        def read_only(connection, _record, _proxy):
            connection.execute("PRAGMA query_only=ON")

        sa.event.listen(sa.Pool, "checkout", read_only)
        try:
            run = run_target(make_rows(2))
        finally:
            sa.event.remove(sa.Pool, "checkout", read_only)
    else:
        run = run_target(make_rows(2), journal_url="sqlite:////proc/none/journal.db")
    assert run.code == 1
    assert set(run.statuses) == {"deferred"}
    assert run.states == []
    assert not posts()
