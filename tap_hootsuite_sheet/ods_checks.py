"""Checks an ODS sheet for what the parsing library hides or loses, in one pass over its XML."""

from __future__ import annotations

from xml.parsers import expat

from tap_hootsuite_sheet.problems import Flaw, SheetError
from tap_hootsuite_sheet.xlsx_checks import MAX_CELLS, Scan, error_flaw, too_far

_REPEAT_COLUMNS = "number-columns-repeated"
_REPEAT_ROWS = "number-rows-repeated"
_WHITE = {"tab": "\t", "line-break": "\n"}


class SheetPass:
    """Walks one table of an ODS document.

    The library runs words together over tabs and line breaks and mixes comments into the text, so
    the text of cells is kept here as well and takes precedence.
    """

    def __init__(self, wanted: str) -> None:
        self.found = Scan()
        self.texts: dict[tuple[int, int], str] = {}
        self.midnights: set[tuple[int, int]] = set()
        self._wanted = wanted
        self._depth = 0
        self._row = self._column = 0
        self._rows = self._columns = 1
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._paragraphs = 0
        self._in_text = 0
        self._in_note = 0
        self._filled = False
        self.height = self.width = 0

    def run(self, content: bytes) -> None:
        """Read the document.

        Raises:
            SheetError: It is damaged, or reaches too far.
        """
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(content, True)  # noqa: FBT003 - expat's own signature
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise SheetError(f"Sheet {self._wanted} is damaged. Save the file again.") from error
        if self.height * self.width > MAX_CELLS:
            raise too_far(self._wanted, self.height, self.width)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        if not self._depth and tag != "table":
            return
        named = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if tag == "table" and (self._depth or named.get("name") == self._wanted):
            self._depth += 1
        elif not self._depth:
            return
        elif tag == "table-row":
            self._rows = int(named.get(_REPEAT_ROWS, 1))
            self._column = 0
            self._filled = False
            self.found.hidden_rows += named.get("visibility") in {"collapse", "filter"}
        elif tag in {"table-cell", "covered-table-cell"}:
            self._open_cell(attributes, named)
        elif self._cell is not None:
            self._inside(tag, named)

    def _open_cell(self, attributes: dict[str, str], named: dict[str, str]) -> None:
        calc = next(
            (v for k, v in attributes.items() if "calc" in k and k.endswith(" value-type")), ""
        )
        self._cell = named | {"shown-type": calc}
        self._columns = int(named.get(_REPEAT_COLUMNS, 1))
        self._text = []
        self._paragraphs = 0

    def _inside(self, tag: str, named: dict[str, str]) -> None:
        if tag == "annotation":
            self._in_note += 1
        elif self._in_note:
            return
        elif tag == "p":
            if self._paragraphs:
                self._text.append("\n")
            self._paragraphs += 1
            self._in_text += 1
        elif tag == "s":
            self._text.append(" " * int(named.get("c", 1)))
        elif tag in _WHITE:
            self._text.append(_WHITE[tag])

    def _characters(self, data: str) -> None:
        if self._in_text and not self._in_note:
            self._text.append(data)

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(" ")[2]
        if not self._depth:
            return
        if tag == "table":
            self._depth -= 1
        elif tag == "annotation":
            self._in_note -= 1
        elif tag == "p" and not self._in_note and self._cell is not None:
            self._in_text -= 1
        elif tag in {"table-cell", "covered-table-cell"} and self._cell is not None:
            self._close_cell(self._cell, "".join(self._text))
            self._cell = None
        elif tag == "table-row":
            self._close_row()

    def _close_row(self) -> None:
        if self._filled:
            self.height = self._row + self._rows
            self.found.filled_rows += self._rows
        self._row += self._rows

    def _close_cell(self, cell: dict[str, str], text: str) -> None:
        place = (self._row + 1, self._column + 1)
        if text or "value-type" in cell:
            self._filled = True
            self.width = max(self.width, self._column + self._columns)
            self._note(place, cell, text)
        spans = int(cell.get("number-rows-spanned", 1)), int(cell.get("number-columns-spanned", 1))
        if spans != (1, 1):
            self.found.merged.append((*place, place[0] + spans[0] - 1, place[1] + spans[1] - 1))
        self._column += self._columns

    def _note(self, place: tuple[int, int], cell: dict[str, str], text: str) -> None:
        kind = cell.get("value-type")
        if cell["shown-type"] == "error":
            self.found.flaws[place] = error_flaw(text)
        elif kind == "boolean":
            self.found.flaws[place] = Flaw(text, "is a logical value", "Type it as text")
        elif kind in {"float", "percentage", "currency"} and text != cell.get("value"):
            self._dressed(place, text, cell.get("value", ""))
        elif kind == "date" and ":" in text:
            self.midnights.add(place)
        elif kind == "string" and (self._rows, self._columns) == (1, 1):
            self.texts[place] = text

    def _dressed(self, place: tuple[int, int], text: str, value: str) -> None:
        if value.lstrip("-").isdigit():
            message = f"is the number {value}, shown differently"
            remedy = "Format the column as text and type the value as it should be read"
            self.found.flaws[place] = Flaw(text, message, remedy)
