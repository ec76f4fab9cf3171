"""The ordered concurrent map."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hootsuite_api.fanout import ordered_map


@pytest.fixture
def pool():
    with ThreadPoolExecutor(4) as executor:
        yield executor


@given(items=st.lists(st.integers(), max_size=40), ahead=st.integers(1, 50))
def test_order_and_completeness(items, ahead):
    """Every item comes out once, in its place, whatever the look-ahead."""
    with ThreadPoolExecutor(4) as pool:
        assert list(ordered_map(pool, lambda n: n * 2, items, ahead)) == [(n, n * 2) for n in items]


def test_an_exception_belongs_to_its_item(pool):
    """The others come through."""

    def fetch(n):
        if n == 2:
            raise KeyError(n)
        return n

    results = dict(ordered_map(pool, fetch, range(4), 3))
    assert isinstance(results.pop(2), KeyError)
    assert results == {0: 0, 1: 1, 3: 3}


def test_the_look_ahead_is_bounded(pool):
    """Items are taken only as far ahead as was agreed."""
    taken = []

    def items():
        for n in range(100):
            taken.append(n)
            yield n

    stream = ordered_map(pool, lambda n: n, items(), 5)
    for expected in range(10):
        assert next(stream) == (expected, expected)
        assert len(taken) <= expected + 5
    stream.close()
    assert len(taken) < 20


def test_work_goes_on_while_the_first_is_slow(pool):
    """A slow item holds back the output, not the fetching."""
    gate = threading.Event()
    done = threading.Barrier(4, timeout=10)

    def fetch(n):
        if n == 0:
            gate.wait(10)
        else:
            done.wait()
        return n

    stream = ordered_map(pool, fetch, range(4), 4)
    result = []
    reader = threading.Thread(target=lambda: result.extend(stream))
    reader.start()
    done.wait()  # the three others are all under way together
    gate.set()
    reader.join(10)
    assert [item for item, _ in result] == [0, 1, 2, 3]


def test_closing_cancels_what_has_not_begun():
    """A reader that leaves early leaves no work behind."""
    begun = []
    gate = threading.Event()

    def fetch(n):
        begun.append(n)
        gate.wait(10)
        return n

    with ThreadPoolExecutor(1) as pool:
        stream = ordered_map(pool, fetch, range(50), 10)
        threading.Timer(0, gate.set).start()
        next(stream)
        gate.clear()
        stream.close()
        gate.set()
    assert len(begun) <= 3
