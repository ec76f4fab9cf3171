"""The control API: reset, settings, ledger, log, mutations, truth."""

from __future__ import annotations

import pytest
import requests

SPAN = "startTime=2026-01-10T00:00:00Z&endTime=2026-02-05T00:00:00Z&limit=100"


def listed(call):
    return {m["id"]: m for m in call("GET", f"/v1/messages?{SPAN}").json()["data"]}


def test_reset_brings_everything_back(call):
    """After a reset the world, the log, the ledger, the clock and the faults are as new."""
    before = call.sandbox.truth("messages")
    call.sandbox.mutate("add_message")
    call("POST", "/v1/organizations/814001/teams", json={"teamName": "Ephemeral"})
    call.sandbox.faults(kind="status")
    call.sandbox.advance(1000)
    call.sandbox.reset()
    assert call.sandbox.truth("messages") == before
    assert call.sandbox.ledger() == []
    assert call.sandbox.requests() == []
    assert call.sandbox.installed_faults() == []
    assert call.sandbox.now().startswith("2026-01-15T12:00:0")


def test_reset_takes_any_option(call):
    """Each start option can be overridden, for one world only."""
    ready = call.sandbox.reset(messages=10, members=3, seed=8, now="2027-01-01T00:00:00Z")
    assert len(call.sandbox.truth("members")) == 3
    assert call.sandbox.now().startswith("2027-01-01T00:00")
    assert call("GET", "/v1/me", token=ready["access_token"]).ok
    call.sandbox.reset()
    assert len(call.sandbox.truth("members")) == 8


def created(call):
    """One of everything that has an id; the ids."""
    organization, profile = (
        call.sandbox.ready["organization_id"],
        call.sandbox.truth("social_profiles")[0]["id"],
    )
    message = {
        "text": "Hello",
        "socialProfileIds": [profile],
        "scheduledSendTime": "2026-02-01T12:00:00Z",
    }
    team = {"teamName": "Ephemeral"}
    medium = {"sizeBytes": 10, "mimeType": "image/png"}
    return [
        call("POST", "/v1/messages", json=message).json()["data"][0]["id"],
        call("POST", f"/v1/organizations/{organization}/teams", json=team).json()["data"]["id"],
        call("POST", "/v1/media", json=medium).json()["data"]["id"],
    ]


def test_ids_are_the_same_in_every_world(call):
    """Unless the option says otherwise: tests may count on them."""
    first = created(call)
    call.sandbox.reset()
    assert created(call) == first


def test_growing_ids_never_come_twice(call):
    """A fresh world goes on behind the last one, as the platform would; its seed stays the same."""
    call.sandbox.reset(new_ids="growing")
    seeded, first = call.sandbox.truth("messages", "id"), created(call)
    call.sandbox.reset(new_ids="growing")
    assert call.sandbox.truth("messages", "id") == seeded
    second = created(call)
    assert not set(first) & set(second)
    assert [int(one) for one in second[:2]] > [int(one) for one in first[:2]]
    with pytest.raises(RuntimeError, match="use reset"):
        call.sandbox.settings(new_ids="fixed")


def test_settings_change_the_running_world(call):
    """Role, quirks and limits change without a new world; what was seeded doesn't."""
    members = f"/v1/organizations/{call.sandbox.ready['organization_id']}/members"
    assert call("GET", members).status_code == 200
    assert call.sandbox.settings(role="member")["role"] == "member"
    assert call("GET", members).status_code == 403
    with pytest.raises(RuntimeError, match="use reset"):
        call.sandbox.settings(seed=8)


def test_the_ledger_has_every_write_and_nothing_else(call):
    """Reads and refused writes leave no trace, a write leaves one entry."""
    teams = f"/v1/organizations/{call.sandbox.ready['organization_id']}/teams"
    call("GET", teams)
    call("POST", teams, json={"teamName": "x"})
    assert call.sandbox.ledger() == []
    created = call("POST", teams, json={"teamName": "Ledger"}).json()["data"]
    [entry] = call.sandbox.ledger()
    assert (entry["seq"], entry["operation"]) == (1, "create_team")
    assert entry["caller"] == call.sandbox.ready["member_id"]
    assert created["id"] in entry.values()


def test_the_log_has_every_request(call):
    """Operation, path, query, status, code and identity of each request, in order."""
    call("GET", "/v1/me?x=1")
    call("GET", "/v1/teams/0")
    call("GET", "/v1/me", token=None)
    first, second, third = call.sandbox.requests()
    assert (first["operation"], first["query"], first["status"]) == ("get_me", "x=1", 200)
    assert first["identity"] == call.sandbox.ready["member_id"]
    assert (second["operation"], second["code"]) == ("get_team", 3005)
    assert (third["status"], third["identity"]) == (401, None)
    assert first["arrived"] < second["arrived"] < third["arrived"]
    assert call.sandbox.requests("get_me", since=1) == [third]


def test_stats_add_up(call):
    """Counts by operation and status agree with what was sent."""
    for path in ("/v1/me", "/v1/me", "/v1/teams/0"):
        call("GET", path)
    stats = call.sandbox.stats()
    assert stats["requests"] == {"get_me": 2, "get_team": 1}
    assert stats["statuses"]["200"] == 2
    assert (stats["total"], stats["total_limited"], stats["quota_used"]) == (3, 3, 3)
    assert stats["span_seconds"] > 0
    assert stats["internal_errors"] == []


def test_people_change_messages(call):
    """What others do to messages is seen by reads, and is no write of ours."""
    written = call.sandbox.mutate("add_message", text="By hand", time="2026-01-20T10:00:00Z")
    assert listed(call)[written]["text"] == "By hand"
    call.sandbox.mutate(
        "edit_message", message_id=written, text="Edited", time="2026-01-21T10:00:00Z"
    )
    assert listed(call)[written]["text"] == "Edited"
    assert listed(call)[written]["scheduledSendTime"] == "2026-01-21T10:00:00Z"
    assert listed(call)[written]["lastUpdatedByMember"]["id"] != call.sandbox.ready["member_id"]
    call.sandbox.mutate("delete_message", message_id=written)
    assert written not in listed(call)
    assert call.sandbox.ledger() == []


@pytest.mark.parametrize(
    ("action", "state"), [("approve_message", "SCHEDULED"), ("reject_message", "REJECTED")]
)
def test_people_review_messages(call, action, state):
    """A pending message is approved or rejected, and its history tells."""
    waiting = call.sandbox.mutate("add_message", state="PENDING_APPROVAL")
    call.sandbox.mutate(action, message_id=waiting)
    assert listed(call)[waiting]["state"] == state
    assert call("GET", f"/v1/messages/{waiting}/history").ok
    with pytest.raises(RuntimeError, match="not PENDING_APPROVAL"):
        call.sandbox.mutate(action, message_id=waiting)


def test_people_come_and_go(call):
    """A newcomer may carry an old date; who leaves is gone from organization and teams."""
    organization = call.sandbox.ready["organization_id"]
    old = "2019-05-05T00:00:00Z"
    newcomer = call.sandbox.mutate("add_member", full_name="Late Comer", created=old, modified=old)
    team = next(iter(call.sandbox.truth("teams")))["id"]
    call.sandbox.mutate("add_team_member", team_id=team, member_id=newcomer)
    assert call("GET", f"/v1/members/{newcomer}").json()["data"]["modifiedDate"] == old
    members = f"/v1/organizations/{organization}/members"
    assert {"id": newcomer} in call("GET", members).json()["data"]
    call.sandbox.mutate("remove_member", member_id=newcomer)
    assert {"id": newcomer} not in call("GET", members).json()["data"]
    theirs = call("GET", f"/v1/organizations/{organization}/teams/{team}/members").json()["data"]
    assert {"id": newcomer} not in theirs


def test_links_come_and_go(call):
    """Profiles are added, lost, given to teams and taken away."""
    profile = call.sandbox.mutate("add_profile", type="TWITTER")
    team = call.sandbox.mutate("add_team", name="Link Team")
    call.sandbox.mutate("add_team_profile", team_id=team, profile_id=profile)
    teams = f"/v1/socialProfiles/{profile}/teams"
    assert call("GET", teams).json()["data"] == [{"id": team}]
    call.sandbox.mutate("remove_team_profile", team_id=team, profile_id=profile)
    assert call("GET", teams).json()["data"] == []
    call.sandbox.mutate("change_profile", profile_id=profile, is_reauth_required=True)
    assert call("GET", f"/v1/socialProfiles/{profile}").json()["data"]["isReauthRequired"] == 1
    call.sandbox.mutate("remove_profile", profile_id=profile)
    assert call("GET", f"/v1/socialProfiles/{profile}").status_code == 404


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("explode", {}),
        ("edit_message", {"message_id": "1"}),
        ("add_message", {"colour": "red"}),
        ("change_member", {}),
    ],
)
def test_slips_in_mutations_are_errors(call, action, arguments):
    """An unknown action, thing or field is refused."""
    with pytest.raises(RuntimeError):
        call.sandbox.mutate(action, **arguments)


def test_unknown_controls_are_named(call):
    """An unknown name gets a list of the known ones."""
    answer = requests.get(f"{call.sandbox.url}/__sandbox__/nothing", timeout=10)
    assert answer.status_code == 404
    assert "ledger" in answer.json()["error"]


def test_truth_is_what_pages_show(call):
    """The truth of a window equals what the listing gives."""
    shown = listed(call)
    true = {
        m["id"]: m
        for m in call.sandbox.truth("messages")
        if m["scheduledSendTime"] and "2026-01-10" <= m["scheduledSendTime"] < "2026-02-05"
    }
    assert shown == true


def test_lag(call):
    """With `lag_seconds` a new message is invisible to reads until the clock has moved on."""
    call.sandbox.settings(lag_seconds=100)
    profile = call("GET", "/v1/socialProfiles").json()["data"][0]["id"]
    body = {
        "text": "Soon",
        "socialProfileIds": [profile],
        "scheduledSendTime": "2026-01-16T09:00:00Z",
    }
    [created] = call("POST", "/v1/messages", json=body).json()["data"]
    assert created["id"] not in listed(call)
    assert call("GET", f"/v1/messages/{created['id']}").status_code == 404
    call.sandbox.advance(100)
    assert created["id"] in listed(call)


def test_the_server_changes_texts(call):
    """With `text_change` the stored text differs from the one that was sent."""
    call.sandbox.settings(text_change="append")
    profile = call("GET", "/v1/socialProfiles").json()["data"][0]["id"]
    body = {
        "text": "Mine",
        "socialProfileIds": [profile],
        "scheduledSendTime": "2026-01-16T09:00:00Z",
    }
    [created] = call("POST", "/v1/messages", json=body).json()["data"]
    assert listed(call)[created["id"]]["text"].startswith("Mine ")


def test_truth_in_part(call):
    """Large truths can be asked for some fields, or for their number."""
    whole = call.sandbox.truth("messages")
    assert call.sandbox.count("messages") == len(whole)
    parts = call.sandbox.truth("messages", "id", "state")
    assert parts == [{"id": m["id"], "state": m["state"]} for m in whole]


def test_new_interactions(call):
    """Others go on mentioning us."""
    profile = call("GET", "/v1/socialProfiles").json()["data"][0]
    made = call.sandbox.mutate(
        "add_interaction",
        network_type="TWITTER",
        from_network_id="5550001",
        to_network_id=profile["socialNetworkId"],
    )
    query = f"socialNetworkId={profile['socialNetworkId']}&targetSocialNetworkId=5550001&limit=100"
    found = call("GET", f"/v1/interactions/twitter?{query}").json()["data"]["interactions"]
    assert made in {interaction["externalMessageId"] for interaction in found}
