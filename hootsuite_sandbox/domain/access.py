"""Who may do what, for all handlers: seats, teams and profile grants, and the refusals for them.

The status and code of a refusal belong to the operation, not to the reason: the contract holds
them as they were recorded (`x-hootsuite-quirks: denied`).
"""

from __future__ import annotations

from hootsuite_api.contract import load
from hootsuite_sandbox.domain.records import Grant, Message, Organization, Profile, Team
from hootsuite_sandbox.domain.rules import BASIC_USAGE, ORGANIZATION_ADMIN, PROFILE_ADMIN
from hootsuite_sandbox.errors import ApiError, absent
from hootsuite_sandbox.operations import Context

MANAGE_MEMBERS = "ORG_MANAGE_MEMBER"
MANAGE_TEAMS = "ORG_MANAGE_TEAM"
MANAGE_PROFILES = "ORG_MANAGE_SOCIAL_PROFILE"
PUBLISH = "SN_PUBLISH_MESSAGE"
PUBLISH_WITH_APPROVAL = "SN_PUBLISH_MESSAGE_WITH_APPROVAL"

# Assumed, since neither documents nor recordings show it: refusals of the other calls.
_FALLBACK = {"status": 403, "code": 4009}


def denied(ctx: Context) -> ApiError:
    """Return the refusal that this operation gives to callers without the right."""
    rule = load().operations[ctx.operation].quirks.get("denied", _FALLBACK)
    return ApiError(rule["status"], rule["code"], "You do not have permission to do this.")


def may(ctx: Context, organization_id: str, permission: str) -> bool:
    """Tell whether the caller holds a permission in an organization."""
    if ctx.caller is None:
        return ctx.organization_id == organization_id
    organization = ctx.world.organizations.get(organization_id)
    seat = organization.seats.get(ctx.caller.id) if organization else None
    return seat is not None and (
        permission in seat.permissions or seat.preset in ORGANIZATION_ADMIN
    )


def managed(ctx: Context, permission: str) -> list[Organization]:
    """List the organizations in which the caller holds a permission."""
    return [o for o in ctx.world.organizations.values() if may(ctx, o.id, permission)]


def organization(ctx: Context, permission: str | None = None) -> Organization:
    """Return the organization of the path.

    Args:
        ctx: The request.
        permission: What the caller must hold there; None leaves that to the handler.

    Raises:
        ApiError: As `denied`; 400 with 3003 when an administrator names an unknown one.
    """
    organization_id = ctx.path["organizationId"]
    found = ctx.world.organizations.get(organization_id)
    # Rights are checked before existence, as recorded: only an administrator learns the difference.
    if found is None and ctx.role == "admin":
        raise ApiError(
            400,
            3003,
            "There is no such organization.",
            {"type": "organization", "id": organization_id},
        )
    if found is None or (permission and not may(ctx, organization_id, permission)):
        raise denied(ctx)
    return found


def team(ctx: Context, organization_id: str | None = None) -> Team:
    """Return the team of the path (without organization: wherever it is).

    Raises:
        ApiError: 400 with 3005 for an unknown one.
    """
    found = ctx.world.teams.get(ctx.path["teamId"])
    if found is None or organization_id not in (None, found.organization_id):
        raise ApiError(
            400, 3005, "The team id is invalid.", {"type": "team", "id": ctx.path["teamId"]}
        )
    return found


def leads(ctx: Context, group: Team) -> bool:
    """Tell whether the caller manages a team: as its administrator or as the organization's."""
    if may(ctx, group.organization_id, MANAGE_TEAMS):
        return True
    grant = group.members.get(ctx.caller.id) if ctx.caller else None
    return grant is not None and MANAGE_TEAMS in grant.permissions


def groups(ctx: Context) -> list[Team]:
    """List the teams that the caller sees as SCIM groups: those managed, or else the own ones."""
    organizations = {o.id for o in managed(ctx, MANAGE_TEAMS)}
    if organizations:
        return [t for t in ctx.world.teams.values() if t.organization_id in organizations]
    return ctx.world.teams_of(ctx.caller.id) if ctx.caller else []


def grant_on(ctx: Context, profile_id: str) -> Grant | None:
    """Return what the caller may do with a profile; None for unknown and unreachable ones.

    Documented: basic usage is what it takes to see a profile.
    """
    profile = ctx.world.profiles.get(profile_id)
    if profile is None:
        return None
    if ctx.caller is None:
        own = profile.owner == "ORGANIZATION" and profile.organization_id == ctx.organization_id
        return PROFILE_ADMIN if own else None
    grant = ctx.world.profile_grant(ctx.caller.id, profile_id)
    return grant if grant and BASIC_USAGE in grant.permissions else None


def visible(ctx: Context) -> list[Profile]:
    """List the profiles that the caller may use at all, in the order of their connection."""
    if ctx.caller is not None:
        return ctx.world.profiles_of(ctx.caller.id)
    return [p for p in ctx.world.profiles.values() if grant_on(ctx, p.id)]


def message(ctx: Context) -> Message:
    """Return the message of the path.

    Raises:
        ApiError: 404 with 4001 when there is none, when it is not visible yet, and when its
            profile is out of the caller's reach (so that ids of others can't be probed).
    """
    message_id = ctx.path["messageId"]
    found = ctx.world.messages.get(message_id)
    if found is None or grant_on(ctx, found.profile_id) is None:
        raise absent("message", message_id)
    return found
