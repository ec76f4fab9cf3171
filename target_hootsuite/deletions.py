"""The replay rule of `message_deletions`: repeated until the message is surely gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hootsuite_api import errors
from hootsuite_api.calls import Call
from target_hootsuite import posting
from target_hootsuite.desk import Desk
from target_hootsuite.errors import Ambiguous, Deferred, RowRejected, RunStopped
from target_hootsuite.identity import Identity
from target_hootsuite.journal_entries import STANDING, Busy, Entry, Intent
from target_hootsuite.rules import Rule
from target_hootsuite.units import Outcome, Row, Unit


class DeletionRule(Rule):
    """Deletes by the platform's id, or by the key of a message that we posted."""

    def profiles(self, desk: Desk, row: Row, key: str) -> Sequence[str | None]:
        """The profiles of our message; none where the platform's id is given."""
        if row.get("message_id"):
            return [None]
        entries = desk.journal.by_key(desk.scope, "messages", key)
        found = [entry.profile for entry in entries] + [*desk.message_profiles.get(key, ())]
        if not found:
            msg = "names no message that was posted from here."
            raise RowRejected(msg, field="external_id", code="unknown_message")
        return list(dict.fromkeys(found))

    def content(self, desk: Desk, row: Row, profile: str | None) -> Mapping[str, Any]:  # noqa: ARG002
        """A deletion says nothing but whom it means."""
        return {"delete": True}

    def act(self, desk: Desk, unit: Unit) -> Outcome:
        """Delete; what is absent counts as deleted only when it is still absent after settling."""
        target, ours = self._target(desk, unit)
        if target is None:
            return Outcome("unchanged", "none")
        current = unit.current
        if current is not None and current.remote_id == target:
            return Outcome("unchanged", "none", target)
        desk.about_to("delete")
        entry = self._entry(desk, unit, target)
        try:
            path = {"messageId": target}
            guard = lambda: _guard(desk, unit, entry)  # noqa: E731 - one line, one meaning
            desk.client.send(Call("delete_message", path, guard=guard))
        except RunStopped:
            raise
        except errors.NotFound:
            self._absent(desk, entry)
        except errors.OutcomeUnknown as error:
            desk.journal.settle(entry, "unknown", error_message=str(error))
            raise Ambiguous(f"{error} The next run deletes again.") from error
        except posting.UNSENT:
            desk.journal.settle(entry, "not_sent")
            raise
        except errors.HootsuiteError as error:
            desk.journal.settle(entry, "rejected", error_code=str(error.code))
            raise RowRejected(str(error), code=error.code, trace_id=error.trace_id) from error
        return self._gone(desk, unit, entry, ours)

    def _target(self, desk: Desk, unit: Unit) -> tuple[str | None, Entry | None]:
        """The message to delete, and our entry of it.

        Raises:
            Deferred: Our own post of it is not proved yet; STATE waits for the deletion.
        """
        if unit.row.get("message_id"):
            return str(unit.row["message_id"]), None
        key, profile = unit.identity.key, unit.identity.profile
        history = desk.journal.history(Identity(desk.scope, "messages", key, profile))
        if any(entry.open for entry in history):
            raise Deferred("The message of this key is not proved to be posted yet.")
        ours = next((entry for entry in history if entry.status in STANDING), None)
        if ours is None and desk.dry and key in desk.message_profiles:
            desk.about_to("delete")
        return (ours.remote_id if ours else None), ours

    def _entry(self, desk: Desk, unit: Unit, target: str) -> Entry:
        """The open entry of an earlier try, or a new one."""
        entry = unit.open_entry
        if entry is not None:
            taken = desk.journal.take_over(entry)
            if taken is None:
                raise Busy(unit.identity.key)
            return taken
        at = desk.now().timestamp()
        intent = Intent(
            *(unit.identity, unit.fingerprint, {"message_id": target}, at, "delete"),
            previous=unit.newest,
        )
        return desk.journal.begin(intent)

    def _absent(self, desk: Desk, entry: Entry) -> None:
        """A 404: gone, or only hidden?

        Raises:
            Ambiguous: Too early to tell.
        """
        if not desk.has_settled(entry.intent_at):
            desk.journal.settle(entry, "unknown", error_code="absent")
            msg = "The message is not there; a later run looks whether it was only hidden."
            raise Ambiguous(msg)

    def _gone(self, desk: Desk, unit: Unit, entry: Entry, ours: Entry | None) -> Outcome:
        target = str(entry.content["message_id"])
        outcome = Outcome("done", "delete", target, journalled=True)
        desk.journal.settle(entry, "done", desk.result(unit, outcome), remote_id=target)
        for old in [ours] if ours else self._owner_of(desk, target):
            desk.journal.mark(old, "deleted")
        return outcome

    def _owner_of(self, desk: Desk, target: str) -> list[Entry]:
        return [
            entry
            for entry in desk.journal.by_remote(desk.scope, "messages", target)
            if entry.status in STANDING
        ]


def _guard(desk: Desk, unit: Unit, entry: Entry) -> None:
    desk.journal.check_owned(entry)
    unit.attempts += 1
