"""The replay rule of `message_deletions`: repeated until the message is certainly deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hootsuite_api import errors
from hootsuite_api.calls import Call
from target_hootsuite.context import RunContext
from target_hootsuite.errors import Ambiguous, Deferred, RowRejected, RunStopped
from target_hootsuite.journal.entries import Busy, Entry, Intent
from target_hootsuite.model import Outcome, Row, Rule, Unit
from target_hootsuite.rows.identity import Identity
from target_hootsuite.statuses import STANDS_ON_PLATFORM, EntryStatus, ResultStatus


class DeletionRule(Rule[RunContext]):
    """Deletes by the platform's id, or by the key of a message that we posted."""

    def profiles(self, context: RunContext, row: Row, key: str) -> Sequence[str | None]:
        """The profiles of our message; none where the platform's id is given."""
        if row.get("message_id"):
            return [None]
        entries = context.journal.by_key(context.scope, "messages", key)
        found = [entry.profile for entry in entries] + [*context.message_profiles.get(key, ())]
        if not found:
            msg = "names no message that was posted from here."
            raise RowRejected(msg, field="external_id", code="unknown_message")
        return list(dict.fromkeys(found))

    def content(self, context: RunContext, row: Row, profile: str | None) -> Mapping[str, Any]:  # noqa: ARG002
        """All deletions have the same content: only the key tells them apart."""
        return {"delete": True}

    def act(self, context: RunContext, unit: Unit) -> Outcome:
        """Delete a message. A missing one counts as deleted if it is missing after settling."""
        target, ours = self._target(context, unit)
        if target is None:
            return Outcome(ResultStatus.UNCHANGED, "none")
        current = unit.current
        if current is not None and current.remote_id == target:
            return Outcome(ResultStatus.UNCHANGED, "none", target)
        context.about_to("delete")
        entry = self._entry(context, unit, target)
        try:
            path = {"messageId": target}
            guard = lambda: _guard(context, unit, entry)  # noqa: E731 - one line, one meaning
            context.client.send(Call("delete_message", path, guard=guard))
        except RunStopped:
            raise
        except errors.NotFound:
            self._absent(context, entry)
        except errors.OutcomeUnknown as error:
            context.journal.settle(entry, EntryStatus.UNKNOWN, error_message=str(error))
            raise Ambiguous(f"{error} The next run deletes again.") from error
        except errors.HootsuiteError as error:
            context.refuse(entry, error)
        return self._gone(context, unit, entry, ours)

    def _target(self, context: RunContext, unit: Unit) -> tuple[str | None, Entry | None]:
        """The message to delete, and our entry of it.

        Raises:
            Deferred: The outcome of our own post is unknown; STATE waits for the deletion.
        """
        if unit.row.get("message_id"):
            return str(unit.row["message_id"]), None
        key, profile = unit.identity.key, unit.identity.profile
        history = context.journal.history(Identity(context.scope, "messages", key, profile))
        if any(entry.open for entry in history):
            raise Deferred("The message of this key is not proved to be posted yet.")
        ours = next((entry for entry in history if entry.status in STANDS_ON_PLATFORM), None)
        if ours is None and context.dry and key in context.message_profiles:
            context.about_to("delete")
        return (ours.remote_id if ours else None), ours

    def _entry(self, context: RunContext, unit: Unit, target: str) -> Entry:
        """The open entry of an earlier try, or a new one."""
        entry = unit.open_entry
        if entry is not None:
            taken = context.journal.take_over(entry)
            if taken is None:
                raise Busy(unit.identity.key)
            return taken
        at = context.now().timestamp()
        intent = Intent(
            *(unit.identity, unit.fingerprint, {"message_id": target}, at, "delete"),
            previous=unit.newest,
        )
        return context.journal.begin(intent)

    def _absent(self, context: RunContext, entry: Entry) -> None:
        """Decide after a 404 whether the message is deleted or only hidden for a moment.

        Raises:
            Ambiguous: Too early to tell.
        """
        if not context.has_settled(entry):
            context.journal.settle(entry, EntryStatus.UNKNOWN, error_code="absent")
            msg = "The message is not there; a later run looks whether it was only hidden."
            raise Ambiguous(msg)

    def _gone(self, context: RunContext, unit: Unit, entry: Entry, ours: Entry | None) -> Outcome:
        target = str(entry.content["message_id"])
        outcome = Outcome(ResultStatus.DONE, "delete", target, journalled=True)
        context.journal.settle(
            entry, EntryStatus.DONE, context.book.line(unit, outcome), remote_id=target
        )
        for old in [ours] if ours else self._owner_of(context, target):
            context.journal.mark(old, EntryStatus.DELETED)
        return outcome

    def _owner_of(self, context: RunContext, target: str) -> list[Entry]:
        return [
            entry
            for entry in context.journal.by_remote(context.scope, "messages", target)
            if entry.status in STANDS_ON_PLATFORM
        ]


def _guard(context: RunContext, unit: Unit, entry: Entry) -> None:
    context.journal.check_owned(entry)
    unit.attempts += 1
