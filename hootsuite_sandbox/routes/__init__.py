"""Handlers, one module for each surface of the platform; importing this registers all of them."""

from __future__ import annotations

from hootsuite_sandbox.routes import (
    composing,
    interactions,
    me,
    media,
    members,
    messages,
    organizations,
    profiles,
    reviews,
    scim,
    storage,
    teams,
)
from hootsuite_sandbox.routes.truth import truth

__all__ = [
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
    "truth",
]
