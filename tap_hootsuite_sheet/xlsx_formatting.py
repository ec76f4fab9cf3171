"""Formatting in an XLSX sheet that changes how a cell reads: times of day, struck-out text."""

from __future__ import annotations

import re

from tap_hootsuite_sheet import styles
from tap_hootsuite_sheet.sheet import letters
from tap_hootsuite_sheet.xlsx_checks import ATTRIBUTE, STRING_INDEX

_SHOWN_TEXT = re.compile(rb"<(?:[\w.-]+:)?si(?:\s[^>]*)?(?:/>|>.*?</(?:[\w.-]+:)?si>)", re.DOTALL)


def midnights(xml: bytes, style_part: bytes, column: int) -> set[int]:
    """Return the rows of a column whose date is shown with a time of day.

    The parsing library can't tell a date at midnight from a date without a time.

    Args:
        xml: The sheet's part.
        style_part: The workbook's styles part.
        column: Counted from 1.
    """
    timed = {index.encode() for index in styles.timed(style_part)}
    cells = re.compile(rb'<c r="' + letters(column).encode() + rb'(\d+)"[^>]*? s="(\d+)"')
    return {int(row) for row, style in cells.findall(xml) if style in timed}


def struck(xml: bytes, style_part: bytes, strings: bytes, column: int) -> set[int]:
    """Return the rows of a column in which text is struck through, as a whole or in part.

    Args:
        xml: The sheet's part.
        style_part: The workbook's styles part.
        strings: The part with the shared strings.
        column: Counted from 1.
    """
    dressed = styles.struck(style_part)
    runs: set[bytes] = set()
    if styles.STRIKE.search(strings):
        texts = enumerate(_SHOWN_TEXT.findall(strings))
        runs = {str(number).encode() for number, one in texts if styles.STRIKE.search(one)}
    found: set[int] = set()
    if not dressed and not runs and not styles.STRIKE.search(xml):
        return found
    cells = re.compile(
        rb'<c r="' + letters(column).encode() + rb'(\d{1,7})"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL
    )
    for row, attributes, inside in cells.findall(xml):
        named = dict(ATTRIBUTE.findall(attributes))
        index = STRING_INDEX.search(inside) if runs and named.get(b"t") == b"s" else None
        in_runs = styles.STRIKE.search(inside) or (index is not None and index[1] in runs)
        if named.get(b"s") in dressed or in_runs:
            found.add(int(row))
    return found
