"""A sheet as it was read, the limits that every format shares, and the choice among sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from hootsuite_api.phrases import listed
from tap_hootsuite_sheet.identity import LISTS_SHEET
from tap_hootsuite_sheet.problems import Flaw, SheetError

MAX_ROWS = 100_000
MAX_CELLS = 4_000_000
MAX_HEIGHT, MAX_WIDTH = 1_048_576, 16_384
"""What spreadsheet programs can hold; a cell beyond that is in no sheet."""
MAX_TEXT = 2_000_000
"""Characters in one cell; Excel allows 32,767, and no network takes more than 100,000."""
MAX_FLAWS = 200_000
MAX_MERGED = 20_000
_NAMED = 10

Range = tuple[int, int, int, int]
Cell = str | float | int | bool | datetime | date | time | timedelta | Flaw


def _none(_column: int) -> set[int]:
    return set()


@dataclass(slots=True)
class Sheet:
    """A sheet as it was read. `rows[0]` is row 1, `rows[0][0]` is column A.

    Rows that are alike may be one list: whoever changes a cell must copy the row first.
    """

    source: str
    name: str
    rows: Sequence[list[Cell]]
    merged: list[Range] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    delimiter: str = ""
    encoding: str = ""
    midnights: Callable[[int], set[int]] = _none
    """The rows of a column (from 1) whose date is shown with its time of day, midnight."""
    struck: Callable[[int], set[int]] = _none
    """The rows of a column (from 1) in which text is struck through."""
    hidden_rows: Sequence[int] = ()
    """Rows that the file hides, by a filter or by hand; from 1."""
    hidden_columns: Sequence[int] = ()
    """Columns that the file hides; from 1."""
    others: Sequence[str] = ()
    """The file's other visible sheets."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A sheet in a file's list of sheets."""

    name: str
    part: str
    visible: bool


def choose(sheets: Sequence[Listed], wanted: str | None, source: str) -> tuple[Listed, list[str]]:
    """Return the sheet to read, and what to tell about the others.

    Args:
        sheets: All sheets of the file.
        wanted: The sheet's name; by default the first that is visible.
        source: The file's name, for messages.

    Raises:
        SheetError: There is no such sheet.
    """
    visible = [item for item in sheets if item.visible]
    if wanted is not None:
        named = [item for item in sheets if _alike(item.name, wanted)]
        if not named:
            known = some(item.name for item in visible) or "none"
            raise SheetError(f"{source} has no sheet {wanted!r}. It has: {known}.")
        return named[0], []
    if not visible:
        raise SheetError(f"{source} has no visible sheet. Name the one to read.", setting="sheet")
    return visible[0], _notes(sheets, visible)


def others(sheets: Sequence[Listed], chosen: Listed) -> list[str]:
    """Return the names of the visible sheets that were not chosen."""
    return [item.name for item in sheets if item.visible and item is not chosen]


def _alike(name: str, wanted: str) -> bool:
    return name.strip().casefold() == wanted.strip().casefold()


def _notes(sheets: Sequence[Listed], visible: Sequence[Listed]) -> list[str]:
    notes = []
    if hidden := [one.name for one in sheets if not one.visible and one.name != LISTS_SHEET]:
        notes.append(f"Hidden sheets are ignored: {some(hidden)}.")
    if others := [item.name for item in visible[1:]]:
        notes.append(f"Only the first sheet, {visible[0].name}, is read; not: {some(others)}.")
    return notes


def some(names: Iterable[str]) -> str:
    """Return the first few of many names as a phrase."""
    items = list(names)
    more = [f"{len(items) - _NAMED} more"] if len(items) > _NAMED else []
    return listed([*items[:_NAMED], *more])


def refuse_long(name: str, filled: int) -> None:
    """Refuse a plan of more rows than any calendar holds.

    Raises:
        SheetError: There are more than `MAX_ROWS`.
    """
    if filled > MAX_ROWS:
        raise SheetError(
            f"Sheet {name} has {filled:,} filled rows; a plan may have {MAX_ROWS:,}. Split it."
        )


def too_far(name: str, height: int, column: str) -> SheetError:
    """The error for a sheet whose last cell is too far away."""
    return SheetError(
        f"Sheet {name} reaches to row {height:,} and column {column}, too far to be read. "
        "Delete the rows and columns behind the last post, or split the plan."
    )


def too_much_text(name: str) -> SheetError:
    """The error for a sheet whose texts would not fit into memory."""
    return SheetError(
        f"Sheet {name} holds more text than any plan of posts. Split it, or copy the rows you "
        "need into a new file."
    )


def long_cell(name: str, row: int) -> SheetError:
    """The error for a cell with more text than any spreadsheet program can hold."""
    return SheetError(
        f"{name}, row {row}: a cell has more than {MAX_TEXT:,} characters, far beyond any post. "
        "Shorten it, or see whether a quotation mark is missing.",
        row=row,
    )


def too_many_flaws(name: str) -> SheetError:
    """The error for a sheet in which nearly every cell is an error."""
    return SheetError(
        f"Sheet {name} has more than {MAX_FLAWS:,} cells with errors. Correct its formulas."
    )


def damaged(name: str) -> SheetError:
    """The error for a sheet whose XML is not what a spreadsheet program writes."""
    return SheetError(f"Sheet {name} is damaged. Save the file again.")


def too_many_merged(name: str) -> SheetError:
    """The error for a sheet with more merged cells than any person makes."""
    return SheetError(f"Sheet {name} has more than {MAX_MERGED:,} merged cells. Unmerge them.")


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
