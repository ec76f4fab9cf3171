"""Retries calls that are safe to repeat: exponential backoff with full jitter, capped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import backoff

from hootsuite_api.errors import (
    Cancelled,
    ConnectionNeverMade,
    HootsuiteError,
    NetworkFault,
    RateLimited,
    ServerFault,
    TornBody,
)

Outcome = TypeVar("Outcome")
_LONGEST_WAIT = 30.0
_FIRST_WAIT = 0.5


def harmless(error: HootsuiteError) -> bool:
    """Whether even a write may be repeated: the failed call did nothing, and the fault may pass."""
    if not error.not_written:
        return False
    if isinstance(error, ConnectionNeverMade):
        return not error.permanent
    return isinstance(error, RateLimited)


def passing(error: HootsuiteError) -> bool:
    """Whether a read may succeed when it is repeated."""
    if isinstance(error, RateLimited) or harmless(error):
        return True
    if isinstance(error, ServerFault):
        return not 300 <= (error.status or 500) < 400  # noqa: PLR2004 - a redirect stays one
    return isinstance(error, (NetworkFault, TornBody)) and not isinstance(
        error, ConnectionNeverMade
    )


class Retry:
    """Repeats failed attempts for one client.

    Args:
        stop: Ends every wait when it is set.
        tries: How many attempts of one call may fail; twice as many if requests come too fast.
        seconds: After so many seconds no further attempt starts.
        waits: False removes the waiting, for tests.
    """

    def __init__(
        self,
        stop: threading.Event,
        *,
        tries: int = 6,
        seconds: float = 180,
        waits: bool = True,
    ) -> None:
        self._stop = stop
        self._tries = tries
        self._seconds = seconds
        self.waits = waits

    def run(
        self, attempt: Callable[[int], Outcome], safe: Callable[[HootsuiteError], bool]
    ) -> Outcome:
        """Call `attempt` with 1, 2, ... until it succeeds or may not be repeated.

        Args:
            attempt: One try.
            safe: Whether the call may be repeated after this error.

        Raises:
            HootsuiteError: The last error, when no attempt is left or repeating isn't safe.
        """
        faults = 0

        def give_up(error: BaseException) -> bool:
            nonlocal faults
            faults += not isinstance(error, RateLimited)
            return not (isinstance(error, HootsuiteError) and safe(error)) or faults >= self._tries

        tries = backoff.retry_context(
            HootsuiteError,
            _waits,
            max_tries=2 * self._tries,
            max_time=self._seconds,
            jitter=self._pause,
            giveup=give_up,
            logger=None,
        )
        for number, one in enumerate(tries, start=1):
            with one:
                return attempt(number)
        raise AssertionError("unreachable: the last error is raised above")

    def _pause(self, value: float) -> float:
        """Wait here and return 0: the library's own sleep would ignore a stop."""
        if self._stop.wait(backoff.full_jitter(value) if self.waits else 0):
            raise Cancelled("Stopped while waiting to repeat a request")
        return 0.0


def _waits() -> Generator[float, Any, None]:
    """Exponential backoff; after a 429 the rate limiter does the waiting."""
    growing = backoff.expo(base=2, factor=_FIRST_WAIT, max_value=_LONGEST_WAIT)
    next(growing)
    error = yield 0
    while True:
        error = yield 0 if isinstance(error, RateLimited) else next(growing)
