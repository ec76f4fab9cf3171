"""The start options of a sandbox, the same on the command line and in `reset`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_type_hints

from hootsuite_sandbox.clock import parse_instant

Role = Literal["admin", "member"]
Quirks = Literal["documented", "recorded"]
TextChange = Literal["none", "trim", "shorten_links", "append"]
Consent = Literal["ask", "auto", "deny"]
Interactions = Literal["available", "withdrawn"]
NewIds = Literal["fixed", "growing"]
Analytics = Literal["available", "no_add_on"]


PRESENT = "present"
"""Value of `now`: the machine's time when the world is created."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of the seeded world and of the server's behaviour.

    Every field is a flag of the command line (`_` becomes `-`) and a key of `reset` and `settings`.
    """

    seed: int = 7
    messages: int = 2000
    years: int = 1  # of past messages
    members: int = 40
    teams: int = 6
    profiles: int = 12
    organizations: int = 1
    role: Role = "admin"
    requests_per_second: int = 20
    daily_quota: int = 100_000
    latency_ms: int = 0
    token_ttl: int = 3600
    now: str = "2026-01-15T12:00:00Z"
    quirks: Quirks = "documented"
    clock_rate: float = 1.0
    lag_seconds: int = 0
    lead_minutes: int = 0  # how far ahead messages must be scheduled, ten more with a video
    media_seconds: int = 4
    text_change: TextChange = "none"
    activity: bool = True
    consent: Consent = "ask"
    date_skew_seconds: int = 0
    truncate_lists: bool = False  # a full page of messages has no cursor, as once seen
    scheduled_quota: int = 0  # messages that an organization may have scheduled; 0: any number
    interactions: Interactions = "available"
    analytics: Analytics = "available"  # whether the account has bought the add-on
    new_ids: NewIds = "fixed"  # where ids of created objects start: fixed, or by the clock

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for item in fields(self):
            _check(item.name, getattr(self, item.name), hints[item.name])
        if self.now != PRESENT:
            parse_instant(self.now)

    def settled(self, present: float) -> Options:
        """Return a copy with an explicit start instant of the clock.

        Args:
            present: The time of the machine, in seconds since the epoch.
        """
        if self.now != PRESENT:
            return self
        instant = datetime.fromtimestamp(int(present), UTC)
        return replace(self, now=instant.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def changed(self, changes: Mapping[str, Any]) -> Options:
        """Return a copy with some options replaced.

        Args:
            changes: Field names and new values.

        Raises:
            ValueError: For an unknown name or an invalid value.
        """
        unknown = sorted(set(changes) - {item.name for item in fields(self)})
        if unknown:
            known = ", ".join(item.name for item in fields(self))
            raise ValueError(f"unknown option {unknown[0]!r}; there are: {known}")
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Return the options as JSON."""
        return asdict(self)

    @property
    def start(self) -> int:
        """The instant at which the clock starts."""
        return parse_instant(self.now)


# Seeding needs at least one of these; of the others a world may have none.
_AT_LEAST_ONE = frozenset({"members", "profiles", "organizations", "token_ttl", "years"})
_MAY_BE_NEGATIVE = frozenset({"date_skew_seconds", "seed"})


def _check(name: str, value: Any, kind: Any) -> None:
    choices = get_args(kind)
    if choices:
        if value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
        return
    wanted = (int, float) if kind is float else kind
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{name} must be of type {kind.__name__}, not {value!r}")
    if kind in (int, float) and name not in _MAY_BE_NEGATIVE:
        least = 1 if name in _AT_LEAST_ONE else 0
        if value < least:
            raise ValueError(f"{name} must be at least {least}, not {value!r}")
