"""`/v1/organizations/{organizationId}`: its members, their rights, teams and profiles."""

from __future__ import annotations

from hootsuite_sandbox.domain import access, views
from hootsuite_sandbox.domain.records import Document, Organization
from hootsuite_sandbox.errors import ApiError, absent
from hootsuite_sandbox.operations import Context, operation


@operation("list_organization_members")
def list_organization_members(ctx: Context) -> Document:
    """Answer with the ids of all members; there is no pagination."""
    organization = access.organization(ctx, access.MANAGE_MEMBERS)
    return {"data": [views.reference(member_id) for member_id in organization.seats]}


@operation("remove_organization_member")
def remove_organization_member(ctx: Context) -> Document:
    """Remove a member's seat, and with it the teams and profile rights in this organization."""
    organization = access.organization(ctx, access.MANAGE_MEMBERS)
    member_id = _seated(ctx, organization)
    if member_id == organization.payer_id:
        raise ApiError(400, 3301, "The member who pays for the organization cannot be removed.")
    del organization.seats[member_id]
    for team in ctx.world.teams_in(organization.id):
        team.members.pop(member_id, None)
    for profile in ctx.world.profiles.values():
        if profile.organization_id == organization.id and profile.owner == "ORGANIZATION":
            profile.grants.pop(member_id, None)
    ctx.commit("member_removed", member_id=member_id, organization_id=organization.id)
    return {"data": {}}


@operation("get_organization_member_permissions")
def get_organization_member_permissions(ctx: Context) -> Document:
    """Answer with a member's rights in the organization."""
    organization = access.organization(ctx, access.MANAGE_MEMBERS)
    return {"data": views.show_grant(organization.seats[_seated(ctx, organization)])}


@operation("list_organization_member_teams")
def list_organization_member_teams(ctx: Context) -> Document:
    """Answer with the ids of a member's teams.

    Only the refusal for another organization was recorded; own teams stay readable.
    """
    organization = access.organization(ctx)
    if not (_is_self(ctx) or access.may(ctx, organization.id, access.MANAGE_MEMBERS)):
        raise access.denied(ctx)
    if _is_self(ctx) and ctx.path["memberId"] not in organization.seats:
        raise access.denied(ctx)
    teams = ctx.world.teams_of(_seated(ctx, organization), organization.id)
    return {"data": [views.reference(team.id) for team in teams]}


@operation("list_organization_member_social_profiles")
def list_organization_member_social_profiles(ctx: Context) -> Document:
    """Answer with the ids of the organization's profiles that a member can use."""
    organization = access.organization(ctx, access.MANAGE_MEMBERS)
    profiles = ctx.world.profiles_of(_seated(ctx, organization), organization.id)
    return {"data": [views.reference(profile.id) for profile in profiles]}


@operation("get_social_profile_permissions")
def get_social_profile_permissions(ctx: Context) -> Document:
    """Answer with a member's rights on a profile; empty if the member can't use it."""
    organization = access.organization(ctx)
    if not (_is_self(ctx) or access.may(ctx, organization.id, access.MANAGE_MEMBERS)):
        raise access.denied(ctx)
    member_id, profile_id = _seated(ctx, organization), ctx.path["socialProfileId"]
    profile = ctx.world.profiles.get(profile_id)
    if profile is None or profile.organization_id != organization.id:
        raise absent("socialProfile", profile_id)
    grant = ctx.world.profile_grant(member_id, profile_id)
    # The preset of a member without rights is not published: null is the safest guess.
    nothing: Document = {"permissions": [], "permissionPreset": None}
    return {"data": views.show_grant(grant) if grant else nothing}


@operation("list_organization_teams")
def list_organization_teams(ctx: Context) -> Document:
    """Answer with the organization's teams in full; there is no pagination."""
    organization = access.organization(ctx, access.MANAGE_TEAMS)
    return {"data": [views.show_team(team) for team in ctx.world.teams_in(organization.id)]}


def _is_self(ctx: Context) -> bool:
    return ctx.caller is not None and ctx.caller.id == ctx.path["memberId"]


def _seated(ctx: Context, organization: Organization) -> str:
    member_id = ctx.path["memberId"]
    if member_id not in organization.seats:
        resource = {"type": "member", "id": member_id}
        raise ApiError(400, 4303, "The member does not belong to the organization.", resource)
    return member_id
