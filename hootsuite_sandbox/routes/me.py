"""`/v1/me`: the member that the access token belongs to."""

from __future__ import annotations

from hootsuite_sandbox.domain import access, views
from hootsuite_sandbox.domain.records import Document
from hootsuite_sandbox.operations import Context, operation


@operation("get_me")
def get_me(ctx: Context) -> Document:
    """Answer with the calling member; an organization app is refused, since it is not a member."""
    return {"data": views.me(ctx.member(), recorded=ctx.recorded)}


@operation("list_my_organizations")
def list_my_organizations(ctx: Context) -> Document:
    """Answer with the caller's organizations.

    The answer for an organization app is not published; here it is the app's organization.
    """
    world = ctx.world
    if ctx.caller is None:
        mine = [o for o in world.organizations.values() if o.id == ctx.organization_id]
    else:
        mine = world.organizations_of(ctx.caller.id)
    return {"data": [views.show_organization(o, recorded=ctx.recorded) for o in mine]}


@operation("list_my_social_profiles")
def list_my_social_profiles(ctx: Context) -> Document:
    """Answer with the ids of the profiles that the caller may use (BASIC_USAGE)."""
    return {"data": [views.reference(profile.id) for profile in access.visible(ctx)]}
