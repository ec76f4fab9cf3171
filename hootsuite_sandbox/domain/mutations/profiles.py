"""Mutations of profiles and of what happens on their networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_sandbox.domain.mutations.fields import Mutation, assign, known
from hootsuite_sandbox.domain.records import Interaction, Profile
from hootsuite_sandbox.domain.world import World


def _add_profile(world: World, given: dict[str, Any]) -> str:
    organization_id = given.get("organization_id", world.main_organization_id)
    profile_id = given.pop("id", None) or world.new_id("profile")
    defaults = {
        "type": "FACEBOOKPAGE",
        "network_id": str(10**15 + int(profile_id)),
        "owner": "ORGANIZATION",
        "owner_id": organization_id,
        "organization_id": organization_id,
        "username": "larkspur_new",
    }
    profile = Profile(id=profile_id, **known(Profile, {**defaults, **given}))
    world.profiles[profile.id] = profile
    return profile.id


def _change_profile(world: World, given: dict[str, Any]) -> str:
    profile = world.profiles[given.pop("profile_id")]
    if "approvers" in given:
        given["approvers"] = tuple(given["approvers"])
    assign(profile, given)
    return profile.id


def _remove_profile(world: World, given: dict[str, Any]) -> str:
    profile = world.profiles.pop(given["profile_id"])
    for team in world.teams_with(profile.id):
        team.profile_ids.remove(profile.id)
    world.former_ids.setdefault(profile.network_id, []).append(profile.id)
    return profile.id


def _delete_post(world: World, given: dict[str, Any]) -> str:
    """Delete a published post on its network, by the network's id."""
    world.deleted_posts.add(given["external_id"])
    return str(given["external_id"])


def _add_interaction(world: World, given: dict[str, Any]) -> str:
    number = str(10**18 + len(world.interactions))
    defaults = {"external_message_id": number, "type": "MENTION", "at": world.now()}
    interaction = Interaction(**known(Interaction, {**defaults, **given}))
    world.interactions.append(interaction)
    return interaction.external_message_id


ACTIONS: Mapping[str, Mutation] = {
    "add_profile": _add_profile,
    "change_profile": _change_profile,
    "remove_profile": _remove_profile,
    "delete_post": _delete_post,
    "add_interaction": _add_interaction,
}
