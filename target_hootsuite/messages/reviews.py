"""The replay rule of approvals and rejections: history first, then at most once."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hootsuite_api import errors
from hootsuite_api.calls import Call
from target_hootsuite.context import RunContext
from target_hootsuite.errors import Ambiguous, RowRejected, RunStopped
from target_hootsuite.journal.entries import Busy, Entry, Intent
from target_hootsuite.lookup import answers
from target_hootsuite.messages import replace
from target_hootsuite.model import Outcome, Rule, Unit
from target_hootsuite.refusals import is_about_row, row_rejected
from target_hootsuite.rules.members_teams import checked_body
from target_hootsuite.statuses import EntryStatus, ResultStatus

_NEVER_IN_REVIEW = frozenset({4000, 4001})


class ReviewRule(Rule[RunContext]):
    """Decides one step of a review.

    Args:
        operation: `approve_message` or `reject_message`.
        verdict: The action as the history names it.
    """

    def __init__(self, operation: str, verdict: str) -> None:
        self.operation = operation
        self.verdict = verdict
        self.verb = verdict.lower()

    def lane(self, unit: Unit) -> str:
        """Steps of one message keep their order."""
        return f"message {unit.row['message_id']}"

    def act(self, context: RunContext, unit: Unit) -> Outcome:
        """Look at the history; decide only what is still to be decided."""
        current = unit.current
        if current is not None and context.same(unit, current):
            return Outcome(ResultStatus.UNCHANGED, "none", current.remote_id)
        body = checked_body(self.operation, unit.row)
        entry = _taken(context, unit)
        if not self._is_pending(context, unit):
            return self._decided(context, unit, entry)
        if entry is not None:
            self._may_repeat(context, entry)
        context.about_to(self.verb)
        return self._send(context, unit, body)

    def _is_pending(self, context: RunContext, unit: Unit) -> bool:
        """Whether the step is still to be decided.

        Raises:
            RowRejected: There is no such message, or it waits at another step.
        """
        message = replace.get_message(context, unit.row["message_id"])
        if message is None:
            raise RowRejected("is not there.", field="message_id", code="unknown_message")
        if message.get("state") != "PENDING_APPROVAL":
            return False
        step, wanted = message.get("sequenceNumber"), unit.row["sequence_number"]
        if isinstance(step, int) and step < wanted:
            msg = f"is {wanted}, but the message waits at step {step}."
            raise RowRejected(msg, field="sequence_number", code="wrong_step")
        return bool(step == wanted)

    def _decided(self, context: RunContext, unit: Unit, entry: Entry | None) -> Outcome:
        """The step is past: by our own decision, or by somebody else's."""
        message_id = unit.row["message_id"]
        ours = self._is_ours(context, unit)
        if entry is not None:
            status = EntryStatus.DONE if ours else EntryStatus.REJECTED
            context.journal.settle(entry, status, remote_id=message_id)
        if ours:
            return Outcome(
                ResultStatus.DONE if entry else ResultStatus.UNCHANGED, self.verb, message_id
            )
        msg = "does not await this decision (any more)."
        raise RowRejected(msg, field="message_id", code="not_pending")

    def _is_ours(self, context: RunContext, unit: Unit) -> bool:
        """Whether the history holds this very decision by this caller."""
        call = Call("get_message_history", {"messageId": unit.row["message_id"]})
        try:
            reply = context.client.send(call)
        except errors.HootsuiteError as error:
            if error.not_written and error.code in _NEVER_IN_REVIEW:
                return False
            raise
        actions = reply.data.get("actions", []) if isinstance(reply.data, dict) else None
        if not isinstance(actions, list) or not all(isinstance(one, dict) for one in actions):
            raise answers.torn(call, reply, "there is no list of actions in it")
        decisions = [one for one in actions if one.get("actionType") in ("APPROVE", "REJECT")]
        place = unit.row["sequence_number"] - 1
        mine = decisions[place] if 0 <= place < len(decisions) else None
        return mine is not None and mine.get("actionType") == self.verdict and _is_us(context, mine)

    def _may_repeat(self, context: RunContext, entry: Entry) -> None:
        """An earlier decision went unanswered and does not show.

        Raises:
            Ambiguous: It is not proved unsent by the settings' measure.
        """
        if context.settings["on_unknown"] == "resend" and context.has_settled(entry):
            context.journal.settle(entry, EntryStatus.NOT_SENT)
            return
        context.journal.settle(entry, EntryStatus.UNKNOWN)
        raise Ambiguous("An earlier request of this row may have been carried out.")

    def _send(self, context: RunContext, unit: Unit, body: dict[str, Any]) -> Outcome:
        message_id = unit.row["message_id"]
        previous = next(iter(context.journal.history(unit.identity)), None)
        at = context.now().timestamp()
        intent = Intent(unit.identity, unit.fingerprint, body, at, self.verb, previous=previous)
        entry = context.journal.begin(intent)
        path = {"messageId": message_id}
        try:
            context.client.send(
                Call(self.operation, path, body=body, guard=lambda: _guard(context, unit, entry))
            )
        except RunStopped:
            raise
        except errors.OutcomeUnknown as error:
            return self._after_silence(context, unit, entry, error)
        except errors.HootsuiteError as error:
            if not is_about_row(error):
                context.journal.settle(entry, EntryStatus.NOT_SENT)
                raise
            context.journal.settle(entry, EntryStatus.REJECTED, error_code=str(error.code))
            raise row_rejected(error) from error
        outcome = Outcome(ResultStatus.DONE, self.verb, message_id, journalled=True)
        context.journal.settle(
            entry, EntryStatus.DONE, context.book.line(unit, outcome), remote_id=message_id
        )
        return outcome

    def _after_silence(
        self, context: RunContext, unit: Unit, entry: Entry, error: errors.HootsuiteError
    ) -> Outcome:
        with suppress(errors.HootsuiteError):  # a look that fails proves nothing either
            if self._is_ours(context, unit):
                context.journal.settle(entry, EntryStatus.DONE, remote_id=unit.row["message_id"])
                return Outcome(ResultStatus.DONE, self.verb, unit.row["message_id"])
        context.journal.settle(entry, EntryStatus.UNKNOWN, error_message=str(error))
        raise Ambiguous(str(error)) from error


def _is_us(context: RunContext, action: dict[str, Any]) -> bool:
    own = context.lookup.member_id()
    actor = str(action.get("actorId"))
    return actor == (own or str(context.settings.get("organization_id")))


def _taken(context: RunContext, unit: Unit) -> Entry | None:
    """The open entry of a unit, taken over from its dead owner.

    Raises:
        Busy: Its owner lives.
    """
    entry = unit.open_entry
    if entry is None or context.dry:
        return None
    taken = context.journal.take_over(entry)
    if taken is None:
        raise Busy(unit.identity.key)
    return taken


def _guard(context: RunContext, unit: Unit, entry: Entry) -> None:
    context.journal.check_owned(entry)
    unit.attempts += 1
