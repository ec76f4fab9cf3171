"""Records the result of each row in the journal, the results file, the counts and STATE.

It is not part of `results`: the journal imports `results` and must not import the book.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from hootsuite_api.redact import scrub
from target_hootsuite.errors import JournalFault, ResultsFault
from target_hootsuite.journal.store import Journal
from target_hootsuite.log import logger
from target_hootsuite.model import Outcome, Unit
from target_hootsuite.results import Result, ResultSink
from target_hootsuite.rows.times import api_time
from target_hootsuite.singer.state_gate import StateGate
from target_hootsuite.statuses import SETTLED, SUCCEEDED, ResultStatus


@dataclass
class Halt:
    """Whether the run continues.

    Args:
        reason: The reason why the run stops; None while it continues.
        failed: Whether the run ended early.
        told: Whether the reason was logged.
    """

    reason: str | None = None
    failed: bool = False
    told: bool = False

    def stop(self, reason: str, *, failed: bool = True) -> None:
        """Start no further unit; units in progress are finished."""
        self.stop_quietly(reason, failed=failed)
        self.tell()

    def stop_quietly(self, reason: str, *, failed: bool = True) -> None:
        """Start no further unit and log nothing: a signal handler may interrupt a write."""
        if self.reason is None:
            self.reason = scrub(reason)
        self.failed = self.failed or failed

    def tell(self) -> None:
        """Log once why the run stops, if it does."""
        if self.reason is not None and not self.told:
            self.told = True
            logger.warning("Nothing more is attempted: %s", self.reason)


@dataclass
class ResultBook:
    """The book of one run.

    Args:
        journal: Keeps the newest result of each row.
        gate: Holds STATE back until rows are settled.
        file: Where results go.
        halt: Stops the run when the file is full, or at a rejected row.
        clock: The platform's now as far as it is known; asks nothing.
        scope: Platform and account.
        run_id: Names the run.
        dry: Whether nothing may be written anywhere.
        stop_at_rejection: The setting `on_row_error: stop`.
        pending: Units whose fate is unknown until the end of the run.
        statuses: How many results of each status.
        counts: How many of each stream, action and status.
    """

    journal: Journal
    gate: StateGate
    file: ResultSink
    halt: Halt
    clock: Callable[[], datetime]
    scope: str
    run_id: str
    dry: bool
    stop_at_rejection: bool
    pending: list[tuple[Unit, Outcome]] = field(default_factory=list)
    statuses: Counter[ResultStatus] = field(default_factory=Counter)
    counts: Counter[tuple[str, str, ResultStatus]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def line(self, unit: Unit, outcome: Outcome) -> Result:
        """The line for a unit's outcome."""
        now = api_time(self.clock())
        settled = outcome.status in SETTLED
        return Result(
            run_id=self.run_id,
            stream=unit.action.stream,
            key=unit.identity.key or None,
            action=outcome.action,
            status=outcome.status,
            remote_id=outcome.remote_id,
            social_profile_id=unit.identity.profile,
            error_code=outcome.code,
            error_message=scrub(outcome.message) if outcome.message else None,
            trace_id=outcome.trace_id,
            attempts=unit.attempts,
            first_seen_at=unit.first_seen_at or now,
            settled_at=now if settled else None,
            fingerprint=unit.fingerprint or None,
        )

    def add(self, unit: Unit, outcome: Outcome) -> None:
        """Give a unit its result: journal first, then file, counts and STATE.

        Raises:
            JournalFault: The journal can't take it.
        """
        self.add_all([(unit, outcome)])

    def add_all(self, outcomes: list[tuple[Unit, Outcome]]) -> None:
        """Give many units their results in one commit.

        Raises:
            JournalFault: The journal can't take them.
        """
        booked = [(unit, outcome, self.line(unit, outcome)) for unit, outcome in outcomes]
        if not self.dry:
            self.journal.report(
                [
                    (unit.identity.digest, self.scope, result)
                    for unit, outcome, result in booked
                    if not outcome.journalled and _is_news(unit, outcome)
                ]
            )
        for unit, outcome, result in booked:
            if outcome.status != ResultStatus.DEFERRED and _is_kept(unit, outcome):
                self.gate.settle(unit.number)
            if outcome.status == ResultStatus.UNKNOWN:
                self.pending.append((unit, outcome))
            else:
                self._count(unit, result)

    def take_pending(self) -> list[tuple[Unit, Outcome]]:
        """The units whose fate was unknown when they were booked."""
        with self._lock:
            pending, self.pending = self.pending, []
        return pending

    def add_late(self, unit: Unit, outcome: Outcome) -> None:
        """Give a unit its result at the end of the run, when STATE no longer depends on it."""
        result = self.line(unit, outcome)
        if not self.dry and not outcome.journalled:
            try:
                self.journal.report([(unit.identity.digest, self.scope, result)])
            except JournalFault:
                self.halt.failed = True  # the file still tells, and the run has failed by now
        self._count(unit, result)

    def _count(self, unit: Unit, result: Result) -> None:
        unit.result = result
        with self._lock:
            self.statuses[result.status] += 1
            self.counts[result.stream, result.action, result.status] += 1
            full = self._write(result)
        if full is not None:
            self.halt.stop(str(full))
        if result.status == ResultStatus.REJECTED:
            self._rejected(result)

    def _write(self, result: Result) -> ResultsFault | None:
        try:
            self.file.write(result)
        except ResultsFault as error:
            return error
        return None

    def _rejected(self, result: Result) -> None:
        where = f"{result.stream} {result.key}"
        if not result.key:
            where = f"a row without a key of stream {result.stream!r}"
        if result.social_profile_id:
            where += f" (profile {result.social_profile_id})"
        logger.warning("Rejected %s: %s", where, result.error_message)
        if self.stop_at_rejection:
            self.halt.stop("a row was rejected and `on_row_error` is stop")


def _is_news(unit: Unit, outcome: Outcome) -> bool:
    """Whether a result must be written to the journal; unchanged rows need no write."""
    if outcome.status == ResultStatus.UNCHANGED:
        return unit.twin is None and unit.reported is not None and unit.reported not in SUCCEEDED
    return outcome.status != ResultStatus.PLANNED


def _is_kept(unit: Unit, outcome: Outcome) -> bool:
    """Whether later runs find a unit in the journal without getting its row again."""
    return outcome.status != ResultStatus.UNKNOWN or unit.action.rule.journalled
