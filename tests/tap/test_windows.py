"""The cutting of time into windows."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_hootsuite.windows import LONGEST, SECOND, Window, cut, instant, stamp

moments = st.integers(1_420_000_000_000, 2_208_988_800_000).map(
    lambda milliseconds: datetime.fromtimestamp(milliseconds / 1000, UTC)
)


@given(moments, st.timedeltas(timedelta(0), timedelta(days=1500)), moments)
def test_windows_tile_the_range(start, length, at):
    """Windows follow one another without a gap, cover the range and are never too long."""
    end = start + length
    windows = list(cut(start, end, at))
    assert all(before.end == after.start for before, after in itertools.pairwise(windows))
    assert all(SECOND <= window.length <= LONGEST for window in windows)
    if windows:
        assert windows[0].start <= start < windows[0].start + SECOND
        assert windows[-1].end - SECOND < end <= windows[-1].end
    else:
        assert length == timedelta(0)


@given(moments, st.timedeltas(timedelta(0), timedelta(days=1500)), moments)
def test_now_is_a_boundary(start, length, at):
    """No window reaches over the run's start, so that the bookmark never has to lie inside one."""
    at = at.replace(microsecond=0)
    assert not any(window.start < at < window.end for window in cut(start, start + length, at))


@given(moments.map(lambda m: m.replace(microsecond=0)), st.integers(2, 2_419_200))
def test_halves_tile_the_window(start, seconds):
    """Two halves make the whole, and neither is empty."""
    window = Window(start, start + timedelta(seconds=seconds))
    left, right = window.halves()
    assert (left.start, left.end, right.end) == (window.start, right.start, window.end)
    assert min(left.length, right.length) >= SECOND


def test_windows_are_as_few_as_possible():
    """A year split in its middle takes no more windows than 28 days allow."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    assert len(list(cut(start, start + timedelta(days=56), start + timedelta(days=28)))) == 2
    assert len(list(cut(start, start + timedelta(days=56), start + timedelta(days=1)))) == 3


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-01-15", "2026-01-15T00:00:00Z"),
        ("2026-01-15T12:00:00Z", "2026-01-15T12:00:00Z"),
        ("2026-01-15T12:00:00.123+02:00", "2026-01-15T10:00:00Z"),
        ("2026-01-15T12:00:00", "2026-01-15T12:00:00Z"),
    ],
)
def test_instants_are_utc(text, meant):
    """A date is midnight UTC, an offset is converted, a time without one is UTC."""
    assert stamp(instant(text)) == meant
