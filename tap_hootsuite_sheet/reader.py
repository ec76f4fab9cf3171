"""Reads one sheet of an XLSX, ODS or CSV file into rows of cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import python_calamine

from tap_hootsuite_sheet import csv_reader, ods_checks, safe_zip, xlsx_checks
from tap_hootsuite_sheet.identity import LISTS_SHEET
from tap_hootsuite_sheet.problems import Flaw, SheetError, listed

MAX_FILE = 256 * 1024 * 1024
MAX_ROWS = 100_000
_BOOK = "xl/workbook.xml"
_ZIP = b"PK\x03\x04"
_STYLE = re.compile(rb"<style:style\s([^>]*)(?<!/)>(.*?)</style:style>", re.DOTALL)
_TABLE = re.compile(rb"<table:table\s([^>]*)>")
_ATTRIBUTE = re.compile(rb'([\w:-]+)="([^"]*)"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

Cell = str | float | int | bool | datetime | date | time | timedelta | Flaw


def _none(_column: int) -> set[int]:
    return set()


@dataclass(slots=True)
class Sheet:
    """A sheet as it was read. `rows[0]` is row 1, `rows[0][0]` is column A."""

    source: str
    name: str
    rows: Sequence[list[Cell]]
    merged: list[xlsx_checks.Range] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    delimiter: str = ""
    encoding: str = ""
    midnights: Callable[[int], set[int]] = _none
    """The rows of a column (from 1) whose date is shown with its time of day, midnight."""


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    part: str
    visible: bool


def read_sheet(
    path: Path,
    *,
    score: csv_reader.Score,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Sheet:
    """Read one sheet of a file.

    Args:
        path: An XLSX, ODS or CSV file; its content decides which, not its name.
        score: Tells how well the first rows of a CSV file read under a delimiter.
        sheet: The sheet's name; by default the first that is visible.
        encoding: Of a CSV file without a mark; UTF-8 by default.
        delimiter: Of a CSV file; found by the score by default.

    Raises:
        SheetError: The file cannot be used.
    """
    data = safe_zip.read_bytes(path, MAX_FILE)
    notes = _open_elsewhere(path)
    if data.startswith(_ZIP):
        result = _workbook(safe_zip.Archive(data, path.name), sheet)
    else:
        safe_zip.refuse_compound(data, path.name)
        if path.suffix.lower() in {".xlsx", ".xlsm", ".ods"}:
            raise safe_zip.unfinished(path.name)
        text, used = csv_reader.decode(data, encoding, path.name)
        _refuse_markup(text, path.name)
        rows, mark = csv_reader.rows_of(text, delimiter, score, path.name)
        result = Sheet(path.name, path.name, rows, delimiter=mark, encoding=used)  # type: ignore[arg-type]  # list is invariant; str is a Cell
    result.notes[:0] = notes
    if len(result.rows) > MAX_ROWS:
        refuse_long(result.name, sum(1 for row in result.rows if any(row)))
    return result


def refuse_long(name: str, filled: int) -> None:
    """Refuse a plan of more rows than any calendar holds.

    Raises:
        SheetError: There are more than `MAX_ROWS`.
    """
    if filled > MAX_ROWS:
        raise SheetError(
            f"Sheet {name} has {filled:,} filled rows; a plan may have {MAX_ROWS:,}. Split it."
        )


def _open_elsewhere(path: Path) -> list[str]:
    locks = (path.with_name("~$" + path.name), path.with_name(f".~lock.{path.name}#"))
    if any(lock.exists() for lock in locks):
        return [f"{path.name} is open in another program: what is not saved yet is not read."]
    return []


def _refuse_markup(text: str, name: str) -> None:
    if re.match(r"\s*(<\?xml|<!doctype|<html|<table|\{\\rtf|%PDF-)", text[:200], re.IGNORECASE):
        raise safe_zip.not_a_sheet(name)


def _workbook(parts: safe_zip.Archive, wanted: str | None) -> Sheet:
    if _BOOK in parts.names():
        return _excel(parts, wanted)
    if "content.xml" in parts.names():
        return _opendocument(parts, wanted)
    raise safe_zip.not_a_sheet(parts.name)


def _excel(parts: safe_zip.Archive, wanted: str | None) -> Sheet:
    chosen, notes = _choose(_excel_sheets(parts), wanted, parts.name)
    optional = {"xl/styles.xml", "xl/sharedStrings.xml", "[Content_Types].xml", "_rels/.rels"}
    for name in optional & set(parts.names()):
        parts.part(name)
    styles = parts.part("xl/styles.xml") if "xl/styles.xml" in parts.names() else b""
    xml = parts.part(chosen.part)
    found = xlsx_checks.scan(xml, styles, chosen.name)
    refuse_long(chosen.name, found.filled_rows)
    result = _finish(parts.name, chosen.name, _parsed(parts, chosen.name), found, notes)
    result.midnights = lambda column: xlsx_checks.midnights(xml, styles, column)
    return result


def _excel_sheets(parts: safe_zip.Archive) -> list[_Listed]:
    """List the worksheets; charts have none of our business."""
    try:
        book = ET.fromstring(parts.part(_BOOK))  # noqa: S314 - document types were refused
        relations = ET.fromstring(parts.part("xl/_rels/workbook.xml.rels"))  # noqa: S314 - as above
    except (ET.ParseError, LookupError, ValueError) as error:
        raise safe_zip.unfinished(parts.name) from error
    targets = {
        node.get("Id"): node.get("Target", "")
        for node in relations
        if node.get("Type", "").endswith("/worksheet")
    }
    found = []
    for node in book.iter():
        key = node.get(_RELATION) or node.get(_STRICT_RELATION)
        if node.tag.endswith("}sheet") and key in targets:
            target = targets[key]
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            found.append(
                _Listed(node.get("name", ""), part, node.get("state", "visible") == "visible")
            )
    return found


def is_excel(data: bytes, name: str) -> bool:
    """Tell whether a file is an XLSX file, whatever its name says.

    Raises:
        SheetError: It is a damaged archive.
    """
    return data.startswith(_ZIP) and _BOOK in safe_zip.Archive(data, name).names()


def sheet_part(data: bytes, name: str) -> str:
    """Return the part of an XLSX file that holds a sheet.

    Raises:
        SheetError: It has no such sheet.
    """
    listed_sheets = _excel_sheets(safe_zip.Archive(data, name))
    return _choose(listed_sheets, name, name)[0].part


def _choose(sheets: list[_Listed], wanted: str | None, source: str) -> tuple[_Listed, list[str]]:
    """Return the sheet to read, and what to tell about the others."""
    visible = [item for item in sheets if item.visible]
    if wanted is not None:
        named = [
            item for item in sheets if item.name.strip().casefold() == wanted.strip().casefold()
        ]
        if not named:
            known = listed(item.name for item in visible) or "none"
            raise SheetError(f"{source} has no sheet {wanted!r}. It has: {known}.")
        return named[0], []
    if not visible:
        raise SheetError(f"{source} has no visible sheet. Name the one to read.")
    notes = []
    if hidden := [one.name for one in sheets if not one.visible and one.name != LISTS_SHEET]:
        notes.append(f"Hidden sheets are ignored: {listed(hidden)}.")
    if others := [item.name for item in visible[1:]]:
        notes.append(f"Only the first sheet, {visible[0].name}, is read; not: {listed(others)}.")
    return visible[0], notes


def _parsed(parts: safe_zip.Archive, name: str) -> list[list[Cell]]:
    packed = parts.packed()
    parts.forget()
    try:
        with python_calamine.load_workbook(packed) as book:
            rows: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            return rows
    except python_calamine.PasswordError as error:
        raise safe_zip.protected(parts.name) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise safe_zip.unfinished(parts.name) from error


def _finish(
    source: str, name: str, rows: list[list[Cell]], found: xlsx_checks.Scan, notes: list[str]
) -> Sheet:
    for (row, column), flaw in found.flaws.items():
        _put(rows, row, column, flaw)
    if found.hidden_rows:
        notes.append(f"{found.hidden_rows} hidden rows (a filter, perhaps) are part of the plan.")
    return Sheet(source, name, rows, found.merged, notes)


def _put(rows: list[list[Cell]], row: int, column: int, value: Cell) -> None:
    while len(rows) < row:
        rows.append([])
    line = rows[row - 1]
    line.extend([""] * (column - len(line)))
    line[column - 1] = value


def _opendocument(parts: safe_zip.Archive, wanted: str | None) -> Sheet:
    if "META-INF/manifest.xml" in parts.names() and b"encryption-data" in parts.part(
        "META-INF/manifest.xml"
    ):
        raise safe_zip.protected(parts.name)
    content = parts.part("content.xml")
    chosen, notes = _choose(_opendocument_sheets(content), wanted, parts.name)
    walker = ods_checks.SheetPass(chosen.name)
    walker.run(content)
    refuse_long(chosen.name, walker.found.filled_rows)
    if "mimetype" in parts.names():
        parts.part("mimetype")
    rows = _parsed(parts, chosen.name)
    for (row, column), text in walker.texts.items():
        _put(rows, row, column, text)
    result = _finish(parts.name, chosen.name, rows, walker.found, notes)
    result.midnights = lambda column: {row for row, place in walker.midnights if place == column}
    return result


def _opendocument_sheets(content: bytes) -> list[_Listed]:
    """List the sheets by a search: a tree of the whole document would take ten times its size."""
    hidden = {
        dict(_ATTRIBUTE.findall(head)).get(b"style:name")
        for head, body in _STYLE.findall(content)
        if b'table:display="false"' in body
    }
    sheets = []
    for tag in _TABLE.findall(content):
        found = dict(_ATTRIBUTE.findall(tag))
        name = unescape(found.get(b"table:name", b"").decode("utf-8", "replace"))
        visible = found.get(b"table:style-name", b"") not in hidden
        sheets.append(_Listed(name, "", visible))
    return sheets
