"""Times of the platform: one parser, UTC where the zone is missing."""

import os
import time
from datetime import UTC, datetime

import pytest

from hootsuite_api import moments, records

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kathmandu"])
def _zone(request, monkeypatch):
    """The zone of this machine."""
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    assert os.environ.get("TZ") == before
    time.tzset()


@pytest.mark.usefixtures("_zone")
@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15T12:00:00Z",
        "2026-01-15T12:00:00",
        "2026-01-15 12:00:00",
        "2026-01-15t12:00:00z",
        "2026-01-15 12:00:00 Z",
        " 2026-01-15T12:00:00Z ",
        "2026-01-15T12:00",
        "2026-01-15T12:00:00+0000",
        "2026-01-15T12:00:00-00:00",
        "2026-01-15T12:00:00+00",
        "2026-01-15T17:45:00+05:45",
        "2026-01-15T07:00:00-0500",
        "2026-01-15T11:59:60Z",
        "2026-01-15T12:00:00.0000000001"[:29],
    ],
)
def test_spellings_of_one_instant(text):
    """Whatever the zone of this machine, each of these is noon in UTC."""
    assert moments.parse(text) == NOON


@pytest.mark.parametrize("digits", range(1, 10))
def test_fractions(digits):
    """One to nine digits of a fraction; six of them count."""
    text = "123456789"[:digits]
    found = moments.parse(f"2026-01-15T12:00:00.{text}Z")
    assert found.microsecond == int(text[:6].ljust(6, "0"))
    assert moments.parse(f"2026-01-15T12:00:00,{text}Z") == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-15T24:00:01Z",
        "2026-01-15T12:00:61Z",
        "2026-01-15X12:00:00Z",
        "2026-01-15T12:00:00.Z",
        "2026-01-15T12:00:00+99:00",
        "2026-01-15T12:00:00 Europe/Paris",
        "15.01.2026",
        "20260115T120000Z",
        "2026-W03-4",
        "9999-12-31T23:59:60Z",
        "0001-01-01T00:00:00+14:00",
        "\u0662\u0660\u0662\u0666-01-15T12:00:00Z",
        "1768478400",
        1768478400,
        True,
        None,
        ["2026-01-15T12:00:00Z"],
    ],
)
def test_what_is_no_time(text):
    """One error for all that is no time, and rows of the tap show it as it came."""
    with pytest.raises(ValueError, match="not a timestamp"):
        moments.parse(text)
    if text:
        assert records.utc(text) == text
