"""`/scim/v2`: members as SCIM users, for identity providers."""

from __future__ import annotations

from hootsuite_sandbox.domain import (
    access,
    membership,
    scim_group,
    scim_pages,
    scim_patch,
    scim_user,
)
from hootsuite_sandbox.domain.records import Document, Member
from hootsuite_sandbox.domain.scim_user import show_user
from hootsuite_sandbox.errors import ScimError
from hootsuite_sandbox.operations import Context, operation


def _managers_only(ctx: Context) -> None:
    if not access.managed(ctx, access.MANAGE_MEMBERS):
        raise ScimError(403, "You do not have permission to manage members.")


@operation("list_scim_resource_types")
def list_scim_resource_types(ctx: Context) -> Document:  # noqa: ARG001 - the same for everyone
    """Answer with the resource types; any member may call this."""
    kinds = scim_group.resource_types()
    return {
        "schemas": [scim_pages.LIST_SCHEMA],
        "Resources": kinds,
        "totalResults": len(kinds),
    }


@operation("list_scim_users")
def list_scim_users(ctx: Context) -> Document:
    """Answer with a page of users; without the right to manage members, only the caller."""
    users = _matching(ctx, ctx.query.get("filter"))
    return scim_pages.page(ctx, users, lambda user: show_user(ctx.world, user))


def _matching(ctx: Context, text: str | None) -> list[Member]:
    users = membership.managed_members(ctx)
    if not access.managed(ctx, access.MANAGE_MEMBERS):
        users = [ctx.caller] if ctx.caller else []
    if text is None:
        return users
    wanted = scim_pages.filtered(text, "userName").casefold()
    return [user for user in users if scim_user.user_name(user).casefold() == wanted]


@operation("get_scim_user")
def get_scim_user(ctx: Context) -> Document:
    """Answer with one user; rights are checked before existence."""
    _managers_only(ctx)
    return show_user(ctx.world, _user(ctx))


@operation("create_scim_user")
def create_scim_user(ctx: Context) -> Document:
    """Create a member in the organizations of the extension, by default in the caller's first."""
    _managers_only(ctx)
    member = scim_user.create(ctx, ctx.body)
    ctx.commit("member_created", member_id=member.id, email=member.email)
    return show_user(ctx.world, member)


@operation("replace_scim_user", before_body=_managers_only)
def replace_scim_user(ctx: Context) -> Document:
    """Set all attributes of a user; missing ones get their default."""
    member = _user(ctx)
    scim_user.write(ctx, member, ctx.body)
    ctx.commit("scim_user_replaced", member_id=member.id, active=member.is_active)
    return show_user(ctx.world, member)


@operation("patch_scim_user")
def patch_scim_user(ctx: Context) -> Document:
    """Change single attributes of a user: all operations or none."""
    scim_patch.check(ctx.body)  # recorded: the body is checked before the caller's rights
    _managers_only(ctx)
    member = _user(ctx)
    attributes = scim_patch.apply(scim_user.attributes_of(ctx.world, member), ctx.body)
    scim_user.write(ctx, member, attributes)
    ctx.commit("scim_user_patched", member_id=member.id, active=member.is_active)
    return show_user(ctx.world, member)


def _user(ctx: Context) -> Member:
    for user in membership.managed_members(ctx):
        if user.id == ctx.path["memberId"]:
            return user
    raise ScimError(404, "There is no such user.")
