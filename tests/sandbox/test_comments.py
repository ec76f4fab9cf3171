"""`/v1/comments`: ids from the webhook only, states, and decisions."""

from __future__ import annotations

import pytest

DAY = 86_400


@pytest.fixture
def pending(api):
    """A comment that waits for two members, by its id, and their ids."""
    first, second = [m["id"] for m in api.sandbox.truth("members") if m["isActive"]][1:3]
    profile = api.profile("FACEBOOKPAGE")
    for member in (first, second):
        rights = ["BASIC_USAGE", "SN_PUBLISH_MESSAGE"]
        api.sandbox.mutate(
            "grant_profile",
            profile_id=profile,
            member_id=member,
            preset="EDITOR",
            permissions=rights,
        )
    comment = api.sandbox.mutate(
        "add_comment",
        profile_id=profile,
        parent_id="123_456",
        reviewers=[[first, "MEMBER"], [second, "MEMBER"]],
    )
    return comment, first, second


def decide(api, comment, verb, number=1, kind="MEMBER"):
    body = {"sequenceNumber": number, "reviewerType": kind}
    if verb == "reject":
        body["reason"] = "Not our tone"
    return api.post(f"/v1/comments/{comment}/{verb}", body)


def test_the_webhook_tells_the_ids(api):
    """Every comment has an event, and can be read by its id; the truth holds the same."""
    events = api.sandbox.comment_events()
    assert len(events) > 20
    read = [api.get(f"/v1/comments/{event['commentId']}").data for event in events]
    assert {c["id"]: c for c in read} == {c["id"]: c for c in api.sandbox.truth("comments")}
    states = {comment["reviewState"] for comment in read}
    assert {"COMPLETED", "REJECTED", "PENDING_APPROVAL"} <= states
    assert {comment["parentType"] for comment in read} == {"POST", "COMMENT"}


def test_comments_follow_posts(api):
    """A comment below a post was written after the post had an audience."""
    posts = {row["externalId"]: row for row in api.sandbox.truth("post_metrics")}
    below = [c for c in api.sandbox.truth("comments") if c["parentType"] == "POST"]
    assert below
    for comment in below:
        assert posts[comment["parentId"]]["createdAt"] < comment["createdDate"]


def test_new_comments_come_with_the_days(api):
    """People go on commenting while the clock runs, unless activity is off."""
    before = len(api.sandbox.comment_events())
    api.sandbox.advance(10 * DAY)
    assert len(api.sandbox.comment_events()) >= before + 8


def test_approval_step_by_step(api, pending):
    """Each reviewer decides their step; after the last the comment is published."""
    comment, first, second = pending
    assert decide(api.member(second), comment, "approve").status in {401, 403}
    assert decide(api.member(first), comment, "approve").status == 200
    shown = api.get(f"/v1/comments/{comment}").data
    assert (shown["reviewState"], shown["sequenceNumber"]) == ("PENDING_APPROVAL", 2)
    assert decide(api.member(second), comment, "approve").refusal == (400, 4000)
    assert decide(api.member(second), comment, "approve", 2).status == 200
    assert api.get(f"/v1/comments/{comment}").data["reviewState"] == "COMPLETED"
    assert decide(api.member(second), comment, "approve", 2).refusal == (400, 4000)
    assert [e["kind"] for e in api.sandbox.ledger()] == ["comment_approved"] * 2


def test_rejection(api, pending):
    """A rejected comment stays rejected; the reason is in the ledger."""
    comment, first, _ = pending
    assert decide(api.member(first), comment, "reject").status == 200
    assert api.get(f"/v1/comments/{comment}").data["reviewState"] == "REJECTED"
    assert api.sandbox.ledger()[-1]["reason"] == "Not our tone"
    assert decide(api.member(first), comment, "approve").refusal == (400, 4000)


def test_an_app_may_screen(api, pending):
    """EXTERNAL, which is the default, speaks for an app with its organization's token."""
    comment, first, _ = pending
    assert decide(api.member(first), comment, "approve", kind="EXTERNAL").status in {401, 403}
    assert decide(api.organization(), comment, "approve", kind="EXTERNAL").status == 200


def test_a_reason_is_needed(api, pending):
    """A rejection without a reason, or without its number, is refused."""
    comment, first, _ = pending
    path = f"/v1/comments/{comment}/reject"
    assert api.member(first).post(path, {"sequenceNumber": 1}).status == 400
    assert api.member(first).post(path, {"reason": "x"}).status == 400


def test_nobody_reviewed_it(api, pending):
    """A comment that waits too long expires."""
    comment = pending[0]
    api.sandbox.advance(31 * DAY)
    assert api.get(f"/v1/comments/{comment}").data["reviewState"] == "EXPIRED_APPROVAL"


def test_unknown_comments(api, plain):
    """Unknown ids and those out of reach can't be told apart."""
    assert api.get("/v1/comments/1").refusal == (404, 4001)
    assert api.get("/v1/comments").status == 404
