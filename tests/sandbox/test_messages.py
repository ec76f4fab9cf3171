"""Listing, reading and deleting messages."""

from __future__ import annotations

import pytest

WINDOW = ("2026-01-08T00:00:00Z", "2026-02-05T00:00:00Z")


def pages(api, *window, **query):
    rows, cursor = [], None
    while True:
        page = api.messages(*window, **query, **({"cursor": cursor} if cursor else {})).body
        rows += page["data"]
        cursor = page["metadata"]["cursor"]["next"]
        if cursor is None:
            return rows


def within(api, start, end):
    return [
        row
        for row in api.sandbox.truth("messages")
        if row["scheduledSendTime"] and start <= row["scheduledSendTime"] < end
    ]


@pytest.mark.parametrize("limit", [7, 50, 100])
def test_pages_are_complete(api, limit):
    """Pages of any size bring every message of the window once, by time."""
    rows = pages(api, *WINDOW, limit=limit)
    assert rows == within(api, *WINDOW)
    assert len(rows) > 100
    assert [r["scheduledSendTime"] for r in rows] == sorted(r["scheduledSendTime"] for r in rows)


def test_default_limit(api):
    """A page has 50 rows by default."""
    assert len(api.messages(*WINDOW).data) == 50


def test_back_and_forth(api):
    """The previous cursor leads to the page before, and null marks both ends."""
    first = api.messages(*WINDOW, limit=30).body
    assert first["metadata"]["cursor"]["previous"] is None
    second = api.messages(*WINDOW, limit=30, cursor=first["metadata"]["cursor"]["next"]).body
    back = second["metadata"]["cursor"]["previous"]
    again = api.messages(*WINDOW, limit=30, cursor=back).body
    assert again["data"] == first["data"]
    assert again["metadata"]["cursor"]["previous"] is None
    onward = api.messages(*WINDOW, limit=30, cursor=again["metadata"]["cursor"]["next"]).body
    assert onward["data"] == second["data"]


def test_cursor_shape(api):
    """A cursor is `epochMillis:messageId:0|1`."""
    page = api.messages(*WINDOW, limit=1).body
    millis, number, direction = page["metadata"]["cursor"]["next"].split(":")
    assert (number, direction) == (page["data"][0]["id"], "0")
    assert millis.endswith("000")


def test_every_key_is_there(api):
    """Messages carry all keys, null where they have no value."""
    keys = {tuple(row) for row in pages(api, *WINDOW)}
    assert keys == {(
        "id", "state", "text", "socialProfile", "scheduledSendTime", "webhookUrls", "tags",
        "targeting", "privacy", "location", "emailNotification", "mediaUrls", "media",
        "extendedInfo", "postId", "postUrl", "createdByMember", "lastUpdatedByMember",
        "sequenceNumber", "reviewers",
    )}  # fmt: skip


@pytest.mark.parametrize(
    "state", ["PENDING_APPROVAL", "REJECTED", "SENT", "SCHEDULED", "SEND_FAILED_PERMANENTLY"]
)
def test_state_filter(api, state):
    """Each of five states can be asked for."""
    window = ("2025-12-20T00:00:00Z", "2026-01-17T00:00:00Z")
    rows = pages(api, *window, state=state, limit=100)
    assert rows == [row for row in within(api, *window) if row["state"] == state]
    assert rows


def test_profile_filter(api):
    """Profiles are named by repeating the key; unknown ones are no error."""
    chosen = [p["id"] for p in api.get("/v1/socialProfiles").data][:2]
    rows = pages(api, *WINDOW, socialProfileIds=[*chosen, "999"])
    assert rows == [row for row in within(api, *WINDOW) if row["socialProfile"]["id"] in chosen]
    assert {row["socialProfile"]["id"] for row in rows} == set(chosen)
    assert api.messages(*WINDOW, socialProfileIds=["999"]).data == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"endTime": "2026-02-05T00:00:01Z"}, 40020),
        ({"endTime": "2026-01-07T00:00:00Z"}, 4000),
        ({"endTime": "2026-01-09T00:00:00+01:00"}, 4000),
        ({"endTime": "2026-01-32T00:00:00Z"}, 4000),
        ({"startTime": []}, 4000),
        ({"state": "SUBMITTED"}, 40019),
        ({"state": "LOST"}, 40019),
        ({"limit": "0"}, 4000),
        ({"limit": "101"}, 4000),
        ({"limit": "ten"}, 4000),
        ({"cursor": "x"}, 3020),
        ({"cursor": "1:2:3"}, 3020),
        ({"includeUnscheduledReviewMsgs": "yes"}, 40022),
    ],
)
def test_refused_listings(api, query, code):
    """Windows over 28 days, states, limits, cursors and flags are refused with their code."""
    query = {"startTime": WINDOW[0], "endTime": WINDOW[1], **query}
    assert api.get("/v1/messages", **query).refusal == (400, code)


def test_window_is_half_open(api):
    """The start belongs to the window, the end does not."""
    message = api.message(scheduledSendTime="2026-02-01T10:00:00Z").data[0]
    start = "2026-02-01T10:00:00Z"
    assert message["id"] in {m["id"] for m in api.messages(start, "2026-02-01T10:00:01Z").data}
    assert message["id"] not in {m["id"] for m in api.messages("2026-02-01T09:59:00Z", start).data}


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_unscheduled_reviews(api, limit):
    """Send-now messages in review have no time and are listed only when asked for."""
    hidden = [row for row in api.sandbox.truth("messages") if row["scheduledSendTime"] is None]
    assert hidden
    day = ("2026-01-15T00:00:00Z", "2026-01-15T18:00:00Z")
    without = pages(api, *day, limit=limit)
    flagged = pages(api, *day, limit=limit, includeUnscheduledReviewMsgs="true")
    assert flagged == [*sorted(hidden, key=lambda row: int(row["id"])), *without]
    assert pages(api, *day, includeUnscheduledReviewMsgs="false") == without
    sent = pages(api, *day, includeUnscheduledReviewMsgs="true", state="SENT")
    assert all(row["scheduledSendTime"] for row in sent)


def test_back_over_unscheduled_reviews(api):
    """Going back from scheduled messages reaches the unscheduled ones."""
    query = {"includeUnscheduledReviewMsgs": "true", "limit": 3}
    first = api.messages(*WINDOW, **query).body
    second = api.messages(*WINDOW, **query, cursor=first["metadata"]["cursor"]["next"]).body
    back = second["metadata"]["cursor"]["previous"]
    assert api.messages(*WINDOW, **query, cursor=back).data == first["data"]
    assert first["data"][0]["scheduledSendTime"] is None


def test_truncation(start):
    """An option drops the cursor of a page of 100, as was seen once; smaller pages keep theirs."""
    api = start(truncate_lists=True)
    page = api.messages(*WINDOW, limit=100).body
    assert (len(page["data"]), page["metadata"]["cursor"]["next"]) == (100, None)
    assert api.messages(*WINDOW, limit=99).body["metadata"]["cursor"]["next"]


def test_lag(start):
    """With a lag a new message is invisible in lists and by id, then appears."""
    api = start(lag_seconds=60)
    message = api.message().data[0]
    day = ("2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z")
    assert message["id"] not in {m["id"] for m in pages(api, *day)}
    assert api.get(f"/v1/messages/{message['id']}").refusal == (404, 4001)
    assert message["id"] in {m["id"] for m in api.sandbox.truth("messages")}
    api.sandbox.advance(60)
    assert message["id"] in {m["id"] for m in pages(api, *day)}
    assert api.get(f"/v1/messages/{message['id']}").data == message


def test_get(api, start):
    """One message is an object as documented, a list of one as recorded."""
    wanted = api.messages(*WINDOW).data[0]
    assert api.get(f"/v1/messages/{wanted['id']}").data == wanted
    assert start(quirks="recorded").get(f"/v1/messages/{wanted['id']}").data == [wanted]


def test_unknown(api):
    """Unknown ids, odd ones too, are 404 with 4001."""
    for message_id in ("999", "abc", "%25", "1%2F..%2F2"):
        assert api.get(f"/v1/messages/{message_id}").refusal == (404, 4001)
    assert api.delete("/v1/messages/999").refusal == (404, 4001)


def test_out_of_reach(plain):
    """A member sees the messages of their own profiles only."""
    mine = {p["id"] for p in plain.get("/v1/me/socialProfiles").data}
    assert {m["socialProfile"]["id"] for m in pages(plain, *WINDOW)} <= mine
    profile = plain.sandbox.mutate("add_profile")
    hidden = plain.sandbox.mutate("add_message", profile_id=profile)
    assert plain.get(f"/v1/messages/{hidden}").refusal == (404, 4001)
    assert plain.delete(f"/v1/messages/{hidden}").refusal == (404, 4001)


def test_delete(api):
    """A scheduled message can be deleted once; then it is gone."""
    message = api.message().data[0]
    assert api.delete(f"/v1/messages/{message['id']}").body == {"data": {}}
    assert api.get(f"/v1/messages/{message['id']}").refusal == (404, 4001)
    assert api.delete(f"/v1/messages/{message['id']}").refusal == (404, 4001)
    assert api.sandbox.truth("deleted_messages") == [{"messageId": message["id"]}]


def test_delete_what_was_sent(api):
    """What was sent, or is on its way, can't be deleted."""
    sent = api.messages(*WINDOW, state="SENT").data[0]
    assert api.delete(f"/v1/messages/{sent['id']}").refusal == (400, 40003)
    moving = api.sandbox.mutate("add_message", state="SUBMITTED", video=True)
    assert api.delete(f"/v1/messages/{moving}").refusal == (400, 40003)


def test_delete_without_right(plain):
    """Who may publish with approval only can't take back what is scheduled."""
    profile = plain.get("/v1/me/socialProfiles").data[0]["id"]
    plain.sandbox.mutate(
        "grant_profile",
        member_id=plain.ready["member_id"],
        profile_id=profile,
        preset="LIMITED",
        permissions=["BASIC_USAGE", "SN_PUBLISH_MESSAGE_WITH_APPROVAL"],
    )
    scheduled = plain.sandbox.mutate("add_message", profile_id=profile)
    waiting = plain.sandbox.mutate("add_message", profile_id=profile, state="PENDING_APPROVAL")
    assert plain.delete(f"/v1/messages/{scheduled}").refusal == (403, 4009)
    assert plain.delete(f"/v1/messages/{waiting}").status == 200


def test_recorded_deletions(recorded):
    """Recorded: the body of a deletion may be anything, nothing and text included."""
    bodies = []
    for _ in range(5):
        message = recorded.message(text="Hello").data[0]
        answer = recorded.delete(f"/v1/messages/{message['id']}")
        assert answer.status == 200
        bodies.append(str(answer.body))
    assert sorted(bodies) == ["", "Message deleted", "{'data': []}", "{'data': {}}", "{}"]
