"""`/v1/socialProfiles`."""

from __future__ import annotations

from hootsuite_sandbox.domain import access, views
from hootsuite_sandbox.domain.records import Document, Profile
from hootsuite_sandbox.errors import ApiError, absent
from hootsuite_sandbox.operations import Context, operation


@operation("list_social_profiles")
def list_social_profiles(ctx: Context) -> Document:
    """Answer with all profiles that the caller may use; there is no pagination."""
    return {"data": [views.show_profile(p, recorded=ctx.recorded) for p in access.visible(ctx)]}


@operation("get_social_profile")
def get_social_profile(ctx: Context) -> Document:
    """Answer with one profile."""
    profile = _profile(ctx)
    if access.grant_on(ctx, profile.id) is None:
        raise access.denied(ctx)
    return {"data": views.show_profile(profile, recorded=ctx.recorded)}


@operation("list_social_profile_teams")
def list_social_profile_teams(ctx: Context) -> Document:
    """Answer with the ids of a profile's teams; a private profile has none."""
    profile = _profile(ctx)
    reachable = access.grant_on(ctx, profile.id) is not None
    if not reachable and not access.may(ctx, profile.organization_id, access.MANAGE_PROFILES):
        raise ApiError(401, 4008, "You do not have permission to view this profile's teams.")
    return {"data": [views.reference(team.id) for team in ctx.world.teams_with(profile.id)]}


def _profile(ctx: Context) -> Profile:
    profile_id = ctx.path["socialProfileId"]
    profile = ctx.world.profiles.get(profile_id)
    if profile is None:
        raise absent("socialProfile", profile_id)
    return profile
