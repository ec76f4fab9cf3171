"""Tells which rows of a sheet are posts: not titles, not rows that their status keeps back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tap_hootsuite_sheet.columns import Table
from tap_hootsuite_sheet.problems import CellError, Problems, shown
from tap_hootsuite_sheet.release import held_word
from tap_hootsuite_sheet.sheet import Cell, Sheet, some

Line = tuple[int, list[Cell]]


def _is_filled(cell: object) -> bool:
    return cell != "" and not (isinstance(cell, str) and cell.isspace())


class RowFilter:
    """Goes through a sheet once.

    Args:
        sheet: What was read.
        table: Which column means what.
        problems: Gets what is wrong with whole rows.
    """

    def __init__(self, sheet: Sheet, table: Table, problems: Problems) -> None:
        self._sheet = sheet
        self._table = table
        self._problems = problems
        self._headings: set[int] = set()
        self.held: dict[int, str] = {}
        """Rows that their status keeps back, with the word that does."""
        self.held_lines: list[Line] = []
        self.notes: list[str] = []

    def lines(self) -> list[Line]:
        """Return the rows that are posts, with their numbers."""
        self._find_headings()
        self._refuse_merged()
        found = list(self._filled())
        self._tell_held()
        self._refuse_overflow(found)
        return found

    def _find_headings(self) -> None:
        """Leave out rows that are a merged title such as "Week 11" and nothing else."""
        known = self._table.fields.values()
        for top, left, bottom, right in self._sheet.merged:
            if top != bottom or not self._table.header_row < top <= len(self._sheet.rows):
                continue
            row = self._sheet.rows[top - 1]
            outside = [row[n] for n in known if n < len(row) and not left - 1 <= n < right]
            if right > left and not any(map(_is_filled, outside)):
                self._headings.add(top)
        titles = [f"row {top} {shown(self._first(top))}".rstrip() for top in sorted(self._headings)]
        if titles:
            self.notes.append(f"Headings between the posts are left out: {some(titles)}.")

    def _first(self, number: int) -> object:
        return next(filter(_is_filled, self._sheet.rows[number - 1]), "")

    def _refuse_merged(self) -> None:
        """Refuse merged cells: only the first has the value, so that its rows are a guess."""
        known = {column + 1 for column in self._table.fields.values()}
        reach = 0
        for top, left, bottom, right in sorted(self._sheet.merged):
            inside = any(left <= column <= right for column in known)
            if top <= self._table.header_row or not inside or top in self._headings:
                continue
            row = self._sheet.rows[top - 1] if top <= len(self._sheet.rows) else []
            value = row[left - 1] if left <= len(row) else ""
            size = f"{bottom - top + 1} rows and {right - left + 1} columns"
            error = CellError(f"is merged over {size}", "Unmerge the cells and fill in each row")
            self._problems.add(top, self._table.label_at(left - 1), value, error)
            last = min(bottom, len(self._sheet.rows))
            self._problems.rows.update(range(max(top, reach + 1), last + 1))
            reach = max(reach, last)

    def _filled(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the rows that say something in a column that is understood."""
        first = self._table.header_row
        known = tuple(self._table.fields.values())
        width = max(known) + 1
        for number, row in enumerate(self._sheet.rows[first:], first + 1):
            if number in self._headings:
                continue
            if len(row) < width:
                row.extend([""] * (width - len(row)))
            if self._is_held(number, row):
                continue
            for column in known:
                cell = row[column]
                if cell != "" and not (type(cell) is str and cell.isspace()):
                    yield number, row
                    break

    def _is_held(self, number: int, row: Sequence[Cell]) -> bool:
        """Whether the status of a row keeps it back; a word that is not known is a problem."""
        column = self._table.fields.get("status")
        if column is None or not _is_filled(row[column]):
            return False
        try:
            word = held_word(row[column])
        except CellError as error:
            others = (row[n] for n in self._table.fields.values() if n != column)
            if any(map(_is_filled, others)):
                self._problems.add(number, self._table.label("status"), row[column], error)
            return False
        if word:
            self.held[number] = word
            self.held_lines.append((number, [*row]))
        return bool(word)

    def _refuse_overflow(self, lines: Sequence[Line]) -> None:
        """Refuse CSV rows with more cells than headers: a text with a delimiter lacks quotes."""
        if not self._sheet.delimiter:
            return
        header = self._table.header_row
        width = len(self._sheet.rows[header - 1]) if header else len(self._table.fields)
        remedy = f"Put texts that contain {self._sheet.delimiter!r} into quotation marks"
        for number, row in lines:
            if len(row) > width and any(row[width:]):
                error = CellError(f"the row has {len(row)} cells, not {width}", remedy)
                self._problems.add(number, "", "", error)

    def _tell_held(self) -> None:
        if self.held:
            rows = [f"row {row} ({word})" for row, word in self.held.items()]
            self.notes.append(f"Kept back by their status: {some(rows)}.")
