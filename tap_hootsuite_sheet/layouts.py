"""Declared date layouts: `DD.MM.YYYY HH:mm`, `mm/dd/yyyy hh:mm` or `%d.%m.%Y %H:%M`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from tap_hootsuite_sheet.problems import CellError, SheetError
from tap_hootsuite_sheet.times import MONTHS, WEEKDAYS, Layout, Stamp, stamp_of

_TWO = r"\d{1,2}"
_PIECES = {
    "Y": r"(?P<Y>\d{4})",
    "m": rf"(?P<m>{_TWO})",
    "d": rf"(?P<d>{_TWO})",
    "H": rf"(?P<H>{_TWO})",
    "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{2})",
    "p": r"(?P<p>[AaPp])\.?[Mm]\.?",
    "B": "(?P<B>" + "|".join(f"{name}|{name[:3]}" for name in MONTHS) + r"|sept)\.?",
    "o": rf"(?P<d>{_TWO})(?:st|nd|rd|th)",
    "a": "(?P<a>" + "|".join(name[:3] for name in WEEKDAYS) + r"|tues|wednes|thur|thurs)\.?",
    "A": "(?P<a>" + "|".join(WEEKDAYS) + ")",
    "z": r"(?P<z>[Zz]|[+-]\d{2}(?::?\d{2})?)",
}
_DIRECTIVES = {"%b": "B", "%I": "H", "%y": "y", "%h": "B"} | {f"%{c}": c for c in "YmdHMSpBzaA"}
_TOKENS = re.compile(
    r"%[A-Za-z]|[dD]o|y+|Y+|m+|M+|d+|D+|h+|H+|s+|S+|[aA]/?[pP]?[mM]?(?![A-Za-z])|.", re.DOTALL
)
_CLOCK = re.compile(r"[\sT]+(?:[hH]|%[HI]).*$")
_DAYS = {"d": "d", "dd": "d", "ddd": "a", "dddd": "A", "do": "o"}
_LETTERS = {"h": "H", "s": "S", "a": "p"}


@cache
def layout(text: str) -> Layout:
    """Compile a declared layout.

    Raises:
        SheetError: It does not name year, month and day once each.
    """
    pieces = [_piece(token, before) for token, before in _with_past(text)]
    try:
        pattern = re.compile("".join(pieces), re.IGNORECASE)
    except re.error as error:
        raise SheetError(f"The date layout {text!r} names a part twice.") from error
    groups = set(pattern.groupindex)
    if not {"Y", "d"} <= groups or not groups & {"m", "B"}:
        raise SheetError(
            f"The date layout {text!r} does not name a four-digit year, a month and a day. "
            "Write for example DD.MM.YYYY HH:mm or MM/DD/YYYY hh:mm a."
        )

    def read(value: str) -> Stamp | None:
        match = pattern.fullmatch(value)
        stamp = None if match is None else stamp_of(match.groupdict())
        weekday = match and match.groupdict().get("a")
        if stamp is None or not weekday:
            return stamp
        return stamp if weekday.lower()[:3] == WEEKDAYS[stamp.weekday()][:3] else None

    return read


def misfit(cell: str, formats: Sequence[str], fits_all: Callable[[str], bool]) -> CellError:
    """Return why a cell fits none of the declared layouts, with one that fits its whole column.

    Args:
        cell: The text of a date cell.
        formats: The declared layouts; at least one.
        fits_all: Whether a layout fits all dates of the column that were written as text.
    """
    said = f"does not fit the layout {' or '.join(formats)}"
    for text in formats:
        day = _CLOCK.sub("", text)
        if day != text and fits(cell, day):
            why = f"{said}: this cell has no time of day"
            if not fits_all(day):
                return CellError(why, "Write its time into the cell, too")
            return CellError(
                why,
                "Write the times into a column Time, as this layout has none",
                setting="date_formats",
                value=day,
            )
        full = f"{text} HH:mm"
        if day == text and fits(cell, full):
            why = f"{said}: this cell has a time of day"
            if not fits_all(full):
                return CellError(why, "Write the time into a column Time instead")
            return CellError(why, "", setting="date_formats", value=full)
    return CellError(said, "Correct it", setting="date_formats")


def fits(cell: str, text: str) -> bool:
    """Return whether a layout reads a cell."""
    try:
        return layout(text)(cell) is not None
    except SheetError:
        return False


def _with_past(text: str) -> list[tuple[str, str]]:
    tokens = [match.group() for match in _TOKENS.finditer(text)]
    return [(token, "".join(tokens[:n])) for n, token in enumerate(tokens)]


def _piece(token: str, before: str) -> str:
    """Return the pattern of one token; m is a minute after an hour, else a month."""
    if token.startswith("%"):
        return _directive(token)
    first = token[0].lower()
    if first == "y" and len(token) == 4:  # noqa: PLR2004 - a year of two digits would be a guess
        return _PIECES["Y"]
    if first == "m" and not token[0].isascii():
        return re.escape(token)
    if first == "m":
        return _month_or_minute(token, before)
    kind = _DAYS.get(token.lower()) or _LETTERS.get(first)
    if kind is not None and len(token) <= 4:  # noqa: PLR2004 - dddd is the longest
        return _PIECES[kind]
    return r"\s+" if token.isspace() else re.escape(token)


def _directive(token: str) -> str:
    kind = _DIRECTIVES.get(token)
    if kind is None or kind not in _PIECES:
        raise SheetError(
            f"The date layout directive {token} is not known. Use %Y %m %d %H %M %S %p."
        )
    return _PIECES[kind]


def _month_or_minute(token: str, before: str) -> str:
    if len(token) >= 3:  # noqa: PLR2004 - MMM and MMMM are names
        return _PIECES["B"]
    after_hour = re.search(r"[hH]\s*[:.]\s*$", before) is not None
    return _PIECES["M" if after_hour else "m"]
