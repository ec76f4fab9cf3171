"""Rules for teams that REST and SCIM share: valid names, and creation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from hootsuite_sandbox.domain.records import Organization, Team
from hootsuite_sandbox.domain.rules import TEAM_DEFAULT, TEAM_NAME_LENGTH
from hootsuite_sandbox.domain.world import World
from hootsuite_sandbox.operations import Context


def unfit_name(
    world: World, organization_id: str, name: str, own: Team | None = None
) -> Literal["length", "taken"] | None:
    """Return why a team can't have a name; None if it can.

    It is not published whether the name is case-sensitive; the stricter rule finds clients that
    rely on it.
    """
    if len(name) not in TEAM_NAME_LENGTH:
        return "length"
    others = (team for team in world.teams_in(organization_id) if team is not own)
    return "taken" if any(one.name.casefold() == name.casefold() for one in others) else None


def create(
    ctx: Context, organization: Organization, name: str, members: Iterable[str] = ()
) -> Team:
    """Create a team with a valid name; the creator joins only if listed in the members."""
    author = ctx.caller.id if ctx.caller else organization.payer_id
    team = Team(
        id=ctx.world.new_id("team"),
        organization_id=organization.id,
        name=name,
        created=ctx.now,
        created_by=author,
        modified=ctx.now,
        modified_by=author,
        members=dict.fromkeys(members, TEAM_DEFAULT),
    )
    ctx.world.teams[team.id] = team
    return team
