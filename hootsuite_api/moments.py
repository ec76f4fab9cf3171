"""Parses the platform's timestamps: RFC 3339, in UTC if the zone is missing.

The tap, the target and the CLI all use this parser.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_SHAPE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r"\s?(Z|[+-]\d\d(?::?\d\d){0,2})?)?",
    re.ASCII,
)
_LEAP = "60"


def parse(text: str) -> datetime:
    """Return a timestamp of the platform as a time in UTC.

    A time without a zone is in UTC, never in this machine's zone. A date alone means midnight. A
    leap second becomes the next second; digits of a fraction beyond the sixth are cut.

    Raises:
        ValueError: It is not a timestamp, or not within the years 1 to 9999 in UTC.
    """
    if not isinstance(text, str):
        raise ValueError("not a timestamp")  # noqa: TRY004 - to callers it is one of its kind
    if _is_usual(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:  # a leap second
            pass
    return _parse(text)


def _is_usual(text: str) -> bool:
    """Whether it is written as the platform writes most times, which the fast path reads."""
    return len(text) in {20, 24} and text[4] == text[7] == "-" and text[10] + text[-1] == "TZ"


def _parse(text: str) -> datetime:
    match = _SHAPE.fullmatch(text.strip().upper())
    if match is None:
        raise ValueError("not a timestamp")
    day, minute, second, fraction, zone = match.groups()
    leap = second == _LEAP
    whole = f"{day}T{minute or '00:00'}:{'59' if leap else second or '00'}"
    part = f".{fraction[:6].ljust(6, '0')}" if fraction else ""
    try:
        found = datetime.fromisoformat(f"{whole}{part}{_offset(zone)}").astimezone(UTC)
        return found + timedelta(seconds=leap)
    except (OverflowError, ValueError) as error:
        raise ValueError("not a timestamp") from error


def _offset(zone: str | None) -> str:
    if zone in {None, "Z"}:
        return "+00:00"
    digits = str(zone)[1:].replace(":", "").ljust(6, "0")
    return f"{str(zone)[0]}{digits[:2]}:{digits[2:4]}:{digits[4:]}"
