"""Streams that are fed by the list of messages, and who of them is read along with whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hootsuite_api.errors import PermissionDenied
from tap_hootsuite.base import HootsuiteStream, Row, Stage


@dataclass(frozen=True, slots=True)
class Detail:
    """What one further request told about a message.

    Attributes:
        rows: The rows.
        settled: Whether it need not be asked again while the message stays as it is.
    """

    rows: list[Row]
    settled: bool


class MessageStream(HootsuiteStream):
    """A stream that follows the messages, window by window, with one state for all."""

    stage: ClassVar[Stage] = Stage.FOLLOWERS
    replaces: ClassVar[bool] = False
    nothing: ClassVar[frozenset[int]] = frozenset()  # codes that mean: no rows

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        # Not all of them have a column for a bookmark, but none is read in full every time.
        self.forced_replication_method = "INCREMENTAL"
        self.asked: set[str] = set()
        self.unsettled: set[str] = set()

    def wanted(self, message: Mapping[str, Any]) -> Iterable[str]:
        """Return what has to be asked for because of a message."""
        del message
        return ()

    def ask(self, key: str) -> Any:
        """Ask for one such thing; runs in a worker."""
        raise NotImplementedError

    def detail(self, key: str, data: Any) -> Detail:
        """Turn the answer into rows."""
        raise NotImplementedError

    def moved(self) -> None:
        """Note what else belongs to a bookmark."""

    def pages(self) -> Iterator[list[Row]]:
        """Never called."""
        raise NotImplementedError  # the reader of messages writes our rows

    def read(self) -> None:
        """Read messages for every selected stream that follows them, this one among them."""
        from tap_hootsuite.reader import Reader  # noqa: PLC0415 - it needs this module's classes

        streams = [self]
        if self.ABORT_AT_RECORD_COUNT is None:  # a dry run looks at each stream on its own
            found = [one for one in self._tap.streams.values() if isinstance(one, MessageStream)]
            streams = [one for one in found if one.selected]
        for group in groups(streams):
            for stream in group:
                stream.prepare()
            before = self.run.count()
            try:
                Reader(self.run, group).read()
            except PermissionDenied as error:
                self.gaps.note(error)
            self._share_costs(streams, before)
        for stream in streams:
            if stream is not self:
                stream.say_gaps()
        self.run.done.update(stream.name for stream in streams)

    def _share_costs(self, streams: Sequence[MessageStream], before: Mapping[str, int]) -> None:
        """Book the requests of the others as theirs."""
        after = self.run.count()
        for stream in streams:
            cost = after.get(stream.operation, 0) - before.get(stream.operation, 0)
            if stream is not self:
                stream.cost += cost
                self.cost -= cost


def groups(streams: Sequence[MessageStream]) -> list[list[MessageStream]]:
    """Put streams together that stand at the same place; one that lags reads by itself.

    `deleted_messages` has nothing to catch up on and goes with the first.
    """
    found: dict[str, list[MessageStream]] = {}
    loose = []
    for stream in streams:
        if stream.name == "deleted_messages":
            loose.append(stream)
            continue
        state = stream.stream_state
        place = repr((stream.bookmark, state.get("filters"), state.get("fill")))
        found.setdefault(place, []).append(stream)
    if not found:
        return [loose] if loose else []
    first = next(iter(found.values()))
    first += loose
    return list(found.values())
