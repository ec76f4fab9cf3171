"""The end of a run: one more look for what went unanswered, and a result for every row."""

from __future__ import annotations

from collections.abc import Sequence

from target_hootsuite.desk import Desk
from target_hootsuite.dispatch import decide
from target_hootsuite.errors import RunStopped
from target_hootsuite.journal_entries import Busy
from target_hootsuite.reconcile import settle_open
from target_hootsuite.units import Outcome, Unit

Pending = Sequence[tuple[Unit, Outcome]]


def settle_pending(desk: Desk) -> None:
    """Look for what went unanswered in this run, and say what became of it."""
    pending = desk.take_pending()
    try:
        if pending and not desk.dry:
            settle_open(desk, [unit for unit, _ in pending])
    except BaseException:
        desk.pending = [*pending]  # they are unknown still, not deferred
        raise
    for unit, outcome in pending:
        desk.book_late(unit, _latest(desk, unit, outcome))


def _latest(desk: Desk, unit: Unit, outcome: Outcome) -> Outcome:
    current = unit.current
    if unit.open_entry is None and current is not None and desk.same(unit, current):
        return Outcome("done", outcome.action, current.remote_id)
    unsent = unit.newest is not None and unit.newest.status == "not_sent"
    if not unsent or desk.reason is not None:
        return outcome
    try:
        return decide(desk, unit)  # `on_unknown: resend` took it for unsent: once more
    except (Busy, RunStopped):
        return outcome


def defer_rest(desk: Desk, units: Sequence[Unit]) -> None:
    """Whatever has no result yet was not attempted, or is open in the journal."""
    for unit, outcome in desk.take_pending():
        desk.book_late(unit, outcome)
    reason = desk.reason or "The row was not reached."
    for unit in units:
        if unit.result is None:
            status = "unknown" if unit.attempts else "deferred"
            desk.book_late(unit, Outcome(status, "none", message=reason))
