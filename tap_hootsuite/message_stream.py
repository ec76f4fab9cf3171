"""Streams derived from the message list, synced in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hootsuite_api.errors import PermissionDenied
from tap_hootsuite.base import Row
from tap_hootsuite.message_details import MessageDetails
from tap_hootsuite.message_sync import MessageSync


class MessageStream(MessageDetails):
    """A stream that is synced together with the other selected message streams."""

    def pages(self) -> Iterator[list[Row]]:
        """Never called: `MessageSync` writes the rows."""
        raise NotImplementedError

    def read(self) -> None:
        """Sync messages for all selected message streams, this one included."""
        streams = [self]
        if self.ABORT_AT_RECORD_COUNT is None:  # the SDK's dry run tests each stream on its own
            found = [one for one in self._tap.streams.values() if isinstance(one, MessageStream)]
            streams = [one for one in found if one.selected]
        for group in groups(streams):
            for stream in group:
                stream.prepare()
            before = self.run.count()
            try:
                MessageSync(self.run, group).read()
            except PermissionDenied as error:
                self.gaps.note(error)
            self._share_costs(streams, before)
        for stream in streams:
            if stream is not self:
                stream.say_gaps()
        self.run.done.update(stream.name for stream in streams)

    def _share_costs(self, streams: Sequence[MessageStream], before: Mapping[str, int]) -> None:
        """Count the requests of the other streams as their costs."""
        after = self.run.count()
        for stream in streams:
            cost = after.get(stream.operation, 0) - before.get(stream.operation, 0)
            if stream is not self:
                stream.cost += cost
                self.cost -= cost


def groups(streams: Sequence[MessageStream]) -> list[list[MessageStream]]:
    """Group streams that have the same bookmark and filters; one that lags is synced alone.

    `deleted_messages` never lags and goes with the first group.
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
