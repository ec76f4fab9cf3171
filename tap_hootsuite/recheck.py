"""Recheck: reads all messages since the start date again, every few days, in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Protocol

from tap_hootsuite.base import HootsuiteStream
from tap_hootsuite.run import Run
from tap_hootsuite.scan_budget import ScanBudget
from tap_hootsuite.windows import Window, cut, instant, stamp


class Rereader(Protocol):
    """Reads and writes the messages of old windows again."""

    rows_to: Any

    def reread(self, windows: Iterator[Window], total: int, done: Callable[[Window], None]) -> None:
        """Read the windows and write their messages."""


class Recheck:
    """Finds changes in messages before the lookback window.

    The state holds when the last recheck began and how far the present one has come. It uses the
    scans' share of the daily quota; when that is used up, the next run goes on.

    Args:
        run: The run.
        stream: The stream that keeps the state.
    """

    def __init__(self, run: Run, stream: HootsuiteStream) -> None:
        self._run = run
        self._stream = stream

    def read(self, reader: Rereader, until: datetime) -> None:
        """Start a recheck if it is due, or go on with one.

        Args:
            reader: Reads and writes the windows.
            until: This run has read everything after this time anyway.
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
        """Return where to go on, or None if no recheck is due."""
        options, state = self._run.options, self._stream.stream_state
        recheck = state.get("recheck")
        if recheck is None:  # this run has just read everything, or an older state doesn't tell
            state["recheck"] = {"begun": stamp(self._run.start), "at": None}
            return None
        if recheck["at"]:
            return instant(recheck["at"])
        if not options.recheck or self._run.start < instant(recheck["begun"]) + options.recheck:
            return None
        state["recheck"] = {"begun": stamp(self._run.start), "at": stamp(options.start)}
        return options.start
