"""Reads the journal for people: the current result of every row.

A result is written once, by the run that did the row. A later run may have crashed on the row
or found its message, or a person may have decided. Then the entry is newer than the result, and
this module reports what the entry says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from hootsuite_api.clock import OwnClock
from target_hootsuite.errors import JournalFault
from target_hootsuite.journal import notes, rejected_rows
from target_hootsuite.journal.clocks import Instant, own_now
from target_hootsuite.journal.decisions import DECIDED
from target_hootsuite.journal.entries import Entry, entry_of
from target_hootsuite.journal.schema import ABOUT, ENTRIES, MEDIA, RESULTS
from target_hootsuite.journal.transactions import Transactions
from target_hootsuite.results import Result
from target_hootsuite.rows.times import api_time
from target_hootsuite.statuses import (
    NEWEST_VERSION,
    OPEN,
    STANDS_ON_PLATFORM,
    EntryStatus,
    ResultStatus,
)

COLUMNS = tuple(one.name for one in fields(Result))
_OPEN = ENTRIES.c.open == 1
# A later run may have settled these results. An open entry is newer than any result.
_UNSURE = (*OPEN, ResultStatus.REJECTED)
_DOUBTFUL = sa.or_(
    RESULTS.c.status.in_(_UNSURE),
    RESULTS.c.identity.in_(sa.select(ENTRIES.c.identity).where(_OPEN)),
)
# The status of a result that was uncertain, once its entry is closed.
_BETTER = {
    EntryStatus.DONE: ResultStatus.DONE,
    EntryStatus.ADOPTED: ResultStatus.ADOPTED,
    EntryStatus.REJECTED: ResultStatus.REJECTED,
    EntryStatus.NOT_SENT: ResultStatus.DEFERRED,
}
_TELLING = (EntryStatus.INTENT, EntryStatus.UNKNOWN, *_BETTER)


@dataclass(frozen=True)
class Wanted:
    """A filter for results; an empty field does not restrict.

    Args:
        run_id: Of the run that wrote the result.
        stream: The stream.
        status: One of the statuses.
        key: The row's key.
        since: Settled, or first seen where unsettled, at this time or later.
        until: Before this time.
        scope: Platform and account.
    """

    run_id: str = ""
    stream: str = ""
    status: str = ""
    key: str = ""
    since: datetime | None = None
    until: datetime | None = None
    scope: str = ""

    def fits(self, row: Mapping[str, Any]) -> bool:
        """Whether a row passes the filter."""
        names = ("run_id", "stream", "status", "key", "scope")
        if any(getattr(self, name) not in ("", row[name]) for name in names):
            return False
        # Both are text in UTC and of one form, so that they compare as times do.
        at = row["settled_at"] or row["first_seen_at"] or ""
        return (self.since is None or at >= api_time(self.since)) and (
            self.until is None or at < api_time(self.until)
        )


@dataclass(frozen=True)
class Standing:
    """A post that is, or may be, on the platform.

    Args:
        key: The row's key.
        profile: Where it is posted.
        at: When, as the platform writes it.
        text: What, as the row had it.
        remote_id: The message; empty where its fate is open.
        plan: Whose row it is, where the row said so.
    """

    key: str
    profile: str
    at: str
    text: str
    remote_id: str
    plan: str = ""


class Report:
    """The journal, for reading only.

    Args:
        url: Its SQLAlchemy URL; a secret.

    Raises:
        JournalFault: If there is no journal, or it can't be read.
    """

    def __init__(self, url: str) -> None:
        self._database = Transactions(url)
        with self._database.read() as connection:
            found = sa.inspect(connection).has_table(ABOUT.name)
        if not found:
            self.close()
            raise JournalFault("There is no journal at `journal_url`.")

    def close(self) -> None:
        """Let the database go."""
        self._database.close()

    def results(self, wanted: Wanted = Wanted()) -> list[dict[str, Any]]:
        """The current result of each identity, ordered by stream and key."""
        rows = self._corrected(_chosen(wanted))
        return sorted((row for row in rows if wanted.fits(row)), key=_place)

    def counts(self) -> dict[str, int]:
        """How many rows of each status."""
        query = sa.select(RESULTS.c.status, sa.func.count()).where(sa.not_(_DOUBTFUL))
        with self._database.read() as connection:
            settled = connection.execute(query.group_by(RESULTS.c.status))
            counts = Counter({str(status): count for status, count in settled})
        counts.update(row["status"] for row in self._corrected(sa.select(RESULTS).where(_DOUBTFUL)))
        return dict(sorted(counts.items()))

    def last_run(self) -> str:
        """The run that was the last to report; empty when none has."""
        at = sa.func.coalesce(RESULTS.c.settled_at, RESULTS.c.first_seen_at)
        with self._database.read() as connection:
            noted = notes.last_run(connection)
            query = sa.select(RESULTS.c.run_id).order_by(at.desc()).limit(1)
            return noted or str(connection.scalar(query) or "")

    def now(self) -> datetime:
        """The platform's present time, by the clock difference that the journal knows."""
        with self._database.read() as connection:
            return datetime.now(UTC) + notes.clock_ahead(connection)

    def open_entries(self) -> list[Entry]:
        """Entries whose outcome nobody knows, oldest first."""
        query = sa.select(ENTRIES).where(ENTRIES.c.open == 1).order_by(ENTRIES.c.id)
        with self._database.read() as connection:
            return [entry_of(row) for row in connection.execute(query)]

    def standing(self, scope: str) -> list[Standing]:
        """The newest version of each post of an account that is or may be on the platform."""
        current = sa.or_(ENTRIES.c.status.in_(NEWEST_VERSION), _OPEN)
        query = sa.select(ENTRIES).where(
            ENTRIES.c.scope == scope, ENTRIES.c.stream == "messages", current
        )
        with self._database.read() as connection:
            found = connection.execute(query.order_by(ENTRIES.c.version))
            newest = {row.identity: entry_of(row) for row in found}
        return [
            Standing(
                one.key,
                str(one.profile),
                str(one.content["at"]),
                str(one.content.get("text") or ""),
                one.remote_id or "",
                str(one.content.get("plan") or ""),
            )
            for one in newest.values()
            if one.status != EntryStatus.DELETED and one.content.get("at")
        ]

    def left_plan(self, scope: str, plan: str) -> frozenset[str]:
        """Keys of an account's posts that left a plan for good: no new row is an edit of them."""
        with self._database.read() as connection:
            return notes.left_plan(connection, scope, plan)

    def uploaded(self, scope: str, now: datetime, own: OwnClock, seconds: float) -> frozenset[str]:
        """Digests of an account's uploads that were used within so many seconds, or never used.

        Args:
            scope: Platform and account.
            now: The platform's now.
            own: This machine's clock; a file is too old when either says so.
            seconds: How long the platform keeps what was used.
        """
        query = sa.select(MEDIA).where(MEDIA.c.scope == scope)
        with self._database.read() as connection:
            both = Instant(now.timestamp(), own_now(connection, own))
            return frozenset(
                row.digest
                for row in connection.execute(query)
                if not row.used_at
                or not Instant(row.used_at, row.own_used_at).is_older(seconds, both)
            )

    def posts(self, identities: list[str]) -> dict[str, dict[str, Any]]:
        """Send time and text of posts, from the newest entry of each identity that has one."""
        with self._database.read() as connection:
            newest = self._newest(connection, identities)
        return {
            identity: {
                "scheduled_send_time": entry.content.get("at"),
                "text": entry.content.get("text"),
            }
            for identity, entry in newest.items()
        }

    def rejected_rows(self, identities: list[str]) -> dict[str, dict[str, Any]]:
        """The kept rows of some rejected identities."""
        with self._database.read() as connection:
            return rejected_rows.kept(connection, identities)

    def _corrected(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        """Results corrected by their entries, and entries that have no result yet."""
        silent = ENTRIES.c.identity.not_in(sa.select(RESULTS.c.identity))
        with self._database.read() as connection:
            found = [dict(row) for row in connection.execute(query).mappings()]
            unsure = [row["identity"] for row in found if row["status"] in _UNSURE]
            entries = self._newest(connection, unsure)
            for row in connection.execute(sa.select(ENTRIES).where(_OPEN)):
                entries[row.identity] = entry_of(row)
            begun = sa.select(ENTRIES).where(silent).order_by(ENTRIES.c.version)
            newest = {row.identity: entry_of(row) for row in connection.execute(begun)}
        found += [_of_entry(entry) for entry in newest.values() if entry.status in _TELLING]
        entries = {**newest, **entries}
        return [_corrected(row, entries.get(row["identity"])) for row in found]

    def _newest(self, connection: sa.Connection, identities: list[str]) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for start in range(0, len(identities), 400):
            chunk = ENTRIES.c.identity.in_(identities[start : start + 400])
            query = sa.select(ENTRIES).where(chunk).order_by(ENTRIES.c.version)
            found.update({row.identity: entry_of(row) for row in connection.execute(query)})
        return found


def _chosen(wanted: Wanted) -> sa.Select[Any]:
    """Select results that may pass the filter; the filter is applied again after correction."""
    query = sa.select(RESULTS)
    for name in ("run_id", "stream", "key", "scope"):
        if value := getattr(wanted, name):
            query = query.where(RESULTS.c[name] == value)
    at = sa.func.coalesce(RESULTS.c.settled_at, RESULTS.c.first_seen_at)
    limits = []
    if wanted.status:
        limits.append(RESULTS.c.status == wanted.status)
    if wanted.since:
        limits.append(at >= api_time(wanted.since))
    if wanted.until:
        limits.append(at < api_time(wanted.until))
    return query.where(sa.or_(_DOUBTFUL, sa.and_(*limits))) if limits else query


def _corrected(row: dict[str, Any], entry: Entry | None) -> dict[str, Any]:
    if entry is None:
        return row
    if entry.open:
        return row if row["status"] == ResultStatus.UNKNOWN else {**row, **_of_entry(entry)}
    # If result and entry differ in content, the result is about a newer version.
    same = row["status"] == ResultStatus.UNKNOWN or (
        entry.fingerprint == row["fingerprint"] and entry.status in STANDS_ON_PLATFORM
    )
    if not same or row["status"] not in _UNSURE or entry.status not in _BETTER:
        return row
    return {
        **row,
        "status": _BETTER[entry.status],
        "remote_id": entry.remote_id,
        "error_code": entry.error_code if entry.status != EntryStatus.DONE else None,
        "error_message": entry.error_message if entry.error_code == DECIDED else None,
        "settled_at": _time(entry.settled_at) if entry.settled_at else None,
    }


def _of_entry(entry: Entry) -> dict[str, Any]:
    """Make a result from an entry whose run crashed before it wrote one."""
    result = Result(
        run_id=entry.run_id,
        stream=entry.stream,
        key=entry.key,
        action=entry.step,
        status=ResultStatus.UNKNOWN,
        social_profile_id=entry.profile,
        error_message="The run ended before it knew whether the request had arrived.",
        attempts=entry.attempts,
        first_seen_at=_time(entry.first_seen_at),
        fingerprint=entry.fingerprint,
    )
    return {"identity": entry.identity, "scope": entry.scope, **asdict(result)}


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Sort key in natural order: `post-2` before `post-10`."""
    parts = re.split(r"([0-9]+)", row["key"] or "")
    numbered = [int(part) if place % 2 else part for place, part in enumerate(parts)]
    return row["stream"], numbered, row["social_profile_id"] or ""


def _time(seconds: float) -> str:
    return api_time(datetime.fromtimestamp(seconds, UTC))
