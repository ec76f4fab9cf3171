"""Base class of the streams of analytics: batches of profiles, windows of days, pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from hootsuite_api.contract import load
from hootsuite_api.cursors import CursorGuard
from hootsuite_api.errors import PermissionDenied, ValidationRejected
from hootsuite_api.records import builder
from tap_hootsuite.analytics_access import AnalyticsAccess
from tap_hootsuite.base import ID, HootsuiteStream, Row, Stage
from tap_hootsuite.directory import Path, allowed, ids
from tap_hootsuite.seen_messages import order
from tap_hootsuite.windows import instant, stamp

BATCH = 10  # profiles in one request, as documented
PAGE = 100
DAY = timedelta(days=1)
LONGEST = timedelta(days=729)  # two years less a day: a day may end while the request is under way
PAD = DAY  # zones differ between networks, and the last day was seen to be left out
BACKFILL = timedelta(days=28)  # in one piece: no cursor may outlive a pause


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request asks for, page by page.

    Attributes:
        network: The network of all its profiles.
        datatype: ORGANIC or PAID.
        profiles: At most ten.
        since: The first day.
        until: The last day.
    """

    network: str
    datatype: str
    profiles: tuple[str, ...]
    since: date
    until: date

    def halves(self) -> tuple[Batch, Batch]:
        """Cut it in two."""
        middle = len(self.profiles) // 2
        return tuple(
            Batch(self.network, self.datatype, part, self.since, self.until)
            for part in (self.profiles[:middle], self.profiles[middle:])
        )  # type: ignore[return-value]  # two parts


@dataclass(frozen=True, slots=True)
class Found:
    """What a batch gave: rows, and the profiles that were refused."""

    rows: list[Row]
    refused: list[tuple[str, Exception]]


class AnalyticsStream(HootsuiteStream):
    """Figures by profile, read for a range of days and read again while networks correct them."""

    _open = False  # whether analytics has answered in this run

    stage: ClassVar[Stage] = Stage.LATER
    replaces: ClassVar[bool] = False
    extra: ClassVar[Mapping[str, Any]] = {
        "network_id": ID,
        "social_profile_id": ID,
        "datatype": ID,
    }
    without: ClassVar[frozenset[str]] = frozenset({"profile_id"})  # it is the social_profile_id

    def read(self) -> None:
        """Read window after window; the bookmark follows what was read."""
        self.access = AnalyticsAccess(self)
        if not self.access.should_ask():
            return
        profiles = self._profiles()
        windows = list(self._windows())
        with self.progress("windows", len(windows)) as progress:
            for since, until in windows:
                if not self._read_window(profiles, since, until):
                    return
                self.set_bookmark(stamp(min(instant(until.isoformat()), self.run.start)))
                self.save()
                progress.step()
        self.finish()

    def _windows(self) -> Iterator[tuple[date, date]]:
        """Yield ranges of days: one for what is read again, before it pieces of the backfill."""
        today = self.run.start.date()
        end = min(self.run.options.end.date(), today) if self.run.options.end else today
        begin = max(self.run.options.start.date(), today - LONGEST + PAD)
        if self.bookmark:
            begin = max(begin, instant(self.bookmark).date() - self.run.options.restate)
        while end - begin > self.run.options.restate + BACKFILL:
            yield begin, begin + BACKFILL
            begin += BACKFILL
        if begin <= end:
            yield begin, end

    def _profiles(self) -> dict[str, list[str]]:
        """Return the profiles that analytics serves, by network."""
        parameters = load().operations[self.operation].parameters
        networks = next(one.schema["enum"] for one in parameters if one.name == "networkId")
        chosen = self.run.options.profiles
        found: dict[str, list[str]] = {name: [] for name in networks}
        for one in allowed(self.run.directory.profiles, self.gaps):
            ident = str(one["id"])
            if one.get("type") in found and (not chosen or ident in chosen):
                found[one["type"]].append(ident)
        return {name: ids(profiles) for name, profiles in found.items()}

    def _read_window(self, profiles: Mapping[str, list[str]], since: date, until: date) -> bool:
        """Read one range of days for all profiles; tell whether analytics is open."""
        batches = list(self._batches(profiles, since, until))
        if batches and not self._open:
            first = self._first(batches.pop(0))
            if first is None:
                return False
            self._open = True
            self.access.opened()
            self._accept(first)
        for _, found in self.run.map(self._ask, batches):
            if isinstance(found, Exception):
                raise found
            self._accept(found)
        return True

    def _accept(self, found: Found) -> None:
        for profile, error in found.refused:
            self.access.refuse(profile, error)
        self.take(found.rows)

    def take(self, rows: Sequence[Row]) -> None:
        """Write rows."""
        self.write(rows)

    def _batches(
        self, profiles: Mapping[str, list[str]], since: date, until: date
    ) -> Iterator[Batch]:
        for network, all_of_it in profiles.items():
            wanted = [one for one in all_of_it if one not in self.access.refused]
            for datatype in self.run.options.datatypes:
                for i in range(0, len(wanted), BATCH):
                    part = tuple(sorted(wanted[i : i + BATCH], key=order))
                    yield Batch(network, datatype, part, since - PAD, until + PAD)

    def _first(self, batch: Batch) -> Found | None:
        """Read the first batch of a run alone; None if analytics is closed to this account.

        Raises:
            ValidationRejected: If no profile of several can be read: then it is the request that
                is wrong, and not the profiles.
        """
        one = Batch(batch.network, batch.datatype, batch.profiles[:1], batch.since, batch.until)
        try:
            return Found(list(self._rows(batch)), [])
        except ValidationRejected:
            pass
        except PermissionDenied as error:
            try:
                self._page(one, None)
            except PermissionDenied:
                self.access.close(error)
                return None
            except ValidationRejected:
                pass
        found = self._ask(batch)
        if len(found.refused) == len(batch.profiles) > 1:
            raise found.refused[0][1]
        return found

    # ------------------------------------------------------------------ in workers

    def _ask(self, batch: Batch) -> Found:
        """Read a batch to its end; a batch that is refused is halved until the profile is known."""
        try:
            return Found(list(self._rows(batch)), [])
        except (ValidationRejected, PermissionDenied) as error:
            if len(batch.profiles) == 1:
                return Found([], [(batch.profiles[0], error)])
        halves = [self._ask(half) for half in batch.halves()]
        return Found(
            [row for half in halves for row in half.rows],
            [one for half in halves for one in half.refused],
        )

    def _rows(self, batch: Batch) -> Iterator[Row]:
        guard = CursorGuard(self.operation, "analytics")
        cursor: str | None = None
        key = {"network_id": batch.network, "datatype": batch.datatype}
        build = builder(self.component or "")
        while True:
            data, cursor = self._page(batch, cursor, guard)
            for one in data:
                row = build(one)
                yield {**key, "social_profile_id": row.pop("profile_id"), **row}
            if not cursor:
                return

    def _page(
        self, batch: Batch, cursor: str | None, guard: CursorGuard | None = None
    ) -> tuple[list[Any], str | None]:
        span = {"since": batch.since.isoformat(), "until": batch.until.isoformat()}
        reply = self.run.send(
            self.operation,
            body={
                "filters": {
                    "profileId": {"in": list(batch.profiles)},
                    "reportingPeriod": {"timespan": span},
                }
            },
            networkId=batch.network,
            datatype=batch.datatype,
            limit=PAGE,
            cursor=cursor,
        )
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
