"""What a widened filter adds, and nothing else, is planned to be read back."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tap_hootsuite.filters import Filters, fingerprint, place, widened
from tap_hootsuite.pagination import Scope

UNTIL = datetime(2026, 1, 1, tzinfo=UTC)
STATES = ("SENT", "SCHEDULED", "REJECTED")
profiles = st.sets(st.sampled_from("1234"), min_size=1)
states = st.sets(st.sampled_from(STATES)).map(frozenset)
starts = st.sampled_from(["2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2025-06-01T00:00:00Z"])
settings = st.tuples(starts, profiles, states)
points = st.tuples(
    st.sampled_from(["2024-03-01", "2025-03-01", "2025-09-01"]),
    st.sampled_from("1234"),
    st.sampled_from(STATES),
)


def scope(visible, wanted):
    return Scope(visible=tuple(sorted(visible)), profiles=None, states=wanted)


def covered(start, chosen, wanted, point):
    """Whether a table with these filters has a message."""
    day, profile, state = point
    return day >= start[:10] and profile in chosen and (not wanted or state in wanted)


@given(settings, settings, points)
def test_what_the_table_lacks_is_planned(old, new, point):
    """A message is read back if and only if it passes now and did not before."""
    (start_a, some, a), (start_b, others, b) = old, new
    before = Filters.of(start_a, scope(some, a))
    now_scope = scope(others, b)
    now = Filters.of(start_b, now_scope)
    day = datetime.fromisoformat(point[0]).replace(tzinfo=UTC)
    hits = 0
    for task in widened(before, now, now_scope, UNTIL):
        chosen = task.scope.visible if task.scope.profiles is None else task.scope.profiles
        inside = task.start <= day < task.end
        hits += inside and point[1] in chosen and task.scope.takes(point[2])
    lacks = covered(start_b, others, b, point) and not covered(start_a, some, a, point)
    assert hits >= lacks
    if hits and not lacks:
        # Reading a little more is allowed only where an earlier start overlaps another widening.
        assert covered(start_b, others, b, point)


def test_equal_filters_plan_nothing():
    """The usual case costs nothing."""
    same = Filters.of("2025-01-01T00:00:00Z", scope("12", frozenset()))
    assert list(widened(same, same, scope("12", frozenset()), UNTIL)) == []


def test_the_place_belongs_to_one_change():
    """Reading back is resumed only for the same change of filters."""
    one = Filters("2025-01-01T00:00:00Z", "1", "")
    two = Filters("2025-01-01T00:00:00Z", "1,2", "")
    key = fingerprint(one, two)
    state = {"key": key, "task": 1, "at": "2025-03-01T00:00:00Z"}
    assert place(state, key) == (1, datetime(2025, 3, 1, tzinfo=UTC))
    assert place(state, fingerprint(two, one)) == (0, None)
    assert place(None, key) == (0, None)
    assert Filters.read(one.write()) == one
    assert Filters.read(None) is None
