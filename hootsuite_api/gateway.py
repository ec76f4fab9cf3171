"""Sends one request within quota and rate limit; reads the clock and the quota from the answer."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from requests.auth import AuthBase

from hootsuite_api.budget import Budget, Quota, Turn
from hootsuite_api.classify import Answer, error_from
from hootsuite_api.clock import OwnClock, ServerClock
from hootsuite_api.contract import Operation
from hootsuite_api.errors import HootsuiteError, QuotaExhausted, RateLimited
from hootsuite_api.exchange import Mark
from hootsuite_api.transport import Outgoing, Transport

_LONGEST_HOLD = 120.0  # seconds; a server that asks for more means the quota
log = logging.getLogger("hootsuite_api")


@dataclass(slots=True)
class Stats:
    """Request counts of a run.

    Attributes:
        requests: Requests sent, by operation.
        too_many: Answers with 429.
    """

    requests: Counter[str] = field(default_factory=Counter)
    too_many: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, operation: str) -> None:
        """Count a request."""
        with self.lock:
            self.requests[operation] += 1

    def refuse(self) -> None:
        """Count a 429."""
        with self.lock:
            self.too_many += 1


class Gateway:
    """Sends requests one at a time, each when the rate limiter allows it.

    Args:
        transport: The connections.
        budget: The rate limiter.
        quota: The daily quota.
        own: This machine's clock, used to check the platform's.
    """

    def __init__(
        self, transport: Transport, budget: Budget, quota: Quota, own: OwnClock | None = None
    ) -> None:
        self._transport = transport
        self._budget = budget
        self.quota = quota
        self.clock = ServerClock(own)
        self.stats = Stats()

    def ask(
        self, operation: Operation, out: Outgoing, auth: AuthBase, mark: Mark, attempt: int = 1
    ) -> Answer:
        """Wait for the rate limiter, send once, read clock and quota from the answer.

        Args:
            operation: The operation of the contract.
            out: The request.
            auth: The credentials.
            mark: A mark of this request alone; it tells afterwards whether a byte may have left.
            attempt: Its number, for the log.

        Returns:
            The answer, whatever it says, unless it says that requests come too fast.

        Raises:
            QuotaExhausted: If the configured share of the daily quota is used; nothing is sent
                then.
            RateLimited: If requests come too fast: a 429, or another answer that says so. Only a
                429 proves that a write was refused.
            NetworkFault: If there is no answer.
            TornBody: If the answer is cut off.
        """
        self.quota.check()
        with self._budget.turn(operation.id) as turn:
            began = time.monotonic()
            self.stats.count(operation.id)
            try:
                answer = self._transport.exchange(out, auth, mark, turn.answered)
            except HootsuiteError as error:
                self._log(operation, type(error).__name__, began, attempt)
                raise
            self._learn(answer, time.monotonic() - began)
            self._log(operation, answer.status, began, attempt)
            if answer.status >= 400:  # noqa: PLR2004 - the classes of errors
                self._check_rate(error_from(operation, answer), turn)
        return answer

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def _learn(self, answer: Answer, took: float) -> None:
        headers = answer.headers
        self.quota.note(headers.get("X-Account-Quota-Used"), headers.get("X-Account-Quota"))
        self.clock.note(headers.get("Date"), took)

    def _check_rate(self, error: HootsuiteError, turn: Turn) -> None:
        if not isinstance(error, RateLimited):
            return
        self.stats.refuse()
        wait = error.where.retry_after
        if self.quota.exhausted or (wait or 0) > _LONGEST_HOLD:
            raise exhausted(error)
        turn.refused(1.0 if wait is None else wait)  # to the end of the server's second
        raise error

    def _log(self, operation: Operation, status: int | str, began: float, attempt: int) -> None:
        if log.isEnabledFor(logging.DEBUG):
            log.debug(
                "operation=%s status=%s ms=%.0f attempt=%d quota_used=%s",
                operation.id,
                status,
                (time.monotonic() - began) * 1000,
                attempt,
                self.quota.used,
            )


def exhausted(error: HootsuiteError) -> QuotaExhausted:
    """Return the error for a 429 that waiting does not cure."""
    quota = QuotaExhausted(
        "Hootsuite takes no more requests of this account",
        error.where,
        advice="If the day's requests are used up, run again tomorrow; else other programs send "
        "too many a second: lower requests_per_second here or there, and run again",
    )
    quota.__cause__ = error
    return quota
