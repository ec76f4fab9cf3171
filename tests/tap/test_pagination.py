"""Reading a window to its end, from a platform that pages, cuts silently or goes in circles."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hootsuite_api.cursor_guard import ListingFault
from hootsuite_api.listed import listed
from tap_hootsuite.pagination import PAGE, Scope, WindowPagination
from tap_hootsuite.windows import Window, instant, stamp

START = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(days=28))


class Platform:
    """A message list as the platform gives it: with cursors, or cut at 100 rows without one."""

    def __init__(self, rows, *, cuts=False, inclusive=True):
        self.rows = sorted(rows, key=lambda one: (one.row.scheduled_send_time or "", one.row.id))
        self.cuts = cuts
        self.inclusive = inclusive
        self.requests = 0

    def answer(self, query):
        self.requests += 1
        start, end = query["startTime"], query["endTime"]
        found = [
            one
            for one in self.rows
            if (
                start <= one.row.scheduled_send_time < end
                or (self.inclusive and one.row.scheduled_send_time == end)
                if one.row.scheduled_send_time
                else query.get("includeUnscheduledReviewMsgs")
            )
            and one.row.social_profile_id in query.get("socialProfileIds", ["1", "2", "3"])
        ]
        at = int(query.get("cursor", 0))
        more = at + PAGE < len(found) and not self.cuts
        return found[at : at + PAGE], str(at + PAGE) if more else None


def row(number, second, profile="1"):
    time = None if second is None else stamp(START + timedelta(seconds=second))
    message = {"id": str(number), "scheduledSendTime": time, "socialProfile": {"id": profile}}
    return listed("Message", message)


def read(pages, platform):
    rows = []
    while (query := pages.query()) is not None:
        assert instant(query["endTime"]) - instant(query["startTime"]) <= timedelta(days=28)
        rows += pages.accept(*platform.answer(query))
    return [one.row.id for one in rows]


SCOPE = Scope(visible=("1", "2", "3"))
seconds = st.one_of(st.integers(0, 28 * 86400 - 1), st.integers(1000, 1003))


@given(
    st.lists(st.tuples(seconds, st.sampled_from("123")), max_size=450),
    st.booleans(),
    st.booleans(),
)
def test_no_row_is_lost_or_doubled(places, cuts, inclusive):
    """Whatever the platform does with cursors and ends, each row comes once, or an error does."""
    rows = [row(i, second, profile) for i, (second, profile) in enumerate(places)]
    crowd = max((places.count(place) for place in places), default=0)
    try:
        found = read(
            WindowPagination(WINDOW, SCOPE), Platform(rows, cuts=cuts, inclusive=inclusive)
        )
    except ListingFault:
        assert cuts
        assert crowd * 2 >= PAGE or len(places) > PAGE
        return
    assert len(found) == len(set(found))
    assert set(found) == {one.row.id for one in rows}


def test_requests_are_the_least_possible():
    """950 rows with cursors take ten requests."""
    platform = Platform([row(i, i * 60) for i in range(950)])
    assert len(read(WindowPagination(WINDOW, SCOPE), platform)) == 950
    assert platform.requests == 10


def test_a_page_that_is_full_by_chance_costs_two_requests():
    """Exactly one page without a cursor is not believed; proving it takes both halves."""
    platform = Platform([row(i, i * 60) for i in range(PAGE)])
    assert len(read(WindowPagination(WINDOW, SCOPE), platform)) == PAGE
    assert platform.requests == 3


def test_a_crowded_second_is_read_by_profile():
    """When one second holds more than a page, each profile is asked on its own."""
    rows = [row(i, 5, "123"[i % 3]) for i in range(240)]
    assert len(read(WindowPagination(WINDOW, SCOPE), Platform(rows, cuts=True))) == 240


def test_a_second_that_cannot_be_read_is_an_error():
    """One profile with more rows in a second than a page holds must not pass as complete."""
    with pytest.raises(ListingFault, match="no cursor to read on"):
        read(WindowPagination(WINDOW, SCOPE), Platform([row(i, 5) for i in range(150)], cuts=True))


def test_a_repeated_cursor_is_an_error():
    """A platform that goes round in circles is found out."""
    pages = WindowPagination(WINDOW, SCOPE)
    pages.accept([row(1, 1)], "a")
    pages.accept([row(2, 2)], "b")
    with pytest.raises(ListingFault, match="repeats a cursor"):
        pages.accept([row(3, 3)], "a")


def test_messages_in_review_come_once():
    """Send-now messages in review have no time; many profiles don't multiply them."""
    scope = Scope(profiles=tuple(str(n) for n in range(1, 251)))
    rows = [row(7, None), row(8, 3)]
    assert sorted(read(WindowPagination(WINDOW, scope, review=True), Platform(rows))) == ["7", "8"]


def test_one_state_is_left_to_the_platform():
    """The platform filters by one state; several, or one that it refuses, we filter ourselves."""
    assert Scope(states=frozenset({"SENT"})).state == "SENT"
    assert Scope(states=frozenset({"SUBMITTED"})).state is None
    assert Scope(states=frozenset({"SENT", "REJECTED"})).state is None
    assert Scope(beyond=frozenset({"SENT"})).takes("REJECTED")
    assert not Scope(beyond=frozenset({"SENT"})).takes("SENT")
