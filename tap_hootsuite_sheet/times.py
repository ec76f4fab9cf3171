"""Parses dates, times and time zones of cells, and converts them to UTC; nothing is guessed.

`01.12.2026` is the twelfth of January to some libraries and the first of December to most people
who write it. So text is read by ISO 8601 or by a layout that was declared, and by nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache

import pendulum
from pendulum.tz.exceptions import AmbiguousTime, InvalidTimezone, NonExistingTime

from tap_hootsuite_sheet.problems import CellError, Flaw

_DATE = r"(?P<Y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
_CLOCK = r"(?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d{1,9})?)?"
_ZONE = r"(?P<z>[Zz]|[+-]\d{2}(?::?\d{2})?)"
_ISO = re.compile(rf"{_DATE}(?:[Tt ]\s*{_CLOCK}\s*{_ZONE}?)?")
_TIME = re.compile(r"(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?(?:\s*(?P<p>[AaPp])\.?[Mm]\.?)?")
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?")
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_HALF_DAY = 12

DATE_REMEDY = "Use a date cell, or write it as 2026-03-14 09:30"

NOT_ONE_WAY = "is not a date that can be read in only one way"

Stamp = datetime | date
Layout = Callable[[str], Stamp | None]


def read_date(cell: object, layouts: Iterable[Layout] = ()) -> Stamp:
    """Return what a cell of the date column says: a date, or a date with its time.

    Raises:
        CellError: It is not a date, or could be read in more than one way.
    """
    if isinstance(cell, datetime):
        return whole_seconds(cell)
    if isinstance(cell, date):
        return cell
    if isinstance(cell, str):
        return _date_text(cell.strip(), tuple(layouts))
    raise _not_a_date(cell)


def _date_text(text: str, layouts: tuple[Layout, ...]) -> Stamp:
    readings = {stamp for layout in layouts if (stamp := layout(text)) is not None}
    standard = iso(text)
    if standard is not None:
        readings.add(standard)
    if len(readings) > 1:
        both = " or ".join(sorted(f"{stamp:%d %B %Y}" for stamp in readings))
        raise CellError(
            f"can be read as {both}", "Declare one layout only, or write 2026-03-14 09:30"
        )
    if not readings and _ISO.fullmatch(text):
        raise CellError("is a day or time that no calendar has", "Correct it")
    if not readings:
        raise _not_a_date(text)
    return readings.pop()


def _not_a_date(cell: object) -> CellError:
    if isinstance(cell, Flaw):
        return CellError(cell.message, cell.remedy)
    if isinstance(cell, (time, timedelta)) or (isinstance(cell, str) and _TIME.fullmatch(cell)):
        return CellError("is a time of day, not a date", DATE_REMEDY)
    if isinstance(cell, bool):
        return CellError("is a logical value, not a date", DATE_REMEDY)
    if isinstance(cell, (int, float)):
        return CellError(
            "is a number, not a date", "Format the cell as a date, or write 2026-03-14 09:30"
        )
    return CellError(NOT_ONE_WAY, DATE_REMEDY, setting="date_formats")


def iso(text: str) -> Stamp | None:
    """Return a moment in ISO 8601, None where it is none."""
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    return stamp_of(match.groupdict())


def stamp_of(parts: dict[str, str | None]) -> Stamp | None:
    """Build a date or a date-time from named pieces; None when no calendar has it."""
    try:
        day = date(int(parts["Y"] or 0), _month(parts), int(parts["d"] or 0))
        if parts.get("H") is None:
            return day
        clock = _clock(parts)
    except ValueError:
        return None
    zone = _fixed(parts["z"]) if parts.get("z") else None
    return datetime.combine(day, clock, tzinfo=zone)


def _month(parts: dict[str, str | None]) -> int:
    name = parts.get("B")
    if name is None:
        return int(parts["m"] or 0)
    return next(n for n, month in enumerate(MONTHS, 1) if name.lower()[:3] == month[:3])


def _clock(parts: dict[str, str | None]) -> time:
    hour = int(parts["H"] or 0)
    if half := parts.get("p"):
        if not 1 <= hour <= _HALF_DAY:
            raise ValueError(hour)
        hour = hour % _HALF_DAY + (_HALF_DAY if half in "pP" else 0)
    return time(hour, int(parts["M"] or 0), int(parts.get("S") or 0))


def _fixed(text: str | None) -> timezone:
    if not text or text in "zZ":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-span if text[0] == "-" else span)


def read_time(cell: object) -> time:
    """Return what a cell of the time column says.

    Raises:
        CellError: It is not a time of day.
    """
    if isinstance(cell, time):
        return whole_seconds(datetime.combine(date(2000, 1, 1), cell)).time()
    if isinstance(cell, str) and (match := _TIME.fullmatch(cell.strip())):
        try:
            return _clock(match.groupdict())
        except ValueError:
            pass
    if isinstance(cell, Flaw):
        raise CellError(cell.message, cell.remedy)
    raise CellError("is not a time of day", "Use a time cell, or write it as 09:30")


def whole_seconds(moment: datetime) -> datetime:
    """Round to whole seconds: a sheet stores 09:30 as a fraction of a day, such as 09:29:59.999."""
    if not moment.microsecond:
        return moment
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)


def combine(stamp: Stamp, clock: time | None) -> datetime:
    """Return one local moment from a date cell and a time cell.

    Raises:
        CellError: There is no time of day, or there are two.
    """
    if not isinstance(stamp, datetime):
        if clock is None:
            raise CellError(
                "has no time of day", "Write 2026-03-14 09:30; midnight as text: 2026-03-14 00:00"
            )
        return datetime.combine(stamp, clock)
    if clock is not None and clock != stamp.time():
        raise CellError(
            f"already has a time of day, and the time column says {clock:%H:%M}",
            "Leave the time in one of the two columns",
        )
    return stamp


@cache
def zone(name: str) -> pendulum.Timezone | pendulum.FixedTimezone:
    """Return a zone by its IANA name, or by its distance from UTC.

    Raises:
        CellError: There is none of that name. Abbreviations are refused: which is EST in July?
    """
    text = name.strip()
    if text.upper() in {"UTC", "GMT", "Z"}:
        return pendulum.UTC
    if match := _OFFSET.fullmatch(text.upper()):
        sign, hours, minutes = match.groups()
        seconds = int(hours) * 3600 + int(minutes or 0) * 60
        if seconds <= 14 * 3600:
            return pendulum.FixedTimezone(-seconds if sign == "-" else seconds)
    if "/" in text:
        try:
            return pendulum.timezone(text)
        except (InvalidTimezone, ValueError, OSError):
            pass
    raise CellError(
        "is not a time zone", "Write a name such as Europe/Berlin or America/New_York, or UTC"
    )


class Converter:
    """Local moments to UTC text; remembers each day's offset, as a plan has many rows per day."""

    def __init__(self) -> None:
        self._offsets: dict[tuple[str, date], timedelta | None] = {}

    def utc(self, moment: datetime, zone_name: str) -> str:
        """Return the moment as `2026-03-14T08:30:00Z`.

        Raises:
            CellError: The clocks skip or repeat that time in that zone.
        """
        key = (zone_name, moment.date())
        try:
            offset = self._offsets[key]
        except KeyError:
            offset = self._offsets[key] = _steady_offset(moment, zone(zone_name))
        if offset is None:
            return _strict(moment, zone_name)
        return f"{(moment - offset).isoformat()}Z"


def _steady_offset(
    moment: datetime, where: pendulum.Timezone | pendulum.FixedTimezone
) -> timedelta | None:
    """Return the zone's offset on that day, None when the clocks change on it."""
    start = datetime.combine(moment.date(), time())
    try:
        edges = [start, start + timedelta(days=1)]
    except OverflowError:
        return None
    offsets = {where.utcoffset(edge.replace(fold=fold)) for edge in edges for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else None


def _strict(moment: datetime, zone_name: str) -> str:
    try:
        local = zone(zone_name).convert(moment, raise_on_unknown_times=True)
        return utc_text(local)
    except NonExistingTime as error:
        raise CellError(
            f"does not exist in {zone_name}: the clocks skip it that night", "Choose another time"
        ) from error
    except AmbiguousTime as error:
        raise CellError(
            f"happens twice in {zone_name}: the clocks are set back that night",
            "Choose another time, or write its offset: 2026-10-25T02:30+02:00",
        ) from error
    except OverflowError as error:
        raise CellError("is outside the calendar", "Write a year such as 2026") from error


def utc_text(moment: datetime) -> str:
    """Return a moment that knows its zone as UTC text ending in `Z`.

    Raises:
        CellError: It lies outside the calendar once moved to UTC.
    """
    try:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    except OverflowError as error:
        raise CellError("is outside the calendar", "Write a year such as 2026") from error
