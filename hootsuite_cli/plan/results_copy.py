"""Writes a copy of a plan with columns of ours: results, or IDs of the rows.

The user's cells stay unchanged, byte by byte. Only added cells are escaped, so that no text from a
server can become a formula.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from hootsuite_cli.plan import xlsx_edit
from tap_hootsuite_sheet import identity
from tap_hootsuite_sheet.columns import KEY, OURS, squeeze
from tap_hootsuite_sheet.model import Plan
from tap_hootsuite_sheet.problems import Flaw, SheetError, plain
from tap_hootsuite_sheet.sheet import Sheet
from tap_hootsuite_sheet.times import whole_seconds
from tap_hootsuite_sheet.xlsx_reader import is_excel

_BOOKS = {".xlsx", ".xlsm"}
_NEW = 0o666
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Column = tuple[str, Mapping[int, str]]
"""A header, and the text of each row."""


@dataclass(frozen=True)
class Source:
    """The plan's file, as read."""

    path: Path
    data: bytes
    sheet: Sheet | None = None
    """A sheet that was not read from a file."""

    def beside(self, suffix: str) -> Path:
        """Return the name of a copy: `plan.results.xlsx` for `plan.xlsx`."""
        own = self.path.suffix
        kinds = _BOOKS if is_excel(self.data, self.path.name) else {".csv"}
        kind = own if own.lower() in kinds else ".csv"
        return self.path.with_name(f"{identity.plan_name(self.path.name)}{suffix}{kind}")


def neutral(text: str) -> str:
    """Return a text that no spreadsheet program reads as a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


def write_copy(source: Source, plan: Plan, columns: Sequence[Column], target: Path) -> None:
    """Write a copy of the plan with some columns set.

    Args:
        source: The plan's file.
        plan: The plan that was read from it.
        columns: A column with an existing header is overwritten, others are appended.
        target: Replaced atomically.

    Raises:
        SheetError: The copy can't be written.
    """
    header = plan.table.header_row
    named = [(title, {**texts, header: title} if header else texts) for title, texts in columns]
    cleaned = [(t, {row: neutral(text) for row, text in texts.items()}) for t, texts in named]
    if target.suffix.lower() in _BOOKS:
        content = _xlsx(source.data, plan, cleaned)
    else:
        content = _csv(source.data, plan, cleaned)
    replace(target, content)


def replace(target: Path, content: bytes) -> None:
    """Write a user's file atomically.

    An existing file keeps its mode; a new one gets the default mode, since people share plans and
    calendars in folders. Never used for secrets.

    Raises:
        SheetError: The folder can't be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".hootsuite-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            with suppress(PermissionError):  # some shared folders don't support modes
                Path(name).chmod(_mode(target))
            Path(name).replace(target)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SheetError(f"{target} can't be written: {error.strerror}.") from error


def _mode(target: Path) -> int:
    """Return the mode of a file, or the default mode of new files."""
    with suppress(FileNotFoundError):
        return stat.S_IMODE(target.stat().st_mode)
    # The umask can only be read by setting it; files that other threads create meanwhile are
    # private.
    mask = os.umask(0o077)
    os.umask(mask)
    return _NEW & ~mask


def _places(plan: Plan, columns: Sequence[Column], width: int) -> dict[str, int]:
    """Return the place of each column, counted from 0."""
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
    last = max(xlsx_edit.width(data, plan.sheet.name), *map(len, plan.sheet.rows))
    places = _places(plan, columns, last)
    if max(places.values()) >= xlsx_edit.LAST:
        raise SheetError("The sheet has no room for more columns.")
    cells: dict[int, dict[int, str]] = {}
    for title, texts in columns:
        for row, text in texts.items():
            cells.setdefault(row, {})[places[title] + 1] = text
    return xlsx_edit.with_cells(data, plan.sheet.name, cells)


def _csv(data: bytes, plan: Plan, columns: Sequence[Column]) -> bytes:
    delimiter = plan.sheet.delimiter or ","
    rows = _raw_rows(data, plan) if plan.sheet.delimiter else _fresh_rows(plan)
    width = max((len(fields) for fields, _ in rows), default=0)
    places = _places(plan, columns, width)
    codec = _codec(plan)
    lines = []
    for number, (fields, end) in enumerate(rows, 1):
        for title, texts in columns:
            if number in texts:
                _put(fields, places[title], _quoted(texts[number]))
        lines.append(delimiter.join(fields) + end)
    return _encode("".join(lines), codec, data)


def _codec(plan: Plan) -> str:
    """Return an encoding with a byte order mark: without it, spreadsheet programs guess wrong."""
    return "utf-16" if plan.sheet.encoding == "utf-16" else "utf-8-sig"


def _put(fields: list[str], place: int, text: str) -> None:
    fields.extend([""] * (place + 1 - len(fields)))
    fields[place] = text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if text else ""


def _encode(text: str, codec: str, data: bytes) -> bytes:
    if codec == "utf-16":
        big = data.startswith(b"\xfe\xff")
        return (b"\xfe\xff" if big else b"\xff\xfe") + text.encode(
            "utf-16-be" if big else "utf-16-le"
        )
    return text.encode(codec)


def _fresh_rows(plan: Plan) -> list[tuple[list[str], str]]:
    """Return the rows of a sheet that was not a CSV file, as CSV."""
    dates = plan.table.fields.get("date", -1)
    midnights = plan.sheet.midnights(dates + 1)
    rows = []
    for number, row in enumerate(plan.sheet.rows, 1):
        cells = [_written(cell) for cell in row]
        if number in midnights and type(row[dates]) is date:
            cells[dates] += " 00:00"  # shown in the sheet, missing in the date's text
        rows.append(([_quoted(cell) for cell in cells], "\r\n"))
    return rows


def _written(cell: object) -> str:
    """Return a cell's value as text."""
    if isinstance(cell, Flaw):
        return cell.shown
    return plain(whole_seconds(cell) if isinstance(cell, datetime) else cell)


def _raw_rows(data: bytes, plan: Plan) -> list[tuple[list[str], str]]:
    """Return the raw fields of a CSV file, including quotation marks.

    Only a field that starts with a quotation mark is quoted: `5" pipe` is plain text.
    """
    text = data.decode(plan.sheet.encoding)
    mark = re.escape(plan.sheet.delimiter)
    piece = re.compile(rf'("(?:[^"]|"")*"|[^{mark}\r\n]*)({mark}|\r\n|\r|\n|\Z)')
    rows: list[tuple[list[str], str]] = []
    fields: list[str] = []
    for match in piece.finditer(text):
        field, end = match.groups()
        if not (field or end or fields):
            break  # after the last line
        fields.append(field)
        if end != plan.sheet.delimiter:
            rows.append((fields, end or "\r\n"))
            fields = []
    return rows


__all__ = ["KEY", "OURS", "Source", "neutral", "replace", "write_copy"]
