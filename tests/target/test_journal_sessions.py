"""A journal in PostgreSQL whose sessions are killed: no post lacks its intent, and none is doubled.

The server ends all sessions of the journal, as an administrator or a failover does, right before or
right after a write of the run commits, or between two writes.
"""
# ruff: noqa: PLR0917 - fixtures are arguments

import pytest
import sqlalchemy as sa

KILL = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
EXPIRE = sa.text("UPDATE hootsuite_owners SET lease_until = 0, awake_until = 0")
MOMENTS = ("before commit", "after commit", "checkout")


class Reaper:
    """Ends all sessions but its own at one moment of a run.

    Args:
        url: The journal's.
    """

    def __init__(self, url):
        self.engine = sa.create_engine(
            url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
        )
        self.moment, self.nth, self.count = None, 0, 0

    def begin(self, moment=None, nth=0):
        """Count a moment from now on, and strike when it comes for the nth time."""
        self.moment, self.nth, self.count = moment, nth, 0

    def ask(self, query):
        """Do something in a session of our own; it is no moment."""
        moment, self.moment = self.moment, None
        try:
            with self.engine.connect() as connection:
                found = connection.execute(query)
                return found.scalar() if found.returns_rows else None
        finally:
            self.moment = moment

    def pass_moment(self, moment):
        """Strike, if it is time."""
        if moment == self.moment:
            self.count += 1
            if self.count == self.nth:
                self.ask(KILL)

    def commit(self, connection):
        """Both sides of a commit: what PostgreSQL has committed may go unanswered, too."""
        if connection.get_execution_options().get("reading"):
            return
        self.pass_moment("before commit")
        if self.moment == "after commit" and self.count + 1 == self.nth:
            connection.connection.dbapi_connection.commit()
        self.pass_moment("after commit")

    def checkout(self, *_):
        """A connection leaves the pool."""
        self.pass_moment("checkout")


@pytest.fixture
def reaper(fresh_postgres):
    """Kills sessions when told to."""
    made = Reaper(fresh_postgres)
    sa.event.listen(sa.Engine, "commit", made.commit)
    sa.event.listen(sa.Pool, "checkout", made.checkout)
    yield made
    sa.event.remove(sa.Engine, "commit", made.commit)
    sa.event.remove(sa.Pool, "checkout", made.checkout)
    made.engine.dispose()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.soak)])
def test_killed_at_every_moment(step, moment, reaper, run_target, make_rows, posts, fresh_postgres):
    """Rule 7 and 8: whenever the sessions end, each row is accounted for and posted once."""
    options = {"journal_url": fresh_postgres, "max_concurrency": 2}
    rows = make_rows(4)
    reaper.begin(moment)
    run_target(rows, **options)
    every, posted = reaper.count, posts()
    assert every >= 8
    for nth in range(2, every + 1, step):
        version = [
            row | {"external_id": f"{row['external_id']}-{nth}", "text": f"{row['text']} of {nth}"}
            for row in rows
        ]
        reaper.begin(moment, nth)
        run = run_target(version, **options)
        assert len(run.results) == 4
        assert set(run.statuses) <= {"done", "deferred", "unknown", "adopted"}, (nth, run.results)
        assert max(posts().values(), default=0) <= 1
        if "deferred" in run.statuses:
            assert run.code == 1
        reaper.begin()
        reaper.ask(EXPIRE)
        run_target(version, on_unknown="resend", **options)
        assert set(run_target(version, **options).statuses) == {"unchanged"}, nth
        assert sorted(posts().values()) == [1] * (len(posted) + 4)
        posted = posts()
