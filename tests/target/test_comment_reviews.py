"""Comments under review: decided at most once; they have a state, and no history."""
# ruff: noqa: PLR0917 - fixtures are arguments

import pytest

APPROVE, REJECT = "comment_approvals", "comment_rejections"


@pytest.fixture
def pending(sandbox, profiles):
    """A function that puts a comment into review, waiting for the caller."""

    def make(steps=1, **more):
        reviewers = [["ADMIN_AND_EDITOR", "ADMIN_AND_EDITOR"]] * steps
        author = sandbox.truth("members")[3]["id"]
        given = {"profile_id": profiles[0], "parent_id": "1_2", "creator_id": author} | more
        return sandbox.mutate("add_comment", reviewers=reviewers, **given)

    return make


def row_of(stream, comment, step=1):
    row = {"comment_id": comment, "sequence_number": step, "reviewer_type": "MEMBER"}
    return row | ({"reason": "Not our tone"} if stream == REJECT else {})


def writes(sandbox):
    return [entry["kind"] for entry in sandbox.ledger()]


def state(sandbox, comment):
    (found,) = [one for one in sandbox.truth("comments") if one["id"] == comment]
    return found["reviewState"], found["sequenceNumber"]


@pytest.mark.parametrize(
    ("stream", "verb", "kind", "end"),
    [
        (APPROVE, "approve", "comment_approved", "COMPLETED"),
        (REJECT, "reject", "comment_rejected", "REJECTED"),
    ],
)
def test_decided_once(stream, verb, kind, end, run_target, pending, sandbox, tmp_path):
    """Rule 21: at most once; the second run asks nothing, a lost journal decides nothing anew."""
    comment = pending()
    row = row_of(stream, comment)
    dry = run_target([row], stream, dry_run=True)
    assert [(one["status"], one["action"]) for one in dry.results] == [("planned", verb)]
    run = run_target([row], stream)
    assert (run.code, run.statuses) == (0, {"done": 1}), run.results
    assert state(sandbox, comment) == (end, 1)
    assert run_target([row], stream).statuses == {"unchanged": 1}
    for path in tmp_path.glob("journal.db*"):
        path.unlink()
    assert run_target([row], stream).statuses == {"unchanged": 1}
    assert writes(sandbox) == [kind]


def test_steps_keep_their_order(run_target, pending, sandbox):
    """Both steps in one run; a step that is not reached yet is rejected with what it waits at."""
    comment = pending(2)
    early = run_target([row_of(APPROVE, comment, 2)], APPROVE)
    assert [one["error_code"] for one in early.results] == ["wrong_step"]
    rows = [row_of(APPROVE, comment, 1), row_of(APPROVE, comment, 2)]
    assert run_target(rows, APPROVE).statuses == {"done": 2}
    assert state(sandbox, comment)[0] == "COMPLETED"
    assert writes(sandbox) == ["comment_approved"] * 2


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("stream", [APPROVE, REJECT])
def test_an_unanswered_decision(stream, when, run_target, pending, sandbox):
    """Rule 21: the comment's state tells what became of it; without it nothing is repeated."""
    comment = pending(2)
    row = row_of(stream, comment)
    operation = "approve_comment" if stream == APPROVE else "reject_comment"
    sandbox.faults(operation=operation, kind="close", when=when, times=1)
    run = run_target([row], stream)
    assert run.statuses == {"done" if when == "after" else "unknown": 1}
    again = run_target([row], stream)
    assert again.statuses == {"unchanged" if when == "after" else "unknown": 1}
    assert run_target([row], stream, on_unknown="resend").code == 0
    assert len(writes(sandbox)) == 1


def test_a_look_that_fails_after_silence(run_target, pending, sandbox):
    """Rule 9: a look that is refused proves nothing; the next run looks again."""
    row = row_of(APPROVE, pending())
    sandbox.faults(operation="approve_comment", kind="close", when="after", times=1)
    sandbox.faults(operation="get_comment", kind="status", status=403, code=4009, nth=2, times=1)
    assert run_target([row], APPROVE).statuses == {"unknown": 1}
    assert run_target([row], APPROVE).statuses == {"done": 1}
    assert len(writes(sandbox)) == 1


SHOWN = [
    ({"state": "COMPLETED"}, "unchanged", "not_pending"),
    ({"state": "FAILED"}, "unchanged", "not_pending"),
    ({"state": "REJECTED"}, "not_pending", "unchanged"),
    ({"state": "REJECTED", "sequence_number": 2}, "unchanged", "not_pending"),
    ({"state": "EXPIRED_APPROVAL"}, "not_pending", "not_pending"),
    ({"state": "DELETED"}, "not_pending", "not_pending"),
    ({"sequence_number": 2}, "unchanged", "not_pending"),
]


def test_what_others_decided(run_target, pending, sandbox):
    """What the comment shows counts, whoever decided it; anything else rejects the row."""
    comments = [pending(2) for _ in SHOWN]
    for comment, (change, _, _) in zip(comments, SHOWN, strict=True):
        sandbox.mutate("change_comment", comment_id=comment, **change)
    for place, stream in enumerate((APPROVE, REJECT), 1):
        run = run_target([row_of(stream, one) for one in comments], stream)
        assert len(run.results) == len(SHOWN)
        for result in run.results:
            (case,) = [one for c, one in zip(comments, SHOWN, strict=True) if c in result["key"]]
            assert case[place] in (result["status"], result["error_code"]), (stream, case, result)
    assert not writes(sandbox)


HOSTILE = [
    {"comment_id": "404404"},
    {"comment_id": "1/../x"},
    {"comment_id": "1?x=1#"},
    {"comment_id": None},
    {"comment_id": " "},
    {"comment_id": 1.5},
    {"comment_id": {"a": 1}},
    {"comment_id": "a\x00b"},
    {"comment_id": "9" * 600},
    {"sequence_number": None},
    {"sequence_number": "one"},
    {"sequence_number": 1.5},
    {"sequence_number": 7},
    {"sequence_number": 10**30},
    {"reviewer_type": "NOBODY"},
    {"reviewer_type": 5},
    {"reason": None},
    {"reason": ""},
    {"reason": 5},
    {"reason": "\ud800"},
]


def test_hostile_rows_stop_no_other(run_target, pending, sandbox):
    """Whatever a row holds, it is rejected with a reason, and the next row goes on."""
    bad, good = pending(), pending()
    rows = [row_of(REJECT, bad) | change for change in HOSTILE]
    run = run_target([*rows, row_of(REJECT, good)], REJECT)
    assert (run.code, run.statuses) == (2, {"rejected": len(HOSTILE), "done": 1}), run.results
    assert all(one["error_message"] for one in run.results if one["status"] == "rejected")
    assert state(sandbox, bad)[0] == "PENDING_APPROVAL"
    assert writes(sandbox) == ["comment_rejected"]


def test_not_the_callers_turn(run_target, pending, sandbox):
    """A refusal for want of the right is the row's, with the platform's code."""
    comment = pending()
    other = sandbox.truth("members")[5]["id"]
    sandbox.mutate("change_comment", comment_id=comment, reviewers=[[other, "MEMBER"]])
    (result,) = run_target([row_of(APPROVE, comment)], APPROVE).results
    assert result["status"] == "rejected"
    assert result["error_code"].isdigit()
    assert not writes(sandbox)


def test_an_answer_that_lies(run_target, pending, sandbox):
    """An answer that shows no state is a failure of the run: nothing is decided upon it."""
    comment = pending()
    for body in (
        '{"data": []}',
        '{"data": {"id": "1"}}',
        '{"data": {"id": "1", "reviewState": 5}}',
    ):
        sandbox.faults(operation="get_comment", kind="status", status=200, body=body, times=0)
        run = run_target([row_of(APPROVE, comment)], APPROVE)
        assert (run.code, run.statuses) == (1, {"deferred": 1}), run.results
        sandbox.clear_faults()
    assert not writes(sandbox)
