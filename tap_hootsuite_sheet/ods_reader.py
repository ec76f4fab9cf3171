"""Reads an ODS sheet in one streaming pass over its XML.

The general parsing library expands every repeated cell of every table, runs words together over
tabs and line breaks, and mixes comments into texts. Here only the wanted table is kept, repeated
rows are one list, and everything is counted before it is made.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import date, datetime, time
from typing import NoReturn
from xml.parsers import expat

from tap_hootsuite_sheet.cell_flaws import error_flaw
from tap_hootsuite_sheet.problems import Flaw
from tap_hootsuite_sheet.safe_zip import Archive, CountedStream, document_type, protected
from tap_hootsuite_sheet.sheet import (
    MAX_CELLS,
    MAX_FLAWS,
    MAX_HEIGHT,
    MAX_MERGED,
    MAX_ROWS,
    MAX_TEXT,
    MAX_WIDTH,
    Cell,
    Listed,
    Range,
    Sheet,
    choose,
    damaged,
    letters,
    long_cell,
    others,
    refuse_long,
    too_far,
    too_many_flaws,
    too_many_merged,
    too_much_text,
)

CONTENT = "content.xml"
_MANIFEST = "META-INF/manifest.xml"
_MAX_CONTENT = 128 * 1024 * 1024
_MAX_TEXTS = 160 * 1024 * 1024
_MAX_TABLES = 1000
_MAX_TAG = 1 << 20
_PIECE = 1 << 18
_WHITE = {"tab": "\t", "line-break": "\n"}
_DRAWING = "urn:oasis:names:tc:opendocument:xmlns:drawing"
_HIDDEN = frozenset({"collapse", "filter"})
_CELLS = frozenset({"table-cell", "covered-table-cell"})
_COUNT = re.compile(r"[0-9]{1,12}")
_TIME = re.compile(r"PT(\d{1,2})H(\d{1,2})M(\d{1,2})(?:[.,](\d{1,6})\d*)?S")


def read_ods(parts: Archive, wanted: str | None) -> Sheet:
    """Read one sheet.

    Args:
        parts: The file.
        wanted: The sheet's name; by default the first that is visible.

    Raises:
        SheetError: It cannot be used.
    """
    if _MANIFEST in parts and b"encryption-data" in parts.part(_MANIFEST):
        raise protected(parts.name)
    document = _Document(parts.name, wanted)
    with parts.stream(CONTENT, _MAX_CONTENT) as content:
        document.run(content)
    chosen, notes = choose(document.sheets, wanted, parts.name)
    table = document.table
    if table is None:
        raise damaged(chosen.name)
    refuse_long(chosen.name, table.filled_rows)
    result = Sheet(parts.name, chosen.name, table.rows, table.merged, notes)
    result.hidden_rows, result.hidden_columns = table.hidden_rows, table.hidden_columns
    result.struck = lambda column: {row for row, at in table.struck_cells if at == column}
    result.others = others(document.sheets, chosen)
    return result


class _Document:
    """Finds the wanted table among all tables of a document."""

    def __init__(self, source: str, wanted: str | None) -> None:
        self.sheets: list[Listed] = []
        self.table: _Table | None = None
        self._source = source
        self._wanted = None if wanted is None else wanted.strip().casefold()
        self._hidden: set[str] = set()
        self._struck: set[str] = set()
        self._style = ""
        self._depth = 0
        self._reading = False

    def run(self, content: CountedStream) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        try:
            self._feed(parser, content)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise damaged(self.sheets[-1].name if self.sheets else self._source) from error

    def _feed(self, parser: expat.XMLParserType, content: CountedStream) -> None:
        """Parse in pieces with a limit on a tag's length, since each piece rescans an unclosed tag.

        Raises:
            SheetError: A tag is longer than any program writes.
        """
        fed = 0
        while piece := content.read(_PIECE):
            fed += len(piece)
            parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
            if fed - parser.CurrentByteIndex > _MAX_TAG:
                raise damaged(self._source)
        parser.Parse(b"", True)  # noqa: FBT003 - as above

    def _refuse_doctype(self, *_: object) -> NoReturn:
        raise document_type(self._source)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        if name == "table":
            self._depth += 1
            if self._depth == 1:
                self._open_table({key.rpartition(" ")[2]: v for key, v in attributes.items()})
        elif self._reading and self._depth == 1 and self.table is not None:
            self.table.start(space, name, attributes)
        elif name == "style":
            self._style = _local(attributes, "name")
        elif name == "table-properties" and _local(attributes, "display") == "false":
            self._hidden.add(self._style)
        elif name == "text-properties" and _strikes(attributes):
            self._struck.add(self._style)

    def _open_table(self, attributes: dict[str, str]) -> None:
        name, visible = attributes.get("name", ""), attributes.get("style-name") not in self._hidden
        if len(self.sheets) < _MAX_TABLES:
            self.sheets.append(Listed(name, "", visible))
        if self.table is not None:
            return
        fits = visible if self._wanted is None else name.strip().casefold() == self._wanted
        if fits:
            self.table = _Table(name, self._struck)
            self._reading = True

    def _characters(self, data: str) -> None:
        if self._reading and self._depth == 1 and self.table is not None:
            self.table.characters(data)

    def _end(self, tag: str) -> None:
        space, _, name = tag.rpartition(" ")
        if name == "table":
            self._depth -= 1
            self._reading = self._reading and self._depth > 0
        elif self._reading and self._depth == 1 and self.table is not None:
            self.table.end(space, name)


def _shown_type(attributes: dict[str, str]) -> str:
    """Return the type that LibreOffice notes in a namespace of its own: errors are only there."""
    return next((v for k, v in attributes.items() if "calc" in k and "value-type" in k), "")


def _strikes(attributes: dict[str, str]) -> bool:
    """Whether properties of a text strike it through."""
    names = ("text-line-through-style", "text-line-through-type")
    return any(_local(attributes, name) not in {"", "none"} for name in names)


def _local(attributes: dict[str, str], wanted: str) -> str:
    return next((v for key, v in attributes.items() if key.rpartition(" ")[2] == wanted), "")


class _Table:
    """Collects the rows of one table."""

    def __init__(self, name: str, struck: AbstractSet[str]) -> None:
        self.name = name
        self.rows: list[list[Cell]] = []
        self.merged: list[Range] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[int] = []
        self.struck_cells: set[tuple[int, int]] = set()
        self._struck_styles = struck
        self._hidden = self._struck = False
        self._next_column = 1
        self.filled_rows = 0
        self._width = 0
        self._texts = 0
        self._flaws = 0
        self._row = 0
        self._repeated = 1
        self._line: list[Cell] = []
        self._column = 0
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._length = 0
        self._paragraphs = 0
        self._in_text = 0
        self._in_note = 0

    def start(self, space: str, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        named = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if name == "table-row":
            self._open_row(named)
        elif name == "table-column":
            self._hide_columns(named)
        elif name in _CELLS:
            self._cell = named | {"shown-type": _shown_type(attributes)}
            self._text, self._length, self._paragraphs, self._in_text = [], 0, 0, 0
            self._struck = named.get("style-name") in self._struck_styles
        elif self._cell is not None:
            self._inside(space, name, named)

    def _open_row(self, named: dict[str, str]) -> None:
        self._repeated = self._count(named.get("number-rows-repeated", "1"))
        self._line, self._column = [], 0
        self._hidden = named.get("visibility") in _HIDDEN

    def _hide_columns(self, named: dict[str, str]) -> None:
        repeated = self._count(named.get("number-columns-repeated", "1"))
        if named.get("visibility") in _HIDDEN:
            end = min(self._next_column + repeated, MAX_WIDTH + 1)
            self.hidden_columns.extend(range(self._next_column, end))
        self._next_column += repeated

    def _inside(self, space: str, name: str, named: dict[str, str]) -> None:
        if name == "annotation" or space.startswith(_DRAWING):
            self._in_note += 1
        elif self._in_note:
            return
        elif name == "p":
            if self._paragraphs:
                self._add("\n")
            self._paragraphs += 1
            self._in_text += 1
        elif name == "span":
            self._struck = self._struck or named.get("style-name") in self._struck_styles
        elif name == "s":
            self._add(" " * min(self._count(named.get("c", "1")), MAX_TEXT + 1))
        elif name in _WHITE:
            self._add(_WHITE[name])

    def characters(self, data: str) -> None:
        """Take text."""
        if self._in_text and not self._in_note:
            self._add(data)

    def _add(self, text: str) -> None:
        self._length += len(text)
        if self._length > MAX_TEXT:
            raise long_cell(self.name, self._row + 1)
        self._text.append(text)

    def end(self, space: str, name: str) -> None:
        """Take the end of an element."""
        if name == "annotation" or space.startswith(_DRAWING):
            self._in_note -= self._cell is not None
        elif name == "p" and not self._in_note:
            self._in_text -= self._cell is not None
        elif name in _CELLS and self._cell is not None:
            self._close_cell(self._cell, "".join(self._text))
            self._cell = None
        elif name == "table-row":
            self._close_row()

    def _close_cell(self, cell: dict[str, str], text: str) -> None:
        repeated = self._count(cell.get("number-columns-repeated", "1"))
        value = self._value(cell, text, repeated * self._repeated)
        if value != "":
            end = self._column + repeated
            if end > MAX_WIDTH:
                raise too_far(self.name, self._row + 1, letters(end))
            self._line.extend([""] * (self._column - len(self._line)))
            self._line.extend([value] * repeated)
            if self._struck:
                self.struck_cells.add((self._row + 1, self._column + 1))
        self._merge(cell)
        self._column += repeated

    def _merge(self, cell: dict[str, str]) -> None:
        down = self._count(cell.get("number-rows-spanned", "1"))
        right = self._count(cell.get("number-columns-spanned", "1"))
        if (down, right) == (1, 1):
            return
        if len(self.merged) >= MAX_MERGED:
            raise too_many_merged(self.name)
        top, left = self._row + 1, self._column + 1
        self.merged.append((top, left, top + down - 1, left + right - 1))

    def _close_row(self) -> None:
        if self._line:
            height = self._row + self._repeated
            self._width = max(self._width, len(self._line))
            if height > MAX_HEIGHT or height * self._width > MAX_CELLS:
                raise too_far(self.name, height, letters(self._width))
            self.filled_rows += self._repeated
            self._keep(height)
            if self._hidden and self.filled_rows <= MAX_ROWS:
                self.hidden_rows.extend(range(self._row + 1, height + 1))
        self._row += self._repeated

    def _keep(self, height: int) -> None:
        """Keep the row that was read, unless there are too many already: then they are counted."""
        if self.filled_rows > MAX_ROWS:
            return
        blank: list[Cell] = []
        self.rows.extend([blank] * (self._row - len(self.rows)))
        self.rows.extend([self._line] * (height - self._row))

    def _value(self, cell: dict[str, str], text: str, repeated: int) -> Cell:
        kind = cell.get("value-type", "")
        value = self._typed(cell, kind, text)
        if isinstance(value, Flaw):
            self._flaws += 1
            if self._flaws > MAX_FLAWS:
                raise too_many_flaws(self.name)
        elif isinstance(value, str) and value:
            self._texts += sys.getsizeof(value) * repeated
            if self._texts > _MAX_TEXTS:
                raise too_much_text(self.name)
        return value

    def _typed(self, cell: dict[str, str], kind: str, text: str) -> Cell:
        if cell["shown-type"] == "error" or kind == "boolean":
            logical = Flaw(text, "is a logical value", "Type it as text")
            return logical if kind == "boolean" else error_flaw(text)
        if kind in {"float", "percentage", "currency"}:
            return _number(cell.get("value", ""), text)
        if kind == "date":
            return _date(cell.get("date-value", ""), text)
        if kind == "time":
            return _time(cell.get("time-value", ""))
        return text if self._paragraphs else self._attribute_text(cell)

    def _attribute_text(self, cell: dict[str, str]) -> str:
        text = cell.get("string-value", "")
        if len(text) > MAX_TEXT:
            raise long_cell(self.name, self._row + 1)
        return text

    def _count(self, text: str) -> int:
        """Return how often something is repeated.

        Raises:
            SheetError: It is no number that a spreadsheet program writes.
        """
        if _COUNT.fullmatch(text) is None or int(text) < 1:
            raise damaged(self.name)
        return int(text)


def _number(value: str, text: str) -> Cell:
    if text != value and value.lstrip("-").isdigit():
        remedy = "Format the column as text and type the value as it should be read"
        return Flaw(text, f"is the number {value[:30]}, shown differently", remedy)
    try:
        return float(value)
    except ValueError:
        return Flaw(text or value, "is not a number", "Type it again")


def _date(value: str, text: str) -> Cell:
    """Return a date; one that is shown with its time of day at midnight keeps that time."""
    with suppress(ValueError):
        if "T" in value:
            return datetime.fromisoformat(value)
        day = date.fromisoformat(value)
        return datetime.combine(day, time()) if ":" in text else day
    return Flaw(text or value, "is a day or time that no calendar has", "Correct it")


def _time(value: str) -> Cell:
    """Return a time of day; a duration of more than a day stays text."""
    match = _TIME.fullmatch(value)
    if match is None:
        return value[:30]
    hours, minutes, seconds, fraction = match.groups()
    with suppress(ValueError):
        return time(int(hours), int(minutes), int(seconds), int((fraction or "0").ljust(6, "0")))
    return value
