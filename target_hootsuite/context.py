"""What every action works with: client, journal, settings, and the book of results."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hootsuite_api.client import HootsuiteClient
from hootsuite_api.redact import scrub
from target_hootsuite.errors import Deferred, JournalFault, ResultsFault, RowRejected
from target_hootsuite.journal.entries import Entry
from target_hootsuite.journal.store import Journal
from target_hootsuite.log import logger
from target_hootsuite.lookup.account import AccountLookup
from target_hootsuite.lookup.listing import Listing
from target_hootsuite.media.upload import MediaStore
from target_hootsuite.model import Outcome, Planned, Unit
from target_hootsuite.results import Result, ResultsFile
from target_hootsuite.rows.identity import ALGORITHM, fingerprint
from target_hootsuite.rows.times import api_time, check_lead
from target_hootsuite.state_gate import StateGate
from target_hootsuite.statuses import SETTLED, SUCCEEDED, ResultStatus

UNSURE_OF_NOW = "the platform's answers do not tell the time reliably; run again"


@dataclass
class RunContext:
    """One run.

    Args:
        settings: The target's settings, defaults filled in.
        client: The only way to the platform.
        journal: What was and will be written.
        lookup: The platform's people and profiles.
        gate: Where STATE waits.
        file: Where results go.
        media: Files, opened and uploaded.
        scope: Platform and account.
        run_id: Names the run.
        listing: What stood on the platform before the first create.
        planned: What a dry run would have made or adopted, such as teams by name.
        media_units: Rows of `media` by their key, for the messages that name them.
        message_profiles: Profiles of the run's `messages` by their key.
        pending: Units whose fate is unknown until the end of the run.
        failed: Whether the run ended early.
        reason: Why nothing more is attempted; None while the run goes on.
    """

    settings: Mapping[str, Any]
    client: HootsuiteClient
    journal: Journal
    lookup: AccountLookup
    gate: StateGate
    file: ResultsFile
    media: MediaStore
    scope: str
    run_id: str
    listing: Listing = field(default_factory=Listing)
    planned: set[tuple[str, ...]] = field(default_factory=set)
    media_units: dict[str, Unit] = field(default_factory=dict)
    message_profiles: dict[str, list[str]] = field(default_factory=dict)
    pending: list[tuple[Unit, Outcome]] = field(default_factory=list)
    failed: bool = False
    reason: str | None = None
    statuses: Counter[ResultStatus] = field(default_factory=Counter)
    counts: Counter[tuple[str, str, ResultStatus]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def dry(self) -> bool:
        """Whether nothing may be written anywhere."""
        return bool(self.settings["dry_run"])

    def now(self) -> datetime:
        """The platform's now."""
        return self.client.now()

    def elapsed(self, at: float, own_at: float | None) -> tuple[float, float]:
        """The least and the most seconds that may have passed since an instant.

        Args:
            at: The instant by the platform's clock.
            own_at: The same by our own; nothing has passed where it is not known.
        """
        both = self.now().timestamp() - at, self.journal.now() - own_at if own_at else 0.0
        return min(both), max(both)

    def has_settled(self, entry: Entry) -> bool:
        """Whether `settle_seconds` passed by both clocks since an entry was last written."""
        seconds: int = self.settings["settle_seconds"]
        # The clock shows whole seconds, so that an instant just noted may lie ahead of it.
        return seconds == 0 or self.elapsed(entry.at, entry.own_at)[0] >= seconds

    def check_lead(self, moment: datetime, field: str) -> None:
        """Refuse a time that is past or too near; asks the platform nothing.

        Raises:
            RowRejected: It is, by a clock that can be believed.
            Deferred: It seems to be, but the answers' dates are missing or contradict each other.
        """
        now = self.client.estimated_now()
        try:
            check_lead(moment, now, self.settings["min_lead_minutes"], field)
        except RowRejected as error:
            if self.client.is_sure_of_now:
                raise
            raise Deferred(f"{error} But {UNSURE_OF_NOW}.") from error

    def stop(self, reason: str, *, failed: bool = True) -> None:
        """Attempt nothing more; what is under way is finished."""
        if self.reason is None:
            self.reason = scrub(reason)
            logger.warning("Nothing more is attempted: %s", self.reason)
        self.failed = self.failed or failed

    def about_to(self, action: str, remote_id: str | None = None) -> None:
        """Mark the point from which on the platform is changed.

        Raises:
            Planned: In a dry run.
        """
        if self.dry:
            raise Planned(action, remote_id)

    def plan(self, *name: str) -> bool:
        """Note what a dry run would have made; false when it was noted before."""
        with self._lock:
            fresh = name not in self.planned
            self.planned.add(name)
            return fresh

    def same(self, unit: Unit, entry: Entry) -> bool:
        """Whether a unit says what an entry says, under the entry's algorithm."""
        if entry.algorithm == ALGORITHM:
            return entry.fingerprint == unit.fingerprint
        return entry.fingerprint == fingerprint(unit.content, entry.algorithm)

    def result(self, unit: Unit, outcome: Outcome) -> Result:
        """The line for a unit's outcome."""
        now = api_time(self.client.estimated_now())
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

    def book(self, unit: Unit, outcome: Outcome) -> None:
        """Give a unit its result: journal first, then file, counts and STATE.

        Raises:
            JournalFault: The journal can't take it.
        """
        self.book_all([(unit, outcome)])

    def book_all(self, outcomes: list[tuple[Unit, Outcome]]) -> None:
        """Give many units their results in one commit.

        Raises:
            JournalFault: The journal can't take them.
        """
        booked = [(unit, outcome, self.result(unit, outcome)) for unit, outcome in outcomes]
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

    def book_late(self, unit: Unit, outcome: Outcome) -> None:
        """Give a unit its result at the end of the run, when STATE no longer depends on it."""
        result = self.result(unit, outcome)
        if not self.dry and not outcome.journalled:
            try:
                self.journal.report([(unit.identity.digest, self.scope, result)])
            except JournalFault:
                self.failed = True  # the file still tells, and the run has failed by now
        self._count(unit, result)

    def note(self, unit: Unit) -> None:
        """Remember a planned unit that others may name."""
        if unit.action.stream == "media":
            self.media_units.setdefault(unit.identity.key, unit)
        if unit.action.stream == "messages" and unit.identity.profile:
            self.message_profiles.setdefault(unit.identity.key, []).append(unit.identity.profile)

    def _count(self, unit: Unit, result: Result) -> None:
        unit.result = result
        with self._lock:
            self.statuses[result.status] += 1
            self.counts[result.stream, result.action, result.status] += 1
            full = self._write(result)
        if full is not None:
            self.stop(str(full))
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
        if self.settings["on_row_error"] == "stop":
            self.stop("a row was rejected and `on_row_error` is stop")


def _is_news(unit: Unit, outcome: Outcome) -> bool:
    """Whether the journal has to learn a result; most rows of most runs are as they were."""
    if outcome.status == ResultStatus.UNCHANGED:
        return unit.twin is None and unit.reported is not None and unit.reported not in SUCCEEDED
    return outcome.status != ResultStatus.PLANNED


def _is_kept(unit: Unit, outcome: Outcome) -> bool:
    """Whether later runs know of a unit without being given its row again."""
    return outcome.status != ResultStatus.UNKNOWN or unit.action.rule.journalled
