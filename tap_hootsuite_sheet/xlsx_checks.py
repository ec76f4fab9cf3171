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
from dataclasses import dataclass, field
from itertools import islice, pairwise
from xml.parsers import expat

from tap_hootsuite_sheet import styles
from tap_hootsuite_sheet.problems import Flaw, SheetError
from tap_hootsuite_sheet.safe_zip import document_type
from tap_hootsuite_sheet.sheet import (
    MAX_CELLS,
    MAX_FLAWS,
    MAX_HEIGHT,
    MAX_TEXT,
    MAX_WIDTH,
    Range,
    damaged,
    too_far,
    too_many_flaws,
    too_much_text,
)

MAX_MERGED = 20_000
MAX_TEXTS = 48 * 1024 * 1024
"""UTF-8 bytes of all cells' texts; shared strings count as often as cells refer to them."""
_MANY_ROWS = 100_000
_MANY_STRINGS = 2_000_000
Flaws = dict[tuple[int, int], Flaw]

_UNLIKE_EXCEL = re.compile(rb'<c(?! r="[A-Z]{1,3}[1-9]\d{0,6}")[\s>/]')
_UNLIKE_PLANS = re.compile(rb'<c(?! r="[A-Z][1-9]\d{0,4}")[\s>/]')
_ODD_ROW = re.compile(rb'<row\s(?:[^>]*?\s)?r=(?!"[1-9]\d{0,6}")')
_PREFIXED = re.compile(rb":(?:c|row|sheetData)[\s>/]")
_PREFIXED_TAG = re.compile(rb"<(?!!--)[^<>\s/?]*:(?:c|row|sheetData)[\s>/]")
_LONG = re.compile(rb"<[^<]{%d}" % (4 * MAX_TEXT))
_BLOCK = 2 * MAX_TEXT
_STRING = re.compile(rb"<(?:[\w.-]+:)?si(?=[\s>/])")
_INDEX = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?>\s*(\d{1,9})\s*<")
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
_ATTRIBUTE = re.compile(rb"""(\w+)=["']([^"']*)["']""")
_SHOWN_TEXT = re.compile(rb"<(?:[\w.-]+:)?si(?:\s[^>]*)?(?:/>|>.*?</(?:[\w.-]+:)?si>)", re.DOTALL)
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
_REF = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW = re.compile(r"[1-9][0-9]{0,6}")

STYLED_REMEDY = "Format the column as text and type the value as it should be read"


@dataclass(slots=True)
class Scan:
    """What was found in a sheet. Rows and columns count from 1."""

    flaws: Flaws = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    filled_rows: int = 0


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
        named = dict(_ATTRIBUTE.findall(tag))
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
    used = Counter(_INDEX.findall(xml)) if longest * xml.count(b"<") > MAX_TEXTS else {}
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


def walk(xml: bytes, dressed: Mapping[str, str], name: str) -> Scan:
    """Look at every cell of a sheet.

    Raises:
        SheetError: The sheet is damaged or too large.
    """
    walker = _Walker(dressed)
    walker.run(xml, name)
    if walker.height * walker.width > MAX_CELLS:
        raise too_far(name, walker.height, letters(walker.width))
    return walker.found


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


def too_many_merged(name: str) -> SheetError:
    """The error for a sheet with more merged cells than any person makes."""
    return SheetError(f"Sheet {name} has more than {MAX_MERGED:,} merged cells. Unmerge them.")


def _merged(xml: bytes, name: str) -> list[Range]:
    start = max(xml.rfind(b"</sheetData"), 0)
    found = [match.groups() for match in islice(_MERGED.finditer(xml, start), MAX_MERGED + 1)]
    if len(found) > MAX_MERGED:
        raise too_many_merged(name)
    return [
        (int(r1), number(c1.decode()), int(r2), number(c2.decode())) for c1, r1, c2, r2 in found
    ]


def number(column: str) -> int:
    """Return a column's number: A is 1, AA is 27."""
    result = 0
    for letter in column:
        result = result * 26 + ord(letter) - 64
    return result


def letters(column: int) -> str:
    """Return a column's letters: 1 is A, 27 is AA."""
    result = ""
    while column:
        column, rest = divmod(column - 1, 26)
        result = chr(65 + rest) + result
    return result


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
        named = dict(_ATTRIBUTE.findall(attributes))
        index = _INDEX.search(inside) if runs and named.get(b"t") == b"s" else None
        in_runs = styles.STRIKE.search(inside) or (index is not None and index[1] in runs)
        if named.get(b"s") in dressed or in_runs:
            found.add(int(row))
    return found


class _Walker:
    """One pass over every cell of a sheet."""

    def __init__(self, dressed: Mapping[str, str]) -> None:
        self.found = Scan()
        self._name = ""
        self.height = self.width = 0
        self._dressed = dressed
        self._row = self._column = 0
        self._last_filled = 0
        self._cell: dict[str, str] = {}
        self._formula = False
        self._inside = False
        self._text: list[str] = []

    def run(self, xml: bytes, name: str) -> None:
        self._name = name
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.buffer_text = True
        try:
            parser.Parse(xml, True)  # noqa: FBT003 - expat's own signature
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise damaged(name) from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        if tag == "c":
            self._open_cell(attributes)
        elif tag in {"v", "t"}:
            self._inside = True
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            self._open_row(attributes.get("r"))
            if attributes.get("hidden") in {"1", "true"}:
                self.found.hidden_rows.append(self._row)

    def _open_row(self, place: str | None) -> None:
        if place is not None and not _ROW.fullmatch(place):
            raise damaged(self._name)
        self._row = int(place) if place else self._row + 1
        self._column = 0
        self._refuse_outside()

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self._cell = attributes
        self._text = []
        self._formula = False
        place = attributes.get("r")
        match = _REF.fullmatch(place) if place is not None else None
        if place is not None and match is None:
            raise damaged(self._name)
        self._column = number(match[1]) if match else self._column + 1
        self._row = int(match[2]) if match else self._row
        self._refuse_outside()

    def _refuse_outside(self) -> None:
        """Refuse a place that no spreadsheet program has; the parsing library panics over some."""
        if self._row > MAX_HEIGHT or self._column > MAX_WIDTH:
            raise damaged(self._name)

    def _characters(self, data: str) -> None:
        if self._inside:
            self._text.append(data)

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(" ")[2]
        if tag in {"v", "t"}:
            self._inside = False
        elif tag == "c":
            self._close_cell("".join(self._text))

    def _close_cell(self, text: str) -> None:
        kind = self._cell.get("t", "n")
        flaw = self._flaw(kind, text)
        if flaw is not None:
            self.found.flaws[self._row, self._column] = flaw
            if len(self.found.flaws) > MAX_FLAWS:
                raise too_many_flaws(self._name)
        if not text and flaw is None:
            return
        self.height = max(self.height, self._row)
        self.width = max(self.width, self._column)
        if self._row != self._last_filled:
            self._last_filled = self._row
            self.found.filled_rows += 1

    def _flaw(self, kind: str, text: str) -> Flaw | None:
        if kind == "e":
            return error_flaw(text)
        if self._formula and not text and kind != "str":
            return UNCOMPUTED
        code = self._dressed.get(self._cell.get("s", "0")) if kind == "n" and text else None
        if code is not None:
            return dressed_flaw(text, code)
        return None


def dressed_flaw(shown: str, code: str) -> Flaw:
    """The flaw of a number that reads differently: 00123, A-12."""
    return Flaw(shown, f"is a number that the format {code} shows differently", STYLED_REMEDY)


def error_flaw(shown: str) -> Flaw:
    """The flaw of a cell whose formula failed."""
    return Flaw(shown, "is the error of a formula", "Correct the formula, or type the value")


UNCOMPUTED = Flaw(
    "",
    "is a formula without a stored result",
    "Open the file in a spreadsheet program and save it there",
)
