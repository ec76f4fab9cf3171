"""Windows read at once come out in order, whole, and not too many at a time."""

import random
from concurrent.futures import Executor, Future
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hootsuite_api.errors import ServerFault
from hootsuite_api.listed import listed
from tap_hootsuite.pagination import WindowPagination
from tap_hootsuite.prefetch import AHEAD, DEPTH, pages
from tap_hootsuite.windows import Window

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Pool(Executor):
    """Answers when somebody waits, in an order of its own."""

    def __init__(self, seed):
        self.random = random.Random(seed)  # noqa: S311 - an order, not a secret
        self.open = []
        self.most = 0

    def submit(self, fn, /, *args):
        future = Waited(self, lambda: fn(*args))
        self.open.append(future)
        self.most = max(self.most, len(self.open))
        return future

    def work(self, until):
        while not until.done():
            future = self.open.pop(self.random.randrange(len(self.open)))
            future.finish()


class Waited(Future):
    def __init__(self, pool, job):
        super().__init__()
        self.pool, self.job = pool, job

    def finish(self):
        if self.cancelled():
            return
        try:
            self.set_result(self.job())
        except ServerFault as error:
            self.set_exception(error)

    def exception(self, timeout=None):
        self.pool.work(self)
        return super().exception(timeout)


def chains(count):
    return iter(
        [WindowPagination(Window(START + i * DAY, START + (i + 1) * DAY)) for i in range(count)]
    )


def platform(counts, broken=()):
    """A list of `counts[day]` pages for each day, each of one row that names itself."""

    def fetch(query):
        day = (datetime.fromisoformat(query["startTime"]) - START).days
        page = int(query.get("cursor", 0))
        if (day, page) in broken:
            raise ServerFault("broken")
        message = {"id": f"{day}-{page}", "scheduledSendTime": query["startTime"]}
        return [listed("Message", message)], str(page + 1) if page + 1 < counts[day] else None

    return fetch


@given(st.lists(st.integers(1, 5), max_size=30), st.integers())
def test_pages_come_in_order(counts, seed):
    """Whatever the order of the answers, rows come by window and page, each window closed once."""
    pool = Pool(seed)
    found = list(pages(pool, platform(counts), chains(len(counts))))
    rows = [one.row.id for _, page in found if page is not None for one in page]
    assert rows == [f"{day}-{page}" for day, n in enumerate(counts) for page in range(n)]
    assert [pagination.window.start for pagination, page in found if page is None] == [
        START + i * DAY for i in range(len(counts))
    ]
    assert pool.most <= AHEAD


@given(st.integers(1, 12), st.integers(1, 4), st.integers())
def test_a_failure_waits_for_its_turn(day, page, seed):
    """All windows before the broken one are handed out before its error is raised."""
    counts = [4] * 14
    broken = {(day, page - 1)}
    found = pages(Pool(seed), platform(counts, broken), chains(14))
    for _ in range(5 * day):  # four pages and an end for each day before
        next(found)
    with pytest.raises(ServerFault):
        list(found)


def test_no_window_runs_far_ahead():
    """While the first window waits to be read, others keep few pages ready."""
    asked = []
    fetch = platform([50] * 3)

    def counted(query):
        asked.append(query)
        return fetch(query)

    found = pages(Pool(1), counted, chains(3))
    for _ in range(10):
        next(found)
    later = [query for query in asked if query["startTime"] > "2026-01-02"]
    assert len(later) <= 2 * (DEPTH + 1)
    found.close()
