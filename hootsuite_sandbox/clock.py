"""The sandbox's own time: starts where it is told, runs on, and can be pushed forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import format_datetime


class Clock:
    """A clock that starts at a fixed instant.

    It runs with real time by default, so that "settle for two minutes" means something; a rate of 0
    freezes it between calls of `advance`, a rate of 60 makes a minute of every second.

    Args:
        start: First instant, seconds since the epoch.
        rate: Sandbox seconds per real second.
    """

    def __init__(self, start: float, rate: float = 1.0) -> None:
        self._base = float(start)
        self._rate = rate
        self._started = time.monotonic()

    def time(self) -> float:
        """Return the present instant, in seconds with fractions."""
        return self._base + (time.monotonic() - self._started) * self._rate

    def now(self) -> int:
        """Return the present instant in whole seconds."""
        return int(self.time())

    def advance(self, seconds: float) -> None:
        """Push the clock forward.

        Args:
            seconds: How far; the clock never goes back.

        Raises:
            ValueError: For a negative number.
        """
        if seconds < 0:
            raise ValueError("the clock only goes forward")
        self._base += seconds


def parse_instant(text: str) -> int:
    """Read an RFC 3339 instant ending in `Z` (or with an offset).

    Args:
        text: For example `2026-01-15T12:00:00Z`.

    Raises:
        ValueError: When it is not an instant, or has no zone.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone: write it like 2026-01-15T12:00:00Z")
    return int(instant.timestamp())


def http_date(instant: float) -> str:
    """Write an instant as a `Date` header (RFC 9110, section 5.6.7)."""
    return format_datetime(datetime.fromtimestamp(int(instant), UTC), usegmt=True)
