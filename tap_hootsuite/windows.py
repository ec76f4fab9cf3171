"""Time windows: splits a range into windows that the platform accepts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hootsuite_api import moments

LONGEST = timedelta(days=28)  # 40020 beyond
SECOND = timedelta(seconds=1)  # the platform's precision, so the shortest window


@dataclass(frozen=True, slots=True)
class Window:
    """A time window, both ends on whole seconds.

    The documents don't say whether the end is inclusive. Adjacent windows share their boundary, so
    nothing is lost either way.
    """

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Its length."""
        return self.end - self.start

    def halves(self, at: datetime | None = None) -> tuple[Window, Window]:
        """Split it in two, on a whole second; it must be longer than one second.

        Args:
            at: Where to split, if that lies inside; else in the middle.
        """
        if at is None or not self.start < at < self.end:
            at = self.start + timedelta(seconds=self.length // SECOND // 2)
        return Window(self.start, at), Window(at, self.end)


def cut(start: datetime, end: datetime, at: datetime) -> Iterator[Window]:
    """Split a range into windows of at most 28 days, with one boundary at `at` if it lies inside.

    Args:
        start: Where the range begins; rounded down to a second.
        end: Where it ends; rounded up.
        at: The run's start: the bookmark stays there while later windows are read.
    """
    start, end, at = _floor(start), _ceiling(end), _floor(at)
    while start < end:
        stop = min(start + LONGEST, end)
        if start < at < stop:
            stop = at
        yield Window(start, stop)
        start = stop


def instant(text: str) -> datetime:
    """Parse a time of the platform, of the state or of a setting; without a zone it is in UTC.

    Raises:
        ValueError: If it is not a time.
    """
    return moments.parse(text)


def stamp(moment: datetime) -> str:
    """Format a time for the platform: UTC, whole seconds, `Z`."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _floor(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _ceiling(moment: datetime) -> datetime:
    return _floor(moment + SECOND - timedelta(microseconds=1))
