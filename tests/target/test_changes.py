"""Changed rows: delete and create, as two journalled steps."""
# ruff: noqa: PLR0917 - fixtures are arguments

import pytest
from PIL import Image


def texts(sandbox):
    """Texts of the messages that stand and were written here."""
    return sorted(
        one["text"]
        for one in sandbox.truth("messages")
        if one["text"].startswith("Post ") or one["text"] == "New"
    )


@pytest.fixture
def posted(run_target, make_rows):
    """A row that was posted, and the id that it got."""
    (row,) = make_rows(1)
    run = run_target([row])
    return row, run.results[0]["remote_id"]


def test_a_scheduled_message_is_replaced(posted, run_target, sandbox):
    """Rule 16: the new version takes the place of the old."""
    row, old = posted
    run = run_target([row | {"text": "New"}])
    assert (run.code, run.statuses) == (0, {"done": 1})
    assert run.results[0]["action"] == "replace"
    assert texts(sandbox) == ["New"]
    assert sandbox.ledger()[-2]["message_id"] == old
    assert run_target([row | {"text": "New"}]).statuses == {"unchanged": 1}


def test_only_the_profiles_that_changed_are_touched(run_target, make_rows, profiles, sandbox):
    """Rule 16: a profile that is added to a row leaves the others alone."""
    (row,) = make_rows(1)
    run_target([row])
    run = run_target([row | {"social_profile_ids": profiles[:3]}])
    assert sorted(one["status"] for one in run.results) == ["done", "done", "unchanged"]
    kinds = [entry["kind"] for entry in sandbox.ledger()]
    assert kinds == ["message_created"] * 3


@pytest.mark.parametrize(("policy", "status"), [("reject", "rejected"), ("ignore", "ignored")])
def test_policies(policy, status, posted, run_target, sandbox):
    """`on_change` may leave the message as it is."""
    row, _ = posted
    assert run_target([row | {"text": "New"}], on_change=policy).statuses == {status: 1}
    assert texts(sandbox) == ["Post 0"]


def test_an_edit_by_a_person_is_kept(posted, run_target, sandbox):
    """Rule 16: what somebody edited on the platform since our write is not overwritten."""
    row, old = posted
    sandbox.mutate("edit_message", message_id=old, text="Post edited by hand")
    run = run_target([row | {"text": "New"}])
    assert run.statuses == {"rejected": 1}
    assert run.results[0]["error_code"] == "edited"
    assert texts(sandbox) == ["Post edited by hand"]


def test_an_edit_that_shows_nowhere_but_in_its_editor(posted, run_target, sandbox):
    """Rule 16: another's hand is enough, even where the compared fields are as we wrote them."""
    row, old = posted
    sandbox.mutate("edit_message", message_id=old, text="Post 0")
    assert run_target([row | {"text": "New"}]).results[0]["error_code"] == "edited"
    assert texts(sandbox) == ["Post 0"]


def test_new_media_goes_up_before_the_old_message_goes(posted, run_target, sandbox, tmp_path):
    """Rule 16: while the media of the new version is not ready the old version stands."""
    row, _ = posted
    Image.new("RGB", (200, 200)).save(tmp_path / "a.png")
    sandbox.faults(operation="create_media", kind="status", status=400, code=4000, times=0)
    changed = row | {"text": "New", "media": [{"path": "a.png"}]}
    assert run_target([changed]).statuses == {"rejected": 1}
    assert texts(sandbox) == ["Post 0"]


def test_too_late(posted, run_target, sandbox):
    """Rule 16 and 17: close to its time, or sent, a message can't be replaced."""
    row, _ = posted
    sandbox.advance(16 * 86_400 + 11 * 3600 + 57 * 60)
    changed = row | {"text": "New", "scheduled_send_time": "2026-03-01T00:00:00Z"}
    run = run_target([changed])
    assert run.results[0]["error_code"] == "too_late"
    sandbox.advance(600)
    run = run_target([changed])
    assert (run.statuses, run.results[0]["error_code"]) == ({"rejected": 1}, "too_late")
    assert "SENT" in run.results[0]["error_message"]
    assert run_target([row]).statuses == {"unchanged": 1}


def test_a_refused_delete_leaves_all_as_it_was(posted, run_target, sandbox):
    """Rule 17: 40003 is a rejection with its reason."""
    row, _ = posted
    sandbox.faults(operation="delete_message", kind="status", status=400, code=40003, times=1)
    run = run_target([row | {"text": "New"}])
    assert (run.statuses, run.results[0]["error_code"]) == ({"rejected": 1}, "40003")
    assert texts(sandbox) == ["Post 0"]
    assert run_target([row]).statuses == {"unchanged": 1}


def test_a_deleted_message(posted, run_target, sandbox):
    """Rule 17: deleted by a person: same content unchanged, new content is a create."""
    row, old = posted
    sandbox.mutate("delete_message", message_id=old)
    assert run_target([row]).statuses == {"unchanged": 1}
    young = run_target([row | {"text": "New"}], settle_seconds=120)
    assert young.results[0]["error_code"] == "not_visible"
    run = run_target([row | {"text": "New"}])
    assert (run.statuses, run.results[0]["action"]) == ({"done": 1}, "create")
    assert texts(sandbox) == ["New"]


def test_a_message_that_is_being_uploaded_is_not_gone(posted, run_target, sandbox, pass_time):
    """Rule 17: at its time a message may be unavailable; that is no reason to post it anew."""
    row, old = posted
    pass_time(16 * 86_400 + 12 * 3600 + 10)
    sandbox.faults(operation="get_message", kind="status", status=404, code=4001, times=0)
    changed = row | {"text": "New", "scheduled_send_time": "2026-03-01T00:00:00Z"}
    run = run_target([changed])
    assert (run.statuses, run.results[0]["error_code"]) == ({"deferred": 1}, "not_visible")
    assert (run.code, run.states) == (1, []), "a later run needs the row again"
    sandbox.clear_faults()
    assert run_target([changed]).results[0]["error_code"] == "too_late"
    assert texts(sandbox) == ["Post 0"]
    sandbox.mutate("delete_message", message_id=old)
    pass_time(3600)
    assert run_target([changed]).statuses == {"done": 1}


def test_a_message_that_vanishes_during_its_replacement(posted, run_target, sandbox):
    """Rule 17: a 404 to our delete is not followed by a create in that run."""
    row, old = posted
    sandbox.faults(operation="delete_message", kind="status", status=404, code=4001, times=1)
    run = run_target([row | {"text": "New"}])
    assert run.results[0]["error_code"] == "vanished"
    assert (run.code, run.statuses, run.states) == (1, {"deferred": 1}, [])
    sandbox.mutate("delete_message", message_id=old)
    assert run_target([row | {"text": "New"}]).statuses == {"done": 1}
    assert texts(sandbox) == ["New"]


@pytest.mark.parametrize("code", [4000, 40025])
def test_a_create_that_is_refused_after_the_delete(code, posted, run_target, sandbox, tmp_path):
    """Rule 18: rejected as replacement_failed; later runs retry only the create."""
    row, _ = posted
    sandbox.faults(operation="create_message", kind="status", status=400, code=code, times=2)
    for _ in range(2):
        run = run_target([row | {"text": "New"}])
        assert run.statuses == {"rejected": 1}
    first = run.results[0]
    assert texts(sandbox) == []
    assert b"Post 0" in b"".join(path.read_bytes() for path in tmp_path.glob("journal.db*")), (
        "the old content is kept in the journal"
    )
    assert run_target([row | {"text": "New"}]).statuses == {"done": 1}
    assert first["attempts"] == 1
    assert sandbox.stats()["requests"]["delete_message"] == 1


def test_replacement_failed_is_named(posted, run_target, sandbox):
    """Rule 18: the result says what happened and carries the platform's code."""
    row, _ = posted
    sandbox.faults(operation="create_message", kind="status", status=400, code=4000, times=1)
    (result,) = run_target([row | {"text": "New"}]).results
    assert result["error_code"] == "replacement_failed"
    assert "4000" in result["error_message"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", ["delete_message", "create_message"])
def test_an_unanswered_replacement(operation, when, posted, run_target, sandbox, posts):
    """Rule 16: each of the two steps may go unanswered; nothing is posted twice."""
    row, _ = posted
    sandbox.faults(operation=operation, kind="close", when=when, times=1)
    changed = row | {"text": "New"}
    run = run_target([changed])
    assert sum(run.statuses.values()) == 1
    for _ in range(2):
        run = run_target([changed], on_unknown="resend")
    assert run.statuses == {"unchanged": 1}
    assert texts(sandbox) == ["New"]
    assert sorted(posts().values()) == [1, 1]


def test_a_delete_whose_fate_cannot_be_looked_up(posted, run_target, sandbox):
    """Rule 16: unanswered and not to be seen it stays open; the old row is not called unchanged."""
    row, _ = posted
    sandbox.faults(operation="delete_message", kind="close", when="after", times=1)
    sandbox.faults(operation="get_message", kind="status", status=403, code=1201, nth=2, times=0)
    assert run_target([row | {"text": "New"}]).statuses == {"unknown": 1}
    sandbox.clear_faults()
    assert run_target([row]).statuses == {"done": 1}
    assert texts(sandbox) == ["Post 0"]


def test_a_rejected_or_failed_message_is_created_anew(posted, run_target, sandbox):
    """Rule 17: after a reviewer's rejection a new version is a new create."""
    row, old = posted
    sandbox.mutate("edit_message", message_id=old, state="SEND_FAILED_PERMANENTLY")
    run = run_target([row | {"text": "New"}])
    assert (run.statuses, run.results[0]["action"]) == ({"done": 1}, "create")
    assert run_target([row | {"text": "New"}]).statuses == {"unchanged": 1}


def test_a_changed_zone_does_not_churn_the_calendar(run_target, make_rows, sandbox):
    """Rule 19: more than `max_replacements` stops before the first write."""
    rows = make_rows(24)
    run_target(rows)
    ledger = len(sandbox.ledger())
    shifted = [row | {"text": f"New {row['text']}"} for row in rows]
    extra = make_rows(25)[24:]
    run = run_target([*extra, *shifted])
    assert (run.code, run.statuses) == (1, {"deferred": 25})
    assert "max_replacements" in run.results[0]["error_message"]
    assert len(sandbox.ledger()) == ledger
    assert run.states == []
    assert run_target(shifted, max_replacements=24).statuses == {"done": 24}
    assert run_target([row | {"text": "New again"} for row in rows[:20]]).code == 0
