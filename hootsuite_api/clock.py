"""Clocks: the platform's, read from the `Date` header of its answers, and our own.

The platform's clock decides what is past, since the platform sends the messages. But a `Date` can
be wrong: a proxy, a cache or one of many servers may set a wrong one. So a `Date` is trusted when
our own clock or a second answer agrees with it. A constant difference from our own clock is a skew
of this machine, and the platform's time is used. A `Date` that jumps is logged once and not used.

Our own clock never decides what is past while the platform's is known. It is the second source for
time that has passed: see `RunContext.has_settled` in the target.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import urlsplit

_SKEW = 30.0  # clocks agree if they differ by at most this many seconds
# If our own clock agrees with no answer, so many more answers must agree than differ: the first
# number to store how far our clock is off, the second to reject a row for its time.
_ENOUGH, _MANY = 3, 8
_SANE_YEARS = range(2015, 2100)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
#: Seconds that our own clock is moved ahead by; works only where the platform is on this machine.
TEST_CLOCK_AHEAD = "HOOTSUITE_TEST_CLOCK_AHEAD"
log = logging.getLogger("hootsuite_api")


class OwnClock:
    """This machine's clock.

    Args:
        movable: Whether `HOOTSUITE_TEST_CLOCK_AHEAD` moves it: for tests, which never wait.
    """

    def __init__(self, *, movable: bool = False) -> None:
        self._movable = movable

    @property
    def moved(self) -> float:
        """Seconds that a test has moved the clock by; 0 outside tests."""
        return float(os.environ.get(TEST_CLOCK_AHEAD) or 0) if self._movable else 0.0

    def time(self) -> float:
        """The time of day in epoch seconds. An administrator or NTP may set it."""
        return time.time() + self.moved

    def awake(self) -> float:
        """Seconds since some instant: nobody can set them, and they count sleep where possible."""
        return seconds_since_boot() + self.moved


def own_clock(api_url: str) -> OwnClock:
    """Our clock; a test can move it where `api_url` is on this machine, so no account is real."""
    return OwnClock(movable=urlsplit(api_url).hostname in _LOOPBACK)


def seconds_since_boot() -> float:
    """Monotonic seconds that include sleep of the machine and pauses of the process."""
    # Linux stops CLOCK_MONOTONIC in sleep, macOS does not but stops what `time.monotonic` reads.
    clock = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@dataclass(frozen=True, slots=True)
class Reading:
    """One `Date`, and the readings of our own clocks when its answer was complete.

    Attributes:
        date: The `Date` in epoch seconds.
        wall: `OwnClock.time`.
        awake: `OwnClock.awake`.
        took: Seconds since the request was sent: the `Date` may be as old as that.
    """

    date: float
    wall: float
    awake: float
    took: float

    def is_near(self, expected: float) -> bool:
        """Whether the `Date` is what was expected for the time when the answer came."""
        return -_SKEW - self.took <= self.date - expected <= _SKEW

    def fits(self, earlier: Reading) -> bool:
        """Whether as much time has passed on the platform as here."""
        return self.is_near(earlier.date + self.awake - earlier.awake)

    def fits_wall(self, earlier: Reading) -> bool:
        """Whether our time of day moved as far as the `Date`, as after a laptop's sleep."""
        return self.is_near(earlier.date + self.wall - earlier.wall)


class ServerClock:
    """The platform's current time, counted on from a `Date` that is trusted.

    Args:
        own: Our own clock.
    """

    def __init__(self, own: OwnClock | None = None) -> None:
        self.own = own or OwnClock()
        self._lock = threading.Lock()
        self._ahead = 0.0
        self._believed: Reading | None = None
        self._last: Reading | None = None
        self._candidate: Reading | None = None
        self._agreed = self._differed = self._heard = 0
        self._named: set[str] = set()

    def expect(self, ahead: timedelta) -> None:
        """Set how far the platform's clock was ahead of ours in earlier runs."""
        with self._lock:
            self._ahead = ahead.total_seconds()

    def note(self, header: str | None, took: float = 0.0) -> None:
        """Learn from the `Date` of an answer.

        Args:
            header: Its text; None where it is missing.
            took: Seconds since the request was sent.
        """
        date = sane_date(header)
        if date is None:
            return
        reading = Reading(date.timestamp(), self.own.time(), self.own.awake(), took)
        with self._lock:
            self._heard += 1
            if self._believed is None:
                self._look_first(reading)
            elif reading.fits(self._believed):
                self._agreed += 1
                self._last, self._candidate = reading, None
            else:
                self._look_again(self._believed, reading)

    def now(self) -> datetime | None:
        """The platform's current time in UTC; None until a credible `Date` was seen."""
        with self._lock:
            sole = self._candidate if self._differed == 0 else None
            reading = self._last or sole
        if reading is None:
            return None
        return _moment(reading.date + self.own.awake() - reading.awake)

    def estimate(self) -> datetime:
        """The platform's current time; if unknown, our own, corrected by the known skew."""
        return self.now() or _moment(self.own.time() + self._ahead)

    @property
    def is_sure(self) -> bool:
        """Whether the skew may be noted for later runs: two clocks agree, or most answers do."""
        return self._is_confirmed(_ENOUGH)

    @property
    def is_certain(self) -> bool:
        """Whether a row may be rejected for its time: two clocks agree, or many answers do."""
        return self._is_confirmed(_MANY)

    @property
    def heard(self) -> int:
        """How many plausible dates were seen."""
        with self._lock:
            return self._heard

    def _is_confirmed(self, answers: int) -> bool:
        with self._lock:
            known = self._believed
            return known is not None and (
                self._is_ours(known) or self._agreed - self._differed >= answers
            )

    def _is_ours(self, reading: Reading) -> bool:
        """Whether our own time of day agrees, as it is or corrected by the known skew."""
        return reading.is_near(reading.wall) or reading.is_near(reading.wall + self._ahead)

    def _look_first(self, reading: Reading) -> None:
        """No `Date` is trusted yet: our own clock or the answer before has to agree."""
        before = self._candidate
        if self._is_ours(reading) or (before is not None and reading.fits(before)):
            self._believe(reading)
            return
        self._differed += before is not None
        self._candidate = reading

    def _look_again(self, believed: Reading, reading: Reading) -> None:
        """A `Date` jumps: it is trusted only if our time of day and a second answer confirm it."""
        self._differed += 1
        self._name_jump(reading.date - (believed.date + reading.awake - believed.awake))
        before, self._candidate = self._candidate, None
        if reading.fits_wall(believed) or (self._is_ours(reading) and not self._is_ours(believed)):
            self._candidate = reading
            if before is not None and reading.fits(before):
                self._differed = 0
                self._believe(reading)

    def _believe(self, reading: Reading) -> None:
        self._believed = self._last = reading
        self._candidate = None
        self._agreed = 2  # with the candidate before it, or with our own clock
        skew = reading.wall - reading.date
        if abs(skew) > _SKEW:
            side = "ahead of" if skew > 0 else "behind"
            self._name(
                "skew",
                f"This machine's clock is {_span(skew)} {side} Hootsuite's; Hootsuite's is used",
            )

    def _name_jump(self, seconds: float) -> None:
        side = "ahead" if seconds > 0 else "back"
        self._name(
            "jump",
            f"The Date of an answer jumps {_span(seconds)} {side} against this machine's clock; it "
            "is not used unless further answers and this machine's time confirm it",
        )

    def _name(self, what: str, text: str) -> None:
        if what not in self._named:
            self._named.add(what)
            log.warning("%s", text)


def _span(seconds: float) -> timedelta:
    return timedelta(seconds=round(abs(seconds)))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def sane_date(header: str | None) -> datetime | None:
    """The time in a `Date` header in UTC, or None for what can't be the time now."""
    date = date_of(header)
    return date if date is not None and date.year in _SANE_YEARS else None


@lru_cache(maxsize=4)  # many answers share a second
def date_of(header: str | None) -> datetime | None:
    """The time in a `Date` header in UTC, or None for what is no date."""
    if not header:
        return None
    try:
        date = parsedate_to_datetime(header)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None
