"""Reading the journal for people, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from target_hootsuite.actions import ACTIONS
from target_hootsuite.errors import JournalFault
from target_hootsuite.journal import notes, rejected_rows
from target_hootsuite.journal.decisions import Decision
from target_hootsuite.journal.entries import Intent, claim_of
from target_hootsuite.journal.report import Report, Wanted
from target_hootsuite.journal.store import Journal
from target_hootsuite.model import Unit
from target_hootsuite.results import Result
from target_hootsuite.rows.identity import Identity

SCOPE = "https://platform.test|member:1"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Both databases that the journal supports."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    return request.getfixturevalue("fresh_postgres")


@pytest.fixture
def journal(url):
    """A journal that is written to."""
    one = Journal(url, "run1")
    one.start()
    yield one
    one.close()


@pytest.fixture
def report(journal, url):
    """The same journal, read."""
    one = Report(url)
    yield one
    one.close()


def identity(key):
    return Identity(SCOPE, "messages", key, "7")


def result(key, status, **changes):
    values = {"social_profile_id": "7", "first_seen_at": "2026-01-15T12:00:00Z"} | changes
    return Result("run1", "messages", key, "create", status, **values)


def lose(journal, key):
    """An entry of unknown fate."""
    entry = journal.begin(Intent(identity(key), "f" * 64, {}, 1_768_000_000.0))
    journal.settle(entry, "unknown", result(key, "unknown"))
    return journal.take_over(journal.history(identity(key))[0])


def test_what_a_later_run_found_counts(journal, report):
    """The result said unknown, the entry knows better; nothing else is changed."""
    entry = lose(journal, "a")
    assert report.counts() == {"unknown": 1}
    claim = claim_of(SCOPE, "messages", "42")
    journal.settle(entry, "done", remote_id="42", claim=claim, settled_at=1_768_000_100.0)
    (row,) = report.results(Wanted(status="done"))
    assert (row["status"], row["remote_id"]) == ("done", "42")
    assert row["settled_at"] == "2026-01-09T23:08:20Z"
    assert report.results(Wanted(status="unknown")) == []
    assert report.open_entries() == []


def test_what_was_sent_after_a_deferral_counts(journal, report):
    """A run was stopped, the next was killed, a third found the message: it is done."""
    journal.report([(identity("a").digest, SCOPE, result("a", "deferred", fingerprint="f" * 64))])
    entry = journal.begin(Intent(identity("a"), "f" * 64, {}, 1_768_000_000.0))
    assert (report.counts(), report.results()[0]["status"]) == ({"unknown": 1}, "unknown")
    claim = claim_of(SCOPE, "messages", "42")
    journal.settle(entry, "done", remote_id="42", claim=claim, settled_at=1_768_000_100.0)
    (row,) = report.results()
    assert (row["status"], row["remote_id"], row["error_message"]) == ("done", "42", None)
    assert report.counts() == {"done": 1}


def test_a_deferral_of_other_content_stands(journal, report):
    """The old version is on the platform, the new one was not attempted."""
    lost = lose(journal, "a")
    journal.settle(lost, "done", remote_id="42", settled_at=1_768_000_100.0)
    journal.report([(identity("a").digest, SCOPE, result("a", "deferred", fingerprint="0" * 64))])
    assert [row["status"] for row in report.results()] == ["deferred"]


def test_a_row_that_a_first_run_died_over_is_unknown(journal, report):
    """No result was written for it, yet nobody knows its fate."""
    journal.begin(Intent(identity("a"), "f" * 64, {}, 1_768_000_000.0))
    (row,) = report.results(Wanted(status="unknown", key="a"))
    assert (row["status"], row["social_profile_id"]) == ("unknown", "7")
    assert report.counts() == {"unknown": 1}
    assert report.results(Wanted(key="b")) == []
    (entry,) = journal.history(identity("a"))
    journal.settle(entry, "done", remote_id="42", settled_at=1_768_000_100.0)
    (row,) = report.results()
    assert (row["status"], row["remote_id"], row["error_message"]) == ("done", "42", None)
    assert report.counts() == {"done": 1}


def test_keys_are_sorted_as_people_count(journal, report):
    """Two before ten."""
    for key in ("big/10", "big/2", "big/1", "7", "b"):
        journal.report([(identity(key).digest, SCOPE, result(key, "done"))])
    keys = [row["key"] for row in report.results()]
    assert keys == ["7", "b", "big/1", "big/2", "big/10"]


def test_the_clock_of_the_platform_is_remembered(journal, report):
    """What is long ago there may be now here."""
    assert abs(report.now() - datetime.now(UTC)) < timedelta(minutes=1)
    notes.keep_clock(journal, datetime.now(UTC) - timedelta(days=300))
    ago = datetime.now(UTC) - report.now()
    assert timedelta(days=299) < ago < timedelta(days=301)


def test_a_decision_is_kept_with_time_and_user(journal, report):
    """In the entry and in the result, in one commit with the change."""
    entry = lose(journal, "a")
    decision = Decision("a", "42", "ann", datetime(2026, 1, 16, tzinfo=UTC))
    claim = claim_of(SCOPE, "messages", "42")
    journal.settle(entry, "done", decision.result(entry, "run2"), **decision.columns(claim))
    (row,) = report.results()
    assert row["error_message"] == "Decided by ann at 2026-01-16T00:00:00Z: sent as 42."
    kept = journal.history(identity("a"))[0]
    assert (kept.error_message, kept.status) == (row["error_message"], "done")


def test_filters(journal, report):
    """Each of them, and the newest run."""
    early = result("a", "done", settled_at="2026-01-15T12:00:00Z")
    late = Result("run2", "members", "b", "create", "rejected", settled_at="2026-01-16T12:00:00Z")
    other = Identity("elsewhere", "members", "b")
    journal.report([(identity("a").digest, SCOPE, early), (other.digest, "elsewhere", late)])
    noon = datetime(2026, 1, 16, 12, tzinfo=UTC)
    for wanted, keys in (
        (Wanted(), ["b", "a"]),
        (Wanted(run_id="run1"), ["a"]),
        (Wanted(stream="members"), ["b"]),
        (Wanted(key="a"), ["a"]),
        (Wanted(scope="elsewhere"), ["b"]),
        (Wanted(since=noon), ["b"]),
        (Wanted(until=noon), ["a"]),
    ):
        assert [row["key"] for row in report.results(wanted)] == keys, wanted
    assert report.last_run() == "run2"


def test_rejected_rows_are_kept_until_they_are_not_rejected(journal, report):
    """The newest state of a row decides."""
    unit = Unit(1, ACTIONS["messages"], {"text": "Grüße \x00"}, identity("a"), {}, "")
    unit.result = result("a", "rejected")
    rejected_rows.keep(journal, [unit])
    assert report.rejected_rows([identity("a").digest]) == {identity("a").digest: dict(unit.row)}
    unit.result = result("a", "done")
    rejected_rows.keep(journal, [unit])
    assert report.rejected_rows([identity("a").digest]) == {}


def test_no_journal_is_an_error(url):
    """A database without our tables is left as it is."""
    with pytest.raises(JournalFault, match="no journal"):
        Report(url)
