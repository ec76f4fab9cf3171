"""One request and its answer: the mark that it may have left, its deadline, and the watchdog.

A socket's own time-out limits a single silence, so a server that sends one byte a second could
block a thread for ever, and a signal ends no read at all. The watchdog limits the whole exchange:
it shuts the connection down, which ends every read, write and handshake on it, whichever library
waits.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

GRACE = 8.0  # seconds that a request in flight gets after a stop; supervisors kill after ten
_TICK = 0.05
_IDLE = 100  # ticks without an exchange before the watchdog's thread ends

Ending = Literal["late", "stopped"]
Result = TypeVar("Result")


class Mark:
    """Whether a byte of one request may have left this machine.

    It is set before the first byte can leave and never reset. Not set: the request was never sent.
    Set: its outcome is unknown unless an answer tells it. Nothing else can tell the two apart. The
    class of an exception can't: urllib3 raises `ProxyError` for a reset in the middle of a request
    if the connection goes through a proxy.
    """

    __slots__ = ("is_set",)

    def __init__(self) -> None:
        self.is_set = False

    def set(self) -> None:
        """Set it."""
        self.is_set = True


@dataclass(frozen=True, slots=True)
class Limits:
    """What one exchange may take, in seconds.

    Attributes:
        connect: Until one address of the server (or proxy) accepts the connection.
        ready: Until the connection is ready: name look-up, all addresses, the proxy's tunnel, and
            TLS.
        silence: Without a byte, once it is ready.
        whole: From the first byte sent to the last one received.
    """

    connect: float
    ready: float
    silence: float
    whole: float


class Ended(Exception):  # noqa: N818 - it tells of the watchdog's decision
    """The watchdog has ended this exchange.

    Not an `OSError`: urllib3 would wrap it, or take it for a network fault.
    """


class Underway(threading.local):
    """Holds the thread's current exchange, since the libraries in between can't pass it on.

    Attributes:
        exchange: The request that this thread sends; None outside of one.
    """

    exchange: Exchange | None = None

    @property
    def current(self) -> Exchange:
        """The exchange.

        Raises:
            RuntimeError: If there is none: no connection may send without a mark.
        """
        if self.exchange is None:
            raise RuntimeError("a connection was used outside an exchange")
        return self.exchange


class Exchange:
    """One request and its answer, shared by the thread that sends it and the watchdog.

    Args:
        mark: Set when a byte may have left.
        limits: How long it may take.
        stop: Once it is set, no request starts.
        guard: Called when the connection is ready, right before the first byte; an exception of it
            stops the request.

    Attributes:
        ending: Why the watchdog ended it, if it did.
        refusal: What the guard raised.
    """

    def __init__(
        self,
        mark: Mark,
        limits: Limits,
        stop: threading.Event,
        guard: Callable[[], None] | None = None,
    ) -> None:
        self.mark = mark
        self.ending: Ending | None = None
        self.refusal: Exception | None = None
        self._limits = limits
        self._stop = stop
        self._guard = guard
        self._deadline = time.monotonic() + limits.ready
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._handle: socket.socket | None = None

    def connect(self, dial: Callable[[], socket.socket]) -> socket.socket:
        """Make a connection, and give up when the exchange is ended.

        Raises:
            Ended: If the watchdog ended the exchange first.
        """
        connection = self.wait_for(dial)
        try:
            self._hold(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def wait_for(self, work: Callable[[], Result]) -> Result:
        """Run work that can't be interrupted, such as a name look-up, in a thread of its own.

        Raises:
            Ended: If the watchdog ended the exchange first; a connection made later is closed.
        """
        found: list[Any] = []
        with self._lock:
            if self.ending is not None:
                raise Ended
            self._woken.clear()
        threading.Thread(target=self._work, args=(work, found), daemon=True).start()
        self._woken.wait()
        with self._lock:
            if not found:
                raise Ended
        if isinstance(found[0], BaseException):
            raise found[0]
        result: Result = found[0]
        return result

    def _work(self, work: Callable[[], Any], found: list[Any]) -> None:
        try:
            outcome: Any = work()
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            outcome = error
        with self._lock:
            if self.ending is None:
                found.append(outcome)
            elif isinstance(outcome, socket.socket):
                outcome.close()
        self._woken.set()

    def leave(self, connection: Any) -> None:
        """Set the mark: the request is about to be passed to the connection.

        Called for each piece of the request; only the first call matters.

        Raises:
            Ended: If the exchange was ended, or the run stopped, before a byte could leave.
            Exception: The guard's refusal.
        """
        if self.mark.is_set:
            return
        if self._guard is not None:
            try:
                self._guard()
            except Exception as refusal:
                self.refusal = refusal
                raise
        if self._handle is None:  # a connection reused from an earlier request
            self._hold(connection)
        with self._lock:
            if self.ending is None and self._stop.is_set():
                self.ending = "stopped"
            if self.ending is not None:
                raise Ended
            self.mark.set()
            self._deadline = time.monotonic() + self._limits.whole

    def _hold(self, connection: Any) -> None:
        """Duplicate the connection's descriptor: TLS replaces the socket object that owns it."""
        handle = socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)
        with self._lock:
            self._release()
            self._handle = handle
            if self.ending is not None:
                raise Ended

    def look(self, now: float, stopped_at: float | None) -> None:
        """End the exchange if its time is over; called by the watchdog."""
        with self._lock:
            if self.ending is not None:
                return
            if stopped_at is not None and (not self.mark.is_set or now >= stopped_at + GRACE):
                self._end("stopped")
            elif now >= self._deadline:
                self._end("late")

    def _end(self, ending: Ending) -> None:
        self.ending = ending
        if self._handle is not None:
            with contextlib.suppress(OSError):  # already closed by the other side
                self._handle.shutdown(socket.SHUT_RDWR)
        self._woken.set()

    def check(self) -> None:
        """Refuse an answer that only looks complete because the watchdog ended it.

        Raises:
            Ended: If it has.
        """
        if self.ending is not None:
            raise Ended

    def close(self) -> None:
        """Close the descriptor."""
        with self._lock:
            self._release()

    def _release(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class Watchdog:
    """Ends exchanges at their deadlines, and all of them after a stop.

    Args:
        stop: Once it is set, requests not sent yet end at once, and those in flight after `GRACE`.
    """

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self._lock = threading.Lock()
        self._watched: set[Exchange] = set()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def over(self, exchange: Exchange) -> Iterator[Exchange]:
        """Watch over an exchange until the block ends."""
        with self._lock:
            self._watched.add(exchange)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
        try:
            yield exchange
        finally:
            with self._lock:
                self._watched.discard(exchange)
            exchange.close()

    def _run(self) -> None:
        stopped_at: float | None = None
        idle = 0
        while True:
            if stopped_at is not None:
                time.sleep(_TICK)
            elif self.stop.wait(_TICK):
                stopped_at = time.monotonic()
            with self._lock:
                watched = list(self._watched)
                idle = 0 if watched else idle + 1
                if idle > _IDLE:
                    self._thread = None
                    return
            now = time.monotonic()
            for exchange in watched:
                exchange.look(now, stopped_at)
