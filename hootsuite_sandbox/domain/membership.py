"""What REST and SCIM share about members: looking them up, checking and creating them."""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import available_timezones

from hootsuite_sandbox.domain import access
from hootsuite_sandbox.domain.records import Member, Organization
from hootsuite_sandbox.domain.rules import ORGANIZATION_GRANTS
from hootsuite_sandbox.operations import Context

NAME_LENGTH = range(2, 101)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_email(text: str) -> bool:
    """Tell whether a text has the form of an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_zone(name: str) -> bool:
    """Tell whether a time zone has a name that PHP, and so the platform, knows."""
    return name in _zones()


def name_fits(name: str) -> bool:
    """Tell whether a full name has 2 to 100 characters."""
    return len(name.strip()) in NAME_LENGTH


def holder_of(ctx: Context, address: str) -> Member | None:
    """Return the member who uses an address as e-mail or user name, capitals or not."""
    wanted = address.casefold()
    for member in ctx.world.members.values():
        if wanted in {member.email.casefold(), member.user_name.casefold()}:
            return member
    return None


def managed_members(ctx: Context) -> list[Member]:
    """List the members of all organizations whose members the caller manages, by id."""
    ids = {m for o in access.managed(ctx, access.MANAGE_MEMBERS) for m in o.seats}
    return [ctx.world.members[member_id] for member_id in sorted(ids, key=int)]


def full(organization: Organization) -> bool:
    """Tell whether an organization has no seat left."""
    return len(organization.seats) >= organization.max_seats


def settle_in(ctx: Context, member: Member, organizations: list[Organization]) -> None:
    """Put a new member into the world, with default rights in each organization."""
    ctx.world.members[member.id] = member
    for organization in organizations:
        organization.seats[member.id] = ORGANIZATION_GRANTS["DEFAULT"]
