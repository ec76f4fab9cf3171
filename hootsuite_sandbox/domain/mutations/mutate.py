"""Makes one change as another person would: `mutate` of the control API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_sandbox.clock import parse_instant
from hootsuite_sandbox.domain.mutations import ads, comments, messages, people, profiles, tokens
from hootsuite_sandbox.domain.mutations.fields import Mutation
from hootsuite_sandbox.domain.records import Document
from hootsuite_sandbox.domain.world import World

_INSTANTS = frozenset({"at", "time", "created", "modified", "visible_from"})
_ACTIONS: Mapping[str, Mutation] = {
    **messages.ACTIONS,
    **people.ACTIONS,
    **profiles.ACTIONS,
    **comments.ACTIONS,
    **ads.ACTIONS,
    **tokens.ACTIONS,
}


def mutate(world: World, change: Mapping[str, Any]) -> Document:
    """Make one change.

    Args:
        world: Changed in place.
        change: `{"action": name, ...arguments}`; instants are RFC 3339, fields are named as in
            `records`.

    Returns:
        `{"action": name, "id": ...}` of what was touched.

    Raises:
        ValueError: For an unknown action or thing.
        KeyError: For a missing argument.
    """
    arguments = dict(change)
    name = arguments.pop("action", None)
    if name not in _ACTIONS:
        raise ValueError(f"no such action {name!r}; there are: {', '.join(sorted(_ACTIONS))}")
    for key in _INSTANTS & set(arguments):
        if isinstance(arguments[key], str):
            arguments[key] = parse_instant(arguments[key])
    return {"action": name, "id": _ACTIONS[name](world, arguments)}
