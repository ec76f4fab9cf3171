"""`/v1/me`: the member behind the token."""

from __future__ import annotations

from hootsuite_sandbox.domain import access, views
from hootsuite_sandbox.domain.records import Document
from hootsuite_sandbox.operations import Context, operation


@operation("get_me")
def get_me(ctx: Context) -> Document:
    """Answer with the calling member; an organization app is refused, since it is nobody."""
    return {"data": views.me(ctx.member(), recorded=ctx.recorded)}


@operation("list_my_organizations")
def list_my_organizations(ctx: Context) -> Document:
    """Answer with the caller's organizations.

    What an organization app gets is not published; its one organization is the useful answer.
    """
    world = ctx.world
    if ctx.caller is None:
        mine = [o for o in world.organizations.values() if o.id == ctx.organization_id]
    else:
        mine = world.organizations_of(ctx.caller.id)
    return {"data": [views.show_organization(o, recorded=ctx.recorded) for o in mine]}


@operation("list_my_social_profiles")
def list_my_social_profiles(ctx: Context) -> Document:
    """Answer with the ids of the profiles where the caller has basic usage."""
    return {"data": [views.reference(profile.id) for profile in access.visible(ctx)]}
