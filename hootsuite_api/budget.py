"""Rate limiter (requests per second, shared by threads and processes) and daily quota.

Why not pyrate-limiter: it limits when requests *leave*. The server counts them when they *arrive*,
and a delay on the way (a busy interpreter, the kernel, the server's own event loop) can push
requests that left evenly into one second. So each request waits until the request N places before
it was *counted* at least a second ago. Only that request's answer tells when this was, and
pyrate-limiter has no way to be told. Its multiprocess bucket also lives in the memory of one parent
process, while our processes share only the user.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from hootsuite_api.errors import Cancelled, ConfigError, QuotaExhausted
from hootsuite_api.slots import FileSlots, MemorySlots, Slot

_WINDOW = 1.0
_MARGIN = 0.008  # seconds, for delays that the measurements miss
_SPACING = 1.02  # starts are this much further apart than the rate allows; leaves room for jitter
_CATCH_UP = 3  # after a late start this many requests may start early to make up for it
_PATIENCE = 2.0  # an unanswered request is assumed to be counted after this many seconds
_SLOWEST = 8.0
_RECENT = 64
_ENOUGH = 5  # round trips of an operation before its own minimum is used
_MANY = 20  # round trips before the minimum is almost fully trusted


class RoundTrips:
    """Minimum round-trip time of each operation, in seconds.

    The smallest recent round trip is an upper bound of the real minimum. The bound is poor while
    few were seen, since the first requests include connecting and starting interpreters. So only a
    part of it is used.
    """

    def __init__(self) -> None:
        self._recent: dict[str, deque[float]] = {}
        self._seen = 0

    def add(self, operation: str, seconds: float) -> None:
        """Remember a round trip."""
        self._seen += 1
        self._recent.setdefault(operation, deque(maxlen=_RECENT)).append(seconds)

    def least(self, operation: str) -> float:
        """The minimum of an operation; while it has few samples, that of all operations."""
        own = self._recent.get(operation, ())
        if len(own) >= _ENOUGH:
            return self._trusted(min(own))
        return self._trusted(min(map(min, self._recent.values()), default=0.0))

    def _trusted(self, guess: float) -> float:
        if self._seen < _ENOUGH:
            return 0.0
        if self._seen < _MANY:
            return guess * 0.8
        return max(guess * 0.95, guess - _MARGIN)


class Turn:
    """The permission to send one request; tell it when the answer begins."""

    __slots__ = ("_budget", "_operation", "slot")

    def __init__(self, budget: Budget, operation: str, slot: Slot) -> None:
        self._budget = budget
        self._operation = operation
        self.slot = slot

    def answered(self, at: float) -> None:
        """Note the monotonic instant at which the answer began."""
        self._budget.note_answer(self._operation, self.slot, at)

    def refused(self, seconds: float) -> None:
        """Note a 429: pause for these seconds, then start requests further apart."""
        self._budget.hold(self.slot, seconds)


class Budget:
    """Rate limiter: never more than `rate` requests in any second, as the server counts them.

    Two rules. Over all threads and processes that share `slots`, starts are evenly spaced, slightly
    further apart than the rate asks for. And with N requests a second, request i+N starts only a
    second after the server can have counted request i at the latest: the time of its answer minus
    the minimum round-trip time, but not before it was sent.

    Args:
        rate: Requests per second that the account may send.
        slots: Where the starts are kept: in a file for an account, in memory for tests.
        stop: Ends every wait when it is set.
    """

    def __init__(self, rate: int, slots: FileSlots | MemorySlots, stop: threading.Event) -> None:
        self._rate = rate
        self._slots = slots
        self._stop = stop
        self._slowness = 1.0
        self._slowed_at = 0.0
        self._trips = RoundTrips()
        self._turnstile = threading.Lock()  # held by the one thread whose turn is next
        self._access = threading.Lock()  # guards everything above, for moments

    @contextmanager
    def turn(self, operation: str) -> Iterator[Turn]:
        """Wait for the next start, in order of arrival and without using the processor.

        Args:
            operation: Round trips are compared per operation.

        Raises:
            Cancelled: If the stop event is set before the turn comes.
        """
        turn = Turn(self, operation, self._wait())
        try:
            yield turn
        finally:
            if not turn.slot.counted:
                self._settle(turn.slot, min(time.monotonic(), turn.slot.sent + _PATIENCE))

    def hold(self, slot: Slot, seconds: float) -> None:
        """Pause all who share the slots for these seconds, then go slower."""
        with suppress(ConfigError, Cancelled), self._access, self._slots.open():
            now = time.monotonic()
            if slot.sent > self._slowed_at:  # one burst of refusals slows us down once
                self._slowness = min(self._slowness * 1.5, _SLOWEST)
                self._slowed_at = now
            self._slots.next_start = max(self._slots.next_start, now + seconds)

    def note_answer(self, operation: str, slot: Slot, at: float) -> None:
        """Work out when the server must have counted a request, from when it answered."""
        with self._access:
            self._trips.add(operation, at - slot.sent)
            self._slowness = max(1.0, self._slowness * 0.98)
            counted = max(slot.sent, at - self._trips.least(operation))
        self._settle(slot, counted)

    def _settle(self, slot: Slot, counted: float) -> None:
        slot.counted = counted
        # An unusable file must not turn a good answer into an error; the next turn reports it.
        with suppress(ConfigError, Cancelled), self._access, self._slots.open():
            self._slots.put(slot)

    def _wait(self) -> Slot:
        with self._turnstile:
            while True:
                with self._access, self._slots.open():
                    now = time.monotonic()
                    wait = self._must_wait(now)
                    if wait <= 0:
                        return self._start(now)
                if self._stop.wait(wait):
                    raise Cancelled("Stopped while waiting for the next request's turn")

    def _start(self, now: float) -> Slot:
        slots = self._slots
        gap = _SPACING * self._slowness / self._rate
        slots.next_start = max(slots.next_start, now - _CATCH_UP * gap) + gap
        slot = Slot(slots.count, now)
        slots.put(slot)
        slots.count += 1
        return slot

    def _must_wait(self, now: float) -> float:
        if self._stop.is_set():
            raise Cancelled("Stopped before a request was sent")
        slots = self._slots
        wait = slots.next_start - now
        before = slots.get(slots.count - self._rate)
        if before is None or not 0 < before.sent <= now:
            return wait
        # Without an answer, assume that it was counted one round trip ago: no earlier look can
        # help.
        counted = before.counted or min(now - self._trips.least(""), before.sent + _PATIENCE)
        counted = min(max(before.sent, counted), now)
        return max(wait, counted + _WINDOW + _MARGIN - now)


class Quota:
    """The account's daily quota, from the headers of the last answer.

    Args:
        percent: The share of the day's quota at which to stop.
    """

    def __init__(self, percent: int) -> None:
        self._percent = percent
        self.used: int | None = None
        self.total: int | None = None

    def note(self, used: str | None, total: str | None) -> None:
        """Read `X-Account-Quota-Used` ("123") and `X-Account-Quota` ("100000 per day")."""
        self.used = _whole(used, self.used)
        self.total = _whole(total, self.total)

    @property
    def exhausted(self) -> bool:
        """Whether the whole daily quota is used up."""
        return self.used is not None and self.total is not None and self.used >= self.total

    def check(self) -> None:
        """Refuse a request once the share is used.

        Raises:
            QuotaExhausted: Before anything is sent.
        """
        if self.used is None or not self.total:
            return
        if self.used >= math.floor(self.total * self._percent / 100):
            raise QuotaExhausted(
                f"{self.used} of the day's {self.total} requests are used, "
                f"and daily_quota_percent is {self._percent}"
            )


def _whole(text: str | None, default: int | None) -> int | None:
    word = text.split(maxsplit=1)[0] if text and text.strip() else ""
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 19 else default  # noqa: PLR2004
