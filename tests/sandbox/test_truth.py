"""The truth that other tests compare with: complete, and made of the API's own objects."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from hootsuite_api.contract import load

# Streams of the tap, their component in the contract where rows are whole objects, and their key.
STREAMS = {
    "me": ("Member", "id"),
    "organizations": ("Organization", "id"),
    "my_social_profiles": ("Reference", "id"),
    "social_profiles": ("SocialProfile", "id"),
    "social_profile_teams": (None, "socialProfileId teamId"),
    "organization_members": (None, "organizationId memberId"),
    "members": ("Member", "id"),
    "member_organizations": (None, "memberId organizationId"),
    "organization_member_permissions": ("Permissions", "organizationId memberId"),
    "organization_member_teams": (None, "organizationId memberId teamId"),
    "organization_member_social_profiles": (None, "organizationId memberId socialProfileId"),
    "social_profile_permissions": ("Permissions", "organizationId memberId socialProfileId"),
    "teams": ("Team", "id"),
    "team_members": (None, "organizationId teamId memberId"),
    "team_member_permissions": ("Permissions", "organizationId teamId memberId"),
    "team_social_profiles": (None, "organizationId teamId socialProfileId"),
    "messages": ("Message", "id"),
    "deleted_messages": (None, "messageId"),
    "message_history": ("ReviewAction", "messageId sequence"),
    "media": ("MediaStatus", "id"),
    "interactions": (
        "Interaction",
        "socialNetworkType externalMessageId type fromSocialNetworkId toSocialNetworkId",
    ),
    "scim_users": ("ScimUser", "id"),
    "scim_resource_types": ("ScimResourceType", "id"),
}


@pytest.mark.parametrize("quirks", ["documented", "recorded"])
@pytest.mark.parametrize("stream", STREAMS)
def test_streams(start, stream, quirks):
    """Every stream has rows, with unique keys, that fit the contract."""
    api = start(organizations=2, quirks=quirks)
    api.delete(f"/v1/messages/{api.sandbox.mutate('add_message')}")
    rows = api.sandbox.truth(stream)
    component, key = STREAMS[stream]
    assert rows
    keys = [tuple(row[part] for part in key.split()) for row in rows]
    assert len(set(keys)) == len(rows)
    if component:
        validator = Draft202012Validator(load().component(component))
        assert [error.message for row in rows for error in validator.iter_errors(row)] == []


def test_unknown_stream(api):
    """A name that is no stream is refused."""
    with pytest.raises(RuntimeError, match="nonsense"):
        api.sandbox.truth("nonsense")


def test_limits_play_no_part(start):
    """Neither lag nor quota hide anything from the truth."""
    api = start(lag_seconds=3600)
    api.sandbox.use_quota(100_000)
    message = api.sandbox.mutate("add_message", visible_from="2027-01-01T00:00:00Z")
    assert message in {row["id"] for row in api.sandbox.truth("messages")}
