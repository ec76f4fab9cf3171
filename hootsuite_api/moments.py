"""Parses the platform's timestamps: RFC 3339, and UTC where the zone is missing."""

from __future__ import annotations

from datetime import UTC, datetime


def parse(text: str) -> datetime:
    """Return a timestamp of the platform as a time in UTC.

    A time without a zone is UTC, never the zone of this machine. A date alone is its midnight.

    Raises:
        ValueError: It is no timestamp, or no time in UTC within the years 1 to 9999.
    """
    try:
        found = datetime.fromisoformat(text.upper())
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (AttributeError, TypeError, OverflowError) as error:
        raise ValueError("not a timestamp") from error
