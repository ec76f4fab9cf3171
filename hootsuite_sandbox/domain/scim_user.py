"""SCIM users: shows, checks, creates and writes a member as a SCIM user."""

from __future__ import annotations

from dataclasses import fields, replace

from hootsuite_sandbox.domain import access, membership, scim_pages
from hootsuite_sandbox.domain.records import Document, Member, Organization, Team, iso_millis
from hootsuite_sandbox.domain.rules import TEAM_DEFAULT
from hootsuite_sandbox.domain.world import World
from hootsuite_sandbox.errors import ScimError
from hootsuite_sandbox.operations import Context

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
EXTENSION = "urn:ietf:params:scim:schemas:extension:Hootsuite:2.0:User"
DEFAULT_ZONE = "America/Vancouver"
DEFAULT_LANGUAGE = "en"


def resource_type() -> Document:
    """Return the resource type."""
    extension = {"schema": EXTENSION, "required": True}
    return scim_pages.resource_type("User", "User Account", USER_SCHEMA, extension)


def user_name(member: Member) -> str:
    """Return a member's user name for identity providers."""
    return member.user_name or member.email


def show_user(world: World, member: Member) -> Document:
    """Show a member as a SCIM user; the extension was recorded, but is not documented."""
    shown: Document = {
        "schemas": [USER_SCHEMA],
        "id": member.id,
        "meta": {
            "resourceType": "User",
            "created": iso_millis(member.created),
            "lastModified": iso_millis(member.modified),
        },
        **_attributes(member),
        "groups": _groups(world, member),
    }
    if world.options.quirks == "recorded":
        shown["schemas"].append(EXTENSION)
        shown[EXTENSION] = _extension(world, member)
    return shown


def attributes_of(world: World, member: Member) -> Document:
    """Return the writable attributes of a user, as a PUT would send them."""
    return {**_attributes(member), EXTENSION: _extension(world, member)}


def create(ctx: Context, body: Document) -> Member:
    """Create a member from a SCIM user.

    Raises:
        ScimError: For invalid values, a used name, or a full organization.
    """
    organizations = _organizations(ctx, body)
    blank = Member(id="", email="", full_name="", created=ctx.now, modified=ctx.now)
    _check(ctx, blank, body)
    teams = _teams(ctx, body, {o.id for o in organizations})
    member = replace(_replaced(blank, body), id=ctx.world.new_id("member"))
    membership.settle_in(ctx, member, organizations)
    _join(member, teams)
    return member


def write(ctx: Context, member: Member, body: Document) -> None:
    """Write all attributes; the modification date changes only if an attribute does.

    Groups are read-only here (RFC 7643, section 4.1.2): teams have calls of their own.

    Raises:
        ScimError: For invalid values; nothing is changed then.
    """
    _check(ctx, member, body)
    teams = _teams(ctx, body, {o.id for o in ctx.world.organizations_of(member.id)})
    before, wanted = _attributes(member), _replaced(member, body)
    for field in fields(Member):
        setattr(member, field.name, getattr(wanted, field.name))
    if _join(member, teams) or before != _attributes(member):
        member.modified = ctx.now


def _replaced(member: Member, body: Document) -> Member:
    name = body.get("name") or {}
    emails = body.get("emails") or [{"primary": True, "value": body["userName"], "type": "work"}]
    return replace(
        member,
        email=_address(body),
        full_name=body["displayName"].strip(),
        user_name=body["userName"],
        given_name=name.get("givenName") or "",
        family_name=name.get("familyName") or "",
        emails=emails,
        timezone=body.get("timezone") or DEFAULT_ZONE,
        language=body.get("preferredLanguage") or DEFAULT_LANGUAGE,
        title=body.get("title") or "",
        is_active=body["active"],
    )


def _check(ctx: Context, member: Member, body: Document) -> None:
    if not membership.is_email(body["userName"]):
        raise _unfit("userName must be an e-mail address.")
    if not membership.name_fits(body["displayName"]):
        raise _unfit("displayName must have 2 to 100 characters.")
    if not membership.is_zone(body.get("timezone") or DEFAULT_ZONE):
        raise _unfit("timezone is unknown.")
    emails = body.get("emails") or []
    if not all(membership.is_email(item.get("value", "")) for item in emails):
        raise _unfit("emails must have values that are e-mail addresses.")
    if sum(item["primary"] for item in emails) > 1:
        raise _unfit("Only one of the emails can be primary.")
    for address in (body["userName"], _address(body)):
        holder = membership.holder_of(ctx, address)
        if holder is not None and holder is not member:
            raise ScimError(400, "The user name or e-mail address is in use.", "uniqueness")


def _address(body: Document) -> str:
    emails: list[Document] = body.get("emails") or []
    work = [item for item in emails if item.get("type") == "work"]
    primary = [item for item in emails if item.get("primary")]
    address: str = (primary or work or emails or [{"value": body["userName"]}])[0]["value"]
    return address


def _attributes(member: Member) -> Document:
    # Attributes without a value are left out (RFC 7643, section 2.5); an empty text is a value.
    title = {"title": member.title} if member.title else {}
    email: Document = {"primary": True, "value": member.email, "type": "work"}
    given, _, family = member.full_name.partition(" ")
    return {
        "userName": user_name(member),
        "name": {
            "givenName": member.given_name or given,
            "familyName": member.family_name or family,
        },
        "emails": member.emails or [email],
        "displayName": member.full_name,
        "timezone": member.timezone,
        "preferredLanguage": member.language,
        **title,
        "active": member.is_active,
    }


def _groups(world: World, member: Member) -> list[Document]:
    return [
        {"value": team.id, "$ref": f"/scim/v2/Groups/{team.id}", "display": team.name}
        for team in world.teams_of(member.id)
    ]


def _extension(world: World, member: Member) -> Document:
    # Recorded: only here ids are numbers.
    return {
        "organizationIds": [int(o.id) for o in world.organizations_of(member.id)],
        "teamIds": [int(team.id) for team in world.teams_of(member.id)],
    }


def _organizations(ctx: Context, body: Document) -> list[Organization]:
    managed = {o.id: o for o in access.managed(ctx, access.MANAGE_MEMBERS)}
    named = (body.get(EXTENSION) or {}).get("organizationIds") or list(managed)[:1]
    if any(str(o) not in managed for o in named):
        raise _unfit("organizationIds names an organization that you do not manage.")
    chosen = [managed[str(o)] for o in dict.fromkeys(named)]
    if any(membership.full(o) for o in chosen):
        raise _unfit("The organization has no free seat.")
    return chosen


def _teams(ctx: Context, body: Document, organization_ids: set[str]) -> list[Team]:
    named = (body.get(EXTENSION) or {}).get("teamIds") or []
    teams = [ctx.world.teams.get(str(team_id)) for team_id in named]
    found = [team for team in teams if team and team.organization_id in organization_ids]
    if len(found) < len(named):
        raise _unfit("teamIds names a team that the user cannot join.")
    return found


def _join(member: Member, teams: list[Team]) -> bool:
    """Add the member to teams, never remove one; return whether any was new."""
    new = [team for team in teams if member.id not in team.members]
    for team in new:
        team.members[member.id] = TEAM_DEFAULT
    return bool(new)


def _unfit(detail: str) -> ScimError:
    return ScimError(400, detail, "invalidValue")
