"""The journal: intents on disk, one owner each, found again fast."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from target_hootsuite.errors import LeaseLost
from target_hootsuite.journal import leases
from target_hootsuite.journal.entries import Busy, Intent, claim_of
from target_hootsuite.journal.store import Journal
from target_hootsuite.results import Result
from target_hootsuite.rows.identity import Identity

SCOPE = "https://platform.test|member:1"
ME = Identity(SCOPE, "messages", "k1", "7")


@pytest.fixture
def open_journal(journal_url):
    """A function that opens the journal as a new owner; all are closed at the end."""
    opened = []

    def make(**options):
        journal = Journal(journal_url, f"run{len(opened)}", **options)
        journal.start()
        opened.append(journal)
        return journal

    yield make
    for journal in opened:
        journal.close()


def intent(identity=ME, **changes):
    return Intent(
        **{"identity": identity, "fingerprint": "f" * 64, "content": {"text": "x"}, "at": 1000.0}
        | changes
    )


def test_round_trip(open_journal):
    """An intent comes back as it was written, and closes with its outcome."""
    journal = open_journal()
    entry = journal.begin(intent(before=["9"]))
    assert journal.history(ME) == [entry]
    assert (entry.status, entry.open, entry.before, entry.attempts) == ("intent", 1, ["9"], 1)
    journal.settle(entry, "done", remote_id="42", claim="c42", settled_at=1001.0)
    (settled,) = journal.history(ME)
    assert (settled.status, settled.open, settled.remote_id, settled.owner) == (
        "done",
        None,
        "42",
        None,
    )
    assert journal.open_entries(SCOPE) == []


def test_one_open_intent_per_identity(open_journal):
    """Rule 8: while an identity is open nobody else may open it."""
    first, second = open_journal(), open_journal()
    entry = first.begin(intent())
    with pytest.raises(Busy):
        second.begin(intent())
    with pytest.raises(Busy):
        second.begin(intent(previous=entry))
    second.begin(intent(Identity(SCOPE, "messages", "k1", "8")))


def test_a_version_settled_elsewhere_is_noticed(open_journal):
    """Rule 8: what was decided on an old look-up can't begin: it might post twice."""
    first, second = open_journal(), open_journal()
    first.settle(first.begin(intent()), "done", remote_id="1")
    with pytest.raises(Busy):
        second.begin(intent())


def test_only_a_dead_owners_intent_is_taken_over(open_journal, monkeypatch):
    """Rule 8: a live owner keeps its intent; a dead one loses it to exactly one other."""
    first, second, third = open_journal(), open_journal(), open_journal()
    entry = first.begin(intent())
    assert second.take_over(entry) is None
    monkeypatch.setattr(leases, "_process", lambda _: None)
    mine = second.take_over(entry)
    assert mine is not None
    assert third.take_over(entry) is None
    with pytest.raises(LeaseLost):
        first.check_owned(entry)
    with pytest.raises(LeaseLost):
        first.settle(entry, "done")
    with pytest.raises(LeaseLost):
        first.step(entry, "create", 1.0)
    second.check_owned(mine)


def test_a_lease_that_ran_out_is_dead(open_journal):
    """Rule 8: an owner that stopped renewing loses its intents and may not send."""
    first, second = open_journal(lease_seconds=0.2), open_journal()
    entry = first.begin(intent())
    first.lease._stop.set()
    first.lease._thread.join()
    deadline = time.monotonic() + 5
    while second.is_alive(first.owner.id):
        assert time.monotonic() < deadline
    with pytest.raises(LeaseLost):
        first.check_owned(entry)
    assert second.take_over(entry) is not None


def test_a_living_owner_renews(open_journal):
    """Rule 8: a lease outlives its seconds while its owner lives."""
    first, second = open_journal(lease_seconds=0.3), open_journal()
    beat = threading.Event()
    renew = first.lease.renew

    def seen():
        renew()
        beat.set()

    first.lease.renew = seen
    assert beat.wait(5)
    beat.clear()
    assert beat.wait(5)
    assert second.is_alive(first.owner.id)
    assert first.lease.holds()


def test_unique_remote_id(open_journal):
    """Rule 13: a remote message belongs to one entry only."""
    journal = open_journal()
    one = journal.begin(intent())
    two = journal.begin(intent(Identity(SCOPE, "messages", "k2", "7")))
    journal.settle(one, "done", remote_id="42", claim="x|42")
    with pytest.raises(Busy):
        journal.settle(two, "done", remote_id="42", claim="x|42")
    assert journal.history(Identity(SCOPE, "messages", "k2", "7"))[0].open == 1


def test_claims_are_found(open_journal):
    """Rule 15: what an entry owns is not adopted by another."""
    journal = open_journal()
    entry = journal.begin(intent())
    journal.settle(entry, "done", remote_id="42", claim=claim_of(SCOPE, "messages", "42"))
    assert journal.claimed(SCOPE, "messages", ["41", "42"]) == {"42"}
    assert journal.claimed("other", "messages", ["42"]) == set()


def test_rejected_versions_do_not_pile_up(open_journal):
    """Rule 12: a rejected row is tried again in the entry that it has."""
    journal = open_journal()
    entry = journal.begin(intent())
    journal.settle(entry, "rejected", error_code="4000")
    (rejected,) = journal.history(ME)
    again = journal.begin(intent(previous=rejected, at=2000.0))
    assert (again.id, again.attempts, again.first_seen_at) == (entry.id, 2, 1000.0)
    with pytest.raises(Busy):
        journal.begin(intent(previous=rejected))
    assert len(journal.history(ME)) == 1


def test_unknown_stays_open(open_journal):
    """Rule 12: an unknown entry blocks newer versions until it is settled."""
    first, second = open_journal(), open_journal()
    first.settle(first.begin(intent()), "unknown")
    (entry,) = second.open_entries(SCOPE, "messages")
    assert entry.owner is None
    with pytest.raises(Busy):
        second.begin(intent(previous=entry))
    mine = second.take_over(entry)
    second.settle(mine, "done", remote_id="5")
    assert first.open_entries(SCOPE) == []


def test_results_keep_the_first_sight(open_journal):
    """Results of an identity are replaced by newer ones, except for its first sight."""
    journal = open_journal()
    for status, seen in (("rejected", "2026-01-01T00:00:00Z"), ("done", "2026-01-02T00:00:00Z")):
        result = Result("r", "messages", "k1", "create", status, first_seen_at=seen)
        journal.report([(ME.digest, SCOPE, result)])
    (row,) = journal.results(SCOPE)
    assert (row["status"], row["first_seen_at"]) == ("done", "2026-01-01T00:00:00Z")
    assert journal.reported([ME.digest]) == {ME.digest: ("2026-01-01T00:00:00Z", "done")}
    assert journal.results(SCOPE, status="unknown") == []


def test_media_is_remembered_per_account(open_journal):
    """Rule 20: an upload is found by content and account; its first use is kept."""
    journal = open_journal()
    journal.uploads.keep(SCOPE, "d", media_id="M1", mime_type="image/png", uploaded_at=1.0)
    journal.uploads.note_use(SCOPE, ["M1"], 5.0)
    journal.uploads.note_use(SCOPE, ["M1"], 9.0)
    assert journal.uploads.find(SCOPE, "d")["used_at"] == 5.0
    assert journal.uploads.find("other", "d") is None
    journal.uploads.keep(SCOPE, "d", media_id="M2", mime_type="image/png", uploaded_at=2.0)
    assert journal.uploads.find(SCOPE, "d")["media_id"] == "M2"
    assert journal.uploads.find(SCOPE, "d")["used_at"] is None


def test_two_threads_race_for_one_identity(open_journal):
    """Rule 8: of many that begin at once exactly one wins."""
    journals = [open_journal() for _ in range(4)]
    outcomes = []

    def race(journal):
        try:
            outcomes.append(journal.begin(intent()).id)
        except Busy:
            outcomes.append(None)

    threads = [threading.Thread(target=race, args=(journal,)) for journal in journals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([found for found in outcomes if found]) == 1


def test_a_dead_process_is_noticed_at_once(tmp_path):
    """Rule 8: after a crash on the same machine nobody waits for the lease to run out."""
    url = f"sqlite:///{tmp_path}/journal.db"
    code = (
        "import os,sys\nfrom target_hootsuite.journal.store import Journal\n"
        "j=Journal(sys.argv[1],'dead');j.start()\nprint(j.owner.id,flush=True)\nos._exit(1)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, url],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    journal = Journal(url, "r")
    journal.start()
    assert not journal.is_alive(done.stdout.strip())
    assert journal.is_alive(journal.owner.id)
    journal.close()
