"""Accepts input rows: a row is either understood, or kept as refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from target_hootsuite.actions import ACTIONS
from target_hootsuite.errors import RowRejected
from target_hootsuite.log import logger
from target_hootsuite.model import Action, Row
from target_hootsuite.rows.normalise import key_of, normalise, unknown_columns
from target_hootsuite.singer.state_gate import StateGate
from target_hootsuite.unforeseen import FAULTS, field_at_fault, unplannable

_LABELS = (
    *("external_id", "message_id", "comment_id", "email", "member_id"),
    *("user_name", "name", "display_name"),
)
_LONGEST = 500


@dataclass(frozen=True)
class Taken:
    """A row that was understood.

    Args:
        number: Its place in the input.
        action: What it asks for.
        row: Its declared columns.
        key: Its key.
    """

    number: int
    action: Action
    row: Row
    key: str


@dataclass(frozen=True)
class Refused:
    """A row that was not understood.

    Args:
        number: Its place in the input.
        stream: The stream that it came in.
        key: Its key, as far as it can be told.
        profiles: The profiles that it names, as far as they can be told.
        error: Why.
        record: The row as it came; None if the line is no row.
    """

    number: int
    stream: str
    key: str
    profiles: list[str | None]
    error: RowRejected
    record: Mapping[str, Any]


@dataclass
class Intake:
    """The rows of a run, in their order.

    Args:
        gate: Counts them.
    """

    gate: StateGate
    taken: list[Taken] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    _named: set[tuple[str, str]] = field(default_factory=set)

    def add(self, stream: str, record: Any) -> None:
        """Accept a row; keep a row that can't be understood together with the error."""
        number = self.gate.row()
        try:
            self.taken.append(self._understood(number, stream, record))
        except RowRejected as error:
            self.refuse(number, stream, record, error)
        except FAULTS as error:
            field = field_at_fault(lambda row: self._understood(number, stream, row), record)
            self.refuse(number, stream, record, unplannable(error, field))

    def refuse(self, number: int, stream: str, record: Any, error: RowRejected) -> None:
        """Keep a row that can't be used, so that it gets a result."""
        key, profiles = _labels(record)
        refused = Refused(number, _clean(stream), key, profiles, error, _as_row(record))
        self.refused.append(refused)

    def _understood(self, number: int, stream: str, record: Any) -> Taken:
        action = ACTIONS.get(stream)
        if action is None:
            msg = f"Stream {stream!r} is none that this target writes: {', '.join(ACTIONS)}."
            raise RowRejected(msg, code="unknown_stream")
        if not isinstance(record, dict):
            raise RowRejected("The record is not an object.", code="wrong_type")
        if record.get("_sdc_deleted_at") is not None:
            msg = "The row was deleted at its source; to delete a message use `message_deletions`."
            raise RowRejected(msg, field="_sdc_deleted_at", code="deleted_at_source")
        self._name_unknown(stream, record, action)
        row = normalise(record, action.columns)
        key = key_of(row, action.keys, f"Record {number + 1} of the input")
        return Taken(number, action, row, key)

    def _name_unknown(self, stream: str, record: Mapping[str, Any], action: Action) -> None:
        for column in sorted(unknown_columns(record, action.columns)):
            if (stream, column) not in self._named:
                self._named.add((stream, column))
                if not column.startswith("_sdc_"):
                    logger.warning("%s: column %r is not used and ignored", stream, column)


def _as_row(record: Any) -> Mapping[str, Any]:
    return record if isinstance(record, dict) else {}


def _labels(record: Any) -> tuple[str, list[str | None]]:
    if not isinstance(record, dict):
        return "", [None]
    found = (record[name] for name in _LABELS if isinstance(record.get(name), str | int))
    key = str(next(found, "")).encode("utf-8", "replace").decode().replace("\x00", "?")
    profiles = record.get("social_profile_ids")
    named = profiles if isinstance(profiles, list) else []
    texts = dict.fromkeys(str(one) for one in named if isinstance(one, str | int))
    return key[:_LONGEST], [_clean(text) for text in texts] or [None]


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")[:_LONGEST]
