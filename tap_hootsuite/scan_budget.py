"""The share of the daily quota that scans may use, counted over all scans and runs of a day."""

from __future__ import annotations

from datetime import datetime

from tap_hootsuite.base import HootsuiteStream

DAILY_QUOTA = 100_000  # documented; headers override it


class ScanBudget:
    """Counts the requests of a stream's scan, in the stream's state.

    Args:
        stream: The stream.
    """

    def __init__(self, stream: HootsuiteStream) -> None:
        self._stream = stream
        self._run = stream.run
        self._counted = self._run.requests

    def spend(self) -> None:
        """Count the requests since the last call, or since this object was created."""
        requests, self._counted = self._run.requests - self._counted, self._run.requests
        day = _day(self._run.start)
        spent = self._stream.stream_state.get("spent") or {}
        before = spent.get("requests", 0) if spent.get("day") == day else 0
        self._stream.stream_state["spent"] = {"day": day, "requests": before + requests}

    def is_left(self) -> bool:
        """Whether scans may go on today; logs it if not."""
        day = _day(self._run.start)
        bookmarks = self._stream.tap_state.get("bookmarks", {}).values()
        spent = [state.get("spent") or {} for state in bookmarks]
        used = sum(one.get("requests", 0) for one in spent if one.get("day") == day)
        room = (self._run.quota or DAILY_QUOTA) * self._run.options.scan_percent // 100
        if used >= room:
            self._stream.logger.info(
                "%s: scans have used their share of the day (%d requests); the next run carries on",
                self._stream.name,
                used,
            )
        return bool(used < room)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
