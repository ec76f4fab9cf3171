"""Prefetches pages of several windows at once and yields them in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

from hootsuite_api.listed import Listed
from tap_hootsuite.pagination import WindowPagination

AHEAD = 8  # windows in flight: at 120 ms a page this fills 60 requests/s
DEPTH = 2  # pages kept ready per window; limits memory to AHEAD x DEPTH x 100 rows

Page = tuple[list[Listed], str | None, str | None]  # rows, next cursor, trace
Fetch = Callable[[dict[str, Any]], Page]


@dataclass(slots=True)
class _Lane:
    pagination: WindowPagination
    ready: deque[list[Listed]] = field(default_factory=deque)
    flight: Future[Page] | None = None

    def tend(self, pool: Executor, fetch: Fetch, *, head: bool) -> None:
        """Take finished pages and request more, unless enough are ready."""
        if self.flight is not None and (head or self._landed_well()):
            if not self.flight.done():
                return
            flight, self.flight = self.flight, None
            self.ready.append(self.pagination.accept(*flight.result()))
        if self.flight is None and len(self.ready) < DEPTH:
            query = self.pagination.query()
            if query is not None:
                self.flight = pool.submit(fetch, query)

    def _landed_well(self) -> bool:
        # An error waits until its window is at the head: the windows before it are still good.
        flight = self.flight
        return flight is not None and flight.done() and flight.exception() is None


def pages(
    pool: Executor, fetch: Fetch, paginations: Iterator[WindowPagination]
) -> Iterator[tuple[WindowPagination, list[Listed] | None]]:
    """Read windows concurrently and yield their pages in order.

    Only the calling thread uses a pagination; workers only fetch.

    Args:
        pool: Where `fetch` runs.
        fetch: Sends one query; returns the rows, the next cursor and the trace.
        paginations: The windows, in order.

    Yields:
        The pagination and one of its pages; after the last page, the pagination and None.
    """
    lanes: deque[_Lane] = deque()
    try:
        while True:
            while len(lanes) < AHEAD and (pagination := next(paginations, None)) is not None:
                lanes.append(_Lane(pagination))
            if not lanes:
                return
            for lane in list(lanes):
                lane.tend(pool, fetch, head=lane is lanes[0])
            yield from _step(lanes)
    finally:
        for lane in lanes:
            if lane.flight is not None:
                lane.flight.cancel()


def _step(lanes: deque[_Lane]) -> Iterator[tuple[WindowPagination, list[Listed] | None]]:
    head = lanes[0]
    if head.ready:
        yield head.pagination, head.ready.popleft()
    elif head.flight is not None:
        head.flight.exception()  # waits; `tend` raises it
    else:
        lanes.popleft()
        yield head.pagination, None
