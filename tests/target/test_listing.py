"""What stands on the platform: read completely, in as few windows as it takes."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hootsuite_api.client import HootsuiteClient
from hootsuite_api.errors import HootsuiteError
from target_hootsuite.lookup.listing import Found, Listing, Place, comparable, read, windows

START = datetime(2026, 1, 1, tzinfo=UTC)
WEEKS = timedelta(days=28)


@given(st.lists(st.tuples(st.integers(0, 400 * 86_400), st.integers(0, 90 * 86_400)), max_size=20))
def test_windows_cover_all_and_are_narrow(spans):
    """Every instant lies in a window of at most four weeks, and windows don't overlap."""
    moments = [
        (START + timedelta(seconds=low), START + timedelta(seconds=low + more))
        for low, more in spans
    ]
    found = list(windows(moments))
    assert all(end - start <= WEEKS for start, end in found)
    assert all(one[1] < two[0] for one, two in itertools.pairwise(found))
    for low, high in moments:
        assert any(start <= low <= end for start, end in found)
        assert any(start <= high <= end for start, end in found)


def test_places():
    """A second, a span, and messages that wait without a time are told apart."""
    listing = Listing()
    for number, at in enumerate((10.0, 10.0, 20.0, None)):
        listing.add(Found(str(number), "p", at, "x", None, "SCHEDULED"))
    assert [one.id for one in listing.at(Place("p", 10, 10))] == ["0", "1"]
    assert [one.id for one in listing.at(Place("p", 5, 25))] == ["0", "1", "2"]
    assert [one.id for one in listing.at(Place("p", 5, 15, unscheduled=True))] == ["0", "1", "3"]
    assert listing.at(Place("q", 0, 99)) == []


def test_comparable_text():
    """Text is compared in NFC, with LF, without blanks around it."""
    assert comparable(" Gru\u0308n\r\nx ") == "Gr\u00fcn\nx"
    assert comparable(None) == ""


@pytest.mark.parametrize("cut", [False, True])
def test_everything_is_read(cut, sandbox, settings):
    """Pages, and full pages that lack their cursor, lead to every message of the places."""
    sandbox.reset(messages=600, truncate_lists=cut)
    truth = [one for one in sandbox.truth("messages") if one["scheduledSendTime"]]
    times = [datetime.fromisoformat(one["scheduledSendTime"]).timestamp() for one in truth]
    profiles = {one["socialProfile"]["id"] for one in truth}
    places = [Place(one, min(times), max(times)) for one in profiles]
    with HootsuiteClient.from_settings(settings) as client:
        listing = read(client, places)
    found = {one.id for place in places for one in listing.at(place)}
    assert found == {one["id"] for one in truth}


def test_a_second_that_holds_too_much_is_an_error(sandbox, settings, profiles):
    """What can't be read completely proves nothing, so it is an error."""
    sandbox.reset(messages=0, truncate_lists=True)
    for number in range(101):
        sandbox.mutate(
            "add_message", profile_id=profiles[0], text=str(number), time="2026-02-01T00:00:00Z"
        )
    at = datetime(2026, 2, 1, tzinfo=UTC).timestamp()
    with HootsuiteClient.from_settings(settings) as client, pytest.raises(HootsuiteError):
        read(client, [Place(profiles[0], at, at)])
