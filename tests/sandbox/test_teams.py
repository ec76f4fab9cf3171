"""Teams."""

from __future__ import annotations

import pytest


@pytest.fixture
def base(api):
    return f"/v1/organizations/{api.ready['organization_id']}/teams"


def test_reading(api, base):
    """Each team, its members, their rights and its profiles are those of the truth."""
    for team in api.get(base).data:
        assert api.get(f"/v1/teams/{team['id']}").data == team
    for resource, key in (("members", "memberId"), ("socialProfiles", "socialProfileId")):
        stream = {"members": "team_members", "socialProfiles": "team_social_profiles"}[resource]
        rows = [
            (team["id"], row["id"])
            for team in api.get(base).data
            for row in api.get(f"{base}/{team['id']}/{resource}").data
        ]
        assert rows == [(row["teamId"], row[key]) for row in api.sandbox.truth(stream)]
    row = api.sandbox.truth("team_member_permissions")[0]
    rights = api.get(f"{base}/{row['teamId']}/members/{row['memberId']}/permissions").data
    assert rights == {k: row[k] for k in ("permissions", "permissionPreset")}


def test_recorded_refusals(plain):
    """Without rights each call refuses as recorded; an unknown team is named before the right."""
    base = f"/v1/organizations/{plain.ready['organization_id']}/teams"
    mine = plain.get(
        f"/v1/organizations/{plain.ready['organization_id']}"
        f"/members/{plain.ready['member_id']}/teams"
    ).data
    other = next(t["id"] for t in plain.sandbox.truth("teams") if {"id": t["id"]} not in mine)
    member = plain.sandbox.truth("members")[1]["id"]
    assert plain.post(base, {"teamName": "New"}).refusal == (401, 1201)
    assert plain.post(base, {"teamName": ""}).refusal == (401, 1201)
    assert plain.post(f"{base}/{other}/members/{member}").refusal == (401, 1201)
    assert plain.get(f"{base}/{other}/members").refusal == (401, 4005)
    assert plain.get(f"{base}/{other}/members/{member}/permissions").refusal == (401, 1201)
    assert plain.get(f"{base}/{other}/socialProfiles").refusal == (401, 4008)
    assert plain.get(f"{base}/999/socialProfiles").refusal == (400, 3005)
    assert plain.get(f"/v1/teams/{other}").refusal == (403, 4006)
    assert plain.get(f"/v1/teams/{mine[0]['id']}").data["id"] == mine[0]["id"]


def test_create(api, base):
    """A new team has the caller as author and no members."""
    team = api.post(base, {"teamName": " Night Shift "}).data
    assert team["name"] == "Night Shift"
    assert team["createdByMember"] == team["modifiedByMember"] == {"id": api.ready["member_id"]}
    assert team["createdDate"] == "2026-01-15T12:00:00Z"
    assert api.get(f"{base}/{team['id']}/members").data == []
    assert team in api.get(base).data


@pytest.mark.parametrize("name", ["A", "A" * 201, "  A  "])
def test_name_length(api, base, name):
    """A name has 2 to 200 characters."""
    assert api.post(base, {"teamName": name}).refusal == (400, 3002)
    assert api.post(base, {}).refusal == (400, 3002)


def test_name_is_unique(api, base):
    """A name is used once in an organization, capitals or not."""
    name = api.get(base).data[0]["name"]
    assert api.post(base, {"teamName": name.upper()}).refusal == (400, 3006)


def test_add_member(api, base):
    """Who has a seat can join, and doing it twice changes nothing more."""
    team = api.post(base, {"teamName": "Night Shift"}).data["id"]
    member = api.sandbox.truth("members")[3]["id"]
    assert api.post(f"{base}/{team}/members/{member}").body == {"data": {}}
    assert api.post(f"{base}/{team}/members/{member}").status == 200
    assert api.get(f"{base}/{team}/members").data == [{"id": member}]
    assert api.get(f"{base}/{team}/members/{member}/permissions").data["permissions"]


def test_add_stranger(api, base):
    """Who has no seat can't join; a team must exist."""
    team = api.get(base).data[0]["id"]
    member = api.sandbox.truth("members")[3]["id"]
    assert api.post(f"{base}/{team}/members/999").refusal == (400, 3008)
    assert api.post(f"{base}/999/members/{member}").refusal == (400, 3005)


def test_unknown_team(api, base):
    """An unknown team is 3005 everywhere, a stranger in a team 404."""
    assert api.get("/v1/teams/999").refusal == (400, 3005)
    assert api.get(f"{base}/999/members").refusal == (400, 3005)
    assert api.get(f"{base}/999/socialProfiles").refusal == (400, 3005)
    team = api.post(base, {"teamName": "Empty"}).data["id"]
    member = api.ready["member_id"]
    assert api.get(f"{base}/{team}/members/{member}/permissions").refusal == (404, 4001)
