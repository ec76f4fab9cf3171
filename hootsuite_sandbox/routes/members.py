"""`/v1/members`."""

from __future__ import annotations

from hootsuite_sandbox.domain import access, membership, views
from hootsuite_sandbox.domain.records import Document, Member, Organization
from hootsuite_sandbox.errors import ApiError, absent
from hootsuite_sandbox.operations import Context, operation


def _managers_only(ctx: Context) -> None:
    # Recorded: a caller without the right is refused whatever the body contains.
    if not access.managed(ctx, access.MANAGE_MEMBERS):
        raise access.denied(ctx)


@operation("create_member", before_body=_managers_only)
def create_member(ctx: Context) -> Document:
    """Create a member in organizations that the caller manages."""
    body = ctx.body
    # Documented as numbers; texts were seen to be accepted, too.
    organizations = [_organization(ctx, str(o)) for o in dict.fromkeys(body["organizationIds"])]
    _check_person(ctx, body)
    for organization in organizations:
        if membership.full(organization):
            raise ApiError(400, 2008, "The organization has no free seat.")
    member = Member(
        id=ctx.world.new_id("member"),
        email=body["email"],
        full_name=body["fullName"].strip(),
        created=ctx.now,
        modified=ctx.now,
        company_name=body.get("companyName", ""),
        bio=body.get("bio", ""),
        timezone=body.get("timezone", "America/Vancouver"),
        language=body.get("language", "en"),
        user_name=body["email"],
    )
    membership.settle_in(ctx, member, organizations)
    ctx.commit("member_created", member_id=member.id, email=member.email)
    return {"data": views.show_member(member)}


def _organization(ctx: Context, organization_id: str) -> Organization:
    found = ctx.world.organizations.get(organization_id)
    if found is None:
        resource = {"type": "organization", "id": organization_id}
        raise ApiError(400, 2303, "The organization id is invalid.", resource)
    if not access.may(ctx, organization_id, access.MANAGE_MEMBERS):
        raise access.denied(ctx)
    return found


def _check_person(ctx: Context, body: Document) -> None:
    if not membership.is_email(body["email"]):
        raise ApiError(400, 2001, "The e-mail address is invalid.")
    if not membership.name_fits(body["fullName"]):
        raise ApiError(400, 2002, "The name must have 2 to 100 characters.")
    if not membership.is_zone(body.get("timezone", "UTC")):
        raise ApiError(400, 2003, "The time zone is invalid.")
    if membership.holder_of(ctx, body["email"]):
        # Also if the member has left the organization: addresses are unique on the whole platform.
        raise ApiError(400, 3010, "The e-mail address is already in use.")


@operation("get_member")
def get_member(ctx: Context) -> Document:
    """Answer with a member; needs the right to manage members, even for the caller itself."""
    organizations = access.managed(ctx, access.MANAGE_MEMBERS)
    if not organizations:
        raise access.denied(ctx)
    member = _known(ctx)
    if not any(member.id in o.seats for o in organizations) and member is not ctx.caller:
        raise access.denied(ctx)
    return {"data": views.show_member(member)}


@operation("list_member_organizations")
def list_member_organizations(ctx: Context) -> Document:
    """Answer with a member's organization ids; for others only those that the caller manages."""
    world, member_id = ctx.world, ctx.path["memberId"]
    if ctx.caller is not None and member_id == ctx.caller.id:
        shown = world.organizations_of(member_id)
    else:
        organizations = access.managed(ctx, access.MANAGE_MEMBERS)
        if not organizations:
            raise access.denied(ctx)
        shown = [o for o in organizations if _known(ctx).id in o.seats]
        if not shown:
            raise access.denied(ctx)
    return {"data": [views.reference(o.id) for o in shown]}


def _known(ctx: Context) -> Member:
    member_id = ctx.path["memberId"]
    member = ctx.world.members.get(member_id)
    if member is None:
        raise absent("member", member_id)
    return member
