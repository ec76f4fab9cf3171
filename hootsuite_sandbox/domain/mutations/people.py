"""Mutations of members, teams and rights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_sandbox.domain.mutations.fields import Mutation, assign, known
from hootsuite_sandbox.domain.records import Grant, Member, Team
from hootsuite_sandbox.domain.rules import ORGANIZATION_GRANTS, TEAM_DEFAULT
from hootsuite_sandbox.domain.world import World


def _add_member(world: World, given: dict[str, Any]) -> str:
    organization_id = given.pop("organization_id", world.main_organization_id)
    member_id = given.pop("id", None) or world.new_id("member")
    email = given.pop("email", f"newcomer{member_id}@larkspur.example")
    now = world.now()
    defaults = {"full_name": "New Comer", "created": now, "modified": now, "user_name": email}
    member = Member(id=member_id, email=email, **known(Member, {**defaults, **given}))
    member.emails = member.emails or [{"primary": True, "value": email, "type": "work"}]
    world.members[member.id] = member
    world.organizations[organization_id].seats[member.id] = ORGANIZATION_GRANTS["DEFAULT"]
    return member.id


def _change_member(world: World, given: dict[str, Any]) -> str:
    member = world.members[given.pop("member_id")]
    given.setdefault("modified", world.now())
    assign(member, given)
    return member.id


def _remove_member(world: World, given: dict[str, Any]) -> str:
    member_id: str = given["member_id"]
    chosen = given.get("organization_id")
    for organization in world.organizations_of(member_id):
        if chosen in (None, organization.id):
            del organization.seats[member_id]
            for team in world.teams_of(member_id, organization.id):
                del team.members[member_id]
    return member_id


def _add_team(world: World, given: dict[str, Any]) -> str:
    now, me = world.now(), world.main_member_id
    defaults = {
        "id": world.new_id("team"),
        "organization_id": world.main_organization_id,
        "name": "Night Watch",
        "created": now,
        "created_by": me,
        "modified": now,
        "modified_by": me,
    }
    team = Team(**known(Team, {**defaults, **given}))
    world.teams[team.id] = team
    return team.id


def _change_team(world: World, given: dict[str, Any]) -> str:
    team = world.teams[given.pop("team_id")]
    given.setdefault("modified", world.now())
    assign(team, given)
    return team.id


def _remove_team(world: World, given: dict[str, Any]) -> str:
    return world.teams.pop(given["team_id"]).id


def _add_team_member(world: World, given: dict[str, Any]) -> str:
    world.teams[given["team_id"]].members[given["member_id"]] = TEAM_DEFAULT
    return str(given["team_id"])


def _remove_team_member(world: World, given: dict[str, Any]) -> str:
    del world.teams[given["team_id"]].members[given["member_id"]]
    return str(given["team_id"])


def _add_team_profile(world: World, given: dict[str, Any]) -> str:
    team = world.teams[given["team_id"]]
    if given["profile_id"] not in team.profile_ids:
        team.profile_ids.append(given["profile_id"])
    return team.id


def _remove_team_profile(world: World, given: dict[str, Any]) -> str:
    team = world.teams[given["team_id"]]
    team.profile_ids.remove(given["profile_id"])
    return team.id


def _grant_seat(world: World, given: dict[str, Any]) -> str:
    organization = world.organizations[given.get("organization_id", world.main_organization_id)]
    organization.seats[given["member_id"]] = _grant(given)
    return str(given["member_id"])


def _grant_profile(world: World, given: dict[str, Any]) -> str:
    """Override a member's rights on a profile; without `preset` the member loses access."""
    profile = world.profiles[given["profile_id"]]
    profile.grants[given["member_id"]] = _grant(given) if "preset" in given else None
    return profile.id


def _grant(given: dict[str, Any]) -> Grant:
    preset = given["preset"]
    if "permissions" not in given and preset in ORGANIZATION_GRANTS:
        return ORGANIZATION_GRANTS[preset]
    return Grant(tuple(given.get("permissions", ("BASIC_USAGE",))), preset)


ACTIONS: Mapping[str, Mutation] = {
    "add_member": _add_member,
    "change_member": _change_member,
    "remove_member": _remove_member,
    "grant_seat": _grant_seat,
    "add_team": _add_team,
    "change_team": _change_team,
    "remove_team": _remove_team,
    "add_team_member": _add_team_member,
    "remove_team_member": _remove_team_member,
    "add_team_profile": _add_team_profile,
    "remove_team_profile": _remove_team_profile,
    "grant_profile": _grant_profile,
}
