# ruff: noqa: PLR0917 - fixtures are arguments
"""The heart: a row is posted at most once, and every row is accounted for."""

import json
import sqlite3
import time
from pathlib import Path

import pytest

from hootsuite_api.transport import Transport
from target_hootsuite.journal.store import Journal


def clear(results):
    """Results without what differs from run to run."""
    return [(one["key"], one["social_profile_id"], one["status"]) for one in results]


def test_one_post_per_row_and_profile(run_target, make_rows, posts, sandbox):
    """Rule 6: one POST for each row and profile, and a result for each."""
    run = run_target(make_rows(6, per_row=2))
    assert run.code == 0
    assert run.statuses == {"done": 12}
    assert sorted(posts().values()) == [1] * 12
    bodies = sandbox.stats()["requests"]["create_message"]
    assert bodies == 12
    remote = {one["id"] for one in sandbox.truth("messages")}
    assert {one["remote_id"] for one in run.results} <= remote


def test_second_run_sends_nothing(run_target, make_rows, sandbox):
    """Rule 12: what is done is unchanged, and asks the platform for nothing."""
    rows = make_rows(5)
    run_target(rows)
    before = sandbox.stats()["total"]
    run = run_target(rows)
    assert (run.code, run.statuses) == (0, {"unchanged": 5})
    assert sandbox.stats()["total"] == before


@pytest.mark.parametrize("when", ["deleted", "rolled back", "another machine's"])
def test_a_lost_journal_posts_nothing_twice(when, run_target, make_rows, sandbox, tmp_path):
    """Rule 15: what stands on the platform is adopted, one to one."""
    rows = make_rows(6, per_row=2)
    rows[5] |= {
        "text": rows[4]["text"],
        "scheduled_send_time": rows[4]["scheduled_send_time"],
        "social_profile_ids": rows[4]["social_profile_ids"],
    }
    rows[0] |= {"scheduled_send_time": None, "send_now": True}
    journal = tmp_path / "journal.db"
    saved = None
    if when == "rolled back":
        run_target(rows[:2])
        saved = journal.read_bytes()
    assert run_target(rows).code == 0
    other = tmp_path / "other.db"
    if when == "deleted":
        journal.unlink()
    elif saved is not None:
        journal.write_bytes(saved)
    url = f"sqlite:///{other}" if when == "another machine's" else f"sqlite:///{journal}"
    ledger = len(sandbox.ledger())
    run = run_target(rows, journal_url=url)
    assert run.code == 0
    assert set(run.statuses) <= {"adopted", "unchanged"}
    assert len({one["remote_id"] for one in run.results}) == 12
    assert len(sandbox.ledger()) == ledger
    assert run_target(rows, journal_url=url).statuses == {"unchanged": 12}


@pytest.mark.parametrize(
    ("old", "new"), [("Z", ""), ("Z", "+0000"), ("Z", ".123456789Z"), ("Z", "z"), ("T", " ")]
)
def test_times_of_the_platform_are_utc_in_every_zone(
    old, new, run_target, make_rows, posts, tmp_path, monkeypatch
):
    """Rule 15: under TZ=America/New_York a lost journal posts nothing twice, however times look."""
    rows = make_rows(2)
    rows[1] |= {"scheduled_send_time": None, "send_now": True}
    inner = Transport.exchange

    def exchange(self, *arguments, **options):
        answer = inner(self, *arguments, **options)
        data = answer.body.get("data") if isinstance(answer.body, dict) else None
        for one in data if isinstance(data, list) else []:
            if one.get("scheduledSendTime"):
                one["scheduledSendTime"] = one["scheduledSendTime"].replace(old, new)
        return answer

    monkeypatch.setattr(Transport, "exchange", exchange)
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert run_target(rows).statuses == {"done": 2}
        (tmp_path / "journal.db").unlink()
        assert run_target(rows).statuses == {"adopted": 2}
        changed = [rows[0] | {"text": "New"}]
        assert [one["action"] for one in run_target(changed).results] == ["replace"]
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert sorted(posts().values()) == [1, 1, 1]


def test_equal_text_under_two_keys_is_two_posts(run_target, make_rows, posts):
    """Rule 5: two keys that say the same are two posts."""
    rows = make_rows(2)
    rows[1] = rows[0] | {"external_id": "other"}
    assert run_target(rows).statuses == {"done": 2}
    assert list(posts().values()) == [2]


def test_the_same_key_twice(run_target, make_rows, posts):
    """Rule 4: the same again is unchanged, a contradiction is rejected."""
    (row,) = make_rows(1)
    run = run_target([row, row | {"updated_at": "x"}, row | {"text": "Other"}])
    assert [one["status"] for one in run.results] == ["rejected", "done", "unchanged"]
    assert run.results[0]["error_code"] == "duplicate_key"
    assert run.code == 2
    assert list(posts().values()) == [1]


@pytest.mark.parametrize(
    ("kind", "when"),
    [
        ("reset", "after"),
        ("close", "after"),
        ("truncate", "after"),
        ("garbage", "after"),
        ("reset", "before"),
        ("garbage", "before"),
    ],
)
def test_a_lost_reply_never_posts_twice(kind, when, run_target, make_rows, posts, sandbox):
    """Rule 9 and 13: whatever comes back, each row is posted at most once and then found."""
    rows = make_rows(3, per_row=2)
    sandbox.faults(operation="create_message", kind=kind, when=when, times=0)
    run = run_target(rows)
    sandbox.clear_faults()
    if when == "after":
        assert (run.code, run.statuses) == (0, {"done": 6})
        assert sorted(posts().values()) == [1] * 6
        assert run_target(rows).statuses == {"unchanged": 6}
        return
    assert (run.code, run.statuses) == (3, {"unknown": 6})
    assert run.states[-1] == {"rows": 3}, "an unknown that is journalled is accounted for"
    assert not posts()
    assert run_target(rows).statuses == {"unknown": 6}
    assert not posts(), "on_unknown: hold never sends again"
    assert run_target(rows, on_unknown="resend").statuses == {"done": 6}
    assert sorted(posts().values()) == [1] * 6


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"status": 500, "code": 9000}, "unknown"),
        ({"status": 400, "code": 5000}, "unknown"),
        ({"status": 400, "code": 9000}, "unknown"),
        ({"status": 503}, "unknown"),
        ({"status": 400}, "unknown"),
        ({"status": 404}, "unknown"),
        ({"status": 302, "headers": {"Location": "/v1/messages"}}, "unknown"),
        ({"status": 307, "headers": {"Location": "/v1/messages"}}, "unknown"),
        ({"status": 200, "body": "{}"}, "unknown"),
        ({"status": 200, "body": '{"data": []}'}, "unknown"),
        (
            {"status": 200, "body": '{"data": [{"id": "1", "socialProfile": {"id": "9"}}]}'},
            "unknown",
        ),
        (
            {"status": 200, "body": '{"errors": [{"code": 9000, "message": "x", "id": "t"}]}'},
            "unknown",
        ),
        ({"status": 400, "code": 4000}, "rejected"),
        ({"status": 400, "code": 40025}, "rejected"),
        ({"status": 400, "code": 5002}, "rejected"),
        ({"status": 403, "code": 5002}, "rejected"),
        (
            {"status": 200, "body": '{"errors": [{"code": 5002, "message": "x", "id": "t"}]}'},
            "rejected",
        ),
        ({"status": 403, "code": 40005}, "rejected"),
        (
            {"status": 200, "body": '{"errors": [{"code": 40005, "message": "x", "id": "t"}]}'},
            "rejected",
        ),
    ],
)
def test_what_proves_that_nothing_was_written(fault, status, run_target, make_rows, posts, sandbox):
    """Rule 9 and 10: only a refusal with a known code proves it; all else stays unknown."""
    sandbox.faults(operation="create_message", kind="status", times=0, **fault)
    run = run_target(make_rows(1))
    assert run.statuses == {status: 1}, run.results
    assert run.code == {"unknown": 3, "rejected": 2}[status]
    assert not posts()
    if status == "rejected":
        assert run.results[0]["error_code"]
        sandbox.clear_faults()
        again = run_target(make_rows(1))
        assert again.statuses == {"done": 1}, "rule 12: a rejected row is tried again"
        assert again.results[0]["attempts"] == 1


def test_a_429_is_waited_for(run_target, make_rows, posts, sandbox):
    """Rule 9: a 429 proves that nothing was written; the row is sent again."""
    sandbox.faults(operation="create_message", kind="status", status=429, code=1003, times=1)
    assert run_target(make_rows(1)).statuses == {"done": 1}
    assert list(posts().values()) == [1]


@pytest.mark.parametrize(
    ("change", "policy"),
    [
        ("shorten_links", "hold"),
        ("append", "resend"),
        ("trim", "hold"),
        pytest.param("shorten_links", "resend", marks=pytest.mark.soak),
        pytest.param("append", "hold", marks=pytest.mark.soak),
        pytest.param("trim", "resend", marks=pytest.mark.soak),
    ],
)
def test_text_changed_by_the_server(change, policy, run_target, make_rows, posts, sandbox):
    """Rule 14: an altered text in the same place is no proof of absence: never a second post."""
    sandbox.settings(text_change=change)
    rows = make_rows(2, text="See https://example.com/a/very/long/path now  ")
    sandbox.faults(operation="create_message", kind="close", when="after", times=0)
    run_target(rows, on_unknown=policy)
    sandbox.clear_faults()
    run_target(rows, on_unknown=policy)
    assert sum(posts().values()) == 2


@pytest.mark.parametrize("lag", [5, 120])
def test_a_hidden_message_is_found_later(lag, run_target, make_rows, posts, sandbox):
    """Rule 13: what the platform hides for a while stays unknown and is settled when seen."""
    rows = make_rows(3)
    sandbox.settings(lag_seconds=lag)
    sandbox.faults(operation="create_message", kind="close", when="after", times=0)
    assert run_target(rows).statuses == {"unknown": 3}
    sandbox.clear_faults()
    assert run_target(rows).statuses == {"unknown": 3}
    waiting = run_target(rows, on_unknown="resend", settle_seconds=180)
    assert waiting.statuses == {"unknown": 3}, "not before settle_seconds"
    sandbox.advance(lag + 1)
    assert run_target(rows).code == 0
    assert sorted(posts().values()) == [1] * 3


def test_several_matches_stay_unknown(run_target, make_rows, sandbox, profiles):
    """Rule 13: more matches than posts can't be told apart; a person decides."""
    rows = make_rows(1)
    sandbox.faults(operation="create_message", kind="close", when="after", times=1)
    sandbox.settings(lag_seconds=60)
    assert run_target(rows).statuses == {"unknown": 1}
    sandbox.mutate(
        "add_message", profile_id=profiles[0], text="Post 0", time="2026-02-01T00:00:00Z"
    )
    sandbox.advance(61)
    assert run_target(rows, on_unknown="resend").statuses == {"unknown": 1}


def test_what_stood_there_before_is_no_match(run_target, make_rows, sandbox, profiles):
    """Rule 13: a message that was listed before the intent can't be what the intent became."""
    sandbox.mutate(
        "add_message", profile_id=profiles[0], text="Post 0", time="2026-02-01T00:00:00Z"
    )
    sandbox.faults(operation="create_message", kind="close", times=1)
    assert run_target(make_rows(1), on_existing="post").statuses == {"unknown": 1}


def test_what_somebody_else_made_is_no_match(run_target, make_rows, sandbox, profiles):
    """Rule 13: an equal message of another member proves nothing about ours."""
    sandbox.faults(operation="create_message", kind="close", times=1)
    assert run_target(make_rows(1)).statuses == {"unknown": 1}
    sandbox.mutate(
        "add_message",
        profile_id=profiles[0],
        text="Post 0",
        time="2026-02-01T00:00:00Z",
        created_by="77",
    )
    assert run_target(make_rows(1)).statuses == {"unknown": 1}


def test_rows_of_a_profile_keep_their_order(run_target, make_rows, profiles, sandbox):
    """Rule 23: a slow first row is waited for; the next one of its profile does not overtake it."""
    rows = make_rows(4, social_profile_ids=profiles[:1])
    sandbox.faults(operation="create_message", kind="delay", delay_ms=300, contains="Post 0")
    run_target(rows, max_concurrency=4)
    assert [one["text"] for one in sandbox.ledger()] == [row["text"] for row in rows]


def test_what_may_belong_to_an_open_row_is_not_adopted(run_target, make_rows, sandbox, profiles):
    """Rule 15: while two messages may be an open row's, another key takes neither of them."""
    (row,) = make_rows(1)
    sandbox.faults(operation="create_message", kind="close", when="after", times=1)
    sandbox.settings(lag_seconds=60)
    assert run_target([row]).statuses == {"unknown": 1}
    sandbox.mutate(
        "add_message", profile_id=profiles[0], text="Post 0", time="2026-02-01T00:00:00Z"
    )
    sandbox.advance(61)
    run = run_target([row | {"external_id": "other"}])
    assert [(one["status"], one["action"]) for one in run.results] == [("done", "create")]


def test_an_open_row_blocks_its_newer_versions(run_target, make_rows, posts, sandbox):
    """Rule 12: an unknown row is not overtaken by an edit of it."""
    (row,) = make_rows(1)
    sandbox.faults(operation="create_message", kind="reset", times=1)
    assert run_target([row]).statuses == {"unknown": 1}
    assert run_target([row | {"text": "New"}]).statuses == {"unknown": 1}
    assert not posts()


def test_two_platforms_share_a_journal(run_target, make_rows, posts, sandbox):
    """Rule 1: another platform is another identity: each gets every post."""
    rows = make_rows(3)
    run_target(rows)
    url = sandbox.url.replace("127.0.0.1", "localhost")
    run = run_target(rows, api_url=url, on_existing="post")
    assert run.statuses == {"done": 3}
    assert set(posts().values()) == {2}


@pytest.mark.parametrize("policy", ["reject", "post"])
def test_existing_messages(policy, run_target, make_rows, posts, sandbox, profiles):
    """Rule 15: an equal message that nobody owns is adopted, or rejected, or posted again."""
    (row,) = make_rows(1)
    sandbox.mutate(
        "add_message", profile_id=profiles[0], text="Post 0", time="2026-02-01T00:00:00Z"
    )
    run = run_target([row], on_existing=policy)
    assert run.statuses == {{"reject": "rejected", "post": "done"}[policy]: 1}
    assert sum(posts().values()) == (policy == "post")


def test_send_now_is_found_again(run_target, make_rows, posts, sandbox):
    """Rule 13: an unanswered send-now is found by its text after the intent."""
    rows = make_rows(2, scheduled_send_time=None, send_now=True)
    run_target(
        make_rows(1, external_id="before", text="Post 0", scheduled_send_time=None, send_now=True)
    )
    sandbox.faults(operation="create_message", kind="close", when="after", times=0)
    run = run_target(rows)
    sandbox.clear_faults()
    assert run.statuses == {"done": 2}
    assert sorted(posts().values()) == [1, 2]
    assert run_target(rows).statuses == {"unchanged": 2}


def test_a_match_that_cannot_be_read_stops_nobody(run_target, make_rows, posts, sandbox):
    """Rule 13: the listing proves the match; that its details are refused defers no other row."""
    rows = make_rows(3)
    sandbox.settings(lag_seconds=60)
    sandbox.faults(operation="create_message", kind="close", when="after", times=1)
    assert run_target(rows[:1]).statuses == {"unknown": 1}
    sandbox.advance(61)
    sandbox.faults(operation="get_message", kind="status", status=403, code=1201, times=0)
    run = run_target(rows)
    assert (run.code, run.statuses) == (0, {"unchanged": 1, "done": 2})
    assert sorted(posts().values()) == [1] * 3


def test_a_journal_of_a_newer_run_is_required(run_target, make_rows, posts):
    """Rule 15: `require_journal` refuses to start without one."""
    run = run_target(make_rows(1), require_journal=True)
    assert (run.code, run.statuses) == (1, {"deferred": 1})
    assert not posts()
    assert run.states == []


def test_entries_carry_scope_and_version(run_target, make_rows, tmp_path, sandbox):
    """Rule 1 and 3: each entry names platform, account and the version of its fingerprint."""
    run_target(make_rows(1))
    connection = sqlite3.connect(tmp_path / "journal.db")
    scope, algorithm = connection.execute(
        "SELECT scope, algorithm FROM hootsuite_entries"
    ).fetchone()
    connection.close()
    assert scope == f"{sandbox.url}|member:{sandbox.ready['member_id']}"
    assert algorithm == 1


def test_versions_go_back_and_forth(run_target, make_rows, sandbox):
    """Rule 4: across runs A, B and A again are three versions."""
    (row,) = make_rows(1)
    other = row | {"text": "B"}
    for version in (row, other, row):
        assert run_target([version]).statuses == {"done": 1}
    texts = [one["text"] for one in sandbox.truth("messages") if one["text"] in ("Post 0", "B")]
    assert texts == ["Post 0"]
    kinds = [entry["kind"] for entry in sandbox.ledger()]
    assert kinds == ["message_created", "message_deleted"] * 2 + ["message_created"]


def test_results_reach_file_and_journal(run_target, make_rows, tmp_path, target_config, sandbox):
    """Results stand in the file and in the journal, with the platform's code and trace id."""
    sandbox.faults(operation="create_message", kind="status", status=400, code=4000, times=1)
    run = run_target(make_rows(1))
    (line,) = run.results
    assert (line["error_code"], bool(line["trace_id"])) == ("4000", True)
    assert Path(tmp_path / "journal.db").stat().st_mode & 0o777 == 0o600
    journal = Journal(target_config["journal_url"], "look")
    (kept,) = journal.results()
    journal.close()
    same = set(line) - {"settled_at"}
    assert {name: kept[name] for name in same} == {name: line[name] for name in same}
    assert json.dumps(line)
