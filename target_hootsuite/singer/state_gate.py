"""Holds STATE back until every row before it is settled."""

from __future__ import annotations

import threading
import time
from array import array
from collections import deque
from collections.abc import Callable

from target_hootsuite.errors import OutputFault

_SECONDS = 10.0


class StateGate:
    """Holds STATE back until the rows before it are settled.

    Args:
        emit: Writes one state, given as its JSON text.
        seconds: At most one state in so many seconds, until the end.

    Attributes:
        fault: Why no state could be written, if so.
    """

    def __init__(self, emit: Callable[[str], None], seconds: float = _SECONDS) -> None:
        self._emit = emit
        self._seconds = seconds
        self._open = array("l")
        self._passed = 0
        self._states: deque[tuple[int, str]] = deque()
        self._ready: str | None = None
        self.fault: str | None = None
        self._emitted_at = time.monotonic()
        self._shut = False
        self._lock = threading.Lock()

    def row(self) -> int:
        """Register a row; it is open until all its expected results are settled.

        Returns:
            Its number.
        """
        self._open.append(1)
        return len(self._open) - 1

    def expect(self, number: int, units: int) -> None:
        """Set how many results a row will have."""
        self._open[number] = units

    def state(self, value: str) -> None:
        """Take a state, as JSON text, that follows the rows registered so far."""
        position = len(self._open)
        if self._states and self._states[-1][0] == position:
            self._states.pop()
        self._states.append((position, value))

    def settle(self, number: int) -> None:
        """Note that one result of a row is in the journal."""
        with self._lock:
            self._open[number] -= 1
            self._advance()
            if time.monotonic() - self._emitted_at >= self._seconds:
                self._flush()

    def shut(self) -> None:
        """Emit no further state, because the journal failed."""
        with self._lock:
            self._shut = True

    def finish(self) -> None:
        """Emit the last state whose rows are settled."""
        with self._lock:
            self._advance()
            self._flush()

    def _advance(self) -> None:
        while self._passed < len(self._open) and self._open[self._passed] == 0:
            self._passed += 1
        while self._states and self._states[0][0] <= self._passed:
            self._ready = self._states.popleft()[1]

    def _flush(self) -> None:
        if self._ready is not None and not self._shut:
            try:
                self._emit(self._ready)
            except OutputFault as error:  # what is under way goes on: the journal keeps it
                self.fault = str(error)
                self._shut = True
            self._ready = None
            self._emitted_at = time.monotonic()
