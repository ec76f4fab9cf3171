"""Rows that were scheduled from a plan before: which are gone, and which were edited.

A row without an ID is known by its cells. When they change it is another post to every program,
and the first one stays: so a plan whose rows were edited is stopped and told about IDs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tap_hootsuite_sheet.model import Options, Plan, Record
from tap_hootsuite_sheet.plan import read_plan
from tap_hootsuite_sheet.problems import SheetError


def scheduled_before(results: Path, options: Options) -> dict[str, tuple[int, Record]]:
    """Return the rows of an earlier results copy that were posted, by their keys.

    Args:
        results: The copy; none, or one that can't be read, holds nothing.
        options: How the plan is read.
    """
    if not results.exists():
        return {}
    try:
        plan = read_plan(results, options)
    except SheetError:
        return {}
    column = next((n for n, cell in enumerate(_header(plan)) if cell == "Hootsuite status"), None)
    if column is None:
        return {}
    return {
        record["external_id"]: (row, record)
        for row, record in zip(plan.rows, plan.records, strict=True)
        if _posted(plan.sheet.rows[row - 1][column:])
    }


def _header(plan: Plan) -> list[object]:
    return list(plan.sheet.rows[plan.table.header_row - 1]) if plan.table.header_row else []


def _posted(cells: Sequence[object]) -> bool:
    status = str(cells[0]) if cells else ""
    return any(word in status for word in ("done", "unchanged", "adopted"))


def gone(plan: Plan, before: Mapping[str, tuple[int, Record]], now: str) -> dict[str, int]:
    """Return the keys of posts still to come that the plan has lost, and their former rows."""
    known = set(plan.keys.values())
    return {
        key: row
        for key, (row, record) in before.items()
        if key not in known and record["scheduled_send_time"] > now
    }


def edits(plan: Plan, before: Mapping[str, tuple[int, Record]]) -> dict[int, str]:
    """Return the old keys of rows that were edited: same place, and text or time still the same."""
    known = set(plan.keys.values())
    lost = {row: (key, record) for key, (row, record) in before.items() if key not in known}
    found = {}
    for row, record in zip(plan.rows, plan.records, strict=True):
        if row in lost and record["external_id"] not in before:
            key, old = lost[row]
            if _alike(old, record):
                found[row] = key
    return found


def _alike(old: Record, new: Record) -> bool:
    names = ("scheduled_send_time", "text")
    return any(old[name] == new[name] for name in names)
