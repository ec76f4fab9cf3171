"""The model: units of work, their outcomes, actions, and replay rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar

from hootsuite_api.contract import load
from hootsuite_api.naming import snake
from target_hootsuite.journal.entries import Entry
from target_hootsuite.results import Result
from target_hootsuite.rows.identity import Identity
from target_hootsuite.statuses import NEWEST_VERSION, ResultStatus

Row = Mapping[str, Any]
Schema = Mapping[str, Any]
TEXT: Schema = MappingProxyType({"type": "string"})
Context = TypeVar("Context")  # what a rule works with: the RunContext, which knows the model


@dataclass(frozen=True)
class Needs:
    """The right that an action needs, as far as the platform's API shows it.

    Args:
        of: Which permissions decide: those on the row's profile or organization, those of the
            pending reviewer, or none.
        permissions: A part of the permission's name, then the presets that include it. The platform
            publishes no list of its permissions, so an unknown name leaves the answer open.
    """

    of: Literal["anyone", "reviewer", "profile", "organization"]
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action:
    """The action of one stream's rows.

    Args:
        stream: The stream's name.
        operation: The contract's operation that writes; its body and path give the columns.
        keys: The key columns; the first alternative that a row fills is its key.
        rule: The replay rule: how it is done, and how often it may be tried.
        stage: Actions of a later stage wait for those of an earlier one.
        needs: The right that it needs.
        extra: Columns beyond the contract's, with their schemas; null removes one.
        names: Our column for each field of the contract that is called otherwise there,
            {field: column}; the rule reads the column.
        meanings: Descriptions of columns that the contract lacks or words differently.
        needed: The condition under which a column is required, if it is required only sometimes.
    """

    stream: str
    operation: str
    keys: tuple[tuple[str, ...], ...]
    rule: Rule[Any]
    stage: int
    needs: Needs
    extra: Mapping[str, Schema | None] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, str] = field(default_factory=dict)
    needed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def columns(self) -> Mapping[str, Schema]:
        """The columns that a row may have, with their schemas."""
        operation = load().operations[self.operation]
        path = {snake(one.name): TEXT for one in operation.parameters if one.location == "path"}
        fields = (operation.body or {}).get("properties", {})
        body = {snake(name): schema for name, schema in fields.items()}
        if unknown := self.names.keys() - path.keys() - body.keys():
            raise ValueError(f"{self.stream}: {self.operation} has no field {min(unknown)}")
        renamed = {self.names.get(name, name): schema for name, schema in {**path, **body}.items()}
        merged = {**renamed, **self.extra}
        return {name: schema for name, schema in merged.items() if schema is not None}


@dataclass(eq=False)
class Unit:
    """Unit of work: one row, or one row for one profile. Each unit has one result.

    Args:
        number: Place of the row in the input.
        action: What is to be done with it.
        row: Its declared columns, normalised.
        identity: Its identity, which the journal knows it by.
        content: The fields that its fingerprint covers.
        fingerprint: Of the content, under the present algorithm.
        twin: An earlier unit of this run with the same identity and content.
        history: Its journal entries, newest first, as last looked up.
        first_seen_at: The time of its first result.
        reported: The last status that an earlier run reported.
        attempts: Requests that were sent for it.
        result: What became of it.
    """

    number: int
    action: Action
    row: Row
    identity: Identity
    content: Mapping[str, Any]
    fingerprint: str
    twin: Unit | None = None
    history: list[Entry] = field(default_factory=list)
    first_seen_at: str | None = None
    reported: str | None = None
    attempts: int = 0
    result: Result | None = None

    @property
    def newest(self) -> Entry | None:
        """The newest version that the journal knows."""
        return self.history[0] if self.history else None

    @property
    def open_entry(self) -> Entry | None:
        """The version whose outcome is not proven."""
        return next((entry for entry in self.history if entry.open), None)

    @property
    def current(self) -> Entry | None:
        """The version that is on the platform, or that was deleted there by hand."""
        return next((entry for entry in self.history if entry.status in NEWEST_VERSION), None)


@dataclass(frozen=True)
class Outcome:
    """The outcome of an action for one unit.

    Args:
        status: What became of it.
        action: What was done, in one word.
        remote_id: The platform's id.
        code: The platform's code, or a word of ours.
        message: For a person.
        trace_id: The platform's trace id.
        journalled: Whether the result was committed with the outcome already.
    """

    status: ResultStatus
    action: str
    remote_id: str | None = None
    code: str | None = None
    message: str | None = None
    trace_id: str | None = None
    journalled: bool = False


class Planned(Exception):  # noqa: N818 - the answer of a dry run, not a fault
    """A dry run reached the first write of a unit.

    Args:
        action: What would be done.
    """

    def __init__(self, action: str, remote_id: str | None = None) -> None:
        super().__init__(action)
        self.action = action
        self.remote_id = remote_id


class Rule(Generic[Context]):
    """The replay rule of an action. The defaults suit a row that means one object."""

    #: Whether an unanswered request stays in the journal as an open entry.
    journalled = True

    def profiles(self, context: Context, row: Row, key: str) -> Sequence[str | None]:  # noqa: ARG002
        """The profiles of a row, one result each; `[None]` if the row names no profile."""
        return [None]

    def content(self, context: Context, row: Row, profile: str | None) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the columns that the fingerprint covers.

        Raises:
            RowRejected: Two columns of the row contradict each other.
        """
        return row

    def remember(self, context: Context, unit: Unit) -> None:
        """Keep a planned unit, so that units of other actions can find it."""

    def lane(self, unit: Unit) -> str:
        """The lane of a unit; units of one lane are done in order, one after another."""
        return unit.identity.digest

    def same_thing(self, unit: Unit) -> str:
        """A key that is equal for two rows of one run that mean the same object."""
        return unit.identity.digest

    def prepare(self, context: Context, units: Sequence[Unit]) -> None:
        """Read what the units need before the first of them is written."""

    def probe(self, context: Context, unit: Unit) -> None:
        """Do for one unit what `prepare` does for all units, without a request.

        It tells which unit makes `prepare` fail.
        """

    def act(self, context: Context, unit: Unit) -> Outcome:
        """Do a unit, at most once.

        Raises:
            RowRejected: The row can't be sent.
            Ambiguous: The write may have happened.
            Deferred: Nothing was sent.
            HootsuiteError: The platform's answer to a read, or a refusal.
        """
        raise NotImplementedError
