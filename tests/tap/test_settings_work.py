"""Each setting does what its description says."""

import json

import pytest

from tests.tap.conftest import KEYS


@pytest.fixture
def messages(only):
    """The streams that come of the list of messages, for claims about nothing else."""
    return only("messages", "message_history", "media", "deleted_messages")


def test_one_organization_may_be_chosen(sandbox, extract):
    """`organization_ids` holds for whatever belongs to an organization, messages included."""
    sandbox.reset(organizations=2)
    one, other = (row["id"] for row in sandbox.truth("organizations"))
    output = extract(organization_ids=[other])
    for name, key in KEYS.items():
        if "organization_id" in key and name != "member_organizations":
            assert {row["organization_id"] for row in output.rows(name)} <= {other}, name
    owners = {p["id"]: p.get("ownerId") for p in sandbox.truth("social_profiles")}
    told = {owners[row["social_profile_id"]] for row in output.rows("messages")}
    assert told
    assert one not in told


def test_the_history_of_all_messages_may_be_asked_for(
    sandbox, extract, messages, warehouse, assert_equal
):
    """`history_scope: all` asks for each message, also for those that earlier runs left out."""
    warehouse.load(extract(catalog=messages))
    before = len(sandbox.requests("get_message_history"))
    output = extract(warehouse.state, messages, history_scope="all")
    asked = {request["path"] for request in sandbox.requests("get_message_history")[before:]}
    assert len(asked) == len(sandbox.truth("messages"))
    warehouse.load(output)
    assert_equal("message_history", warehouse.rows("message_history"), KEYS["message_history"])
    # The run that reads along with `messages` again makes sure of what it remembers.
    state = extract(warehouse.state, messages, history_scope="all").state
    before = len(sandbox.requests("get_message_history"))
    extract(state, messages, history_scope="all")
    assert len(sandbox.requests("get_message_history")) == before


def test_messages_in_review_without_a_time_may_be_left_out(extract, messages):
    """Left out later, they are not taken for deleted ones."""
    output = extract(catalog=messages)
    assert any(row["scheduled_send_time"] is None for row in output.rows("messages"))
    for _ in range(3):
        output = extract(output.state, messages, include_unscheduled_review_messages=False)
        assert all(row["scheduled_send_time"] for row in output.rows("messages"))
        assert not output.rows("deleted_messages")


def test_without_tracking_nothing_is_looked_up(sandbox, extract, messages):
    """`track_deletions: false` asks for no message by its id and reports none."""
    state = extract(catalog=messages, track_deletions=False).state
    victim = max(sandbox.truth("messages"), key=lambda row: row["scheduledSendTime"] or "")
    sandbox.mutate("delete_message", message_id=victim["id"])
    for _ in range(2):
        output = extract(state, messages, track_deletions=False)
        state = output.state
        assert not output.rows("deleted_messages")
    assert not sandbox.requests("get_message")


def test_the_horizon_ends_what_is_read(sandbox, extract, messages):
    """`horizon_days: 0` reads nothing that lies ahead."""
    rows = extract(catalog=messages, horizon_days=0).rows("messages")
    assert rows
    assert all((row["scheduled_send_time"] or "") <= sandbox.now() for row in rows)


def test_conversations_go_on_where_they_stopped(extract, only, monkeypatch):
    """The second run asks from the cursor of the first, and brings the last page again."""
    monkeypatch.setattr("tap_hootsuite.streams.interactions.LIMIT", 10)
    first = extract(catalog=only("interactions"))
    second = extract(state=first.state, catalog=only("interactions"))
    cursors = [one for one in first.state["bookmarks"]["interactions"]["cursors"].values() if one]
    assert cursors
    assert second.state["bookmarks"]["interactions"] == first.state["bookmarks"]["interactions"]
    assert 0 < len(second.rows("interactions")) < len(first.rows("interactions"))


def test_a_signed_address_stays_in_its_row(extract, caplog):
    """What opens a medium for whoever has it is in no state and in no log."""
    caplog.set_level("DEBUG")
    output = extract()
    signed = {row["download_url"] for row in output.rows("media") if row["download_url"]}
    assert signed
    told = json.dumps(output.states) + caplog.text
    assert not [url for url in signed if url in told]
