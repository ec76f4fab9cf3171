"""Rate limit and daily quota of an account, counted like on the platform.

Every request with a known token counts for "most in any second", answered or not. Only admitted
requests count against the rate limit and the quota: a refused one is free, so a client that waits a
second after a refusal is always admitted. Arrival times come from the kernel.
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
    """The usage of one account; `admitted` holds the arrivals of the last second."""

    admitted: list[float] = field(default_factory=list)
    day: int = -1
    used: int = 0


class Limiter:
    """A strict sliding window per account, and a quota per day of the sandbox's clock.

    Args:
        per_second: Requests in any second; 0 for no limit.
        per_day: Requests per day; 0 for no limit.
        recorded: Whether the headers are as inexact as recorded: the remaining number was always
            the same, and the used number lagged behind.
    """

    def __init__(self, per_second: int, per_day: int, *, recorded: bool = False) -> None:
        self.per_second = per_second
        self.per_day = per_day
        self.recorded = recorded
        self._accounts: dict[str, Account] = {}

    def admit(self, account_id: str, arrived: float, now: int) -> Verdict:
        """Admit or refuse a request.

        Args:
            account_id: The account that it counts for.
            arrived: When it arrived, in monotonic seconds. Connections are read in any order, so
                it may be a little before the one that was decided last.
            now: The sandbox's instant, which determines the day.
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
        """Return the rate limit and quota headers of the sandbox's present day."""
        return self._headers(self._today(account_id, now))

    @property
    def used(self) -> int:
        """Requests that count against the quotas of the present day."""
        return sum(account.used for account in self._accounts.values())

    def spend(self, account_id: str, used: int, now: int) -> None:
        """Set how much of its quota an account has used today."""
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
