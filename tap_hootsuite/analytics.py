"""Base class of the analytics streams: batches, pagination, and refused units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from hootsuite_api.cursor_guard import CursorGuard
from hootsuite_api.errors import PermissionDenied, ValidationRejected
from tap_hootsuite.analytics_access import AnalyticsAccess
from tap_hootsuite.answers import Path
from tap_hootsuite.base import HootsuiteStream, Row, Stage

BATCH = 10  # profiles or ad accounts in one request, as documented
PAGE = 100
VAIN = 3  # batches refused as a whole before the request itself is considered invalid
Page = tuple[list[Any], str | None]  # objects, next cursor


@dataclass(frozen=True, slots=True)
class Unit:
    """Unit of reading: one social profile or ad account, for one kind of metrics.

    Attributes:
        group: The network; a request is for one network.
        subject: The id; for an ad account the organization's id comes before it.
        datatype: ORGANIC or PAID; None if the request names none.
    """

    group: str
    subject: str
    datatype: str | None = None

    @property
    def key(self) -> str:
        """Its key in the state."""
        plain = self.datatype in (None, "ORGANIC")
        return self.subject if plain else f"{self.subject}/{self.datatype}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Units and days of one request, read page by page.

    Attributes:
        units: At most ten, of one network and one kind of metrics.
        since: The first day; None for requests without days.
        until: The last day.
    """

    units: tuple[Unit, ...]
    since: date | None = None
    until: date | None = None

    @property
    def group(self) -> str:
        """The network of all units."""
        return self.units[0].group

    @property
    def datatype(self) -> str | None:
        """The kind of metrics of all units."""
        return self.units[0].datatype

    def first(self) -> Batch:
        """Return a batch with only the first unit."""
        return replace(self, units=self.units[:1])

    def halves(self) -> tuple[Batch, Batch]:
        """Split it in two."""
        middle = len(self.units) // 2
        return replace(self, units=self.units[:middle]), replace(self, units=self.units[middle:])


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a batch: rows, and the refused units."""

    rows: list[Row]
    refused: list[tuple[Unit, Exception]]


def batches(
    units: Iterable[Unit], since: date | None = None, until: date | None = None
) -> list[Batch]:
    """Group units by network and kind of metrics, at most ten, keeping their order."""
    found: dict[tuple[str, str | None], list[Unit]] = {}
    for one in units:
        found.setdefault((one.group, one.datatype), []).append(one)
    return [
        Batch(tuple(group[i : i + BATCH]), since, until)
        for group in found.values()
        for i in range(0, len(group), BATCH)
    ]


class AnalyticsStream(HootsuiteStream):
    """A stream of analytics, requested in batches of one network.

    Attributes:
        what: What a unit is, for messages.
    """

    stage: ClassVar[Stage] = Stage.LATER
    what: ClassVar[str] = "social profile"

    def read(self) -> None:
        """Read all units, unless this account has no access to analytics."""
        self.access = AnalyticsAccess(self)
        self._answered: Unit | None = None
        self._vain = 0
        self._known: dict[Batch, Page] = {}
        if self.access.should_ask():
            self._units = self.units()
            self.read_units(self._units)

    # ------------------------------------------------------------------ what subclasses say

    def units(self) -> list[Unit]:
        """Return the units that can be requested, grouped by network, in a stable order."""
        raise NotImplementedError

    def read_units(self, units: Sequence[Unit]) -> None:
        """Read them."""
        raise NotImplementedError

    def question(self, batch: Batch) -> dict[str, Any]:
        """Return the path, the query and, as `filters`, the filters of a batch without its days."""
        raise NotImplementedError

    def build(self, batch: Batch, data: Mapping[str, Any]) -> Row:
        """Build a row; runs in worker threads."""
        raise NotImplementedError

    def accept(self, batch: Batch, found: Found) -> None:
        """Handle the result of a batch: all its units but the refused ones were read completely."""
        raise NotImplementedError

    # ------------------------------------------------------------------ reading

    def read_batches(self, asked: Iterable[Batch]) -> bool:
        """Read batches concurrently; return whether the account has access to analytics.

        Raises:
            ValidationRejected: If every batch is refused: then the request itself is invalid.
        """
        waiting = list(asked)
        if not self.is_open(waiting):
            return False
        for batch, found in self.run.map(self._ask, waiting):
            if isinstance(found, Exception):
                raise found
            if (refusal := self._closed_meanwhile(batch, found)) is not None:
                self.access.close(refusal)
                return False
            self._note_refusals(batch, found)
            self.accept(batch, found)
        return True

    def _closed_meanwhile(self, batch: Batch, found: Found) -> PermissionDenied | None:
        """Return the refusal if access ended during the run, after a whole batch was refused.

        It requests one more unit, if possible one that has answered before. Otherwise each unit
        would be reported as refused, one by one.
        """
        refusals = [error for _, error in found.refused if isinstance(error, PermissionDenied)]
        if len(refusals) < len(batch.units):
            return None
        known = {*batch.units, *(one for one in self._units if one.key in self.access.refused)}
        other = self._answered or next((one for one in self._units if one not in known), None)
        if other is None:
            return None
        try:
            self._page(replace(batch, units=(other,)), None)
        except PermissionDenied as error:
            return error
        except ValidationRejected:  # only callers with access get this error
            return None
        self._answered = other
        return None

    def is_open(self, waiting: Sequence[Batch]) -> bool:
        """Request the first page alone: without access this costs one or two requests only."""
        if self.run.analytics_open or not waiting:
            return True
        batch = waiting[0]
        refusal: PermissionDenied | None = None
        for one in dict.fromkeys((batch, batch.first())):
            try:
                self._known[one] = self._page(one, None)
            except PermissionDenied as error:
                refusal = refusal or error
                continue
            except ValidationRejected:  # only callers with access get this error
                pass
            self.run.analytics_open = True
            self.access.opened()
            return True
        if refusal:
            self.access.close(refusal)
        return False

    def _note_refusals(self, batch: Batch, found: Found) -> None:
        for unit, error in found.refused:
            self.access.refuse(unit.key, f"{self.what} {unit.subject}", error)
        self.access.readmit({one.key for one in batch.units} - self.access.refused)
        refused = {unit for unit, _ in found.refused}
        if answered := [unit for unit in batch.units if unit not in refused]:
            self._answered = answered[0]
        elif not self._answered:
            self._vain += 1
            if self._vain == VAIN and isinstance(found.refused[0][1], ValidationRejected):
                raise found.refused[0][1]

    # ------------------------------------------------------------------ in workers

    def _ask(self, batch: Batch) -> Found:
        """Read a batch to its end; a refused batch is halved until the refused unit is found."""
        try:
            return Found(list(self._rows(batch)), [])
        except (ValidationRejected, PermissionDenied) as error:
            if len(batch.units) == 1:
                return Found([], [(batch.units[0], error)])
        halves = [self._ask(half) for half in batch.halves()]
        return Found(
            [row for half in halves for row in half.rows],
            [one for half in halves for one in half.refused],
        )

    def _rows(self, batch: Batch) -> Iterator[Row]:
        guard = CursorGuard(self.operation, "analytics")
        known = self._known.pop(batch) if batch in self._known else None
        data, cursor = known or self._page(batch, None, guard)
        while True:
            yield from (self.build(batch, one) for one in data)
            if not cursor:
                return
            data, cursor = self._page(batch, cursor, guard)

    def _page(self, batch: Batch, cursor: str | None, guard: CursorGuard | None = None) -> Page:
        question = self.question(batch)
        filters = question.pop("filters")
        if batch.since and batch.until:
            span = {"since": batch.since.isoformat(), "until": batch.until.isoformat()}
            filters["reportingPeriod"] = {"timespan": span}
        path = question.pop("path", {})
        query = {**question, "limit": PAGE, "cursor": cursor}
        reply = self.run.send(self.operation, path, body={"filters": filters}, **query)
        info = reply.metadata.get("collectionInfo") or {}
        following = (info.get("next") or {}).get("cursor")
        if guard:
            guard.accept(reply.data, following, reply.headers.get("X-Request-Id"))
        return reply.data, following

    def row(self, path: Path, data: Any) -> Row:
        """Never called: rows are built in workers."""
        raise NotImplementedError

    def pages(self) -> Iterable[list[Row]]:  # type: ignore[override]
        """Never called: `read` writes the rows."""
        raise NotImplementedError
