"""Handlers, one module for each surface of the platform."""

from __future__ import annotations

from importlib import import_module

from hootsuite_sandbox.routes.truth import rows, truth

__all__ = ["register", "rows", "truth"]

MODULES = (
    "composing",
    "interactions",
    "me",
    "media",
    "members",
    "messages",
    "organizations",
    "profiles",
    "reviews",
    "scim",
    "storage",
    "teams",
)


def register() -> None:
    """Make every handler of these modules known to the register of operations."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")
