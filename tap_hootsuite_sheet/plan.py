"""Reads and validates a plan: every row becomes a record, or its problems are listed."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tap_hootsuite_sheet.columns import Table, locate, score
from tap_hootsuite_sheet.model import Options, Plan
from tap_hootsuite_sheet.profiles import Directory
from tap_hootsuite_sheet.reader import Sheet, read_sheet
from tap_hootsuite_sheet.rows import Builder

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
            return _composer_fit(rows)
        return score(rows, options.columns)

    with _no_collections():
        sheet = read_sheet(
            path,
            score=fit,
            sheet=options.sheet,
            encoding=options.encoding,
            delimiter=options.delimiter,
        )
        return build(sheet, options, directory)


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


def _composer_fit(rows: Sequence[Sequence[object]]) -> int:
    return sum(len(row) in {2, 3} for row in rows)


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
