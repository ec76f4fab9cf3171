"""Log of requests: each with its arrival time, and counts by operation."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from hootsuite_sandbox.limits import most_in_any_second


@dataclass(slots=True)
class Seen:
    """One request.

    `arrived` is in monotonic seconds; `account` is the account whose limits apply, `identity` the
    caller of the token. `status` is None until it is answered, and stays None if a fault prevents
    the answer.
    """

    seq: int
    operation: str
    method: str
    path: str
    query: str
    arrived: float
    at: str
    account: str | None = None
    identity: str | None = None
    status: int | None = None
    code: int | str | None = None
    faults: list[str] = field(default_factory=list)


class RequestLog:
    """All requests outside the control API since the last reset."""

    def __init__(self) -> None:
        self.entries: list[Seen] = []
        self.internal_errors: list[str] = []

    def add(self, **details: Any) -> Seen:
        """Record the arrival of a request."""
        seen = Seen(seq=len(self.entries) + 1, **details)
        self.entries.append(seen)
        return seen

    def listing(self, *, since: int = 0, operation: str | None = None) -> list[dict[str, Any]]:
        """Return requests as JSON.

        Args:
            since: Only those with a higher number.
            operation: Only those of this operation.
        """
        return [
            asdict(seen) for seen in self.entries[since:] if operation in (None, seen.operation)
        ]

    def stats(self) -> dict[str, Any]:
        """Return the counts as JSON."""
        arrivals = [seen.arrived for seen in self.entries]
        limited = [s.arrived for s in self.entries if s.path.startswith(("/v1/", "/scim/"))]
        return {
            "requests": dict(Counter(seen.operation for seen in self.entries)),
            "statuses": dict(Counter(str(seen.status) for seen in self.entries)),
            "total": len(arrivals),
            "total_limited": len(limited),
            "rejected_429": sum(seen.status == 429 for seen in self.entries),  # noqa: PLR2004 - the status
            "first_arrival": min(arrivals, default=None),
            "last_arrival": max(arrivals, default=None),
            "span_seconds": max(arrivals) - min(arrivals) if arrivals else 0.0,
            "span_limited_seconds": max(limited) - min(limited) if limited else 0.0,
            "most_in_any_second": self._most(),
            "internal_errors": self.internal_errors,
        }

    def _most(self) -> int:
        accounts: dict[str, list[float]] = {}
        for seen in self.entries:
            if seen.account:
                accounts.setdefault(seen.account, []).append(seen.arrived)
        return max(map(most_in_any_second, accounts.values()), default=0)
