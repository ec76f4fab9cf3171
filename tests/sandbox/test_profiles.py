"""Social profiles."""

from __future__ import annotations


def test_list_and_get_agree(api):
    """The list shows each profile as its own address does."""
    for profile in api.get("/v1/socialProfiles").data:
        assert api.get(f"/v1/socialProfiles/{profile['id']}").data == profile


def test_twitter_is_hidden(api):
    """Names and pictures of Twitter accounts are null."""
    profiles = api.get("/v1/socialProfiles").data
    twitter = [p for p in profiles if p["type"] == "TWITTER"]
    assert twitter
    assert all(p["socialNetworkUsername"] is None and p["avatarUrl"] is None for p in twitter)
    assert any(p["socialNetworkUsername"] for p in profiles)


def test_disconnected_profile_is_marked(api):
    """`isReauthRequired` is a number, 1 for the profile that lost its connection."""
    flags = [p["isReauthRequired"] for p in api.get("/v1/socialProfiles").data]
    assert sorted(set(flags)) == [0, 1]


def test_recorded_profiles_are_sparse(recorded):
    """The bodies of 2017 lacked the owner's id and the connection's state, and named Twitter's."""
    profiles = recorded.get("/v1/socialProfiles").data
    for profile in profiles:
        assert not {"ownerId", "isReauthRequired"} & set(profile)
    assert all(p["socialNetworkUsername"] for p in profiles if p["type"] == "TWITTER")


def test_unknown_profile(api):
    """An unknown id is 404 with 4001."""
    assert api.get("/v1/socialProfiles/999").refusal == (404, 4001)
    assert api.get("/v1/socialProfiles/999/teams").refusal == (404, 4001)


def test_profile_out_of_reach(plain):
    """A member learns nothing about a profile that none of their teams works on."""
    mine = {p["id"] for p in plain.get("/v1/me/socialProfiles").data}
    plain.sandbox.mutate(action="add_profile", id="150000001")
    assert "150000001" not in mine
    assert plain.get("/v1/socialProfiles/150000001").refusal == (403, 4009)
    assert plain.get("/v1/socialProfiles/150000001/teams").refusal == (401, 4008)


def test_teams_of_profiles(api):
    """Teams of a profile are the links of the truth; a member's own profile has none."""
    rows = []
    for profile in api.get("/v1/socialProfiles").data:
        teams = api.get(f"/v1/socialProfiles/{profile['id']}/teams").data
        assert profile["owner"] == "ORGANIZATION" or teams == []
        rows += [{"socialProfileId": profile["id"], "teamId": team["id"]} for team in teams]
    assert rows == api.sandbox.truth("social_profile_teams")
