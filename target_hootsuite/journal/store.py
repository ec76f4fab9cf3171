"""The journal: intents and outcomes of writes.

An entry is one version of one identity. It is opened (`begin`) before the first byte leaves and
closed (`settle`) with the outcome; in between it belongs to one live owner. Every change is
compare-and-swap, so that two processes with one journal never both act on an entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from hootsuite_api.clock import OwnClock
from target_hootsuite.errors import LeaseLost
from target_hootsuite.journal import schema
from target_hootsuite.journal.clocks import clock, own_now
from target_hootsuite.journal.entries import Busy, Entry, Intent, claim_of, entry_from, entry_of
from target_hootsuite.journal.leases import Lease, is_awake, is_gone, this_process
from target_hootsuite.journal.schema import ABOUT, ENTRIES, LAST_RUN, OWNERS, RESULTS
from target_hootsuite.journal.transactions import Transactions
from target_hootsuite.journal.uploads import Uploads
from target_hootsuite.results import Result
from target_hootsuite.rows.identity import ALGORITHM, Identity
from target_hootsuite.statuses import EntryStatus

_CHUNK = 400


@dataclass
class Journal:
    """An open journal.

    Args:
        url: SQLAlchemy URL; a secret.
        run_id: Written into what this run changes.
        lease_seconds: How long an owner may stay silent before it counts as dead.
        own: This machine's clock.
    """

    url: str
    run_id: str
    lease_seconds: float = 30
    own: OwnClock = field(default_factory=OwnClock)
    created: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.database = Transactions(self.url)
        self.uploads = Uploads(self.database, self.now)
        self._reporting = ""
        self.owner = this_process()
        try:
            self.created = self._prepare()
        except BaseException:
            self.database.close()
            raise
        write, dialect = self.database.execute, self.database.dialect
        self.lease = Lease(self.owner, self.lease_seconds, write, dialect)

    def _prepare(self) -> bool:
        with self.database.write() as connection:
            if self.database.dialect == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(4807)"))
            return schema.prepare(connection)

    def start(self) -> None:
        """Take a lease as owner; must be called before the first `begin`."""
        self.lease.start()

    def close(self) -> None:
        """Give the lease up and let the database go."""
        try:
            self.lease.close()
        finally:
            self.database.close()

    def now(self) -> float:
        """Our own clock in epoch seconds: the database's where several machines may share it."""
        if self.database.dialect == "sqlite":
            return self.own.time()  # asked often
        with self.database.read() as connection:
            return own_now(connection, self.own)

    # Looking up

    def histories(self, digests: Iterable[str]) -> dict[str, list[Entry]]:
        """All entries of some identities, newest first."""
        found: dict[str, list[Entry]] = {}
        wanted = list(dict.fromkeys(digests))
        with self.database.read() as connection:
            for start in range(0, len(wanted), _CHUNK):
                query = (
                    sa.select(ENTRIES)
                    .where(ENTRIES.c.identity.in_(wanted[start : start + _CHUNK]))
                    .order_by(ENTRIES.c.version.desc())
                )
                for row in connection.execute(query):
                    found.setdefault(row.identity, []).append(entry_of(row))
        return found

    def history(self, identity: Identity) -> list[Entry]:
        """All entries of one identity, newest first."""
        return self.histories([identity.digest]).get(identity.digest, [])

    def reported(self, digests: Iterable[str]) -> dict[str, tuple[str, str]]:
        """The first report time (text) and the last reported status of each identity."""
        found: dict[str, tuple[str, str]] = {}
        wanted = list(dict.fromkeys(digests))
        columns = sa.select(RESULTS.c.identity, RESULTS.c.first_seen_at, RESULTS.c.status)
        with self.database.read() as connection:
            for start in range(0, len(wanted), _CHUNK):
                chunk = wanted[start : start + _CHUNK]
                rows = connection.execute(columns.where(RESULTS.c.identity.in_(chunk)))
                found.update({row[0]: (row[1], row[2]) for row in rows})
        return found

    def open_entries(self, scope: str, stream: str | None = None) -> list[Entry]:
        """Entries without a proven outcome, oldest first."""
        query = sa.select(ENTRIES).where(ENTRIES.c.scope == scope, ENTRIES.c.open == 1)
        if stream is not None:
            query = query.where(ENTRIES.c.stream == stream)
        with self.database.read() as connection:
            return [entry_of(row) for row in connection.execute(query.order_by(ENTRIES.c.id))]

    def by_key(self, scope: str, stream: str, key: str) -> list[Entry]:
        """All entries of one key, newest first, whatever the profile."""
        query = sa.select(ENTRIES).where(
            ENTRIES.c.scope == scope, ENTRIES.c.stream == stream, ENTRIES.c.key == key
        )
        with self.database.read() as connection:
            return [
                entry_of(row) for row in connection.execute(query.order_by(ENTRIES.c.id.desc()))
            ]

    def by_remote(self, scope: str, stream: str, remote_id: str) -> list[Entry]:
        """The entry that owns a remote thing."""
        query = sa.select(ENTRIES).where(ENTRIES.c.claim == claim_of(scope, stream, remote_id))
        with self.database.read() as connection:
            return [entry_of(row) for row in connection.execute(query)]

    def claimed(self, scope: str, stream: str, remote_ids: Iterable[str]) -> set[str]:
        """The remote ids among these that an entry already owns."""
        claims = {claim_of(scope, stream, remote_id): remote_id for remote_id in remote_ids}
        names = list(claims)
        found: set[str] = set()
        with self.database.read() as connection:
            for start in range(0, len(names), _CHUNK):
                chunk = ENTRIES.c.claim.in_(names[start : start + _CHUNK])
                found.update(connection.scalars(sa.select(ENTRIES.c.claim).where(chunk)))
        return {claims[name] for name in found}

    # Changing

    def begin(self, intent: Intent) -> Entry:
        """Commit an intent and own it.

        Raises:
            Busy: Another process has the identity open, or closed a version meanwhile.
            JournalFault: It could not be committed: nothing may be sent.
        """
        again = intent.previous
        values = self._intent_values(intent)
        if again is not None and again.status == EntryStatus.REJECTED:
            return self._reopen(again, values)
        values["version"] = 1 + (again.version if again else 0)
        try:
            with self.database.write() as connection:
                made = connection.execute(ENTRIES.insert().values(values))
                row_id = made.inserted_primary_key[0]  # type: ignore[index]
        except sa.exc.IntegrityError:
            raise Busy(intent.identity.key) from None
        return entry_from({**values, "id": row_id})

    def _intent_values(self, intent: Intent) -> dict[str, Any]:
        identity = intent.identity
        nothing = dict.fromkeys(
            ("settled_at", "remote_id", "claim", "error_code", "error_message", "trace_id")
        )
        return nothing | {
            "identity": identity.digest,
            "scope": identity.scope,
            "stream": identity.stream,
            "key": identity.key,
            "profile": identity.profile,
            "algorithm": ALGORITHM,
            "fingerprint": intent.fingerprint,
            "status": EntryStatus.INTENT,
            "step": intent.step,
            "open": 1,
            "owner": self.owner.id,
            "run_id": self.run_id,
            "replaces": intent.replaces,
            "content": json.dumps(intent.content),
            "before": json.dumps(list(intent.before)),
            "intent_at": intent.at,
            "own_at": self.now(),
            "first_seen_at": intent.at,
            "attempts": 1,
        }

    def _reopen(self, again: Entry, values: dict[str, Any]) -> Entry:
        """Reuse the entry of a rejected version, so that each retry does not add another entry."""
        values |= {
            "version": again.version,
            "attempts": again.attempts + 1,
            "first_seen_at": again.first_seen_at,
        }
        unchanged = (ENTRIES.c.status == EntryStatus.REJECTED, ENTRIES.c.attempts == again.attempts)
        self._swap(again.id, unchanged, values)
        return entry_from({**values, "id": again.id})

    def _swap(self, entry_id: int, condition: Sequence[Any], values: Mapping[str, Any]) -> None:
        change = ENTRIES.update().where(ENTRIES.c.id == entry_id, *condition).values(values)
        try:
            with self.database.write() as connection:
                if connection.execute(change).rowcount != 1:
                    raise Busy(str(entry_id))
        except sa.exc.IntegrityError:
            raise Busy(str(entry_id)) from None

    def step(self, entry: Entry, step: str, at: float) -> Entry:
        """Commit the next request of an entry that this process owns.

        Raises:
            LeaseLost: The entry is no longer ours.
        """
        values = {"step": step, "intent_at": at, "own_at": self.now()}
        try:
            self._swap(entry.id, self._ours(), values)
        except Busy as error:
            raise LeaseLost("Another process took this entry over.") from error
        return replace(entry, **values)  # type: ignore[arg-type]

    def _ours(self) -> tuple[Any, ...]:
        return (ENTRIES.c.owner == self.owner.id, ENTRIES.c.open == 1)

    def check_owned(self, entry: Entry) -> None:
        """Check right before sending that this process still owns the entry.

        The lease's clock is read last: a process that was paused during the query must see it.

        Raises:
            LeaseLost: It is not.
        """
        query = sa.select(ENTRIES.c.id).where(ENTRIES.c.id == entry.id, *self._ours())
        with self.database.read() as connection:
            mine = connection.scalar(query)
        if mine is None or not self.lease.holds():
            raise LeaseLost("The lease on this entry ran out; another run will settle it.")

    def settle(
        self, entry: Entry, status: str, result: Result | None = None, **fields: Any
    ) -> None:
        """Close an entry with its outcome, or keep it open as `unknown`, with its result.

        Args:
            entry: An entry that is ours.
            status: What became of it.
            result: Committed together with the entry.
            fields: Further columns.

        Raises:
            LeaseLost: The entry is no longer ours.
            Busy: The remote id belongs to another entry.
        """
        held = status == EntryStatus.UNKNOWN
        if "settled_at" in fields:
            fields["own_at"] = self.now()
        values = {"status": status, "open": 1 if held else None, "owner": None, **fields}
        change = ENTRIES.update().where(ENTRIES.c.id == entry.id, *self._ours()).values(values)
        try:
            with self.database.write() as connection:
                if connection.execute(change).rowcount != 1:
                    raise LeaseLost("Another process took this entry over.")
                if result is not None:
                    self._report(connection, [(entry.identity, entry.scope, result)])
        except sa.exc.IntegrityError:
            raise Busy(entry.key) from None

    def mark(self, entry: Entry, status: str, **fields: Any) -> None:
        """Change a closed entry: `replaced`, `deleted`."""
        closed = (ENTRIES.c.open.is_(None), ENTRIES.c.status == entry.status)
        self._swap(entry.id, closed, {"status": status, **fields})

    def take_over(self, entry: Entry) -> Entry | None:
        """Own an open entry whose owner is dead; None while its owner lives."""
        if entry.owner is not None and self.is_alive(entry.owner):
            return None
        owner = ENTRIES.c.owner
        same = owner.is_(None) if entry.owner is None else owner == entry.owner
        try:
            self._swap(entry.id, (same, ENTRIES.c.open == 1), {"owner": self.owner.id})
        except Busy:
            return None
        return replace(entry, owner=self.owner.id)

    def is_alive(self, owner: str) -> bool:
        """Whether an owner may still be alive."""
        if owner == self.owner.id:
            return True
        lasts = OWNERS.c.lease_until > clock(self.database.dialect)
        columns = (OWNERS.c.host, OWNERS.c.process, OWNERS.c.awake_until, lasts)
        with self.database.read() as connection:
            found = connection.execute(sa.select(*columns).where(OWNERS.c.id == owner)).first()
        if found is None or is_gone(found[0], found[1]):
            return False
        return bool(found[3]) or is_awake(found[0], found[2])

    # Results

    def report(self, results: Sequence[tuple[str, str, Result]]) -> None:
        """Keep the newest result of each identity.

        Args:
            results: Identity digest, scope and result.
        """
        if results:
            with self.database.write() as connection:
                self._report(connection, results)

    def _report(
        self, connection: sa.Connection, results: Sequence[tuple[str, str, Result]]
    ) -> None:
        if results and self._reporting != (run := results[-1][2].run_id):
            self._reporting = run
            connection.execute(self._noting(LAST_RUN, run))
        for digest, scope, result in results:
            row = asdict(result)
            kept = {name: value for name, value in row.items() if name != "first_seen_at"}
            key = {"identity": digest}
            connection.execute(self.database.upsert(RESULTS, key, {"scope": scope, **row}, kept))

    def note(self, name: str, value: str) -> None:
        """Store a note under a name; replace the old one."""
        self.database.execute(self._noting(name, value))

    def _noting(self, name: str, value: str) -> sa.Executable:
        return self.database.upsert(ABOUT, {"name": name}, {"value": value})

    def results(self, scope: str | None = None, **wanted: str) -> list[dict[str, Any]]:
        """The newest result of each identity.

        Args:
            scope: Of one platform and account only.
            wanted: Column values, such as `status=ResultStatus.UNKNOWN`.
        """
        query = sa.select(RESULTS).order_by(RESULTS.c.stream, RESULTS.c.key)
        if scope is not None:
            query = query.where(RESULTS.c.scope == scope)
        for name, value in wanted.items():
            query = query.where(RESULTS.c[name] == value)
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
