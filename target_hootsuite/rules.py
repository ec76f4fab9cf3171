"""How an action is done: what a row means, and how often it may be tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from target_hootsuite.desk import Desk
from target_hootsuite.units import Outcome, Row, Unit


class Rule:
    """The replay rule of an action; the defaults suit a row that stands for one thing."""

    #: Whether what goes unanswered stays in the journal as an open entry.
    journalled = True

    def profiles(self, desk: Desk, row: Row, key: str) -> Sequence[str | None]:  # noqa: ARG002
        """The profiles that a row has a result for; `[None]` where it has none."""
        return [None]

    def content(self, desk: Desk, row: Row, profile: str | None) -> Mapping[str, Any]:  # noqa: ARG002
        """What the fingerprint is made of.

        Raises:
            RowRejected: The row contradicts itself.
        """
        return row

    def lane(self, unit: Unit) -> str:
        """Units of one lane are done in their order, one after another."""
        return unit.identity.digest

    def prepare(self, desk: Desk, units: Sequence[Unit]) -> None:
        """Read what the units need before the first of them is written."""

    def act(self, desk: Desk, unit: Unit) -> Outcome:
        """Do it, at most once.

        Raises:
            RowRejected: The row can't be done.
            Ambiguous: It may have been done.
            Deferred: It was not attempted.
            HootsuiteError: The platform's answer to a read, or a refusal.
        """
        raise NotImplementedError
