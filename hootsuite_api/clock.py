"""The platform's idea of now, from the `Date` of its answers."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

_SKEW = timedelta(seconds=30)
log = logging.getLogger("hootsuite_api")


class ServerClock:
    """Keeps the last `Date` seen and counts on from it with the monotonic clock."""

    def __init__(self) -> None:
        self._last: tuple[datetime, float] | None = None
        self._compared = False

    def note(self, header: str | None) -> None:
        """Take over the time of an answer."""
        date = date_of(header)
        if date:
            self._last = (date, time.monotonic())
            self._compare(date)

    def now(self) -> datetime | None:
        """The server's now in UTC, or None before the first answer."""
        if self._last is None:
            return None
        date, at = self._last
        return date + timedelta(seconds=time.monotonic() - at)

    def _compare(self, date: datetime) -> None:
        if self._compared:
            return
        self._compared = True
        skew = datetime.now(UTC) - date
        if abs(skew) > _SKEW:
            log.warning(
                "This machine's clock is %s %s Hootsuite's; Hootsuite's is used",
                timedelta(seconds=round(abs(skew).total_seconds())),
                "ahead of" if skew > timedelta(0) else "behind",
            )


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
