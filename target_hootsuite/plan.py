"""Turns rows into units, with identity, content and journal history."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from target_hootsuite.context import RunContext
from target_hootsuite.errors import RowRejected
from target_hootsuite.intake import Intake, Taken
from target_hootsuite.model import Action, Needs, Outcome, Row, Rule, Unit
from target_hootsuite.outcomes import ENDINGS, outcome_of, rejection
from target_hootsuite.rows.identity import Identity, fingerprint
from target_hootsuite.unforeseen import FAULTS, field_at_fault, unplannable


@dataclass
class Plan:
    """The units of a run.

    Args:
        context: The run.
        units: All that were made so far, in the order of the input within a stage.
    """

    context: RunContext
    units: list[Unit] = field(default_factory=list)
    refused: list[Unit] = field(default_factory=list)
    _seen: dict[str, Unit] = field(default_factory=dict)

    def refuse(self, intake: Intake) -> None:
        """Record a result for each row that was not understood."""
        outcomes = []
        for refused in intake.refused:
            action = Action(refused.stream, "", (), _NO_RULE, 0, Needs("anyone"))
            self.context.book.gate.expect(refused.number, len(refused.profiles))
            for profile in refused.profiles:
                identity = Identity(self.context.scope, refused.stream, refused.key, profile)
                unit = Unit(refused.number, action, refused.record, identity, {}, "")
                outcomes.append((unit, rejection(refused.error)))
        self.refused = [unit for unit, _ in outcomes]
        self.context.book.add_all(outcomes)

    def add(self, rows: Sequence[Taken]) -> None:
        """Make units of rows, read their journal history, and refuse contradictory rows."""
        made: list[Unit] = []
        refused: list[tuple[Unit, Outcome]] = []
        for row in rows:
            for unit, problem in self._units(row):
                made.append(unit)
                error = problem or self._twin(unit)
                if error is not None:
                    refused.append((unit, outcome_of(self.context, error)))
        self.units += made
        journal = self.context.journal
        digests = [unit.identity.digest for unit in made]
        histories, reported = journal.histories(digests), journal.reported(digests)
        for unit in made:
            unit.history = histories.get(unit.identity.digest, [])
            unit.first_seen_at, unit.reported = reported.get(unit.identity.digest, (None, None))
        self.context.book.add_all(refused)

    def add_unreached(self, rows: Sequence[Taken]) -> None:
        """Make units of rows that were not planned when the run ended, for their results."""
        known = {unit.number for unit in self.units}
        for row in rows:
            if row.number not in known:
                profiles = row.row.get("social_profile_ids") or [None]
                for profile in dict.fromkeys(profiles):
                    self.units.append(_blank(self.context, row, profile))

    def _units(self, row: Taken) -> Iterator[tuple[Unit, Exception | None]]:
        rule = row.action.rule
        try:
            profiles = _alone(lambda one: rule.profiles(self.context, one, row.key), row.row)
        except ENDINGS as error:
            self.context.book.gate.expect(row.number, 1)
            yield _blank(self.context, row, None), error
            return
        self.context.book.gate.expect(row.number, len(profiles))
        for profile in profiles:
            yield self._unit(row, profile)

    def _unit(self, row: Taken, profile: str | None) -> tuple[Unit, Exception | None]:
        unit = _blank(self.context, row, profile)
        try:
            unit.content, unit.fingerprint = _alone(
                lambda one: self._content(row.action, one, profile), row.row
            )
        except ENDINGS as error:
            return unit, error
        unit.action.rule.remember(self.context, unit)
        return unit, None

    def _content(
        self, action: Action, row: Row, profile: str | None
    ) -> tuple[Mapping[str, Any], str]:
        content = action.rule.content(self.context, row, profile)
        return content, fingerprint(content)

    def _twin(self, unit: Unit) -> RowRejected | None:
        """Handle a key that comes twice: same content is a twin, other content is refused."""
        first = self._seen.setdefault(unit.action.rule.same_thing(unit), unit)
        if first is unit:
            return None
        if first.fingerprint == unit.fingerprint:
            unit.twin = first
            return None
        key = unit.identity.key
        msg = f"The key {key!r} comes twice with different content; which one was meant?"
        return RowRejected(msg, code="duplicate_key")


def _blank(context: RunContext, row: Taken, profile: str | None) -> Unit:
    identity = Identity(context.scope, row.action.stream, row.key, profile)
    return Unit(row.number, row.action, row.row, identity, {}, "")


Found = TypeVar("Found")
_NO_RULE: Rule[RunContext] = Rule()


def _alone(attempt: Callable[[Row], Found], row: Row) -> Found:
    """Do one step of planning a row; an unexpected exception rejects the row.

    Raises:
        RowRejected: With the field at fault.
    """
    try:
        return attempt(row)
    except FAULTS as error:
        raise unplannable(error, field_at_fault(attempt, row)) from error
