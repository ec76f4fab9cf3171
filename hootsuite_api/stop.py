"""Stop event: ends the waits of a run; a signal handler sets it."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue


class Stop(threading.Event):
    """An event that a signal handler may set at any time.

    A handler runs in the main thread, between any two of its steps. If the thread holds the lock of
    a plain event at that moment, `set` waits for the lock for ever. `SimpleQueue` is reentrant. The
    event can't be cleared again.
    """

    def __init__(self) -> None:
        super().__init__()
        self._stopped = False
        self._tokens: SimpleQueue[None] = SimpleQueue()

    def is_set(self) -> bool:
        """Whether it was set."""
        return self._stopped

    def set(self) -> None:
        """Set it, and wake all waiting threads."""
        self._stopped = True
        self._tokens.put(None)

    def clear(self) -> None:
        """Not supported.

        Raises:
            TypeError: Always.
        """
        raise TypeError("a stop is not taken back")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, at most `timeout` seconds.

        Returns:
            Whether it was set.
        """
        if not self._stopped:
            try:
                self._tokens.get(timeout=timeout)
            except Empty:
                return self._stopped
            self._tokens.put(None)  # for the next waiting thread
        return True
