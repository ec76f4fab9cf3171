"""Proposes layouts for dates that were written as text, from a whole column of them.

One cell (4/6/2026) may be April or June; the column as a whole often has one reading only, since
some day in it is greater than 12. A proposal is shown to the person and never used by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from tap_hootsuite_sheet.layouts import layout

_LOOKED_AT = 2000
_NUMBERS = tuple(
    mark.join(order)
    for mark in ("/", ".", "-", " ")
    for order in (("DD", "MM", "YYYY"), ("MM", "DD", "YYYY"), ("YYYY", "MM", "DD"))
)
_NAMES = tuple(
    text.replace("D", day)
    for text in ("D MMMM YYYY", "D. MMMM YYYY", "MMMM D YYYY", "MMMM D, YYYY", "D-MMMM-YYYY")
    for day in ("D", "Do")
)
_WEEKDAYS = ("", "dddd, ", "dddd ", "ddd, ", "ddd ")
_TIMES = (
    *("", " HH:mm", " HH:mm:ss", " h:mm a", " h:mm:ss a", " ha"),
    *(", HH:mm", ", h:mm a", "THH:mm", "THH:mm:ss"),
)


def fitting(cells: Sequence[str]) -> list[str]:
    """Return the layouts that fit all cells.

    Args:
        cells: Texts of date cells, none of them blank.
    """
    looked_at = list(dict.fromkeys(cell.strip() for cell in cells))[:_LOOKED_AT]
    if not looked_at:
        return []
    first = [text for text in _candidates() if layout(text)(looked_at[0]) is not None]
    return [text for text in first if all(map(layout(text), looked_at))]


def best(cells: Sequence[str]) -> str:
    """Return the layout that fits most cells, at least half of them; empty where there is none."""
    looked_at = [cell.strip() for cell in cells[:_LOOKED_AT]]
    found = {text for cell in looked_at[:20] for text in _candidates() if layout(text)(cell)}
    often = {text: sum(map(bool, map(layout(text), looked_at))) for text in sorted(found)}
    top = max(often.values(), default=0)
    fits = [text for text in often if often[text] == top]
    return fits[0] if fits and 2 * top >= len(looked_at) else ""


@cache
def _candidates() -> tuple[str, ...]:
    return tuple(_combined())


def _combined() -> Iterator[str]:
    for day in (*_NUMBERS, *_NAMES):
        for weekday in _WEEKDAYS:
            for clock in _TIMES:
                yield f"{weekday}{day}{clock}"
