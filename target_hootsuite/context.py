"""The context of one run: client, journal, settings, look-ups and the result book."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from hootsuite_api.client import HootsuiteClient
from hootsuite_api.errors import HootsuiteError
from target_hootsuite.errors import Deferred, RowRejected
from target_hootsuite.journal.entries import Entry
from target_hootsuite.journal.store import Journal
from target_hootsuite.lookup.account import AccountLookup
from target_hootsuite.lookup.listing import Listing
from target_hootsuite.media.upload import MediaStore
from target_hootsuite.model import Planned, Unit
from target_hootsuite.refusals import is_about_row, row_rejected
from target_hootsuite.result_book import Halt, ResultBook
from target_hootsuite.rows.identity import ALGORITHM, fingerprint
from target_hootsuite.rows.times import check_lead
from target_hootsuite.statuses import EntryStatus

UNSURE_OF_NOW = "the platform's answers do not tell the time reliably; run again"


@dataclass
class RunContext:
    """The context of one run of the target.

    Args:
        settings: The target's settings, defaults filled in.
        client: Sends every request to the platform.
        journal: Records every write of this run and of earlier runs.
        lookup: Reads members, teams and profiles from the platform.
        book: Records the result of each row.
        media: Opens and uploads media files.
        scope: Platform and account.
        run_id: Names the run.
        listing: The messages found on the platform before the first create.
        planned: What a dry run would have made or adopted, such as teams by name.
        media_units: Rows of `media` by their key, for the messages that name them.
        message_profiles: Profiles of the run's `messages` by their key.
        halt: Says whether the run continues.
    """

    settings: Mapping[str, Any]
    client: HootsuiteClient
    journal: Journal
    lookup: AccountLookup
    book: ResultBook
    halt: Halt
    media: MediaStore
    scope: str
    run_id: str
    listing: Listing = field(default_factory=Listing)
    planned: set[tuple[str, ...]] = field(default_factory=set)
    media_units: dict[str, Unit] = field(default_factory=dict)
    message_profiles: dict[str, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def dry(self) -> bool:
        """Whether this is a dry run: nothing may be written anywhere."""
        return bool(self.settings["dry_run"])

    def now(self) -> datetime:
        """The platform's present time."""
        return self.client.now()

    def elapsed(self, at: float, own_at: float | None) -> tuple[float, float]:
        """Return the least and the most seconds that may have passed since an instant.

        Args:
            at: The instant by the platform's clock.
            own_at: The instant by our own clock; if unknown, no time has passed by that clock.
        """
        both = self.now().timestamp() - at, self.journal.now() - own_at if own_at else 0.0
        return min(both), max(both)

    def has_settled(self, entry: Entry) -> bool:
        """Whether `settle_seconds` passed by both clocks since an entry was last written."""
        seconds: int = self.settings["settle_seconds"]
        # The clock shows whole seconds, so that an instant just noted may lie ahead of it.
        return seconds == 0 or self.elapsed(entry.at, entry.own_at)[0] >= seconds

    def refuse(self, entry: Entry, error: HootsuiteError) -> NoReturn:
        """Close the entry of a request that wrote nothing, and raise the error for its row.

        Raises:
            RowRejected: The answer is a listed refusal of the row.
            HootsuiteError: The answer is a failure of the run, not of the row.
        """
        if not is_about_row(error):
            self.journal.settle(entry, EntryStatus.NOT_SENT)
            raise error
        self.journal.settle(entry, EntryStatus.REJECTED, error_code=str(error.code))
        raise row_rejected(error) from error

    def check_now(self) -> None:
        """Refuse to send a message at once when the search for an earlier copy is unreliable.

        Raises:
            Deferred: The answers' dates contradict each other.
        """
        if not self.client.make_sure_of_now() and self.client.hears_dates:
            raise Deferred(f"What goes out at once needs to know the time, but {UNSURE_OF_NOW}.")

    def check_lead(self, moment: datetime, field: str, *, ask: bool = False) -> None:
        """Refuse a time that is past or too near.

        Args:
            moment: The time.
            field: Its column, for the message.
            ask: Whether the platform may be asked for more dates before a refusal.

        Raises:
            RowRejected: The time is past or too near, by a reliable clock.
            Deferred: It seems past or too near, but the answers' dates can't be trusted.
        """
        try:
            self._check_lead(moment, field)
        except RowRejected:
            if ask:
                self.client.make_certain_of_now()
        else:
            return
        try:
            self._check_lead(moment, field)
        except RowRejected as error:
            if self.client.is_certain_of_now:
                raise
            raise Deferred(f"{error} But {UNSURE_OF_NOW}.") from error

    def _check_lead(self, moment: datetime, field: str) -> None:
        now = self.client.estimated_now()
        check_lead(moment, now, self.settings["min_lead_minutes"], field)

    @property
    def reason(self) -> str | None:
        """The reason why the run stops; None while it continues."""
        return self.halt.reason

    def stop(self, reason: str, *, failed: bool = True) -> None:
        """Start no further unit; units in progress are finished."""
        self.halt.stop(reason, failed=failed)

    def about_to(self, action: str, remote_id: str | None = None) -> None:
        """Mark the point after which the unit changes the platform.

        Raises:
            Planned: In a dry run.
        """
        if self.dry:
            raise Planned(action, remote_id)

    def plan(self, *name: str) -> bool:
        """Note what a dry run would create; return false if it was noted before."""
        with self._lock:
            fresh = name not in self.planned
            self.planned.add(name)
            return fresh

    def same(self, unit: Unit, entry: Entry) -> bool:
        """Whether a unit and an entry have the same content, by the entry's algorithm."""
        if entry.algorithm == ALGORITHM:
            return entry.fingerprint == unit.fingerprint
        return entry.fingerprint == fingerprint(unit.content, entry.algorithm)
