"""From rows to units: who they are, what they say, what the journal knows of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from target_hootsuite.actions import Action
from target_hootsuite.context import RunContext
from target_hootsuite.errors import RowRejected
from target_hootsuite.intake import Intake, Taken
from target_hootsuite.model import Outcome, Rule, Unit
from target_hootsuite.rows.identity import Identity, fingerprint


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
        """Book what was not understood."""
        outcomes = []
        for refused in intake.refused:
            action = Action(refused.stream, "", (), Rule(), 0)
            self.context.gate.expect(refused.number, len(refused.profiles))
            for profile in refused.profiles:
                identity = Identity(self.context.scope, refused.stream, refused.key, profile)
                unit = Unit(refused.number, action, refused.record, identity, {}, "")
                outcomes.append((unit, rejection(refused.error)))
        self.refused = [unit for unit, _ in outcomes]
        self.context.book_all(outcomes)

    def add(self, rows: Sequence[Taken]) -> None:
        """Make the units of some rows, look them up, and refuse what contradicts itself."""
        made: list[Unit] = []
        refused: list[tuple[Unit, Outcome]] = []
        for row in rows:
            for unit, problem in self._units(row):
                made.append(unit)
                error = problem or self._twin(unit)
                if error is not None:
                    refused.append((unit, rejection(error)))
        self.units += made
        journal = self.context.journal
        digests = [unit.identity.digest for unit in made]
        histories, reported = journal.histories(digests), journal.reported(digests)
        for unit in made:
            unit.history = histories.get(unit.identity.digest, [])
            unit.first_seen_at, unit.reported = reported.get(unit.identity.digest, (None, None))
        self.context.book_all(refused)

    def add_unreached(self, rows: Sequence[Taken]) -> None:
        """Make units of rows that were not planned when the run ended, for their results."""
        known = {unit.number for unit in self.units}
        for row in rows:
            if row.number not in known:
                profiles = row.row.get("social_profile_ids") or [None]
                for profile in dict.fromkeys(profiles):
                    self.units.append(_blank(self.context, row, profile))

    def _units(self, row: Taken) -> Iterator[tuple[Unit, RowRejected | None]]:
        try:
            profiles = row.action.rule.profiles(self.context, row.row, row.key)
        except RowRejected as error:
            self.context.gate.expect(row.number, 1)
            yield _blank(self.context, row, None), error
            return
        self.context.gate.expect(row.number, len(profiles))
        for profile in profiles:
            yield self._unit(row, profile)

    def _unit(self, row: Taken, profile: str | None) -> tuple[Unit, RowRejected | None]:
        unit = _blank(self.context, row, profile)
        try:
            unit.content = row.action.rule.content(self.context, row.row, profile)
        except RowRejected as error:
            return unit, error
        unit.fingerprint = fingerprint(unit.content)
        self.context.note(unit)
        return unit, None

    def _twin(self, unit: Unit) -> RowRejected | None:
        """Notice a key that comes twice: the same again, or a contradiction."""
        first = self._seen.setdefault(unit.identity.digest, unit)
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


def rejection(error: RowRejected) -> Outcome:
    """The outcome of a row that can't be sent."""
    code = None if error.code is None else str(error.code)
    return Outcome("rejected", "none", code=code, message=str(error), trace_id=error.trace_id)
