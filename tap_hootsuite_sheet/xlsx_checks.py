"""Checks an XLSX sheet for what the parsing library hides: errors, empty formulas, far-away cells.

python-calamine returns an empty string for a cell with an error and for a formula that no program
has computed yet, so a post would lose its text. It also allocates memory for the whole rectangle
up to the last cell. Sheets that are laid out as Excel writes them are checked with regular
expressions, which is ten times faster; all others are parsed cell by cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import islice, pairwise
from xml.parsers import expat

from tap_hootsuite_sheet import styles
from tap_hootsuite_sheet.cell_flaws import UNCOMPUTED, dressed_flaw, error_flaw
from tap_hootsuite_sheet.safe_zip import document_type
from tap_hootsuite_sheet.sheet import (
    MAX_CELLS,
    MAX_FLAWS,
    MAX_HEIGHT,
    MAX_MERGED,
    MAX_TEXT,
    MAX_WIDTH,
    Range,
    damaged,
    number,
    too_many_flaws,
    too_many_merged,
    too_much_text,
)
from tap_hootsuite_sheet.xlsx_cells import Flaws, Scan, walk

MAX_TEXTS = 48 * 1024 * 1024
"""UTF-8 bytes of all cells' texts; shared strings count as often as cells refer to them."""
_MANY_ROWS = 100_000
_MANY_STRINGS = 2_000_000
_UNLIKE_EXCEL = re.compile(rb'<c(?! r="[A-Z]{1,3}[1-9]\d{0,6}")[\s>/]')
_UNLIKE_PLANS = re.compile(rb'<c(?! r="[A-Z][1-9]\d{0,4}")[\s>/]')
_ODD_ROW = re.compile(rb'<row\s(?:[^>]*?\s)?r=(?!"[1-9]\d{0,6}")')
_PREFIXED = re.compile(rb":(?:c|row|sheetData)[\s>/]")
_PREFIXED_TAG = re.compile(rb"<(?!!--)[^<>\s/?]*:(?:c|row|sheetData)[\s>/]")
_LONG = re.compile(rb"<[^<]{%d}" % (4 * MAX_TEXT))
_BLOCK = 2 * MAX_TEXT
_STRING = re.compile(rb"<(?:[\w.-]+:)?si(?=[\s>/])")
STRING_INDEX = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?>\s*(\d{1,9})\s*<")
_PLACE = re.compile(rb'<c r="([A-Z]+)(\d+)"(?:[^>]*[^/>])?>')
_ERROR = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*? t="e"[^>]*>(.*?)</c>', re.DOTALL)
_FORMULA = re.compile(rb"<f[\s>/]")
_COMPUTED = re.compile(
    rb'<c r="([A-Z]+)(\d+)"([^>]*)><f(?:\s[^>]*)?(?:/>|>[^<]*</f>)(.*?)</c>', re.DOTALL
)
_NUMBER = re.compile(
    rb'<c r="([A-Z]+)(\d+)" s="(\d+)"(?: t="n")?>'
    rb"(?:<f(?:\s[^>]*)?(?:/>|>[^<]*</f>))?<v>([^<]*)</v>"
)
_VALUE = re.compile(rb"<v[^>]*>([^<]+)</v>")
_HIDDEN = re.compile(rb'<row (?=[^>]*\shidden="(?:1|true)"|hidden="(?:1|true)")[^>]*>')
_ROW_NUMBER = re.compile(rb'\sr="(\d{1,7})"')
_COLUMNS = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
ATTRIBUTE = re.compile(rb"""(\w+)=["']([^"']*)["']""")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')


def scan(xml: bytes, style_part: bytes, name: str) -> Scan:
    """Find the faults that the parsing library does not report.

    Args:
        xml: The sheet's part.
        style_part: The workbook's styles part.
        name: The sheet's name, for messages.

    Raises:
        SheetError: The sheet is damaged, or so wide and tall that it could not be held.
    """
    refuse_unreadable(xml, name)
    dressed = styles.dressed(style_part)
    found = _searched(xml, dressed)
    if found is None:
        found = walk(xml, dressed, name)
    if len(found.flaws) > MAX_FLAWS:
        raise too_many_flaws(name)
    found.merged = _merged(xml, name)
    found.hidden_columns = _hidden_columns(xml)
    return found


def _hidden_columns(xml: bytes) -> list[int]:
    """Return the columns that a sheet hides, counted from 1."""
    head = xml[: max(xml.find(b"sheetData"), 0)]
    found: set[int] = set()
    for tag in _COLUMNS.findall(head) if b"hidden" in head else ():
        named = dict(ATTRIBUTE.findall(tag))
        first, last = named.get(b"min", b""), named.get(b"max", b"")
        if named.get(b"hidden") in {b"1", b"true"} and first.isdigit() and last.isdigit():
            found.update(range(int(first), min(int(last), MAX_WIDTH) + 1))
    return sorted(found)


def refuse_unreadable(xml: bytes, name: str) -> None:
    """Refuse XML that is not well-formed: searches rely on every element being closed.

    Raises:
        SheetError: It is not.
    """

    def refuse(*_: object) -> None:
        raise document_type(name)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(xml, True)  # noqa: FBT003 - expat's own signature
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise damaged(name) from error


def refuse_much_text(xml: bytes, strings: bytes, name: str) -> None:
    """Refuse a sheet whose texts would not fit into memory: one string may stand in many cells.

    Args:
        xml: The sheet's part, whose own texts it bounds.
        strings: The part with the shared strings.
        name: The sheet's name, for messages.

    Raises:
        SheetError: There is too much text.
    """
    if _is_long(xml) or _is_long(strings):
        raise too_much_text(name)
    starts = [match.start() for match in islice(_STRING.finditer(strings), _MANY_STRINGS + 1)]
    if len(starts) > _MANY_STRINGS:
        raise too_much_text(name)
    lengths = [end - start for start, end in pairwise([*starts, len(strings)])]
    longest = max(lengths, default=0)
    used = Counter(STRING_INDEX.findall(xml)) if longest * xml.count(b"<") > MAX_TEXTS else {}
    size = sum(
        times * (lengths[int(index)] if int(index) < len(lengths) else 0)
        for index, times in used.items()
    )
    if size > MAX_TEXTS:
        raise too_much_text(name)


def _is_long(xml: bytes) -> bool:
    """Whether so much text stands between two tags that one block of it holds none."""
    blocks = range(0, len(xml) - _BLOCK + 1, _BLOCK)
    no_tag = any(xml.find(b"<", start, start + _BLOCK) < 0 for start in blocks)
    return no_tag and _LONG.search(xml) is not None


def _searched(xml: bytes, dressed: Mapping[str, str]) -> Scan | None:
    """Find everything by searches, ten times as fast as a walk; None where only a walk will do."""
    if b"<sheetData" not in xml or xml.count(b"<row") > _MANY_ROWS:
        return None
    if b"<!--" in xml or b"<![CDATA[" in xml or _ODD_ROW.search(xml):
        return None
    if _PREFIXED.search(xml) and _PREFIXED_TAG.search(xml):  # the first alone is much faster
        return None
    if _UNLIKE_PLANS.search(xml) and (_UNLIKE_EXCEL.search(xml) or _area(xml) > MAX_CELLS):
        return None
    flaws = _formulas(xml)
    if flaws is None:
        return None
    flaws |= _dressed(xml, dressed) | _errors(xml)
    hidden = _HIDDEN.findall(xml) if b'hidden="' in xml else []
    rows = [one[1] for tag in hidden if (one := _ROW_NUMBER.search(tag)) is not None]
    return Scan(flaws, hidden_rows=[*map(int, rows)]) if len(rows) == len(hidden) else None


def _formulas(xml: bytes) -> Flaws | None:
    """Find formulas without a result; None when some formula is not where Excel puts it."""
    marks = len(_FORMULA.findall(xml))
    formulas = _COMPUTED.findall(xml) if marks else []
    if len(formulas) != marks:
        return None
    return {
        _at(column, row): UNCOMPUTED
        for column, row, attributes, rest in formulas
        if b' t="str"' not in attributes and not _VALUE.search(rest)
    }


def _dressed(xml: bytes, codes: Mapping[str, str]) -> Flaws:
    """Find numbers whose format makes them read differently."""
    return {
        _at(column, row): dressed_flaw(value.decode(), codes[style.decode()])
        for column, row, style, value in (_NUMBER.findall(xml) if codes else ())
        if value and style.decode() in codes
    }


def _errors(xml: bytes) -> Flaws:
    """Find cells with an error."""
    found = _ERROR.findall(xml) if b't="e"' in xml else ()
    return {
        _at(column, row): error_flaw(shown[1].decode() if (shown := _VALUE.search(rest)) else "")
        for column, row, rest in found
    }


def _at(column: bytes, row: bytes) -> tuple[int, int]:
    return int(row), number(column.decode())


def _area(xml: bytes) -> int:
    places = _PLACE.findall(xml)
    height = max((int(row) for _, row in places), default=0)
    width = max((number(column.decode()) for column in {column for column, _ in places}), default=0)
    return height * width if height <= MAX_HEIGHT and width <= MAX_WIDTH else MAX_CELLS + 1


def _merged(xml: bytes, name: str) -> list[Range]:
    start = max(xml.rfind(b"</sheetData"), 0)
    found = [match.groups() for match in islice(_MERGED.finditer(xml, start), MAX_MERGED + 1)]
    if len(found) > MAX_MERGED:
        raise too_many_merged(name)
    return [
        (int(r1), number(c1.decode()), int(r2), number(c2.decode())) for c1, r1, c2, r2 in found
    ]
