"""Recheck: reads all messages from the start date again, once in so many days, in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Protocol

from tap_hootsuite.base import HootsuiteStream
from tap_hootsuite.run import Run
from tap_hootsuite.scan_budget import ScanBudget
from tap_hootsuite.windows import Window, cut, instant, stamp


class Rereader(Protocol):
    """Writes the messages of old windows again."""

    rows_to: Any

    def reread(self, windows: Iterator[Window], total: int, done: Callable[[Window], None]) -> None:
        """Read the windows and write what they hold."""


class Recheck:
    """Finds changes in messages that lie before the lookback.

    The state knows when the last recheck began and how far the present one came. It uses the
    share of the quota that scans may use, and a run that has none left carries on in the next.

    Args:
        run: The run.
        stream: The stream that keeps the state.
    """

    def __init__(self, run: Run, stream: HootsuiteStream) -> None:
        self._run = run
        self._stream = stream

    def read(self, reader: Rereader, until: datetime) -> None:
        """Begin a recheck if it is due, or carry on with one.

        Args:
            reader: Reads and writes.
            until: From here on this run has read everything anyway.
        """
        place = self._place()
        if place is None or reader.rows_to is None:
            return
        budget = ScanBudget(self._stream)
        windows = list(cut(place, until, until)) if place < until else []

        def affordable() -> Iterator[Window]:
            for window in windows:
                budget.spend()
                if not budget.is_left():
                    return
                yield window

        def done(window: Window) -> None:
            self._stream.stream_state["recheck"]["at"] = stamp(window.end)
            budget.spend()
            self._stream.save()

        reader.reread(affordable(), len(windows), done)
        if not windows or self._stream.stream_state["recheck"]["at"] == stamp(windows[-1].end):
            self._stream.stream_state["recheck"]["at"] = None
        self._stream.save()

    def _place(self) -> datetime | None:
        """Return where to read on, or None if no recheck is due."""
        options, state = self._run.options, self._stream.stream_state
        recheck = state.get("recheck")
        if recheck is None:  # the present run has just read everything, or knows no better
            state["recheck"] = {"begun": stamp(self._run.start), "at": None}
            return None
        if recheck["at"]:
            return instant(recheck["at"])
        if not options.recheck or self._run.start < instant(recheck["begun"]) + options.recheck:
            return None
        state["recheck"] = {"begun": stamp(self._run.start), "at": stamp(options.start)}
        return options.start
