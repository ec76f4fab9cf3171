"""Checks an XLSX sheet cell by cell, for sheets that are not laid out as Excel writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from tap_hootsuite_sheet.cell_flaws import UNCOMPUTED, dressed_flaw, error_flaw
from tap_hootsuite_sheet.problems import Flaw
from tap_hootsuite_sheet.sheet import (
    MAX_CELLS,
    MAX_FLAWS,
    MAX_HEIGHT,
    MAX_WIDTH,
    Range,
    damaged,
    letters,
    number,
    too_far,
    too_many_flaws,
)

Flaws = dict[tuple[int, int], Flaw]
_REF = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW = re.compile(r"[1-9][0-9]{0,6}")


@dataclass(slots=True)
class Scan:
    """What was found in a sheet. Rows and columns count from 1."""

    flaws: Flaws = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    filled_rows: int = 0


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
