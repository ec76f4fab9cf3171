"""Data classes: reading options, and the plan as read (records and problems)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tap_hootsuite_sheet.columns import Table
from tap_hootsuite_sheet.problems import PlanError, Problems
from tap_hootsuite_sheet.sheet import Sheet

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    """How a plan is to be read; every field has a setting or an option of the same name."""

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    timezone: str | None = None
    profiles: tuple[str, ...] = ()
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    composer_date_format: str | None = None
    plan_name: str | None = None
    as_is: frozenset[str] = frozenset()


@dataclass(slots=True)
class Plan:
    """A plan that was read: good rows as records, bad rows as problems.

    `rows` holds the sheet's row of each record, `zones` the zone that its time was written in, and
    `keys` the key of every row that has one, bad or not.
    """

    name: str
    sheet: Sheet
    table: Table
    problems: Problems
    notes: list[str]
    records: list[Record] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    zones: list[str] = field(default_factory=list)
    keys: dict[int, str] = field(default_factory=dict)
    held: dict[int, str] = field(default_factory=dict)
    """Rows that their status keeps back, with the word that does."""
    warnings: dict[int, list[str]] = field(default_factory=dict)
    """What may not be meant, by row; such rows are sent."""

    def require_clean(self) -> None:
        """Refuse a plan with bad rows.

        Raises:
            PlanError: With all problems.
        """
        if self.problems.items:
            raise PlanError(self.sheet.source, self.problems)
