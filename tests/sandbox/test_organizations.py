"""Organizations: seats, rights, teams and profiles of members."""

from __future__ import annotations

import pytest


@pytest.fixture
def base(api):
    return f"/v1/organizations/{api.ready['organization_id']}"


def _payer(api):
    rows = api.sandbox.truth("organization_member_permissions")
    return next(r["memberId"] for r in rows if r["permissionPreset"] == "PAYING_SUPER_ADMIN")


def test_members_and_teams(api, base):
    """Members come by id, teams in full, both in one page."""
    members = api.get(f"{base}/members").data
    assert [m["id"] for m in members] == [
        row["memberId"] for row in api.sandbox.truth("organization_members")
    ]
    assert api.get(f"{base}/teams").data == api.sandbox.truth("teams")


def test_links_of_a_member(api, base):
    """Rights, teams and profiles of each member are those of the truth."""
    truths = {
        "teams": ("organization_member_teams", "teamId"),
        "socialProfiles": ("organization_member_social_profiles", "socialProfileId"),
    }
    for name, (resource, key) in truths.items():
        rows = [
            (m["id"], row["id"])
            for m in api.get(f"{base}/members").data
            for row in api.get(f"{base}/members/{m['id']}/{name}").data
        ]
        assert rows == [(row["memberId"], row[key]) for row in api.sandbox.truth(resource)]


def test_rights_on_a_profile(api, base):
    """Rights on a profile are those of the truth; out of reach means none."""
    row = api.sandbox.truth("social_profile_permissions")[-1]
    path = f"{base}/members/{row['memberId']}/socialProfiles/{row['socialProfileId']}/permissions"
    rights = api.get(path).data
    assert rights == {k: row[k] for k in ("permissions", "permissionPreset")}
    assert "BASIC_USAGE" in rights["permissions"]
    api.sandbox.mutate(
        action="grant_profile", member_id=row["memberId"], profile_id=row["socialProfileId"]
    )
    assert api.get(path).data == {"permissions": [], "permissionPreset": None}


def test_recorded_refusals(plain):
    """Without rights each call refuses with the status and code that were recorded."""
    base = f"/v1/organizations/{plain.ready['organization_id']}"
    other = plain.sandbox.truth("members")[1]["id"]
    assert plain.get(f"{base}/members").refusal == (403, 4002)
    assert plain.get(f"{base}/teams").refusal == (403, 4010)
    assert plain.get(f"{base}/members/{other}/permissions").refusal == (401, 4003)
    assert plain.get(f"{base}/members/{other}/socialProfiles").refusal == (401, 1201)
    assert plain.get(f"{base}/members/{other}/teams").refusal == (401, 4006)
    assert plain.get("/v1/organizations/5/members/5/teams").refusal == (401, 4006)
    assert plain.delete(f"{base}/members/{other}").refusal == (401, 4003)
    assert plain.delete(f"{base}/members/999").refusal == (401, 4003)


def test_own_links_without_rights(plain):
    """One's own teams and profile rights can be read without rights."""
    own = f"/v1/organizations/{plain.ready['organization_id']}/members/{plain.ready['member_id']}"
    assert plain.get(f"{own}/teams").data
    profile = plain.get("/v1/me/socialProfiles").data[0]["id"]
    assert plain.get(f"{own}/socialProfiles/{profile}/permissions").data["permissions"]


def test_remove(api, base):
    """Who is removed loses seat and teams, and is no longer shown."""
    row = api.sandbox.truth("team_members")[0]
    member = next(
        r["memberId"]
        for r in api.sandbox.truth("team_members")
        if r["memberId"] not in {_payer(api), api.ready["member_id"]}
    )
    assert api.delete(f"{base}/members/{member}").body == {"data": {}}
    assert {"id": member} not in api.get(f"{base}/members").data
    assert {"id": member} not in api.get(f"{base}/teams/{row['teamId']}/members").data
    assert api.get(f"{base}/members/{member}/permissions").refusal == (400, 4303)
    assert api.delete(f"{base}/members/{member}").refusal == (400, 4303)
    assert [e["kind"] for e in api.sandbox.ledger()] == ["member_removed"]


def test_payer_stays(api, base):
    """The paying member can't be removed."""
    assert api.delete(f"{base}/members/{_payer(api)}").refusal == (400, 3301)


def test_unknown_organization(api):
    """An administrator learns that an organization is unknown; ids must look like ids."""
    assert api.get("/v1/organizations/5/members").refusal == (400, 3003)
    assert api.get("/v1/organizations/%24/members").refusal == (400, 2303)


def test_foreign_organization(start):
    """An administrator of one organization is nobody in another."""
    api = start(organizations=2, members=10)
    foreign = api.sandbox.truth("organizations")[1]["id"]
    admin = api.sandbox.truth("organization_member_permissions")
    stranger = next(
        r["memberId"]
        for r in admin
        if r["organizationId"] != foreign and r["permissionPreset"] == "PAYING_SUPER_ADMIN"
    )
    assert api.member(stranger).get(f"/v1/organizations/{foreign}/members").refusal == (403, 4002)


def test_unknown_profile(api, base):
    """Rights on an unknown profile are 404."""
    own = api.ready["member_id"]
    path = f"{base}/members/{own}/socialProfiles/999/permissions"
    assert api.get(path).refusal == (404, 4001)
