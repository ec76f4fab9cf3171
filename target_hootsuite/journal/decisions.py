"""A person's decision about a row with unknown outcome, as the journal stores it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from target_hootsuite.journal.entries import Entry
from target_hootsuite.results import Result
from target_hootsuite.rows.times import api_time
from target_hootsuite.statuses import ResultStatus

DECIDED = "decided"
# A person may say that these are not to be sent at all.
CLOSABLE = (ResultStatus.REJECTED, ResultStatus.DEFERRED)


@dataclass(frozen=True)
class Decision:
    """A person's decision about one row with unknown outcome.

    Args:
        key: The row's key.
        remote_id: The message that it became; None means that it was not sent.
        user: Who decided.
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
        """Whether the decision applies to a journal entry."""
        return self._fits(entry.key, entry.stream, entry.profile, entry.scope)

    def fits_row(self, row: Mapping[str, Any]) -> bool:
        """Whether the decision applies to a row of the results."""
        return self._fits(row["key"], row["stream"], row["social_profile_id"], row["scope"])

    def _fits(self, key: str | None, stream: str, profile: str | None, scope: str) -> bool:
        return (
            key == self.key
            and self.stream in ("", stream)
            and self.profile in ("", profile)
            and self.scope in ("", scope)
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
            status=ResultStatus.DONE if self.remote_id else ResultStatus.DEFERRED,
            remote_id=self.remote_id,
            social_profile_id=entry.profile,
            error_code=DECIDED,
            error_message=self.note,
            attempts=entry.attempts,
            first_seen_at=api_time(datetime.fromtimestamp(entry.first_seen_at, UTC)),
            settled_at=api_time(self.at) if self.remote_id else None,
            fingerprint=entry.fingerprint,
        )

    def of_row(self, row: Mapping[str, Any], run_id: str) -> Result:
        """Return the result for a row that was not sent and that a person decided not to send."""
        words = {"error_code": DECIDED, "error_message": self.note, "settled_at": api_time(self.at)}
        changed = {
            "run_id": run_id,
            "action": "resolve",
            "status": ResultStatus.IGNORED,
            "trace_id": None,
        }
        return Result(**{**{one.name: row[one.name] for one in fields(Result)}, **changed, **words})

    def columns(self, claim: str) -> Mapping[str, Any]:
        """The entry's columns that a decision changes."""
        kept: dict[str, Any] = {"error_code": DECIDED, "error_message": self.note}
        if self.remote_id:
            kept |= {"remote_id": self.remote_id, "claim": claim, "settled_at": self.at.timestamp()}
        return kept
