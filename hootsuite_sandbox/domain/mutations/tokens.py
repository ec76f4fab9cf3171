"""Mutations of sign-ins: tokens and the installed app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_sandbox.domain.mutations.fields import Mutation
from hootsuite_sandbox.domain.world import World


def _revoke_tokens(world: World, _: dict[str, Any]) -> str:
    return str(world.tokens.revoke())


def _expire_tokens(world: World, _: dict[str, Any]) -> str:
    return str(world.tokens.expire())


def _install_app(world: World, given: dict[str, Any]) -> str:
    """Install or uninstall the app; uninstalling revokes its tokens for good."""
    world.tokens.installed = bool(given.get("installed", True))
    if not world.tokens.installed:
        world.tokens.revoke()
    return "app"


ACTIONS: Mapping[str, Mutation] = {
    "revoke_tokens": _revoke_tokens,
    "expire_tokens": _expire_tokens,
    "install_app": _install_app,
}
