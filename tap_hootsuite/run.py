"""The state of one run that all streams share: client, threads, start time, stop and pause."""

from __future__ import annotations

import contextlib
import logging
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from hootsuite_api import Call, HootsuiteClient, Reply, ordered_map
from hootsuite_api.contract import Operation, load
from hootsuite_api.errors import (
    Cancelled,
    HootsuiteError,
    NotFound,
    PermissionDenied,
    QuotaExhausted,
    ServerFault,
    ValidationRejected,
    Where,
)
from hootsuite_api.response_check import check
from tap_hootsuite.directory import Directory
from tap_hootsuite.settings import Options, options

Item = TypeVar("Item")
Result = TypeVar("Result")


class Run:
    """One run of the tap.

    Everything is built at its first use, so that discovery needs neither settings nor network.

    Args:
        config: The tap's settings.
        logger: The tap's logger.
    """

    def __init__(self, config: Mapping[str, Any], logger: logging.Logger) -> None:
        self._config = config
        self._logger = logger
        self._start: datetime | None = None
        self._traces: dict[str, str | None] = {}
        self.signal: int | None = None
        self.paused: HootsuiteError | None = None
        self.done: set[str] = set()  # streams that were read together with another one
        self.analytics_closed = self.analytics_open = False  # both False: not known yet
        self.announced: set[str] = set()  # streams whose schema was written
        self._closing: list[weakref.finalize[..., Run]] = []
        self.directory = Directory(self)

    @cached_property
    def options(self) -> Options:
        """The tap's own settings."""
        return options(self._config)

    @cached_property
    def client(self) -> HootsuiteClient:
        """The client of the run; it is closed with this object."""
        client = HootsuiteClient.from_settings(self._config)
        self._closing.append(weakref.finalize(self, client.close))
        return client

    @cached_property
    def pool(self) -> ThreadPoolExecutor:
        """The threads that fetch; they do nothing else."""
        pool = ThreadPoolExecutor(self.concurrency, "hootsuite")
        self._closing.append(weakref.finalize(self, pool.shutdown, cancel_futures=True))
        return pool

    @property
    def concurrency(self) -> int:
        """How many requests may be in flight."""
        return int(self._config.get("max_concurrency") or 16)

    @property
    def start(self) -> datetime:
        """When the run began, by the platform's clock as far as it is known then."""
        if self._start is None:  # any answer tells the time, and the organizations are needed next
            with contextlib.suppress(PermissionDenied, NotFound, ValidationRejected):
                self.directory.organizations()
        if self._start is None:
            self._start = self.client.now().replace(microsecond=0)
        return self._start

    @property
    def halted(self) -> bool:
        """Whether streams should return at the next page."""
        return self.signal is not None or self.paused is not None

    def send(
        self,
        operation: str,
        path: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        rows: str | None = None,
        **query: Any,
    ) -> Reply:
        """Send a request; workers call this, too.

        Args:
            operation: The id in the contract.
            path: Values of the path's parameters.
            body: The JSON body, for reads that are a POST.
            rows: See `Call`.
            query: Values of the query's parameters, by their own names.

        Raises:
            HootsuiteError: Also for a partial answer or one of another shape, which would be a
                silent gap.
        """
        reply = self.client.send(
            Call(operation, path=path or {}, query=query, body=body, rows=rows)
        )
        if self._start is None:
            self._start = self.client.estimated_now().replace(microsecond=0)
        self._traces[operation] = reply.headers.get("X-Request-Id")
        _check(load().operations[operation], reply)
        return reply

    def newest_trace(self, operation: str) -> str | None:
        """The trace id of the newest answer to an operation, for errors found later."""
        return self._traces.get(operation)

    def map(
        self, fetch: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result | Exception]]:
        """Fetch concurrently and yield in order.

        Raises:
            Cancelled: Between two results, when somebody asked to stop.
            QuotaExhausted: When the configured share of the daily quota is used.
        """
        for item, result in ordered_map(self.pool, fetch, items, 2 * self.concurrency):
            self.check()
            if isinstance(result, (Cancelled, QuotaExhausted)):
                raise result
            yield item, result

    def check(self) -> None:
        """Raise `Cancelled` if somebody asked to stop."""
        if self.signal is not None:
            raise Cancelled("The run was asked to stop")

    def stop(self, signal: int) -> None:
        """Ask every stream to return; waiting requests are cancelled. Safe in a signal handler."""
        self.signal = signal
        if "client" in self.__dict__:
            self.client.cancel()

    def pause(self, reason: QuotaExhausted) -> None:
        """Send no more requests today.

        Raises:
            QuotaExhausted: If the settings treat this as a failure.
        """
        if not self.options.pause_on_quota:
            raise reason
        if self.paused is None:
            self.paused = reason
            self._logger.warning("Paused; the next run carries on from here. %s", reason)

    def warn(self, text: str) -> None:
        """Log a warning."""
        self._logger.warning("%s", text)

    def close(self) -> None:
        """End the threads and close the connections; also done when the last reference is gone."""
        if self._closing and "client" in self.__dict__:
            self.client.cancel()
        for finalizer in reversed(self._closing):
            finalizer()
        self._closing.clear()

    @property
    def quota(self) -> int | None:
        """The account's daily quota, if an answer told it."""
        return self.client.quota.total if "client" in self.__dict__ else None

    def count(self) -> dict[str, int]:
        """Return how many requests were sent so far, by operation."""
        return dict(self.client.stats.requests)

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return self.client.stats.requests.total() if "client" in self.__dict__ else 0

    def costs(self, what: str, rows: int, requests: int, seconds: float) -> str:
        """Return a line of the summary."""
        share = f", {100 * requests / self.quota:.2f} % of the day's quota" if self.quota else ""
        return f"{what}: {rows} rows, {requests} requests, {seconds:.1f} s{share}"


def _check(operation: Operation, reply: Reply) -> None:
    if reply.errors:
        said = "; ".join(str(one.get("message")) for one in reply.errors)
        code, trace = (reply.errors[0].get(name) for name in ("code", "id"))
        where = Where(operation.method, operation.path, reply.status, code, trace)
        raise ServerFault(f"Hootsuite answered only in part: {said}", where)
    check(operation, reply)


def chunks(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    """Group items; if the source is cancelled, yield the last group before the error."""
    chunk: list[Item] = []
    stopped: HootsuiteError | None = None
    try:
        for item in items:
            chunk.append(item)
            if len(chunk) == size:
                yield chunk
                chunk = []
    except (Cancelled, QuotaExhausted) as error:
        stopped = error
    if chunk:
        yield chunk
    if stopped:
        raise stopped
