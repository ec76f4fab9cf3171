"""Ordered concurrent map: fetches many items at once and yields them in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ordered_map(
    pool: Executor,
    fetch: Callable[[Item], Result],
    items: Iterable[Item],
    ahead: int,
) -> Iterator[tuple[Item, Result | Exception]]:
    """Map concurrently, yield in the order of the items, hold at most `ahead` results.

    Worker threads only fetch. Closing the iterator cancels fetches that have not started.

    Args:
        pool: Where the fetching runs; it stays open.
        fetch: What to do with one item.
        items: Read lazily, never more than `ahead` beyond the item last yielded.
        ahead: How many items are under way at a time; at least 1.

    Yields:
        Each item with its result, or with the exception that `fetch` raised for it.
    """
    source = iter(items)
    pending: deque[tuple[Item, Future[Result]]] = deque()
    try:
        while True:
            missing = max(1, ahead) - len(pending)
            pending.extend((item, pool.submit(fetch, item)) for item in islice(source, missing))
            if not pending:
                return
            item, future = pending.popleft()
            outcome: Result | Exception = _outcome(future)
            yield item, outcome
    finally:
        for _, future in pending:
            future.cancel()


def _outcome(future: Future[Result]) -> Result | Exception:
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - delivered with its item, not swallowed
        return error
