"""Rows that an earlier run scheduled, from its results copy: which are gone, which were edited.

A row without an ID is identified by its cells. An edit makes it a different row, and the first post
stays. So a plan with edited rows is stopped, and the message explains IDs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hootsuite_api.phrases import listed
from tap_hootsuite_sheet.columns import OURS
from tap_hootsuite_sheet.model import Options, Plan, Record
from tap_hootsuite_sheet.plan import read_plan
from tap_hootsuite_sheet.problems import SheetError
from tap_hootsuite_sheet.profiles import Directory
from target_hootsuite.statuses import SUCCEEDED, ResultStatus

STATUS = OURS[0]

Earlier = Mapping[str, tuple[int, Record | None]]
"""Rows that were posted, by key; a record is None if its row can no longer be read."""

_POSTED = SUCCEEDED | {ResultStatus.UNKNOWN}
"""A row of unknown outcome may be on the platform, so its second version may be a duplicate."""


def scheduled_before(results: Path, options: Options, directory: Directory | None) -> Earlier:
    """Return the posted rows of an earlier results copy, by key.

    Args:
        results: The copy; it may be missing.
        options: The reading options of the plan.
        directory: The account used to read the plan.

    Raises:
        SheetError: The copy exists and can't be read: it is unknown what was posted.
    """
    if not results.exists():
        return {}
    try:
        plan = read_plan(results, options, directory)
    except SheetError as error:
        raise _unreadable(results, str(error)) from error
    if not plan.table.header_row:
        return _by_position(plan)
    column = next((n for n, cell in enumerate(_header(plan)) if cell == STATUS), None)
    if column is None:
        raise _unreadable(results, f"It has no column {STATUS}.")
    records = dict(zip(plan.rows, plan.records, strict=True))
    return {
        key: (row, records.get(row))
        for row, key in plan.keys.items()
        if _posted(plan.sheet.rows[row - 1][column:])
    }


def _by_position(plan: Plan) -> Earlier:
    """Read a copy without a header (a bulk composer file): our columns are the last ones.

    An edited row can't be matched to its old one: its date, text or link may have changed.
    """
    found: dict[str, tuple[int, Record | None]] = {}
    for number, row in enumerate(plan.sheet.rows, 1):
        cells = [str(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > len(OURS) and _posted(cells[-len(OURS) - 1 :]):
            found[cells[-1]] = (number, None)
    return found


def _unreadable(results: Path, reason: str) -> SheetError:
    return SheetError(
        f"{results} should tell what was scheduled before, but can't be read. {reason} Without it "
        "an edited row could be posted twice. Restore the file, or say --edited-rows-are-new. "
        "Nothing was sent."
    )


def _header(plan: Plan) -> list[object]:
    return list(plan.sheet.rows[plan.table.header_row - 1])


def _posted(cells: Sequence[object]) -> bool:
    status = str(cells[0]) if cells else ""
    return any(word in status for word in _POSTED)


def with_ids(results: Path, options: Options) -> frozenset[str]:
    """Return the keys of rows with an ID in an earlier results copy.

    Raises:
        SheetError: The copy can't be read.
    """
    if not results.exists():
        return frozenset()
    plan = read_plan(results, options)
    column = plan.table.fields.get("id")
    if column is None:
        return frozenset()
    rows = plan.sheet.rows
    return frozenset(key for row, key in plan.keys.items() if str(rows[row - 1][column]).strip())


def gone(plan: Plan, before: Earlier, now: str) -> dict[str, int]:
    """Return the keys of possibly future posts that have no row any more, with their old rows."""
    return {
        key: row
        for key, (row, record) in _lost(plan, before).items()
        if record is None or record["scheduled_send_time"] > now
    }


def _lost(plan: Plan, before: Earlier) -> Earlier:
    known = set(plan.keys.values())
    return {key: found for key, found in before.items() if key not in known}


def keys_to_write(plan: Plan, before: Earlier, edited: Mapping[int, str]) -> dict[int, str]:
    """Return the key of every row that can have one; an edited row keeps its old key.

    Args:
        plan: The plan.
        before: The rows of the results copy.
        edited: Old keys of edited rows, from the journal.

    Raises:
        SheetError: A row may have been edited, and its old version can't be read.
    """
    lost = _lost(plan, before)
    unread = sorted(row for row, record in lost.values() if record is None)
    if unread:
        rows = listed(str(row) for row in unread[:10])
        raise SheetError(
            f"Posts that were scheduled are not in this plan any more (formerly row {rows}), and "
            "the results copy does not tell which rows they became, as its profiles or times can't "
            "be read. Sign in with hootsuite login, or say --edited-rows-are-new."
        )
    places = {row for row, _ in lost.values()}
    doubtful = places & plan.problems.rows
    safe = {row: key for row, key in plan.keys.items() if row not in doubtful}
    return {**safe, **edited, **_edits(plan, before)}


def _edits(plan: Plan, before: Earlier) -> dict[int, str]:
    """Return the old keys of edited rows: same place, and the same text or time."""
    lost = {row: (key, record) for key, (row, record) in _lost(plan, before).items()}
    found = {}
    for row, record in zip(plan.rows, plan.records, strict=True):
        key, old = lost.get(row, ("", None))
        if old is not None and record["external_id"] not in before and _alike(old, record):
            found[row] = key
    return found


def _alike(old: Record, new: Record) -> bool:
    names = ("scheduled_send_time", "text")
    return any(old[name] == new[name] for name in names)
