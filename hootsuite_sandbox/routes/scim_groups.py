"""`/scim/v2/Groups`: teams as SCIM groups, for identity providers."""

from __future__ import annotations

from hootsuite_sandbox.domain import access, scim_group, scim_pages
from hootsuite_sandbox.domain.records import Document, Team
from hootsuite_sandbox.errors import ScimError
from hootsuite_sandbox.operations import Context, operation


def _managers_only(ctx: Context) -> None:
    if not access.managed(ctx, access.MANAGE_TEAMS):
        raise ScimError(403, "You do not have permission to manage teams.")


@operation("list_scim_groups")
def list_scim_groups(ctx: Context) -> Document:
    """Answer with a page of teams; without the right to manage teams, the caller's own."""
    teams = access.groups(ctx)
    text = ctx.query.get("filter")
    if text is not None:
        wanted = scim_pages.filtered(text, "displayName").casefold()
        teams = [team for team in teams if team.name.casefold() == wanted]
    return scim_pages.page(ctx, teams, lambda team: scim_group.show_group(ctx.world, team))


@operation("get_scim_group")
def get_scim_group(ctx: Context) -> Document:
    """Answer with one team; rights are checked before existence."""
    _managers_only(ctx)
    return scim_group.show_group(ctx.world, _team(ctx))


@operation("create_scim_group", before_body=_managers_only)
def create_scim_group(ctx: Context) -> Document:
    """Create a team; the creator joins only if listed in the members."""
    team = scim_group.create(ctx, ctx.body)
    ctx.commit(
        "team_created",
        team_id=team.id,
        organization_id=team.organization_id,
        name=team.name,
        members=list(team.members),
    )
    return scim_group.show_group(ctx.world, team)


@operation("replace_scim_group", before_body=_managers_only)
def replace_scim_group(ctx: Context) -> Document:
    """Set name and members of a team; without `members` the team becomes empty."""
    team = _team(ctx)
    done = scim_group.write(ctx, team, ctx.body["displayName"], ctx.body.get("members") or [])
    ctx.commit("scim_group_replaced", team_id=team.id, **done)
    return scim_group.show_group(ctx.world, team)


@operation("patch_scim_group", before_body=_managers_only)
def patch_scim_group(ctx: Context) -> Document:
    """Change name and members of a team: all operations or none."""
    team = _team(ctx)
    name, members = scim_group.patched(team, ctx.body)
    done = scim_group.write(ctx, team, name, members)
    ctx.commit("scim_group_patched", team_id=team.id, **done)
    return scim_group.show_group(ctx.world, team)


def _team(ctx: Context) -> Team:
    for team in access.groups(ctx):
        if team.id == ctx.path["groupId"]:
            return team
    raise ScimError(404, "There is no such group.")
