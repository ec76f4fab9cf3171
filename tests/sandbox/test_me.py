"""The member behind the token."""

from __future__ import annotations


def test_me(api):
    """The caller is the member of the ready line, with every documented field."""
    me = api.get("/v1/me").data
    assert me["id"] == api.ready["member_id"]
    assert set(me) == {
        "id", "email", "isActive", "createdDate", "modifiedDate", "fullName", "companyName",
        "bio", "timezone", "language",
    }  # fmt: skip


def test_own_profiles_need_basic_usage(api):
    """A right of another kind does not list a profile."""
    mine = api.get("/v1/me/socialProfiles").data
    me, profile = api.ready["member_id"], mine[0]["id"]
    rights = {"preset": "CUSTOM", "permissions": ["SN_APPROVE_MESSAGE"]}
    api.sandbox.mutate("grant_profile", profile_id=profile, member_id=me, **rights)
    assert api.get("/v1/me/socialProfiles").data == mine[1:]
    assert api.get(f"/v1/socialProfiles/{profile}").refusal == (403, 4009)
    assert api.get(f"/v1/socialProfiles/{profile}/teams").status == 200


def test_me_as_recorded(recorded):
    """The recorded wire called the time zone `defaultTimezone`."""
    me = recorded.get("/v1/me").data
    assert "timezone" not in me
    assert me["defaultTimezone"]


def test_organizations(api, start):
    """Organizations have names; in 2017 they had an id and nothing else."""
    assert api.get("/v1/me/organizations").data[0].keys() == {"id", "name", "logoUrl"}
    [organization] = start(quirks="recorded").get("/v1/me/organizations").data
    assert organization == {"id": api.ready["organization_id"]}


def test_own_profiles(api):
    """The caller's profiles come by id alone, the same ones as in the full list."""
    mine = api.get("/v1/me/socialProfiles").data
    full = api.get("/v1/socialProfiles").data
    assert mine == [{"id": profile["id"]} for profile in full]


def test_own_profiles_of_a_member(plain):
    """A member without rights sees the profiles of their teams and their own, not all."""
    mine = plain.get("/v1/me/socialProfiles").data
    assert 0 < len(mine) < len(plain.sandbox.truth("organization_members"))
    assert len(mine) == len(plain.sandbox.truth("my_social_profiles"))


def test_organization_app(api):
    """An organization app is nobody, but it has its organization and profiles."""
    app = api.organization()
    assert app.get("/v1/me").refusal == (403, 4009)
    assert [o["id"] for o in app.get("/v1/me/organizations").data] == [api.ready["organization_id"]]
    owned = [p["id"] for p in api.get("/v1/socialProfiles").data if p["owner"] == "ORGANIZATION"]
    assert [p["id"] for p in app.get("/v1/me/socialProfiles").data] == owned
