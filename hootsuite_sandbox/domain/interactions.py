"""Interactions: which belong to a pair of accounts, and their order."""

from __future__ import annotations

from hootsuite_sandbox.domain.records import Interaction
from hootsuite_sandbox.domain.world import World


def between(world: World, own: str, other: str) -> list[Interaction]:
    """List the interactions of two accounts in either direction, oldest first."""
    pair = {own, other}
    rows = (i for i in world.interactions if {i.from_network_id, i.to_network_id} == pair)
    return sorted(rows, key=place)


def place(row: Interaction) -> tuple[int, str]:
    """Return the place of an interaction in a listing."""
    return row.at, row.external_message_id
