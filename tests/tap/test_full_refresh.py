"""After a full refresh the tables of messages equal the platform; nothing is removed on a guess."""

import itertools
import json
import time
from datetime import datetime, timedelta

import pytest

from tap_hootsuite.filters import covers
from tap_hootsuite.tap import TapHootsuite

DAY = 86_400
STREAMS = ("messages", "message_history")


@pytest.fixture
def catalog(only):
    return only(*STREAMS, "deleted_messages")


@pytest.fixture
def load(sandbox, attempt, catalog, warehouse, monkeypatch):
    """Run into the same warehouse; `state` None is a full refresh.

    Runs begin a second apart, as processes do: a version is a second, as the SDK counts them.
    """
    sandbox.reset(messages=400, activity=False)
    starts = itertools.count(int(time.time()) * 1000, 1000)

    def once(state=None, **settings):
        start = next(starts)
        monkeypatch.setattr(TapHootsuite, "initialized_at", property(lambda _: start))
        output, failure = attempt(state, catalog, **settings)
        assert failure is None
        warehouse.load(output)
        return output

    return once


def versions(output):
    return {line.get("version") for line in output.lines if line["type"] == "RECORD"
            and line["stream"] in STREAMS}  # fmt: skip


def activated(output):
    return [line["stream"] for line in output.lines if line["type"] == "ACTIVATE_VERSION"]


def delete_some(sandbox, count=3):
    gone = [row["id"] for row in sandbox.truth("messages")][5 : 5 + count]
    for ident in gone:
        sandbox.mutate("delete_message", message_id=ident)
    return gone


def test_what_was_deleted_leaves_the_tables(sandbox, load, warehouse, assert_equal):
    """A message that was deleted long ago is gone from both tables after a full refresh."""
    load()
    gone = delete_some(sandbox)
    output = load()
    assert sorted(activated(output)) == sorted(STREAMS)
    assert_equal("messages", warehouse.rows("messages"), ["id"])
    assert_equal("message_history", warehouse.rows("message_history"), ["message_id", "sequence"])
    assert not {row["message_id"] for row in warehouse.rows("message_history")} & set(gone)


def test_every_record_carries_the_version_and_later_runs_keep_it(sandbox, load):
    """An incremental run writes the same version and activates nothing, so no row is lost."""
    first = load()
    (version,) = versions(first)
    sandbox.advance(DAY)
    sandbox.mutate("add_message", time=sandbox.now(), state="SENT", text="New")
    second = load(first.states[-1])
    assert versions(second) == {version}
    assert activated(second) == []


def test_a_state_of_an_earlier_release_begins_a_version(sandbox, load):
    """A state with a bookmark and no version is no full refresh: nothing is activated."""
    state = load().states[-1]
    for name in STREAMS:
        for key in ("version", "refresh"):
            state["bookmarks"][name].pop(key, None)
    output = load(state)
    assert len(versions(output)) == 1
    assert versions(output) != {None}
    assert activated(output) == []


def paused_run(sandbox, load, requests, state=None, **settings):
    """Run until the quota of the day is used up; the next day begins afterwards."""
    sandbox.reset(messages=400, activity=False, daily_quota=requests) if state is None else None
    output = load(state, daily_quota_percent=100, **settings)
    sandbox.advance(DAY)
    return output


def test_a_pause_splits_the_refresh_over_runs(sandbox, load, warehouse):
    """The version stays in the state from run to run; it is activated once, at the very end."""
    load()
    seen, state, runs = [], None, 0
    while True:
        output = paused_run(sandbox, load, 40, state)
        seen.append((versions(output), activated(output)))
        state, runs = output.states[-1], runs + 1
        if not any(state["bookmarks"][name].get("refresh") for name in STREAMS):
            break
        assert runs < 60
    assert runs > 2
    assert len(set().union(*(found for found, _ in seen))) == 1
    assert all(not names for _, names in seen[:-1])
    assert sorted(seen[-1][1]) == sorted(STREAMS)
    assert {row["id"] for row in warehouse.rows("messages")} == {
        row["id"] for row in sandbox.truth("messages")
    }


def test_filters_that_became_narrower_activate_nothing(sandbox, load, warehouse, caplog):
    """A refresh that began with all profiles and ends with one removes nothing."""
    first = paused_run(sandbox, load, 40)
    profile = warehouse.rows("messages")[0]["social_profile_id"]
    state, before = first.states[-1], len(warehouse.rows("messages"))
    assert state["bookmarks"]["messages"]["refresh"]
    for _ in range(60):
        output = paused_run(sandbox, load, 40, state, social_profile_ids=[profile])
        state = output.states[-1]
        assert activated(output) == []
        if not state["bookmarks"]["messages"].get("refresh"):
            break
    assert len(warehouse.rows("messages")) >= before
    assert "the filters became narrower" in caplog.text


def test_a_refused_history_activates_only_the_messages(sandbox, load, caplog):
    """Histories that were refused may still exist: their table keeps all rows."""
    load()
    sandbox.faults(operation="get_message_history", kind="status", status=403, code=4002, times=2)
    output = load()
    assert activated(output) == ["messages"]
    assert "message_history: the full refresh is complete but something was refused" in caplog.text


@pytest.mark.parametrize("operation", ["list_social_profiles", "list_messages"])
def test_refused_parents_activate_nothing(sandbox, load, operation):
    """What may not be listed is not gone."""
    load()
    sandbox.faults(operation=operation, kind="status", status=403, code=4002, times=0)
    assert activated(load()) == []


def test_an_empty_list_activates_nothing(sandbox, load):
    """A platform that lists not one message from the start date on is not believed."""
    load()
    body = json.dumps({"data": [], "metadata": {}})
    headers = {"Content-Type": "application/json"}
    sandbox.faults(
        operation="list_messages", kind="status", status=200, times=0, body=body, headers=headers
    )
    assert activated(load()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"full_refresh_deletes": False},
        {"emit_activate_version_messages": False},
        {"start_date": "2093-01-01"},
    ],
)
def test_settings_under_which_nothing_is_activated(load, changes):
    """Switched off, or with nothing to read, the tables keep all rows."""
    assert activated(load(**changes)) == []


SCOPE = {
    "start": "2025-01-01T00:00:00Z", "profiles": "1,2", "states": "SENT", "end": None,
    "horizon": 364, "review": True, "every": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("now", "covered"),
    [
        ({}, True),
        ({"profiles": "1,2,3"}, True),
        ({"profiles": "1"}, False),
        ({"states": ""}, True),
        ({"states": "SCHEDULED,SENT"}, True),
        ({"states": "SCHEDULED"}, False),
        ({"start": "2024-01-01T00:00:00Z"}, True),
        ({"start": "2025-01-02T00:00:00Z"}, False),
        ({"end": "2026-01-01T00:00:00Z"}, False),
        ({"horizon": 7}, False),
        ({"review": False}, False),
        ({"every": True}, False),
    ],
)
def test_what_narrower_means(now, covered):
    """Every setting that decides what is read counts."""
    assert covers(SCOPE | now, SCOPE) is covered
    assert not covers(SCOPE, SCOPE | {"states": ""})


# ---------------------------------------------------------------------- recheck


def old_message(sandbox, days=60):
    limit = (datetime.fromisoformat(sandbox.now()) - timedelta(days=days)).isoformat()
    found = [row for row in sandbox.truth("messages") if row["state"] == "SENT"]
    return min(row["id"] for row in found if row["scheduledSendTime"] < limit)


def test_a_change_in_an_old_message_arrives_with_the_recheck(sandbox, load, warehouse):
    """Before the lookback nothing is read until the recheck is due; then every change is there."""
    state = load().states[-1]
    ident = old_message(sandbox)
    sandbox.mutate("edit_message", message_id=ident, text="Corrected")
    sandbox.advance(20 * DAY)
    before = len(sandbox.requests("list_messages"))
    output = load(state)
    nightly = len(sandbox.requests("list_messages")) - before
    assert ident not in {row["id"] for row in output.rows("messages")}
    sandbox.advance(11 * DAY)
    output = load(output.states[-1])
    assert {row["text"] for row in output.rows("messages") if row["id"] == ident} == {"Corrected"}
    assert activated(output) == []
    sandbox.advance(DAY)
    before = len(sandbox.requests("list_messages"))
    load(output.states[-1])
    assert len(sandbox.requests("list_messages")) - before <= nightly + 1


def test_no_recheck_when_it_is_off(sandbox, load):
    """With `recheck_days` 0 old messages are never read again."""
    state = load(recheck_days=0).states[-1]
    ident = old_message(sandbox)
    sandbox.mutate("edit_message", message_id=ident, text="Corrected")
    sandbox.advance(100 * DAY)
    output = load(state, recheck_days=0)
    assert ident not in {row["id"] for row in output.rows("messages")}


def test_a_recheck_keeps_within_its_share_and_carries_on(sandbox, load, warehouse):
    """With a small share it takes several runs, each within it, and reaches every message."""
    sandbox.reset(messages=400, activity=False, daily_quota=400)
    state = load(start_date="2023-06-01").states[-1]
    edited = {row["id"] for row in sandbox.truth("messages") if row["state"] == "SENT"}
    for ident in edited:
        sandbox.mutate("edit_message", message_id=ident, text="Again")
    sandbox.advance(40 * DAY)
    runs = 0
    while True:
        output = load(state, start_date="2023-06-01", scan_quota_percent=1)
        spent = output.states[-1]["bookmarks"]["messages"]["spent"]["requests"]
        assert spent <= 400 * 1 // 100 + 8 * 2  # what was under way when the share was used up
        state, runs = output.states[-1], runs + 1
        if state["bookmarks"]["messages"]["recheck"]["at"] is None:
            break
        assert runs < 20
        sandbox.advance(DAY)
    assert runs > 1
    assert {row["text"] for row in warehouse.rows("messages") if row["id"] in edited} == {"Again"}
