"""Reads and validates a plan: every row becomes a record, or its problems are listed."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tap_hootsuite_sheet.columns import NoHeaderError, Table, locate, score
from tap_hootsuite_sheet.layouts import layout
from tap_hootsuite_sheet.model import Options, Plan
from tap_hootsuite_sheet.problems import SheetError
from tap_hootsuite_sheet.profiles import Directory
from tap_hootsuite_sheet.reader import read_sheet
from tap_hootsuite_sheet.rows import Builder
from tap_hootsuite_sheet.sheet import Sheet, some
from tap_hootsuite_sheet.times import Layout

_SHEETS_TRIED = 10
_DATE_ALONE = re.compile(r"\s*\d[\d./: -]*(?:[AaPp]\.?[Mm]\.?)?\s*")

__all__ = ["Options", "Plan", "build", "read_plan"]


def read_plan(path: Path, options: Options, directory: Directory | None = None) -> Plan:
    """Read and validate a plan from a file.

    Args:
        path: XLSX, ODS or CSV.
        options: How to read it.
        directory: The account, for profiles by name and the member's time zone.

    Raises:
        SheetError: The file cannot be used at all. Bad rows don't raise: they are problems.
    """

    def fit(rows: Sequence[Sequence[object]]) -> int:
        if options.composer_date_format:
            return _composer_fit(rows, layout(options.composer_date_format))
        return 100 * score(rows, options.columns) + _dated(rows)

    with _no_collections():
        sheet = read_sheet(
            path,
            score=fit,
            sheet=options.sheet,
            encoding=options.encoding,
            delimiter=options.delimiter,
        )
        try:
            return build(sheet, options, directory)
        except NoHeaderError as error:
            raise _with_other_sheets(error, path, sheet, options) from error


def _with_other_sheets(
    error: NoHeaderError, path: Path, sheet: Sheet, options: Options
) -> SheetError:
    """Return the error with the sheet that has a header, or with the names of all others."""
    if options.sheet is not None or not sheet.others:
        return error
    for name in sheet.others[:_SHEETS_TRIED]:
        with suppress(SheetError):
            other = read_sheet(path, score=len, sheet=name)
            locate(other.rows, options.columns, sheet.source)
            return SheetError(
                f"The sheet {sheet.name} of {sheet.source} has no header row; the sheet {name} "
                "has one.",
                setting="sheet",
                value=name,
            )
    message = f"{error.message} Its other sheets: {some(sheet.others)}."
    return SheetError(message, setting=error.setting, value=error.value)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Pause cycle collection: a plan makes many cells and no cycle; the search costs a tenth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _dated(rows: Sequence[Sequence[object]]) -> int:
    """Tell how many rows begin with a date and nothing else: those of a file without a header."""
    return sum(bool(row) and _DATE_ALONE.fullmatch(str(row[0])) is not None for row in rows)


def _composer_fit(rows: Sequence[Sequence[object]], reads: Layout) -> int:
    """Tell how many rows are those of a composer file: two or three cells, the first a date."""
    firsts = [row[0] for row in rows if len(row) in {2, 3}]
    dated = sum(isinstance(cell, str) and reads(cell.strip()) is not None for cell in firsts)
    return len(firsts) + 3 * dated


def build(sheet: Sheet, options: Options, directory: Directory | None = None) -> Plan:
    """Validate a sheet that was read already.

    Raises:
        SheetError: It has no header that is understood, or a setting makes no sense.
    """
    if options.composer_date_format:
        table = Table(0, {"date": 0, "text": 1, "link": 2}, {})
    else:
        table = locate(sheet.rows, options.columns, sheet.source)
    return Builder(sheet, table, options, directory).plan()
