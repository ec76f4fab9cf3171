"""Teams: `/v1/teams/{teamId}` and `/v1/organizations/{organizationId}/teams/...`."""

from __future__ import annotations

from hootsuite_sandbox.domain import access, teams, views
from hootsuite_sandbox.domain.records import Document, Team
from hootsuite_sandbox.domain.rules import TEAM_DEFAULT
from hootsuite_sandbox.errors import ApiError
from hootsuite_sandbox.operations import Context, operation


def _managers_only(ctx: Context) -> None:
    # Recorded: a caller without the right is refused whatever the body contains.
    access.organization(ctx, access.MANAGE_TEAMS)


@operation("create_team", before_body=_managers_only)
def create_team(ctx: Context) -> Document:
    """Create a team; its creator does not join it."""
    organization = access.organization(ctx, access.MANAGE_TEAMS)
    name = ctx.body["teamName"].strip()
    problem = teams.unfit_name(ctx.world, organization.id, name)
    if problem == "length":
        raise ApiError(400, 3002, "The team's name must have 2 to 200 characters.")
    if problem == "taken":
        raise ApiError(400, 3006, "The organization has a team of this name.")
    team = teams.create(ctx, organization, name)
    ctx.commit("team_created", team_id=team.id, organization_id=organization.id, name=name)
    return {"data": views.show_team(team)}


@operation("get_team")
def get_team(ctx: Context) -> Document:
    """Answer with one team, for its members and for those who manage teams."""
    team = access.team(ctx)
    belongs = ctx.caller is not None and ctx.caller.id in team.members
    if not belongs and not access.leads(ctx, team):
        raise access.denied(ctx)
    return {"data": views.show_team(team)}


@operation("add_team_member")
def add_team_member(ctx: Context) -> Document:
    """Add a member to a team; a repetition changes nothing."""
    team, member_id = _team(ctx), ctx.path["memberId"]
    if member_id not in ctx.world.organizations[team.organization_id].seats:
        raise ApiError(
            400,
            3008,
            "The member has no seat in the organization.",
            {"type": "member", "id": member_id},
        )
    if member_id not in team.members:
        team.members[member_id] = TEAM_DEFAULT
        team.modified = ctx.now
        team.modified_by = ctx.caller.id if ctx.caller else team.modified_by
    ctx.commit("team_member_added", team_id=team.id, member_id=member_id)
    return {"data": {}}


@operation("list_team_members")
def list_team_members(ctx: Context) -> Document:
    """Answer with the ids of a team's members; there is no pagination."""
    return {"data": [views.reference(member_id) for member_id in _team(ctx).members]}


@operation("get_team_member_permissions")
def get_team_member_permissions(ctx: Context) -> Document:
    """Answer with a member's rights in a team."""
    grant = _team(ctx).members.get(ctx.path["memberId"])
    if grant is None:
        resource = {"type": "member", "id": ctx.path["memberId"]}
        raise ApiError(404, 4001, "The member does not belong to the team.", resource)
    return {"data": views.show_grant(grant)}


@operation("list_team_social_profiles")
def list_team_social_profiles(ctx: Context) -> Document:
    """Answer with the ids of the profiles that a team works on.

    Recorded: existence is checked before the caller's rights.
    """
    team = access.team(ctx, access.organization(ctx).id)
    allowed = access.may(ctx, team.organization_id, access.MANAGE_PROFILES)
    if not allowed and not access.leads(ctx, team):
        raise access.denied(ctx)
    return {"data": [views.reference(profile_id) for profile_id in team.profile_ids]}


def _team(ctx: Context) -> Team:
    """Return the team of the path if the caller manages it; rights are checked before existence."""
    organization = access.organization(ctx)
    team = ctx.world.teams.get(ctx.path["teamId"])
    if team is None or team.organization_id != organization.id:
        if not access.may(ctx, organization.id, access.MANAGE_TEAMS):
            raise access.denied(ctx)
        return access.team(ctx, organization.id)
    if not access.leads(ctx, team):
        raise access.denied(ctx)
    return team
