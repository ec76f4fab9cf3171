"""The event that ends a run's waits; a signal handler sets it."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue


class Stop(threading.Event):
    """An event that a signal handler may set, in whatever its thread was interrupted.

    A handler runs in the main thread, between any two of its steps. Had that thread just taken the
    lock of a plain event in order to wait, `set` would wait for that lock for ever. `SimpleQueue`
    is made to be reentrant. There is no way back: who was told to stop stays stopped.
    """

    def __init__(self) -> None:
        super().__init__()
        self._stopped = False
        self._tokens: SimpleQueue[None] = SimpleQueue()

    def is_set(self) -> bool:
        """Whether it was set."""
        return self._stopped

    def set(self) -> None:
        """Set it, and wake all that wait."""
        self._stopped = True
        self._tokens.put(None)

    def clear(self) -> None:
        """Refuse to.

        Raises:
            TypeError: Always.
        """
        raise TypeError("a stop is not taken back")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, or so many seconds.

        Returns:
            Whether it was set.
        """
        if not self._stopped:
            try:
                self._tokens.get(timeout=timeout)
            except Empty:
                return self._stopped
            self._tokens.put(None)  # for the next one that waits
        return True
