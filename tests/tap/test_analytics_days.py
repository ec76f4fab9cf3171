"""Which days are read, and which posts are gone: the parts that need no platform."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_hootsuite.analytics import BATCH, Unit, batches
from tap_hootsuite.analytics_days import BACKFILL, Marks, plan
from tap_hootsuite.seen_posts import SeenPosts

END = date(2026, 1, 15)
AGAIN = timedelta(days=35)
DAYS = st.integers(-3, 760).map(lambda days: END - timedelta(days=days))


@given(st.dictionaries(st.sampled_from("abcdef"), DAYS), st.integers(0, 60))
def test_each_unit_is_read_without_a_gap(begins, again):
    """From its day to the end, in pieces that meet; none is longer than a backfill may be."""
    again = timedelta(days=again)
    pieces = list(plan(begins, END, again))
    for key, begin in begins.items():
        own = [piece for piece in pieces if key in piece.keys]
        if begin > END:
            assert not own
            continue
        assert own[0].since == begin
        assert own[-1].until == END
        assert all(a.until == b.since for a, b in pairwise(own))
    assert all(one.until - one.since <= again + BACKFILL for one in pieces)


def test_who_stands_together_is_read_together():
    """A night takes one piece; one that lags catches up and then goes with the others."""
    night = END - AGAIN - timedelta(days=1)
    assert [one.keys for one in plan(dict.fromkeys("abc", night), END, AGAIN)] == [{*"abc"}]
    late = night - timedelta(days=10)
    pieces = list(plan({"a": night, "b": late}, END, AGAIN))
    assert [(one.since, one.until, set(one.keys)) for one in pieces] == [
        (late, night, {"b"}),
        (night, END, {"a", "b"}),
    ]


def test_marks_survive_and_never_go_back():
    """What the state keeps is what was noted."""
    marks = Marks(None)
    marks.move(["1", "22/PAID"], END)
    marks.move(["1"], END - AGAIN)
    marks.move(["3"], END - AGAIN)
    again = Marks(marks.pack())
    assert {key: again.get(key) for key in ("1", "22/PAID", "3", "4")} == {
        "1": END,
        "22/PAID": END,
        "3": END - AGAIN,
        "4": None,
    }
    assert marks.pack() == {"2025-12-11": "3", "2026-01-15": "1,22/PAID"}


def test_batches_hold_one_network_and_kind():
    """Ten units at most, and nothing mixed."""
    units = [
        Unit(network, f"{n}", kind)
        for network in "xy"
        for kind in ("ORGANIC", "PAID")
        for n in range(23)
    ]
    found = batches(units)
    assert [len(one.units) for one in found] == [BATCH, BATCH, 3] * 4
    assert all(len({(u.group, u.datatype) for u in one.units}) == 1 for one in found)
    assert [unit for one in found for unit in one.units] == units


class TestSeenPosts:
    """A post is gone when two runs lacked it."""

    DAYS = range(10, 20)

    @pytest.fixture
    def seen(self):
        seen = SeenPosts()
        seen.note("1", {"a": 12, "b": 15, "c": 25})
        return seen

    def compare(self, seen, there, now):
        return [one.external_id for one in seen.compare("1", self.DAYS, there, now)]

    def test_the_second_run_is_sure(self, seen):
        assert self.compare(seen, {"b"}, 100) == []
        assert self.compare(seen, {"b"}, 100) == []  # a run reads a day twice, and counts once
        seen = SeenPosts(seen.pack())
        (gone,) = seen.compare("1", self.DAYS, {"b"}, 200)
        assert (gone.external_id, gone.missing) == ("a", 100)
        assert self.compare(seen, {"b"}, 300) == []

    def test_who_comes_back_was_not_gone(self, seen):
        assert self.compare(seen, {"b"}, 100) == []
        seen.note("1", {"a": 12})
        assert self.compare(seen, {"b"}, 200) == []
        assert self.compare(seen, {"b"}, 300) == ["a"]

    def test_days_that_were_not_read_say_nothing(self, seen):
        for now in (100, 200, 300):
            assert "c" not in self.compare(seen, set(), now)

    def test_another_unit_says_nothing(self, seen):
        assert list(seen.compare("1/PAID", self.DAYS, set(), 100)) == []

    def test_what_no_run_reads_again_is_forgotten(self, seen):
        seen.forget(13)
        assert len(SeenPosts(seen.pack())) == len(seen) == 2
        seen.forget(99)
        assert len(seen) == 0

    def test_many_take_little_of_the_state(self):
        seen = SeenPosts()
        for profile in range(500):
            posts = {str(10**17 + 7919**4 * (100 * profile + n)): n for n in range(105)}
            seen.note(str(130_000_000 + profile), posts)
        assert len(seen) == 52_500
        assert len(seen.pack()) < 700_000
