"""Checks an XLSX sheet for what the parsing library hides: errors, empty formulas, far-away cells.

python-calamine returns an empty string for a cell with an error and for a formula that no program
has computed yet, so a post would lose its text. It also allocates memory for the whole rectangle
up to the last cell. Sheets that are laid out as Excel writes them are checked with regular
expressions, which is ten times faster; all others are parsed cell by cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from tap_hootsuite_sheet import styles
from tap_hootsuite_sheet.problems import Flaw, SheetError

MAX_CELLS = 8_000_000
_MANY_ROWS = 100_000
Flaws = dict[tuple[int, int], Flaw]
Range = tuple[int, int, int, int]

_UNLIKE_EXCEL = re.compile(rb'<c(?! r="[A-Z]{1,3}\d{1,7}")[\s>/]')
_UNLIKE_PLANS = re.compile(rb'<c(?! r="[A-Z]\d{1,5}")[\s>/]')
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
_HIDDEN = re.compile(rb'<row [^>]*hidden="(?:1|true)"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
_REF = re.compile(r"([A-Z]{1,3})(\d{1,7})")

STYLED_REMEDY = "Format the column as text and type the value as it should be read"


@dataclass(slots=True)
class Scan:
    """What was found in a sheet. Rows and columns count from 1."""

    flaws: Flaws = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: int = 0
    filled_rows: int = 0


def scan(xml: bytes, style_part: bytes, name: str) -> Scan:
    """Look for what the parsing library would not tell.

    Args:
        xml: The sheet's part.
        style_part: The workbook's styles part.
        name: The sheet's name, for messages.

    Raises:
        SheetError: The sheet is damaged, or so wide and tall that it could not be held.
    """
    dressed = styles.dressed(style_part)
    found = _searched(xml, dressed)
    if found is None:
        found = walk(xml, dressed, name)
    found.merged = _merged(xml)
    return found


def walk(xml: bytes, dressed: Mapping[str, str], name: str) -> Scan:
    """Look at every cell of a sheet.

    Raises:
        SheetError: The sheet is damaged or too large.
    """
    walker = _Walker(dressed)
    walker.run(xml, name)
    if walker.height * walker.width > MAX_CELLS:
        raise too_far(name, walker.height, walker.width)
    return walker.found


def _searched(xml: bytes, dressed: Mapping[str, str]) -> Scan | None:
    """Find everything by searches, ten times as fast as a walk; None where only a walk will do."""
    if b"<sheetData" not in xml or xml.count(b"<row") > _MANY_ROWS:
        return None
    if _UNLIKE_PLANS.search(xml) and (_UNLIKE_EXCEL.search(xml) or _area(xml) > MAX_CELLS):
        return None
    flaws = _formulas(xml)
    if flaws is None:
        return None
    flaws |= _dressed(xml, dressed) | _errors(xml)
    return Scan(flaws, hidden_rows=len(_HIDDEN.findall(xml)) if b'hidden="' in xml else 0)


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
    return height * width


def too_far(name: str, height: int, width: int) -> SheetError:
    """The error for a sheet whose last cell is too far away."""
    return SheetError(
        f"Sheet {name} reaches to row {height:,} and column {letters(width)}, too far to be read. "
        "Delete the rows and columns behind the last post, or split the plan."
    )


def _merged(xml: bytes) -> list[Range]:
    tail = xml[max(xml.rfind(b"</sheetData"), 0) :] if b"</sheetData" in xml else xml
    found = [match.groups() for match in _MERGED.finditer(tail)]
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

    The parsing library tells a date at midnight and a date without a time apart from nothing.

    Args:
        xml: The sheet's part.
        style_part: The workbook's styles part.
        column: Counted from 1.
    """
    timed = {index.encode() for index in styles.timed(style_part)}
    cells = re.compile(rb'<c r="' + letters(column).encode() + rb'(\d+)"[^>]*? s="(\d+)"')
    return {int(row) for row, style in cells.findall(xml) if style in timed}


class _Walker:
    """One pass over every cell of a sheet."""

    def __init__(self, dressed: Mapping[str, str]) -> None:
        self.found = Scan()
        self.height = self.width = 0
        self._dressed = dressed
        self._row = self._column = 0
        self._last_filled = 0
        self._cell: dict[str, str] = {}
        self._formula = False
        self._inside = False
        self._text: list[str] = []

    def run(self, xml: bytes, name: str) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.buffer_text = True
        try:
            parser.Parse(xml, True)  # noqa: FBT003 - expat's own signature
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise SheetError(f"Sheet {name} is damaged. Save the file again.") from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        if tag == "c":
            self._open_cell(attributes)
        elif tag in {"v", "t"}:
            self._inside = True
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
            self.found.hidden_rows += attributes.get("hidden") in {"1", "true"}

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self._cell = attributes
        self._text = []
        self._formula = False
        match = _REF.fullmatch(attributes.get("r", ""))
        self._column = number(match[1]) if match else self._column + 1
        self._row = int(match[2]) if match else self._row

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
