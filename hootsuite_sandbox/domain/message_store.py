"""Where messages live: a compact archive of seeded rows under a layer of records that were touched.

A million seeded messages are columns (about 20 bytes each) from which a `Message` is built when
somebody looks at it. What is created or changed later is an ordinary record in the layer above.
Nobody sees a message before its state was brought up to the clock (`settle`).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterator
from heapq import merge
from itertools import islice
from typing import Any, Protocol

from hootsuite_sandbox.domain.records import Message

Key = tuple[int, int]
"""Place of a message in a listing: its time and the number of its id."""


class Archive(Protocol):
    """Seeded messages, built on demand."""

    def find(self, number: int, now: int) -> Message | None:
        """Return the message with this number if it exists at `now`."""

    def keys(
        self,
        start: Key,
        end: Key,
        now: int,
        *,
        state: str | None = None,
        profiles: Collection[str] | None = None,
        reverse: bool = False,
    ) -> Iterator[Key]:
        """Yield the places of fitting messages in `start <= place < end`, in order."""


class EmptyArchive:
    """An archive without messages."""

    def find(self, number: int, now: int) -> Message | None:  # noqa: ARG002, D102 - see the protocol
        return None

    def keys(self, *_: Any, **__: Any) -> Iterator[Key]:  # noqa: D102 - see the protocol
        return iter(())


class MessageStore:
    """All messages of the world.

    Args:
        archive: The seeded ones.
        settle: Brings a record's state up to an instant.
        now: The sandbox's clock.
    """

    def __init__(
        self,
        archive: Archive,
        settle: Callable[[Message, int], None],
        now: Callable[[], int],
    ) -> None:
        self._archive = archive
        self._settle = settle
        self._now = now
        self._layer: dict[int, Message | None] = {}
        self._order: list[Key] = []
        self._unscheduled: set[int] = set()

    def get(self, message_id: str, *, hidden: bool = False) -> Message | None:
        """Return one message, or None when there is none (or it is not visible yet).

        Never assign to what is returned: `change` does that and keeps the order.

        Args:
            message_id: Its id.
            hidden: Also return a message that reads don't see yet (visibility lag).
        """
        if not (message_id.isascii() and message_id.isdigit()):
            return None
        message = self._at(int(message_id), self._now())
        return message if message and (hidden or self._visible(message)) else None

    def add(self, message: Message) -> Message:
        """Put a new message into the world and return it."""
        self._layer[message.number] = message
        self._place(message)
        return message

    def change(self, message: Message, **fields: Any) -> Message:
        """Set fields of a message, keeping the listing order right.

        Args:
            message: As `get` or `scan` returned it.
            fields: Attributes of `Message` and their new values.

        Returns:
            The same record.
        """
        self._displace(message)
        for name, value in fields.items():
            setattr(message, name, value)
        return self.add(message)

    def remove(self, message: Message) -> None:
        """Forget a message; the platform keeps no tombstones."""
        self._displace(message)
        self._layer[message.number] = None

    def scan(
        self,
        start: int,
        end: int,
        *,
        limit: int | None = None,
        state: str | None = None,
        profiles: Collection[str] | None = None,
        after: Key | None = None,
        before: Key | None = None,
        hidden: bool = False,
    ) -> list[Message]:
        """List messages with `start <= time < end`, by time and id.

        Args:
            start: First instant.
            end: Instant after the last.
            limit: At most so many.
            state: Only this state.
            profiles: Only these profiles (a set).
            after: Only what comes after this place (a cursor to the next page).
            before: Only what comes before this place; the last `limit` of them, still ascending.
            hidden: Also what reads don't see yet.
        """
        low = max((start, 0), (after[0], after[1] + 1)) if after else (start, 0)
        high = min((end, 0), before) if before else (end, 0)
        found = self._fitting(
            low, high, state=state, profiles=profiles, backwards=bool(before), hidden=hidden
        )
        rows = list(islice(found, limit))
        return rows[::-1] if before else rows

    def newest(self, start: int, end: int, profiles: Collection[str]) -> Iterator[Message]:
        """Yield the sent messages with `start <= time < end`, newest first, as long as asked.

        Args:
            start: First instant.
            end: Instant after the last.
            profiles: Only these profiles (a set).
        """
        yield from self._fitting(
            (start, 0), (end, 0), state="SENT", profiles=profiles, backwards=True, hidden=True
        )

    def unscheduled(self, *, hidden: bool = False) -> list[Message]:
        """List the send-now messages that wait for review and so have no time, by id."""
        now = self._now()
        rows = [self._at(number, now) for number in sorted(self._unscheduled)]
        return [row for row in rows if row and row.time is None and (hidden or self._visible(row))]

    def __iter__(self) -> Iterator[Message]:
        """Yield every message there is, hidden ones too: the truth."""
        yield from self._fitting(
            (0, 0), (1 << 62, 0), state=None, profiles=None, backwards=False, hidden=True
        )
        yield from self.unscheduled(hidden=True)

    def _fitting(
        self,
        low: Key,
        high: Key,
        *,
        state: str | None,
        profiles: Collection[str] | None,
        backwards: bool,
        hidden: bool,
    ) -> Iterator[Message]:
        now = self._now()
        seeded = self._archive.keys(
            low, high, now, state=state, profiles=profiles, reverse=backwards
        )
        ours = self._order[bisect_left(self._order, low) : bisect_left(self._order, high)]
        layer = self._layer
        keys: Iterator[Key] = seeded
        if ours:
            keys = merge(seeded, reversed(ours) if backwards else ours, reverse=backwards)
        last: Key | None = None
        for key in keys:
            if key == last:  # a row of the archive that was touched comes from both
                continue
            last = key
            message = self._at(key[1], now)
            if message is None or message.time != key[0]:
                continue
            if key[1] in layer and not _fits(message, state, profiles):
                continue
            if hidden or message.visible_from <= now:
                yield message

    def _at(self, number: int, now: int) -> Message | None:
        if number not in self._layer:
            return self._archive.find(number, now)
        message = self._layer[number]
        if message is not None:
            before = message.time
            self._settle(message, now)
            if message.time != before:
                self._place(message)
        return message

    def _visible(self, message: Message) -> bool:
        return message.visible_from <= self._now()

    def _place(self, message: Message) -> None:
        if message.time is None:
            self._unscheduled.add(message.number)
            return
        self._unscheduled.discard(message.number)
        insort(self._order, (message.time, message.number))

    def _displace(self, message: Message) -> None:
        self._unscheduled.discard(message.number)
        if message.time is None or message.number not in self._layer:
            return
        key = (message.time, message.number)
        place = bisect_left(self._order, key)
        if place < len(self._order) and self._order[place] == key:
            del self._order[place]


def _fits(message: Message, state: str | None, profiles: Collection[str] | None) -> bool:
    return (state is None or message.state == state) and (
        profiles is None or message.profile_id in profiles
    )
