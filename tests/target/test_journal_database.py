"""The database under the journal: durable, private, versioned, and fast at a million entries."""

import sqlite3
import statistics
import threading
import time

import pytest
import sqlalchemy as sa

from target_hootsuite.errors import JournalFault
from target_hootsuite.journal import schema
from target_hootsuite.journal.database import connect, file_system
from target_hootsuite.journal.entries import Intent
from target_hootsuite.journal.store import Journal
from target_hootsuite.rows.identity import Identity

SCOPE = "https://platform.test|member:1"
ME = Identity(SCOPE, "messages", "k1", "7")


def test_created_is_known(journal_url):
    """Rule 15: a run knows whether it created its journal."""
    for expected in (True, False):
        journal = Journal(journal_url, "r")
        assert journal.created is expected
        journal.close()


def test_a_new_journal_waits_for_whoever_makes_it(tmp_path):
    """Rule 8: SQLite does not wait at the switch to WAL while another writes; the journal does."""
    path = tmp_path / "new.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, other.rollback).start()
    journal = Journal(f"sqlite:///{path}", "r")
    assert journal.created
    journal.close()
    other.close()


def test_newer_journal_is_refused(journal_url):
    """The journal has a version: an older target leaves a newer one alone."""
    Journal(journal_url, "r").close()
    engine = connect(journal_url)
    with engine.begin() as connection:
        connection.execute(schema.ABOUT.update().values(value="99"))
    engine.dispose()
    with pytest.raises(JournalFault, match="version 99"):
        Journal(journal_url, "r")


def test_older_journal_is_migrated(journal_url, monkeypatch):
    """The journal has a migration path: each step leads to the next version, once."""
    Journal(journal_url, "r").close()
    steps = []
    now = schema.VERSION
    monkeypatch.setattr(schema, "VERSION", now + 2)
    monkeypatch.setattr(schema, "MIGRATIONS", {now: steps.append, now + 1: steps.append})
    for _ in range(2):
        Journal(journal_url, "r").close()
    assert len(steps) == 2


def test_a_journal_of_version_1_learns_our_own_clock(journal_url):
    """Version 1 kept the platform's times alone: ours follow from the difference it had noted."""
    journal = Journal(journal_url, "r")
    journal.start()
    identity = Identity("scope", "messages", "k", "7")
    intent = Intent(identity, "f" * 64, {}, 5000.0)
    journal.settle(journal.begin(intent), "done", settled_at=5010.0)
    journal.note(schema.CLOCK_AHEAD, "-300")
    journal.close()
    engine = connect(journal_url)
    with engine.begin() as connection:
        for column in ("entries DROP COLUMN own_at", "media DROP COLUMN own_used_at"):
            connection.execute(sa.text(f"ALTER TABLE hootsuite_{column}"))
        connection.execute(sa.text("ALTER TABLE hootsuite_owners DROP COLUMN awake_until"))
        about = schema.ABOUT.c
        connection.execute(schema.ABOUT.update().where(about.name == "version").values(value="1"))
    engine.dispose()
    journal = Journal(journal_url, "r")
    (entry,) = journal.history(identity)
    assert (entry.at, entry.own_at) == (5010.0, 5310.0)
    journal.start()
    assert journal.is_alive(journal.owner.id)
    journal.close()


def test_sqlite_is_durable_and_private(tmp_path):
    """Rule 7 and 28: WAL, synchronous=FULL, and files of mode 0600."""
    path = tmp_path / "deep" / "journal.db"
    journal = Journal(f"sqlite:///{path}", "r")
    journal.start()
    with journal.database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    files = [path, path.with_name("journal.db-wal"), path.with_name("journal.db-shm")]
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}
    journal.close()


def test_postgresql_is_durable(fresh_postgres):
    """Rule 7: synchronous_commit is on, whatever the server's default."""
    engine = connect(fresh_postgres)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    engine.dispose()


def test_network_file_systems_are_refused(monkeypatch, tmp_path):
    """Rule 7: SQLite's locks lie on network file systems, so they are refused."""
    mounts = (
        "21 1 8:1 / / rw - ext4 /dev/sda rw\n"
        f"22 21 0:5 / {tmp_path.as_posix()} rw shared:1 - nfs4 host:/x rw\n"
    )
    assert file_system(tmp_path / "x", mounts) == "nfs4"
    fake = tmp_path.parent / "mountinfo"
    fake.write_text(mounts)
    monkeypatch.setattr("target_hootsuite.journal.database._MOUNTS", fake)
    with pytest.raises(JournalFault, match="network file system"):
        Journal(f"sqlite:///{tmp_path}/journal.db", "r")


@pytest.mark.parametrize("bad", ["nonsense", "mysql://u:CANARY@h/db", "sqlite:////proc/nope/j.db"])
def test_bad_urls_are_named_without_their_secrets(bad):
    """Rule 28: an error about `journal_url` never repeats it."""
    with pytest.raises(JournalFault) as caught:
        Journal(bad, "r")
    assert "CANARY" not in str(caught.value)


def test_a_full_disk_is_a_clear_error(tmp_path):
    """Rule 7: an intent that can't be committed raises, and nothing of it remains."""
    journal = Journal(f"sqlite:///{tmp_path}/journal.db", "r")
    journal.start()
    with journal.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    journal.database.engine.dispose()
    sa.event.listen(
        journal.database.engine, "connect", lambda c, _: c.execute(f"PRAGMA max_page_count={pages}")
    )
    with pytest.raises(JournalFault, match="full"):
        journal.begin(Intent(ME, "f" * 64, {"text": "x" * 100_000}, 1000.0))
    assert journal.history(ME) == []
    journal.close()


def _fill(path, count):
    columns = [column.name for column in schema.ENTRIES.columns if column.name != "id"]
    marks = ",".join("?" * len(columns))
    statement = f"INSERT INTO hootsuite_entries ({','.join(columns)}) VALUES ({marks})"  # noqa: S608

    def row(number):
        identity = Identity(SCOPE, "messages", f"k{number}", "7")
        values = {
            "identity": identity.digest,
            "scope": SCOPE,
            "stream": "messages",
            "key": identity.key,
            "profile": "7",
            "version": 1,
            "algorithm": 1,
            "fingerprint": "f" * 64,
            "status": "done",
            "step": "create",
            "run_id": "r",
            "remote_id": str(number),
            "claim": f"c{number}",
            "content": "{}",
            "before": "[]",
            "intent_at": 1.0,
            "first_seen_at": 1.0,
            "attempts": 1,
        }
        return [values.get(name) for name in columns]

    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    with connection:
        connection.executemany(statement, map(row, range(count)))
    connection.close()


@pytest.mark.parametrize(
    ("entries", "clock"),
    [
        (20_000, time.thread_time),  # other tests may run beside it
        pytest.param(1_000_000, time.perf_counter, marks=pytest.mark.soak),
    ],
)
def test_look_ups_stay_fast(tmp_path, entries, clock):
    """Look-ups take under 5 ms (p99) at a million entries; the sample counts its own time."""
    path = tmp_path / "journal.db"
    journal = Journal(f"sqlite:///{path}", "r")
    _fill(path, entries)
    assert _p99(journal, entries, clock) < 0.005
    journal.close()


def _p99(journal, entries, clock):
    took = []
    for number in range(0, entries, entries // 1000):
        started = clock()
        found = journal.history(Identity(SCOPE, "messages", f"k{number}", "7"))
        took.append(clock() - started)
        assert found[0].remote_id == str(number)
    return statistics.quantiles(took, n=100)[98]
