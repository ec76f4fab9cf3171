"""Reading the journal for people: what became of every row, and what a person decides.

A result is what the run said that wrote it. Where that was `unknown` and a later run found the
message, or a person decided, the entry knows better: here the entry's word counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from target_hootsuite import journal_engine, rejected_rows
from target_hootsuite.errors import JournalFault
from target_hootsuite.journal_entries import Entry, entry_of
from target_hootsuite.journal_schema import ABOUT, ENTRIES, RESULTS
from target_hootsuite.results import Result
from target_hootsuite.times import api_time

COLUMNS = tuple(one.name for one in fields(Result))
_OPEN = ("intent", "unknown")
# What a closed entry says of a result that is still `unknown`.
_BETTER = {"done": "done", "adopted": "adopted", "rejected": "rejected", "not_sent": "deferred"}


@dataclass(frozen=True)
class Wanted:
    """A choice of results; what is empty does not restrict.

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


class Report:
    """The journal, for reading only.

    Args:
        url: Its SQLAlchemy URL; a secret.

    Raises:
        JournalFault: If there is no journal, or it can't be read.
    """

    def __init__(self, url: str) -> None:
        self._engine = journal_engine.connect(url)
        with self._read() as connection:
            found = sa.inspect(connection).has_table(ABOUT.name)
        if not found:
            self.close()
            raise JournalFault("There is no journal at `journal_url`.")

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def results(self, wanted: Wanted = Wanted()) -> list[dict[str, Any]]:
        """The newest result of each identity, corrected by its entry, in the order of keys."""
        found = self._corrected(_chosen(wanted).order_by(RESULTS.c.stream, RESULTS.c.key))
        return [row for row in found if row["status"] == wanted.status or not wanted.status]

    def counts(self) -> dict[str, int]:
        """How many results of each status."""
        query = sa.select(RESULTS.c.status, sa.func.count()).group_by(RESULTS.c.status)
        with self._read() as connection:
            counts = Counter({str(status): count for status, count in connection.execute(query)})
        if counts.pop("unknown", 0):
            counts.update(row["status"] for row in self._doubtful())
        return dict(sorted(counts.items()))

    def last_run(self) -> str:
        """The run that reported last; empty when none has."""
        at = sa.func.coalesce(RESULTS.c.settled_at, RESULTS.c.first_seen_at)
        with self._read() as connection:
            found = connection.scalar(sa.select(RESULTS.c.run_id).order_by(at.desc()).limit(1))
        return str(found or "")

    def open_entries(self) -> list[Entry]:
        """Entries whose outcome nobody knows, oldest first."""
        query = sa.select(ENTRIES).where(ENTRIES.c.open == 1).order_by(ENTRIES.c.id)
        with self._read() as connection:
            return [entry_of(row) for row in connection.execute(query)]

    def rejected_rows(self, identities: list[str]) -> dict[str, dict[str, Any]]:
        """The rows of some rejected identities, as far as they were kept."""
        with self._read() as connection:
            return rejected_rows.kept(connection, identities)

    def _doubtful(self) -> list[dict[str, Any]]:
        """What runs left as unknown, as it stands now."""
        return self._corrected(sa.select(RESULTS).where(RESULTS.c.status == "unknown"))

    def _corrected(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        with self._read() as connection:
            found = [dict(row) for row in connection.execute(query).mappings()]
            doubtful = [row["identity"] for row in found if row["status"] == "unknown"]
            entries = self._newest(connection, doubtful)
        return [_corrected(row, entries.get(row["identity"])) for row in found]

    def _newest(self, connection: sa.Connection, identities: list[str]) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for start in range(0, len(identities), 400):
            chunk = ENTRIES.c.identity.in_(identities[start : start + 400])
            query = sa.select(ENTRIES).where(chunk).order_by(ENTRIES.c.version)
            found.update({row.identity: entry_of(row) for row in connection.execute(query)})
        return found

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                reading = connection.execution_options(reading=True)
                with reading.begin():
                    yield reading
        except (sa.exc.SQLAlchemyError, OSError) as error:
            reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            raise JournalFault(f"The journal can't be read: {reason}.") from error


def _chosen(wanted: Wanted) -> sa.Select[Any]:
    query = sa.select(RESULTS)
    for name in ("run_id", "stream", "key", "scope"):
        if value := getattr(wanted, name):
            query = query.where(RESULTS.c[name] == value)
    # An unknown result may turn out to be something else, so it stays in until it is corrected.
    if wanted.status:
        query = query.where(RESULTS.c.status.in_([wanted.status, "unknown"]))
    # Both are text in UTC and of one form, so that they compare as times do.
    at = sa.func.coalesce(RESULTS.c.settled_at, RESULTS.c.first_seen_at)
    if wanted.since:
        query = query.where(at >= api_time(wanted.since))
    if wanted.until:
        query = query.where(at < api_time(wanted.until))
    return query


def _corrected(row: dict[str, Any], entry: Entry | None) -> dict[str, Any]:
    if row["status"] != "unknown" or entry is None or entry.status not in _BETTER:
        return row
    settled = entry.settled_at
    return {
        **row,
        "status": _BETTER[entry.status],
        "remote_id": entry.remote_id,
        "error_code": entry.error_code if entry.status != "done" else None,
        "error_message": entry.error_message if entry.error_code == DECIDED else None,
        "settled_at": api_time(datetime.fromtimestamp(settled, UTC)) if settled else None,
    }


DECIDED = "decided"


@dataclass(frozen=True)
class Decision:
    """What a person says of an unknown row.

    Args:
        key: The row's key.
        remote_id: The message that it became; None means that it was not sent.
        user: Who says so.
        at: When.
        stream: Where the key is not unique.
        profile: Where a row went to several.
        scope: Where several accounts share a journal.
    """

    key: str
    remote_id: str | None
    user: str
    at: datetime
    stream: str = ""
    profile: str = ""
    scope: str = ""

    def fits(self, entry: Entry) -> bool:
        """Whether an entry is meant."""
        return (
            entry.key == self.key
            and self.stream in ("", entry.stream)
            and self.profile in ("", entry.profile)
            and self.scope in ("", entry.scope)
        )

    @property
    def note(self) -> str:
        """The decision in words, as the journal keeps it."""
        what = f"sent as {self.remote_id}" if self.remote_id else "not sent"
        return f"Decided by {self.user} at {api_time(self.at)}: {what}."

    def result(self, entry: Entry, run_id: str) -> Result:
        """The decision as a result."""
        return Result(
            run_id=run_id,
            stream=entry.stream,
            key=entry.key,
            action="resolve",
            status="done" if self.remote_id else "deferred",
            remote_id=self.remote_id,
            social_profile_id=entry.profile,
            error_code=DECIDED,
            error_message=self.note,
            attempts=entry.attempts,
            first_seen_at=api_time(datetime.fromtimestamp(entry.first_seen_at, UTC)),
            settled_at=api_time(self.at) if self.remote_id else None,
            fingerprint=entry.fingerprint,
        )

    def columns(self, claim: str) -> Mapping[str, Any]:
        """What the entry keeps of it."""
        kept: dict[str, Any] = {"error_code": DECIDED, "error_message": self.note}
        if self.remote_id:
            kept |= {"remote_id": self.remote_id, "claim": claim, "settled_at": self.at.timestamp()}
        return kept
