"""The replay rule of approvals and rejections: read the state, then decide at most once."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hootsuite_api import errors
from hootsuite_api.calls import Call
from target_hootsuite.context import RunContext
from target_hootsuite.errors import Ambiguous, RowRejected, RunStopped
from target_hootsuite.journal.entries import Busy, Entry, Intent
from target_hootsuite.model import Outcome, Rule, Unit
from target_hootsuite.rules.members_teams import checked_body
from target_hootsuite.statuses import EntryStatus, ResultStatus

Document = dict[str, Any]


class ReviewRule(Rule[RunContext]):
    """Decides one step of a review.

    Subclasses say how to read the reviewed object, and how to tell that a decision was made.

    Args:
        verdict: `approve` or `reject`.
    """

    #: The noun for the reviewed object in operations, columns and messages.
    noun: str
    #: The API's field for its state.
    state: str

    def __init__(self, verdict: str) -> None:
        self.verb = verdict

    @property
    def operation(self) -> str:
        """The operation that decides."""
        return f"{self.verb}_{self.noun}"

    def look(self, context: RunContext, subject_id: str) -> Document | None:
        """The reviewed object in its present state; None if it does not exist.

        Raises:
            HootsuiteError: It can't be read.
        """
        raise NotImplementedError

    def is_taken(self, context: RunContext, unit: Unit, subject: Document | None) -> bool:
        """Whether a row's decision was made, as far as the platform shows it.

        Args:
            context: The run.
            unit: The row.
            subject: The reviewed object, if it was just read.

        Raises:
            HootsuiteError: It can't be read.
        """
        raise NotImplementedError

    def lane(self, unit: Unit) -> str:
        """Steps of one review keep their order."""
        return f"{self.noun} {self._subject(unit)}"

    def act(self, context: RunContext, unit: Unit) -> Outcome:
        """Read the state; send the decision only if the step is still pending."""
        current = unit.current
        if current is not None and context.same(unit, current):
            return Outcome(ResultStatus.UNCHANGED, "none", current.remote_id)
        body = checked_body(self.operation, unit.row)
        entry = _taken(context, unit)
        subject = self._subject_of(context, unit)
        if not self._is_pending(unit, subject):
            return self._decided(context, unit, entry, subject)
        if entry is not None:
            self._may_repeat(context, entry)
        context.about_to(self.verb)
        return self._send(context, unit, body)

    def _subject(self, unit: Unit) -> str:
        return str(unit.row[f"{self.noun}_id"])

    def _subject_of(self, context: RunContext, unit: Unit) -> Document:
        subject = self.look(context, self._subject(unit))
        if subject is None:
            raise RowRejected("is not there.", field=f"{self.noun}_id", code=f"unknown_{self.noun}")
        return subject

    def _is_pending(self, unit: Unit, subject: Document) -> bool:
        """Whether the step is still to be decided.

        Raises:
            RowRejected: The review waits at an earlier step.
        """
        if subject.get(self.state) != "PENDING_APPROVAL":
            return False
        step, wanted = subject.get("sequenceNumber"), unit.row["sequence_number"]
        if isinstance(step, int) and step < wanted:
            msg = f"is {wanted}, but the {self.noun} waits at step {step}."
            raise RowRejected(msg, field="sequence_number", code="wrong_step")
        return bool(step == wanted)

    def _decided(
        self, context: RunContext, unit: Unit, entry: Entry | None, subject: Document
    ) -> Outcome:
        """Handle a step that is decided already: as the row wants it, or otherwise."""
        subject_id = self._subject(unit)
        taken = self.is_taken(context, unit, subject)
        if entry is not None:
            status = EntryStatus.DONE if taken else EntryStatus.REJECTED
            context.journal.settle(entry, status, remote_id=subject_id)
        if taken:
            return Outcome(
                ResultStatus.DONE if entry else ResultStatus.UNCHANGED, self.verb, subject_id
            )
        msg = "does not await this decision (any more)."
        raise RowRejected(msg, field=f"{self.noun}_id", code="not_pending")

    def _may_repeat(self, context: RunContext, entry: Entry) -> None:
        """Check whether an unanswered decision that is not visible may be sent again.

        Raises:
            Ambiguous: The settings don't accept this as proof that it was not made.
        """
        if context.settings["on_unknown"] == "resend" and context.has_settled(entry):
            context.journal.settle(entry, EntryStatus.NOT_SENT)
            return
        context.journal.settle(entry, EntryStatus.UNKNOWN)
        raise Ambiguous("An earlier request of this row may have been carried out.")

    def _send(self, context: RunContext, unit: Unit, body: Document) -> Outcome:
        subject_id = self._subject(unit)
        previous = next(iter(context.journal.history(unit.identity)), None)
        at = context.now().timestamp()
        intent = Intent(unit.identity, unit.fingerprint, body, at, self.verb, previous=previous)
        entry = context.journal.begin(intent)
        path = {f"{self.noun}Id": subject_id}
        try:
            context.client.send(
                Call(self.operation, path, body=body, guard=lambda: _guard(context, unit, entry))
            )
        except RunStopped:
            raise
        except errors.OutcomeUnknown as error:
            return self._after_silence(context, unit, entry, error)
        except errors.HootsuiteError as error:
            context.refuse(entry, error)
        outcome = Outcome(ResultStatus.DONE, self.verb, subject_id, journalled=True)
        context.journal.settle(
            entry, EntryStatus.DONE, context.book.line(unit, outcome), remote_id=subject_id
        )
        return outcome

    def _after_silence(
        self, context: RunContext, unit: Unit, entry: Entry, error: errors.HootsuiteError
    ) -> Outcome:
        with suppress(errors.HootsuiteError):  # a look that fails proves nothing either
            if self.is_taken(context, unit, None):
                subject_id = self._subject(unit)
                context.journal.settle(entry, EntryStatus.DONE, remote_id=subject_id)
                return Outcome(ResultStatus.DONE, self.verb, subject_id)
        context.journal.settle(entry, EntryStatus.UNKNOWN, error_message=str(error))
        raise Ambiguous(str(error)) from error


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
