"""Reads one sheet of an XLSX, ODS or CSV file into rows of cells."""

from __future__ import annotations

import re
from pathlib import Path

from tap_hootsuite_sheet import csv_reader, ods_reader, safe_zip, xlsx_reader
from tap_hootsuite_sheet.sheet import Sheet, refuse_long

MAX_FILE = 100 * 1024 * 1024


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
    if data.startswith(safe_zip.ZIP):
        result = _zipped(safe_zip.Archive(data, path.name), sheet)
    else:
        safe_zip.refuse_compound(data, path.name)
        if path.suffix.lower() in {".xlsx", ".xlsm", ".ods"}:
            raise safe_zip.unfinished(path.name)
        text, used = csv_reader.decode(data, encoding, path.name)
        del data
        _refuse_markup(text, path.name)
        rows, mark = csv_reader.rows_of(text, delimiter, score, path.name)
        result = Sheet(path.name, path.name, rows, delimiter=mark, encoding=used)  # type: ignore[arg-type]  # list is invariant; str is a Cell
    result.notes[:0] = notes
    refuse_long(result.name, sum(1 for row in result.rows if any(row)))
    return result


def _open_elsewhere(path: Path) -> list[str]:
    locks = (path.with_name("~$" + path.name), path.with_name(f".~lock.{path.name}#"))
    if any(lock.exists() for lock in locks):
        return [f"{path.name} is open in another program: what is not saved yet is not read."]
    return []


def _refuse_markup(text: str, name: str) -> None:
    if re.match(r"\s*(<\?xml|<!doctype|<html|<table|\{\\rtf|%PDF-)", text[:200], re.IGNORECASE):
        raise safe_zip.not_a_sheet(name)


def _zipped(parts: safe_zip.Archive, wanted: str | None) -> Sheet:
    if xlsx_reader.BOOK in parts:
        return xlsx_reader.read_xlsx(parts, wanted)
    if ods_reader.CONTENT in parts:
        return ods_reader.read_ods(parts, wanted)
    raise safe_zip.not_a_sheet(parts.name)
