"""Base classes of streams: one list, one list per parent, a scan that may take several runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from hootsuite_api.errors import PermissionDenied
from tap_hootsuite.answers import Key, Path
from tap_hootsuite.base import HootsuiteStream, Row, Stage
from tap_hootsuite.parents import outline, over
from tap_hootsuite.refusals import Gaps
from tap_hootsuite.run import chunks
from tap_hootsuite.scan_budget import ScanBudget
from tap_hootsuite.windows import instant, stamp

BATCH = 100  # items of a scan between two states
ROWS = 500  # rows written at once


class ListStream(HootsuiteStream):
    """A stream read by one request that lists everything."""

    def pages(self) -> Iterator[list[Row]]:
        """Send the request."""
        try:
            found = self.listed()
        except PermissionDenied as error:
            self.gaps.note(error)
            return
        yield [self.row({}, one) for one in found]

    def listed(self) -> Iterable[Any]:
        """Return the objects of the list."""
        found = self.run.directory.ask(self.operation)
        return [found] if isinstance(found, dict) else found


class FanOutStream(HootsuiteStream):
    """A stream read by one request per parent."""

    over: ClassVar[str]

    def pages(self) -> Iterator[list[Row]]:
        """Request all parents concurrently."""
        parents = list(over(self.run.directory, self.over, self.gaps))
        page: list[Row] = []
        with self.progress(self.over, len(parents)) as progress:
            for path, found in self.run.directory.each(self.operation, parents, self.gaps):
                page += [self.row(path, one) for one in found or ()]
                progress.step()
                if len(page) >= ROWS:
                    yield page
                    page = []
        yield page


class ScanStream(FanOutStream):
    """A scan: one request per parent, so many that it may take several runs.

    The state holds when it began, its place, its table version and whether anything was forbidden.
    It follows a stable order, so that the place stays valid when parents are added or removed. The
    progress line shows the whole scan, including the work of earlier runs.
    """

    stage: ClassVar[Stage] = Stage.SCANS

    def read(self) -> None:
        """Go on with the scan, start a new one if it is due, or do nothing."""
        scan = self._scan()
        budget = ScanBudget(self)
        if scan is None or not budget.is_left():
            return
        items = over(self.run.directory, self.over, self.gaps, _key(scan["place"]))
        # Other streams need the lists, too, but nobody else needs permissions.
        keep = self.component is None
        answers = self.run.directory.each(self.operation, items, self.gaps, keep=keep)
        gaps = Gaps(skip=self.run.options.skip_forbidden)
        whole = outline(self.run.directory, self.over, gaps)
        done = whole.passed(_key(scan["place"]))
        with self.progress(whole.unit, len(whole), done) as progress:
            for batch in chunks(answers, BATCH):
                self._write_batch(batch, int(scan["version"]))
                scan["place"] = "/".join(batch[-1][0].values())
                scan["gaps"] = bool(scan["gaps"] or self.gaps)
                budget.spend()
                self.save()
                progress.reach(whole.passed(_key(scan["place"])))
                if not budget.is_left():
                    return
            progress.reach(len(whole))
        self._complete(scan)

    def _write_batch(self, batch: list[tuple[Path, Any]], version: int) -> None:
        rows = [
            self.row(path, one)
            for path, found in batch
            if found is not None
            for one in ([found] if self.component else found)
        ]
        self.write(rows, version)
        self.run.check()

    def _scan(self) -> dict[str, Any] | None:
        state = self.stream_state
        scan: dict[str, Any] | None = state.get("scan")
        if scan is not None:
            return scan
        begun = state.get("begun")
        interval = self.run.options.scan_interval
        if begun and self.run.start < instant(begun) + interval and not self.stale():
            self.logger.info("%s: not due before %s", self.name, instant(begun) + interval)
            return None
        state["begun"] = stamp(self.run.start)
        state["scan"] = scan = {"version": self.next_version(), "place": None, "gaps": False}
        return scan

    def stale(self) -> bool:
        """Whether a scan is due before the interval ends, since the table is outdated."""
        return False

    def _complete(self, scan: dict[str, Any]) -> None:
        self.stream_state["scan"] = None
        if not scan["gaps"] and not self.gaps:
            self.activate(int(scan["version"]))


def _key(place: str | None) -> Key:
    return tuple(place.split("/")) if place else ()
