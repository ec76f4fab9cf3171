"""Daily changes of the organization: new members, new titles, renamed teams."""

from __future__ import annotations

from random import Random

from hootsuite_sandbox.domain.rules import ORGANIZATION_GRANTS, TEAM_DEFAULT
from hootsuite_sandbox.domain.world import World
from hootsuite_sandbox.seed import people
from hootsuite_sandbox.seed.calendar import DAY
from hootsuite_sandbox.seed.comments import comment_today
from hootsuite_sandbox.seed.texts import TITLES

_JOIN_EVERY = 5
_TEAM_EVERY = 3


def live(world: World) -> None:
    """Apply the changes of the days that have passed; messages follow the clock by themselves.

    Args:
        world: Changed in place.
    """
    while world.next_event <= world.now():
        at = world.next_event
        world.next_event = at + DAY
        _day(world, at)


def _day(world: World, at: int) -> None:
    number = at // DAY
    random = Random(world.options.seed * 100_003 + number)  # noqa: S311 - data, not secrets
    _promote(world, random, at)
    comment_today(world, at)
    if number % _TEAM_EVERY == 0 and world.teams:
        _join_team(world, random, at)
    if number % _JOIN_EVERY == 0:
        _hire(world, random, at)


def _promote(world: World, random: Random, at: int) -> None:
    member = random.choice(list(world.members.values()))
    member.title = random.choice(TITLES)
    member.bio = f"{member.title} since {at // DAY % 28 + 1}."
    member.modified = max(member.modified, at)


def _join_team(world: World, random: Random, at: int) -> None:
    team = random.choice(list(world.teams.values()))
    seats = list(world.organizations[team.organization_id].seats)
    if not seats:
        return
    team.members.setdefault(random.choice(seats), TEAM_DEFAULT)
    team.modified = max(team.modified, at)
    team.modified_by = world.main_member_id


def _hire(world: World, random: Random, at: int) -> None:
    member = people.make_member(world, random, world.new_id("member"), len(world.members))
    member.created = member.modified = at
    member.is_active = True
    world.members[member.id] = member
    organization = world.organizations[world.main_organization_id]
    organization.seats[member.id] = ORGANIZATION_GRANTS["DEFAULT"]
