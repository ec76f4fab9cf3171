"""SCIM groups: shows, checks and writes a team as a SCIM group."""

from __future__ import annotations

from typing import Any

from hootsuite_sandbox.domain import access, scim_pages, scim_user, teams
from hootsuite_sandbox.domain.records import Document, Organization, Team, iso_millis
from hootsuite_sandbox.domain.rules import TEAM_DEFAULT
from hootsuite_sandbox.domain.world import World
from hootsuite_sandbox.errors import ScimError
from hootsuite_sandbox.operations import Context

GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group"


def show_group(world: World, team: Team) -> Document:
    """Show a team as a SCIM group."""
    return {
        "schemas": [GROUP_SCHEMA],
        "id": team.id,
        "meta": {
            "resourceType": "Group",
            "created": iso_millis(team.created),
            "lastModified": iso_millis(team.modified),
            "location": f"/scim/v2/Groups/{team.id}",
        },
        "displayName": team.name,
        "members": [_member(world, member_id) for member_id in team.members],
    }


def _member(world: World, member_id: str) -> Document:
    member = world.members.get(member_id)
    return {
        "value": member_id,
        "$ref": f"/scim/v2/Users/{member_id}",
        "display": member.full_name if member else member_id,
    }


def resource_types() -> list[Document]:
    """List the resource types: users as recorded in 2017, groups as documented since."""
    group = scim_pages.resource_type("Group", "Team", GROUP_SCHEMA)
    return [scim_user.resource_type(), group]


def create(ctx: Context, body: Document) -> Team:
    """Create a team in the first organization that the caller manages.

    Raises:
        ScimError: For an invalid or used name, and for members without a seat.
    """
    organization = access.managed(ctx, access.MANAGE_TEAMS)[0]
    name = _name(ctx, organization.id, body["displayName"], None)
    return teams.create(ctx, organization, name, _seated(organization, body.get("members") or []))


def write(ctx: Context, team: Team, name: str, members: list[Document]) -> Document:
    """Set a team's name and members; nothing changes if a value is invalid.

    Returns:
        What was changed, for the ledger. Members who stay keep their rights.

    Raises:
        ScimError: As `create`.
    """
    organization = ctx.world.organizations[team.organization_id]
    name = _name(ctx, organization.id, name, team)
    wanted = _seated(organization, members, present=team.members)
    added = [one for one in wanted if one not in team.members]
    removed = [one for one in team.members if one not in wanted]
    if added or removed or name != team.name:
        team.modified = ctx.now
        team.modified_by = ctx.caller.id if ctx.caller else team.modified_by
    team.name = name
    team.members = {one: team.members.get(one, TEAM_DEFAULT) for one in wanted}
    return {"name": name, "added": added, "removed": removed}


def patched(team: Team, body: Document) -> tuple[str, list[Document]]:
    """Return name and members of a team after the operations of a PATCH.

    Raises:
        ScimError: For an invalid operation; the document has no `path`.
    """
    name = team.name
    members = dict.fromkeys(team.members)
    for one in body["Operations"]:
        value = _value(one)
        if "displayName" in value:
            if one["op"] == "remove":
                raise ScimError(400, "displayName cannot be removed.", "mutability")
            name = _text(value["displayName"])
        if "members" in value:
            _apply(members, one["op"], _ids(value["members"]))
    return name, [{"value": member_id} for member_id in members]


def _value(one: Document) -> Document:
    value = one.get("value")
    if "path" in one:
        raise _unfit("path is not supported: send the attributes as value.")
    if not isinstance(value, dict) or set(value) - {"displayName", "members"}:
        raise _unfit("value must be an object with displayName, members or both.")
    return value


def _apply(members: dict[str, None], op: str, ids: list[str]) -> None:
    if op == "replace":
        members.clear()
    for member_id in ids:
        if op == "remove":
            members.pop(member_id, None)
        else:
            members[member_id] = None


def _ids(given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise _unfit("members must be a list of objects with a value.")
    return [_text(one.get("value")) for one in given]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _unfit("A value must be a text.")
    return value


def _name(ctx: Context, organization_id: str, name: str, own: Team | None) -> str:
    name = name.strip()
    problem = teams.unfit_name(ctx.world, organization_id, name, own)
    if problem == "length":
        raise _unfit("displayName must have 2 to 200 characters.")
    if problem == "taken":
        raise ScimError(400, "The organization has a team of this name.", "uniqueness")
    return name


def _seated(
    organization: Organization, members: list[Document], present: Any = ()
) -> dict[str, None]:
    """Return the ids of members without duplicates; new members must have a seat."""
    ids = dict.fromkeys(one["value"] for one in members)
    for member_id in ids:
        if member_id not in organization.seats and member_id not in present:
            raise _unfit(f"Member {member_id} has no seat in the organization.")
    return ids


def _unfit(detail: str) -> ScimError:
    return ScimError(400, detail, "invalidValue")
