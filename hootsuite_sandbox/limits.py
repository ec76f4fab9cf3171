"""Rate limit and daily quota of an account, counted as the platform counts them.

Every request that carries a known token counts for "most in any second", answered or not. Only
admitted requests fill the window and the quota: a refused one costs nothing, so a client that
waits for the next second is never starved by its own refusals. Arrivals are the kernel's stamps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

WINDOW = 1.0
DAY = 86_400
UNLIMITED_REMAINING = 20
RECORDED_REMAINING = 14
RECORDED_STEP = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision of the limits about one request."""

    allowed: bool
    headers: Mapping[str, str]
    quota_spent: bool = False


@dataclass(slots=True)
class Account:
    """What one account has used; `admitted` holds the arrivals that still matter."""

    admitted: list[float] = field(default_factory=list)
    day: int = -1
    used: int = 0


class Limiter:
    """A strict sliding window per account, and a quota per day of the sandbox's clock.

    Args:
        per_second: Requests in any second; 0 for no limit.
        per_day: Requests per day; 0 for no limit.
        recorded: Whether the headers are as vague as they were on the wire: what is left was always
            the same, and the count lagged behind.
    """

    def __init__(self, per_second: int, per_day: int, *, recorded: bool = False) -> None:
        self.per_second = per_second
        self.per_day = per_day
        self.recorded = recorded
        self._accounts: dict[str, Account] = {}

    def admit(self, account_id: str, arrived: float, now: int) -> Verdict:
        """Decide about a request.

        Args:
            account_id: Whose it is.
            arrived: When it arrived, in monotonic seconds. Connections are read in any order, so
                it may be a little before the one that was decided last.
            now: The sandbox's instant, which decides the day.
        """
        account = self._today(account_id, now)
        account.admitted = [a for a in account.admitted if a > arrived - WINDOW]
        spent = 0 < self.per_day <= account.used
        allowed = not spent and not 0 < self.per_second <= len(account.admitted)
        if allowed:
            account.used += 1
            if self.per_second:
                account.admitted.append(arrived)
        return Verdict(allowed, self._headers(account, exact=spent), spent)

    def headers(self, account_id: str, now: int) -> Mapping[str, str]:
        """Return the headers that tell a caller where it stands on the sandbox's present day."""
        return self._headers(self._today(account_id, now))

    @property
    def used(self) -> int:
        """Requests that count against the quotas of the present day."""
        return sum(account.used for account in self._accounts.values())

    def spend(self, account_id: str, used: int, now: int) -> None:
        """Pretend that an account has used so much of its quota today."""
        account = self._account(account_id)
        account.day, account.used = now // DAY, used

    def _today(self, account_id: str, now: int) -> Account:
        account = self._account(account_id)
        if account.day != now // DAY:
            account.day, account.used = now // DAY, 0
        return account

    def _account(self, account_id: str) -> Account:
        return self._accounts.setdefault(account_id, Account())

    def _headers(self, account: Account, *, exact: bool = False) -> Mapping[str, str]:
        free = self.per_second - len(account.admitted) if self.per_second else UNLIMITED_REMAINING
        used = account.used
        if self.recorded:
            free, used = RECORDED_REMAINING, used if exact else used - used % RECORDED_STEP
        return {
            "X-Account-Quota": f"{self.per_day or 1_000_000_000} per day",
            "X-Account-Quota-Used": str(used),
            "X-Account-Rate-Limit-Requests-Remaining": str(max(0, free)),
        }


def most_in_any_second(arrivals: Iterable[float]) -> int:
    """Return the most arrivals in any sliding second; exactly one second apart is outside.

    Args:
        arrivals: In seconds, in any order.
    """
    window: deque[float] = deque()
    most = 0
    for arrived in sorted(arrivals):
        window.append(arrived)
        while window[0] <= arrived - WINDOW:
            window.popleft()
        most = max(most, len(window))
    return most
