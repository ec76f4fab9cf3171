"""Reviews, deletions, people and teams: each at most once, or by the present state."""
# ruff: noqa: PLR0917 - fixtures are arguments

from dataclasses import replace

import pytest

from hootsuite_api import contract
from target_hootsuite.actions import ACTIONS

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def writes(sandbox):
    """What was written, in order."""
    return [entry["kind"] for entry in sandbox.ledger()]


@pytest.fixture
def organization(sandbox):
    """The organization that the caller administers."""
    return sandbox.ready["organization_id"]


@pytest.fixture
def pending(sandbox, profiles):
    """A function that puts a message into review, waiting for the caller."""

    def make(steps=1):
        reviewers = [["ADMIN_AND_EDITOR", "ADMIN_AND_EDITOR"]] * steps
        return sandbox.mutate(
            "add_message",
            profile_id=profiles[0],
            state="PENDING_APPROVAL",
            text="Review me",
            created_by=None,
            reviewers=reviewers,
            sequence_number=1,
        )

    return make


def test_the_table_does_all_that_the_contract_can_write():
    """Every operation that writes has its row, but the client's own and second ways."""
    operations = contract.load().operations
    writes = {name for name, operation in operations.items() if not operation.read}
    others = {"create_token", "patch_scim_user", "replace_scim_user", "replace_scim_group"}
    assert {row.operation for row in ACTIONS.values()} == writes - others


@pytest.mark.parametrize(
    ("stream", "kind", "more"),
    [
        ("message_approvals", "message_approved", {}),
        ("message_rejections", "message_rejected", {"reason": "No."}),
    ],
)
def test_reviews_are_decided_once(stream, kind, more, run_target, pending, sandbox):
    """Rule 21: approve and reject at most once; the second run asks nothing."""
    row = {"message_id": pending(), "sequence_number": 1, "reviewer_type": "MEMBER", **more}
    run = run_target([row], stream)
    assert (run.code, run.statuses) == (0, {"done": 1}), run.results
    assert run_target([row], stream).statuses == {"unchanged": 1}
    assert writes(sandbox) == [kind]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_unanswered_decision(when, run_target, pending, sandbox):
    """Rule 21: the history tells what became of a decision; without it nothing is repeated."""
    row = {"message_id": pending(2), "sequence_number": 1, "reviewer_type": "MEMBER"}
    sandbox.faults(operation="approve_message", kind="close", when=when, times=1)
    run = run_target([row], "message_approvals")
    assert run.statuses == {"done" if when == "after" else "unknown": 1}
    again = run_target([row], "message_approvals")
    assert again.statuses == {"unchanged" if when == "after" else "unknown": 1}
    last = run_target([row], "message_approvals", on_unknown="resend")
    assert last.code == 0
    assert writes(sandbox) == ["message_approved"]


def test_reviews_that_are_not_ours(run_target, pending, sandbox):
    """Rule 21: what somebody else decided, or what was never in review, is rejected."""
    taken = pending()
    sandbox.mutate("approve_message", message_id=taken, member_id="77")
    row = {"sequence_number": 1, "reviewer_type": "MEMBER"}
    sent = next(one["id"] for one in sandbox.truth("messages") if one["state"] == "SENT")
    rows = [row | {"message_id": one} for one in (taken, sent, "404404", "1/../../x")]
    run = run_target(rows, "message_approvals")
    assert (run.code, run.statuses) == (2, {"rejected": 4})
    assert not writes(sandbox)


def test_deletion_by_id_and_by_key(run_target, make_rows, sandbox):
    """Deletes by the platform's id, or by the key of what we posted, profile by profile."""
    rows = make_rows(2, per_row=2)
    first = run_target(rows)
    ids = [one["remote_id"] for one in (*first["k0"], *first["k1"])]
    run = run_target([{"external_id": "k0"}, {"message_id": ids[2]}], "message_deletions")
    assert (run.code, run.statuses) == (0, {"done": 3})
    there = {one["id"] for one in sandbox.truth("messages")}
    assert there & set(ids) == {ids[3]}
    again = run_target([{"external_id": "k0"}, {"message_id": ids[2]}], "message_deletions")
    assert again.statuses == {"unchanged": 3}
    assert run_target(rows).statuses == {"unchanged": 4}, "deleted on purpose: not posted again"
    assert run_target([{"external_id": "x"}], "message_deletions").statuses == {"rejected": 1}


def test_deletion_of_what_is_posted_in_the_same_run(run_target, make_rows, lines, sandbox):
    """Rule 23: a deletion waits for the message that it names."""
    messages = lines([{"external_id": "k0"}], "message_deletions") + lines(make_rows(1))
    assert run_target(messages=messages).statuses == {"done": 2}
    assert writes(sandbox) == ["message_created", "message_deleted"]


def test_absent_counts_as_deleted_only_after_settling(run_target, pass_time):
    """Rule 21: a 404 may only mean hidden; it counts when it is still there after settling."""
    row = {"message_id": "123456"}
    first = run_target([row], "message_deletions", settle_seconds=120)
    assert first.statuses == {"unknown": 1}
    assert run_target([row], "message_deletions", settle_seconds=120).statuses == {"unknown": 1}
    pass_time(121)
    assert run_target([row], "message_deletions", settle_seconds=120).statuses == {"done": 1}
    assert run_target([row], "message_deletions").statuses == {"unchanged": 1}


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_unanswered_deletion(when, run_target, make_rows, sandbox):
    """Rule 21: an unanswered deletion is repeated by the next run."""
    run_target(make_rows(1))
    sandbox.faults(operation="delete_message", kind="close", when=when, times=1)
    row = {"external_id": "k0"}
    assert run_target([row], "message_deletions").statuses == {"unknown": 1}
    assert run_target([row], "message_deletions").statuses == {"done": 1}
    assert writes(sandbox) == ["message_created", "message_deleted"]


def test_sent_messages_are_not_deleted(run_target, sandbox):
    """40003 is a rejection with its code and trace id."""
    sent = next(one["id"] for one in sandbox.truth("messages") if one["state"] == "SENT")
    (result,) = run_target([{"message_id": sent}], "message_deletions").results
    assert (result["status"], result["error_code"]) == ("rejected", "40003")
    assert result["trace_id"]


@pytest.fixture
def member(organization):
    """A row of `members`."""
    return {
        "email": "new@larkspur.example",
        "full_name": "New Person",
        "organization_ids": [organization],
    }


@pytest.fixture
def team(organization):
    """A row of `teams`."""
    return {"organization_id": organization, "name": "Night Shift"}


@pytest.fixture
def seat(organization):
    """A row of `team_members`, by names."""
    return {
        "organization_id": organization,
        "team_name": "Night Shift",
        "email": "new@larkspur.example",
    }


def test_people_from_a_table(run_target, member, team, seat, lines, sandbox, organization):
    """Rule 21 and 23: members and teams are made, then seats; a second run writes nothing."""
    messages = lines([seat], "team_members") + lines([member], "members") + lines([team], "teams")
    dry = run_target(messages=messages, dry_run=True)
    assert (dry.code, dry.statuses) == (0, {"planned": 3})
    run = run_target(messages=messages)
    assert (run.code, run.statuses) == (0, {"done": 3}), run.results
    assert sorted(writes(sandbox)) == ["member_created", "team_created", "team_member_added"]
    assert run_target(messages=messages).statuses == {"unchanged": 3}
    removal = {"organization_id": organization, "email": "New@larkspur.example"}
    stream = "organization_member_removals"
    assert run_target([removal], stream).statuses == {"done": 1}
    assert run_target([removal], stream).statuses == {"unchanged": 1}
    assert len(writes(sandbox)) == 4


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("stream", ["members", "teams"])
def test_an_unanswered_creation(stream, when, run_target, member, team, sandbox):
    """Rule 21: a GET tells what became of an unanswered write; nothing is made twice."""
    row = {"members": member, "teams": team}[stream]
    sandbox.faults(operation=f"create_{stream[:-1]}", kind="close", when=when, times=1)
    run = run_target([row], stream)
    assert run.statuses == {"done" if when == "after" else "unknown": 1}
    assert run_target([row], stream).code == 0
    assert len(writes(sandbox)) == 1


@pytest.mark.parametrize("stream", ["members", "message_approvals"])
def test_a_look_that_fails_after_silence_proves_nothing(
    stream, run_target, member, pending, sandbox
):
    """Rule 9 and 21: what was sent is not called rejected because the look at it is refused."""
    rows = {
        "members": member,
        "message_approvals": {"message_id": pending(), "sequence_number": 1},
    }
    writing, reading, first = {
        "members": ("create_member", "list_organization_members", 2),
        "message_approvals": ("approve_message", "get_message_history", 1),
    }[stream]
    refused = {"kind": "status", "status": 403, "code": 1201, "nth": first, "times": 0}
    sandbox.faults(operation=writing, kind="close", when="after", times=1)
    sandbox.faults(operation=reading, **refused)
    run = run_target([rows[stream] | {"reviewer_type": "MEMBER"}], stream)
    assert run.statuses == {"unknown": 1}, run.results


def test_an_address_that_is_taken_elsewhere(run_target, member, sandbox, organization):
    """Rule 21: "already in use" counts only if the organization lists the member."""
    gone = sandbox.mutate("add_member", email=member["email"])
    sandbox.mutate("remove_member", member_id=gone)
    (result,) = run_target([member], "members").results
    assert (result["status"], result["error_code"]) == ("rejected", "3010")


def test_people_rows_that_are_wrong(run_target, member, organization, sandbox):
    """The contract is checked before the platform is asked; unknown teams and members too."""
    rows = [
        member | {"full_name": "x"},
        {"email": "a@b.example"},
        member | {"language": "xx", "email": "c@d.example"},
        {"full_name": "No Address"},
    ]
    run = run_target(rows, "members")
    assert (run.code, run.statuses) == (2, {"rejected": 4})
    seats = [
        {"organization_id": organization, "team_name": "Nobody", "email": "x@y.example"},
        {"organization_id": organization, "team_id": "1/../2", "member_id": "1000001"},
        {"organization_id": organization, "email": "x@y.example"},
    ]
    assert run_target(seats, "team_members").statuses == {"rejected": 3}
    assert not writes(sandbox)


def test_permission_is_a_rejection(run_target, member, sandbox):
    """What the caller may not do is rejected with the platform's code, not retried."""
    sandbox.reset(role="member")
    run = run_target([member], "members")
    assert (run.code, run.statuses) == (2, {"rejected": 1})
    assert run.results[0]["error_code"]


def test_a_name_for_no_field_is_refused():
    """A misspelt or reversed entry of `names` would leave the column without its meaning."""
    action = replace(ACTIONS["teams"], names={"name_of_team": "name"})
    with pytest.raises(ValueError, match="create_team has no field name_of_team"):
        _ = action.columns
