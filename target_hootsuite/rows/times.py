"""Times of rows, read strictly.

A wall-clock time that does not exist or exists twice (change of daylight saving time) is refused.
Pendulum would choose one silently, so it is told to raise.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pendulum
from pendulum.tz.exceptions import AmbiguousTime, InvalidTimezone, NonExistingTime

from target_hootsuite.errors import RowRejected

_SHAPE = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d{1,9})?"
    r"\s?([Zz]|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)


def zone(name: str) -> pendulum.Timezone:
    """Look a time zone up.

    Raises:
        ValueError: No such zone.
    """
    try:
        return pendulum.timezone(name)
    except (InvalidTimezone, ValueError, OSError) as error:
        msg = f"`timezone` {name!r} is not an IANA time zone such as Europe/Paris."
        raise ValueError(msg) from error


def read_time(value: Any, field: str, default_zone: str | None = None) -> datetime:
    """Read a time as UTC, cut to whole seconds as the platform cuts it.

    Args:
        value: Text: RFC 3339, or without an offset where a zone is known.
        field: The column, for messages.
        default_zone: The `timezone` setting.

    Raises:
        RowRejected: The value is no time, or the time does not exist or exists twice in the zone.
    """
    match = _SHAPE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        msg = "is not an ISO 8601 date and time such as 2026-03-01T09:30:00Z."
        raise RowRejected(msg, field=field, code="invalid_time")
    date, clock, offset = match.groups()
    try:
        wall = datetime.fromisoformat(f"{date}T{clock}")
        if offset is None:
            return _in_zone(wall, field, default_zone)
        aware = datetime.fromisoformat(f"{date}T{clock}{_offset(offset)}")
        return aware.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RowRejected(f"is not a real time ({error}).", field=field, code="invalid_time") from (
            error
        )


def _offset(text: str) -> str:
    if text in "Zz":
        return "+00:00"
    digits = text[1:].replace(":", "").ljust(4, "0")
    return f"{text[0]}{digits[:2]}:{digits[2:]}"


def _in_zone(wall: datetime, field: str, default_zone: str | None) -> datetime:
    if default_zone is None:
        msg = "has no offset and no `timezone` is set; add Z or an offset, or set `timezone`."
        raise RowRejected(msg, field=field, code="naive_time")
    try:
        local = pendulum.datetime(
            *wall.timetuple()[:6], tz=zone(default_zone), raise_on_unknown_times=True
        )
    except NonExistingTime as error:
        msg = f"does not exist in {default_zone}: the clocks jump over it. Choose another time."
        raise RowRejected(msg, field=field, code="gap_time") from error
    except AmbiguousTime as error:
        msg = f"happens twice in {default_zone} when the clocks go back. Add an offset."
        raise RowRejected(msg, field=field, code="repeated_time") from error
    return datetime.fromtimestamp(local.timestamp(), tz=UTC)


def api_time(moment: datetime) -> str:
    """A time as the platform wants it: UTC, whole seconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_lead(moment: datetime, now: datetime, lead_minutes: int, field: str) -> None:
    """Refuse a time that is past or too near.

    Args:
        moment: When the message is to go out.
        now: The server's now.
        lead_minutes: The `min_lead_minutes` setting.
        field: The column, for messages.

    Raises:
        RowRejected: Past (`past_time`), or inside the lead (`short_lead`).
    """
    if moment <= now:
        msg = f"{api_time(moment)} is past (the platform's clock says {api_time(now)})."
        raise RowRejected(msg, field=field, code="past_time")
    if moment < now + timedelta(minutes=lead_minutes):
        msg = f"{api_time(moment)} is less than {lead_minutes} minutes ahead (`min_lead_minutes`)."
        raise RowRejected(msg, field=field, code="short_lead")
