"""Sets fields of records from the arguments of a mutation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from hootsuite_sandbox.domain.world import World

Mutation = Callable[[World, dict[str, Any]], str]
"""Changes the world by the arguments given, and returns the id of what it touched."""


def known(record: type[Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments, all of which must be fields of a record.

    Raises:
        ValueError: One is not.
    """
    unknown = sorted(set(given) - {item.name for item in fields(record)})
    if unknown:
        raise ValueError(f"{record.__name__} has no field {unknown[0]!r}")
    return given


def assign(record: Any, given: dict[str, Any]) -> None:
    """Set fields of a record."""
    for name, value in known(type(record), given).items():
        setattr(record, name, value)
