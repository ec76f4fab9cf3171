"""Copies of a plan with columns of ours: what became of each row, or an ID for each.

The cells of the person stay as they are, byte by byte. Only what we add is neutralised, so that no
text of a server can become a formula.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from hootsuite_cli import workbook
from tap_hootsuite_sheet import identity
from tap_hootsuite_sheet.columns import KEY, OURS, squeeze
from tap_hootsuite_sheet.model import Plan
from tap_hootsuite_sheet.problems import Flaw, SheetError, plain
from tap_hootsuite_sheet.reader import Sheet

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Column = tuple[str, Mapping[int, str]]
"""A header, and the text of each row."""


@dataclass(frozen=True)
class Source:
    """The plan's file as it was when it was read."""

    path: Path
    data: bytes
    sheet: Sheet | None = None
    """A sheet that was read from elsewhere; then there is no file."""

    def beside(self, suffix: str) -> Path:
        """Return the name of a copy: `plan.results.xlsx` for `plan.xlsx`."""
        kind = (
            self.path.suffix if self.path.suffix.lower() in {".xlsx", ".xlsm", ".csv"} else ".csv"
        )
        return self.path.with_name(f"{identity.plan_name(self.path.name)}{suffix}{kind}")


def neutral(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


def write_copy(source: Source, plan: Plan, columns: Sequence[Column], target: Path) -> None:
    """Write a copy of the plan with some columns set.

    Args:
        source: The plan's file.
        plan: As it was read from it.
        columns: A column whose header is there already is filled anew, others come last.
        target: Replaced as a whole or not at all.

    Raises:
        SheetError: The copy can't be written.
    """
    header = plan.table.header_row
    named = [(title, {**texts, header: title} if header else texts) for title, texts in columns]
    cleaned = [(t, {row: neutral(text) for row, text in texts.items()}) for t, texts in named]
    if source.data.startswith(b"PK") and target.suffix.lower() != ".csv":
        content = _xlsx(source.data, plan, cleaned)
    else:
        content = _csv(source.data, plan, cleaned)
    replace(target, content)


def replace(target: Path, content: bytes) -> None:
    """Write a file as a whole or not at all, readable by its owner only.

    Raises:
        SheetError: The folder can't be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".hootsuite-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(target)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SheetError(f"{target} can't be written: {error.strerror}.") from error


def _places(plan: Plan, columns: Sequence[Column], width: int) -> dict[str, int]:
    """Return where each column goes, counted from 0."""
    header = plan.sheet.rows[plan.table.header_row - 1] if plan.table.header_row else []
    there = {squeeze(cell): n for n, cell in enumerate(header) if isinstance(cell, str) and cell}
    places = {}
    for title, _ in columns:
        known = there.get(squeeze(title))
        if known is None and title == "ID":
            known = plan.table.fields.get("id")
        places[title] = known if known is not None else width
        width += known is None
    return places


def _xlsx(data: bytes, plan: Plan, columns: Sequence[Column]) -> bytes:
    last = max(workbook.width(data, plan.sheet.name), 1)
    places = _places(plan, columns, last)
    if max(places.values()) >= workbook.LAST:
        raise SheetError("The sheet has no room for more columns.")
    cells: dict[int, dict[int, str]] = {}
    for title, texts in columns:
        for row, text in texts.items():
            cells.setdefault(row, {})[places[title] + 1] = text
    return workbook.with_cells(data, plan.sheet.name, cells)


def _csv(data: bytes, plan: Plan, columns: Sequence[Column]) -> bytes:
    delimiter = plan.sheet.delimiter or ","
    rows = _raw_rows(data, plan) if plan.sheet.delimiter else _fresh_rows(plan)
    width = max((len(fields) for fields, _ in rows), default=0)
    places = _places(plan, columns, width)
    codec = plan.sheet.encoding or "utf-8-sig"
    lines = []
    for number, (fields, end) in enumerate(rows, 1):
        for title, texts in columns:
            if number in texts:
                _put(fields, places[title], _quoted(texts[number], codec))
        lines.append(delimiter.join(fields) + end)
    return _encode("".join(lines), codec, data)


def _put(fields: list[str], place: int, text: str) -> None:
    fields.extend([""] * (place + 1 - len(fields)))
    fields[place] = text


def _quoted(text: str, codec: str) -> str:
    known = text.encode(codec, "replace").decode(codec)
    return '"' + known.replace('"', '""') + '"' if known else ""


def _encode(text: str, codec: str, data: bytes) -> bytes:
    if codec == "utf-16":
        big = data.startswith(b"\xfe\xff")
        return (b"\xfe\xff" if big else b"\xff\xfe") + text.encode(
            "utf-16-be" if big else "utf-16-le"
        )
    return text.encode(codec)


def _fresh_rows(plan: Plan) -> list[tuple[list[str], str]]:
    """Return the rows of a sheet that was no CSV file, as CSV."""
    rows = []
    for row in plan.sheet.rows:
        cells = (cell.shown if isinstance(cell, Flaw) else cell for cell in row)
        rows.append(([_quoted(plain(cell), "utf-8") for cell in cells], "\r\n"))
    return rows


def _raw_rows(data: bytes, plan: Plan) -> list[tuple[list[str], str]]:
    """Return the fields of a CSV file as they are written, quotation marks and all."""
    text = data.decode(plan.sheet.encoding)
    rows: list[tuple[list[str], str]] = []
    held = ""
    for line in StringIO(text, newline=""):
        held += line
        if held.count('"') % 2 == 0:
            body = held.rstrip("\r\n")
            rows.append((_split(body, plan.sheet.delimiter), held[len(body) :] or "\r\n"))
            held = ""
    return rows


def _split(line: str, delimiter: str) -> list[str]:
    """Split a record where the delimiter is outside of quotation marks."""
    fields: list[str] = []
    inside = False
    for piece in line.split(delimiter):
        if inside:
            fields[-1] += delimiter + piece
        else:
            fields.append(piece)
        inside ^= piece.count('"') % 2 == 1
    return fields


__all__ = ["KEY", "OURS", "Source", "neutral", "replace", "write_copy"]
