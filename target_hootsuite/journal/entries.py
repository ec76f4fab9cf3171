"""The journal's records: entries, and the intents that open them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from target_hootsuite.rows.identity import Identity
from target_hootsuite.statuses import EntryStatus

TO_CREATE = "to_create"
"""The step of a replacement whose old version is deleted and whose create was not sent yet."""


class Busy(Exception):  # noqa: N818 - a state of the entry, not a fault
    """The identity has an open entry, or changed since it was looked up."""


@dataclass(frozen=True)
class Entry:
    """One version of one identity, as it stands in the journal."""

    id: int
    identity: str
    scope: str
    stream: str
    key: str
    profile: str | None
    version: int
    algorithm: int
    fingerprint: str
    status: EntryStatus
    step: str
    open: int | None
    owner: str | None
    run_id: str
    remote_id: str | None
    claim: str | None
    replaces: str | None
    content: dict[str, Any]
    before: list[str]
    intent_at: float
    settled_at: float | None
    first_seen_at: float
    attempts: int
    error_code: str | None
    error_message: str | None
    trace_id: str | None
    own_at: float | None

    @property
    def at(self) -> float:
        """When it was last written, by the platform's clock; `own_at` says the same by ours."""
        return self.intent_at if self.settled_at is None else self.settled_at


@dataclass(frozen=True)
class Intent:
    """A write that is about to be sent.

    Args:
        identity: The identity that is written.
        fingerprint: Of the content, under the present algorithm.
        content: The content needed to recognise the object on the platform and to send it again.
        at: The server's now, in epoch seconds.
        step: The first request: `create`, `delete`, `approve` ...
        before: Remote ids with the same content that existed before the intent, so are not ours.
        replaces: The remote id that this version replaces.
        previous: The newest entry at the time of the decision to write.
    """

    identity: Identity
    fingerprint: str
    content: Mapping[str, Any]
    at: float
    step: str = "create"
    before: Sequence[str] = ()
    replaces: str | None = None
    previous: Entry | None = None


def claim_of(scope: str, stream: str, remote_id: str) -> str:
    """The unique claim on a remote object: only one entry may own it."""
    return f"{scope}|{stream}|{remote_id}"


def entry_of(row: Any) -> Entry:
    """An entry from a row of the table."""
    return entry_from(dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's documented accessor


def entry_from(values: Mapping[str, Any]) -> Entry:
    """An entry from column values, its documents read."""
    decoded = {name: json.loads(values[name]) for name in ("content", "before")}
    return Entry(**{**values, **decoded, "status": EntryStatus(values["status"])})
