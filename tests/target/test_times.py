"""Times of rows."""

from datetime import UTC, datetime

import pytest

from target_hootsuite.errors import RowRejected
from target_hootsuite.rows.times import api_time, check_lead, read_time, zone

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z"),
        ("2026-03-01T09:30:00.999Z", "2026-03-01T09:30:00Z"),
        ("2026-03-01 09:30:00+02:00", "2026-03-01T07:30:00Z"),
        ("2026-03-01T09:30-0530", "2026-03-01T15:00:00Z"),
        ("2026-03-01T09:30+00", "2026-03-01T09:30:00Z"),
        (" 2026-03-01t09:30:00z ", "2026-03-01T09:30:00Z"),
    ],
)
def test_offsets_become_utc_seconds(text, expected):
    """Rule 3: a time is a second in UTC, however it is written."""
    assert api_time(read_time(text, "scheduled_send_time")) == expected


def test_naive_time_needs_a_zone():
    """Preflight: without the `timezone` setting a wall-clock time is refused."""
    with pytest.raises(RowRejected, match="set `timezone`"):
        read_time("2026-03-01T09:30:00", "scheduled_send_time")
    moment = read_time("2026-07-01T09:30:00", "scheduled_send_time", "Europe/Paris")
    assert api_time(moment) == "2026-07-01T07:30:00Z"


@pytest.mark.parametrize(
    ("wall", "code"),
    [("2026-03-29T02:30:00", "gap_time"), ("2026-10-25T02:30:00", "repeated_time")],
)
def test_gap_and_repeated_hour_are_errors(wall, code):
    """Preflight: a time that never or twice happens is a question for a person."""
    with pytest.raises(RowRejected) as caught:
        read_time(wall, "scheduled_send_time", "Europe/Paris")
    assert caught.value.code == code


@pytest.mark.parametrize(
    "value",
    [
        "01.12.2026",
        "2026-03-01",
        "tomorrow",
        "2026-02-30T10:00:00Z",
        "2026-03-01T25:00:00Z",
        "",
        "2026-03-01T10:00:60Z",
        "0001-01-01T00:00:00+14:00",
        1767225600,
        1.5,
        True,
        ["x"],
        "२०२६-03-01T10:00:00Z",
        "2026-03-01T10:00:00+99:00",
    ],
)
def test_no_guessing(value):
    """Preflight: what is not ISO 8601 is refused, never guessed."""
    with pytest.raises(RowRejected, match="scheduled_send_time"):
        read_time(value, "scheduled_send_time", "Europe/Paris")


def test_past_and_short_lead():
    """Rule 11: past, or under the lead by the server's clock, is refused."""
    with pytest.raises(RowRejected) as past:
        check_lead(NOW, NOW, 5, "t")
    with pytest.raises(RowRejected) as short:
        check_lead(NOW.replace(minute=4, second=59), NOW, 5, "t")
    assert (past.value.code, short.value.code) == ("past_time", "short_lead")
    check_lead(NOW.replace(minute=5), NOW, 5, "t")


def test_unknown_zone_is_named():
    """A wrong `timezone` is said at once, with the value."""
    with pytest.raises(ValueError, match="Mars/Olympus"):
        zone("Mars/Olympus")
