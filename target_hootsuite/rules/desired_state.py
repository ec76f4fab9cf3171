"""The replay rule of people and teams: each run brings the platform to the desired state.

A GET shows whether a write is needed, and whether an unanswered write happened. So a repeated run
writes nothing, and a change that somebody undid is made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_api import errors
from hootsuite_api.calls import Call
from hootsuite_api.replies import Reply
from target_hootsuite.context import RunContext
from target_hootsuite.errors import Ambiguous, RowRejected
from target_hootsuite.model import Outcome, Row, Rule, Unit
from target_hootsuite.refusals import is_about_row, is_listed, row_rejected
from target_hootsuite.rows.identity import address
from target_hootsuite.statuses import ResultStatus
from target_hootsuite.unforeseen import FAULTS

ADDRESSES = frozenset({"email", "user_name"})
"""Columns that name a person by an address, which is not case-sensitive (RFC 7643)."""


class PresentState(Rule[RunContext]):
    """Make the platform match the row.

    Subclasses say what matches (`found`), how to ask anew (`forget`), and what to send (`call`).
    """

    journalled = False
    #: Codes by which the platform says that it matches the row already.
    already: frozenset[int | str] = frozenset()

    def content(self, context: RunContext, row: Row, profile: str | None) -> Mapping[str, Any]:  # noqa: ARG002
        """The row, with addresses in the form in which they are compared."""
        return {name: address(row[name]) if name in ADDRESSES else row[name] for name in row}

    def lane(self, unit: Unit) -> str:
        """Rows about one person keep their order, however the address is spelt."""
        return f"{unit.action.stream} {address(unit.identity.key)}"

    def same_thing(self, unit: Unit) -> str:
        """A key that is equal however an address is spelt: such rows mean one person."""
        return self.lane(unit)

    def found(self, context: RunContext, unit: Unit) -> str | None:
        """The remote id if the platform matches the row; None if a write is needed."""
        raise NotImplementedError

    def forget(self, context: RunContext, unit: Unit) -> None:
        """Drop the cached state, so that the next look asks the platform."""
        raise NotImplementedError

    def call(self, context: RunContext, unit: Unit) -> tuple[str, Call]:
        """Return the action's name for results and plans, and the request to send.

        Raises:
            RowRejected: No request can be made from the row.
        """
        raise NotImplementedError

    def is_already(self, error: errors.HootsuiteError) -> bool:
        """Whether a refusal says that the platform matches the row already."""
        return error.code in self.already

    def learn(self, context: RunContext, unit: Unit, data: object) -> str | None:
        """Update the cache from a request's answer; return the remote id."""
        raise NotImplementedError

    def act(self, context: RunContext, unit: Unit) -> Outcome:
        """Read the present state, and write only the difference."""
        remote_id = self.found(context, unit)
        if remote_id is not None:
            return Outcome(ResultStatus.UNCHANGED, "none", remote_id)
        verb, call = self.call(context, unit)
        context.about_to(verb)
        unit.attempts += 1
        try:
            reply = context.client.send(call)
        except errors.OutcomeUnknown as error:
            return self._look_again(context, unit, verb, error)
        except errors.HootsuiteError as error:
            if not (is_about_row(error) and self.is_already(error)):
                raise
            return self._believe(context, unit, error)
        if reply.errors:
            return self._with_errors(context, unit, verb, reply)
        try:
            return Outcome(ResultStatus.DONE, verb, self.learn(context, unit, reply.data))
        except (*FAULTS, errors.HootsuiteError) as error:  # of the answer, or of a look at others
            return self._look_again(context, unit, verb, f"The answer can't be used ({error}).")

    def _with_errors(self, context: RunContext, unit: Unit, verb: str, reply: Reply) -> Outcome:
        """Handle a success with errors: refused if all are listed, else read the state again."""
        first = reply.errors[0]
        text, trace = str(first.get("message")), first.get("id")
        if reply.data is None and all(is_listed(one.get("code")) for one in reply.errors):
            raise RowRejected(
                text, code=first.get("code"), trace_id=None if trace is None else str(trace)
            )
        where = f"code {first.get('code')}, trace {trace}"
        return self._look_again(
            context, unit, verb, f"The answer carries an error: {text} ({where})."
        )

    def _look_again(
        self, context: RunContext, unit: Unit, verb: str, error: errors.HootsuiteError | str
    ) -> Outcome:
        self.forget(context, unit)
        try:
            remote_id = self.found(context, unit)
        except errors.HootsuiteError:  # a failed read proves nothing
            remote_id = None
        if remote_id is None:
            cause = error if isinstance(error, errors.HootsuiteError) else None
            raise Ambiguous(f"{error} The next run looks again.") from cause
        return Outcome(ResultStatus.DONE, verb, remote_id)

    def _believe(self, context: RunContext, unit: Unit, error: errors.HootsuiteError) -> Outcome:
        """After "already so": unchanged if a new read confirms it, else the row is refused."""
        self.forget(context, unit)
        remote_id = self.found(context, unit)
        if remote_id is None:
            raise row_rejected(error) from error
        return Outcome(ResultStatus.UNCHANGED, "none", remote_id)
