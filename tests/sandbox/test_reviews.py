"""Approval: who is asked, in which order, what follows, and the history of it."""

from __future__ import annotations

import pytest

SOON = "2026-01-15T13:00:00Z"


@pytest.fixture
def profile(api):
    """A profile whose messages need approval."""
    return api.profile("LINKEDINCOMPANY")


@pytest.fixture
def approver(api, profile):
    message = api.message(socialProfileIds=[profile]).data[0]
    return api.member(message["reviewers"][0]["id"])


@pytest.fixture
def pending(api, profile):
    return api.message(socialProfileIds=[profile], scheduledSendTime=SOON).data[0]


def decide(api, message, verdict="approve", number=1, kind="MEMBER", **fields):
    body = {"sequenceNumber": number, **({"reviewerType": kind} if kind else {}), **fields}
    return api.post(f"/v1/messages/{message['id']}/{verdict}", body)


def history(api, message):
    actions = api.get(f"/v1/messages/{message['id']}/history").data["actions"]
    return [(a["actorType"], a["actionType"]) for a in actions]


def test_pending(api, pending):
    """A message for a profile with approvers waits, with a step number and its reviewers."""
    assert (pending["state"], pending["sequenceNumber"]) == ("PENDING_APPROVAL", 1)
    assert pending["reviewers"][0]["type"] == "MEMBER"
    assert pending["createdByMember"] == {"id": api.ready["member_id"]}
    assert history(api, pending) == [("MEMBER", "CREATE")]
    stamp = api.get(f"/v1/messages/{pending['id']}/history").data["actions"][0]["timestamp"]
    assert stamp == "2026-01-15T12:00:00.000Z"


def test_approve(api, approver, pending):
    """Approved by its reviewer it is scheduled, then sent; each step is in the history."""
    assert decide(approver, pending).body == {"data": {}}
    message = api.get(f"/v1/messages/{pending['id']}").data
    assert (message["state"], message["reviewers"]) == ("SCHEDULED", None)
    assert message["lastUpdatedByMember"] == {"id": pending["reviewers"][0]["id"]}
    api.sandbox.advance(3600)
    assert api.get(f"/v1/messages/{pending['id']}").data["state"] == "SENT"
    assert history(api, pending) == [
        ("MEMBER", "CREATE"), ("MEMBER", "APPROVE"), ("SYSTEM", "SCHEDULE"), ("SYSTEM", "SEND"),
    ]  # fmt: skip


def test_reject(api, approver, pending):
    """Rejected it stays so; there is no way back."""
    assert decide(approver, pending, "reject", reason="Typo").body == {"data": {}}
    assert api.get(f"/v1/messages/{pending['id']}").data["state"] == "REJECTED"
    assert decide(approver, pending).refusal == (400, 4000)
    assert history(api, pending)[-1] == ("MEMBER", "REJECT")
    [entry] = [e for e in api.sandbox.ledger() if e["kind"] == "message_rejected"]
    assert entry["reason"] == "Typo"


def test_send_now_in_review(api, approver, profile):
    """Send-now in review has no time until the approval sends it."""
    waiting = api.message(socialProfileIds=[profile], scheduledSendTime=None).data[0]
    assert (waiting["state"], waiting["scheduledSendTime"]) == ("PENDING_APPROVAL", None)
    assert waiting["createdByMember"] == {"id": api.ready["member_id"]}
    api.sandbox.advance(60)
    decide(approver, waiting)
    sent = api.get(f"/v1/messages/{waiting['id']}").data
    assert (sent["state"], sent["scheduledSendTime"]) == ("SENT", "2026-01-15T12:01:00Z")
    found = api.messages("2026-01-15T12:01:00Z", "2026-01-15T12:01:01Z").data
    assert sent in found


def test_steps(api, profile):
    """Several approvers decide one after the other; the author is never one of them."""
    rows = api.sandbox.truth("organization_members")
    first, second = rows[5]["memberId"], rows[6]["memberId"]
    approvers = [api.ready["member_id"], first, second]
    api.sandbox.mutate("change_profile", profile_id=profile, approvers=approvers)
    for member in (first, second):
        api.sandbox.mutate("grant_profile", profile_id=profile, member_id=member, preset="EDITOR")
    message = api.message(socialProfileIds=[profile]).data[0]
    assert [r["id"] for r in message["reviewers"]] == [first, second]
    one, two = api.member(first), api.member(second)
    assert decide(two, message).refusal == (403, 4009)
    assert decide(one, message).status == 200
    step = api.get(f"/v1/messages/{message['id']}").data
    assert (step["state"], step["sequenceNumber"]) == ("PENDING_APPROVAL", 2)
    assert decide(two, message, number=1).refusal == (400, 4000)
    assert decide(two, message, number=2).status == 200
    assert api.get(f"/v1/messages/{message['id']}").data["state"] == "SCHEDULED"


def test_limited_members_need_editors(api, profile):
    """What limited members write is decided by any editor but themselves."""
    profile = api.profile("FACEBOOKPAGE")
    author = api.sandbox.truth("members")[6]["id"]
    api.sandbox.mutate(
        "grant_profile", profile_id=profile, member_id=author, preset="LIMITED",
        permissions=["BASIC_USAGE", "SN_PUBLISH_MESSAGE_WITH_APPROVAL"],
    )  # fmt: skip
    limited = api.member(author)
    message = limited.message(socialProfileIds=[profile]).data[0]
    assert message["state"] == "PENDING_APPROVAL"
    assert message["reviewers"][0]["type"] == "ADMIN_AND_EDITOR"
    assert decide(limited, message).refusal == (403, 4009)
    assert decide(api, message).status == 200


def test_only_the_reviewer_decides(api, pending):
    """A member who is not asked can't decide, nor can a member act as an external app."""
    assert decide(api, pending).refusal == (403, 4009)
    assert decide(api, pending, kind=None).refusal == (403, 4009)
    assert decide(api, pending, "reject", kind="EXTERNAL", reason="x").refusal == (403, 4009)


def test_external_review(api, pending):
    """A screening app decides with its organization's token; that is the default type."""
    assert decide(api.organization(), pending, kind=None).status == 200
    assert ("EXTERNAL_REVIEW_V1", "APPROVE") in history(api, pending)


def test_wrong_step(approver, pending):
    """A step number that is not the present one is refused."""
    for number in (0, 2):
        assert decide(approver, pending, number=number).refusal == (400, 4000)


@pytest.mark.parametrize("body", [{}, {"sequenceNumber": "1"}, {"reviewerType": "TEAM"}])
def test_bad_bodies(approver, pending, body):
    """The step number is needed, and rejecting needs a reason."""
    for verdict in ("approve", "reject"):
        answer = approver.post(f"/v1/messages/{pending['id']}/{verdict}", body)
        assert answer.refusal == (400, 4000)
    assert decide(approver, pending, "reject").refusal == (400, 4000)


def test_never_in_review(api):
    """Messages that are not in review can't be decided, and have no history."""
    message = api.message().data[0]
    assert decide(api, message).refusal == (400, 4000)
    assert decide(api, message, "reject", reason="x").refusal == (400, 4000)
    assert api.get(f"/v1/messages/{message['id']}/history").refusal == (400, 4000)
    assert api.get("/v1/messages/999/history").refusal == (404, 4001)
    assert decide(api, {"id": "999"}).refusal == (404, 4001)


def test_expiry(api, approver, pending):
    """Too late: five minutes before its time it can't be approved, at its time it expires."""
    api.sandbox.advance(3600 - 299)
    assert decide(approver, pending).refusal == (400, 4000)
    api.sandbox.advance(299)
    assert api.get(f"/v1/messages/{pending['id']}").data["state"] == "REJECTED"
    assert history(api, pending)[-1] == ("SYSTEM", "EXPIRE")


def test_history_is_the_truth(api):
    """The history of seeded messages is that of the truth, oldest first."""
    wanted = {}
    for row in api.sandbox.truth("message_history"):
        wanted.setdefault(row["messageId"], []).append(row["actionType"])
    assert len(wanted) > 10
    for message_id, kinds in list(wanted.items())[:20]:
        actions = api.get(f"/v1/messages/{message_id}/history").data["actions"]
        assert [action["actionType"] for action in actions] == kinds
        stamps = [action["timestamp"] for action in actions]
        assert stamps == sorted(stamps)
