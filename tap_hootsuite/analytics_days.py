"""Analytics streams with daily windows: a mark per unit, and a restatement window."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from tap_hootsuite.analytics import AnalyticsStream, Batch, Found, Unit, batches
from tap_hootsuite.seen_messages import pack, unpack
from tap_hootsuite.windows import instant, stamp

DAY = timedelta(days=1)
LONGEST = timedelta(days=729)  # two years less one day: a day may end while a request is in flight
PAD = DAY  # time zones differ between networks, and the last day was seen to be missing
BACKFILL = timedelta(days=28)  # per piece, since a cursor may expire between two runs


@dataclass(frozen=True, slots=True)
class Piece:
    """A range of days, both ends included, and the keys of the units to read for it."""

    since: date
    until: date
    keys: frozenset[str]


def plan(begins: Mapping[str, date], end: date, again: timedelta) -> Iterator[Piece]:
    """Cut the days to read into pieces; units at the same day share a piece.

    Args:
        begins: The first day to read for each unit, by its key.
        end: The last day.
        again: The restatement window: these days before the end are read in one piece, by every
            run.
    """
    places = {key: day for key, day in begins.items() if day <= end}
    while places:
        since = min(places.values())
        keys = frozenset(key for key, day in places.items() if day == since)
        until = end if end - since <= again + BACKFILL else since + BACKFILL
        until = min((until, *(day for day in places.values() if day > since)))
        yield Piece(since, until, keys)
        for key in keys:
            if until < end:
                places[key] = until
            else:
                del places[key]


class Marks:
    """Per unit, the day before which its metrics are final; later days are read again.

    Args:
        known: What `pack` wrote.
    """

    def __init__(self, known: Mapping[str, str] | None) -> None:
        self._days = {
            key: date.fromisoformat(day)
            for day, keys in (known or {}).items()
            for key in unpack(keys)
        }

    def get(self, key: str) -> date | None:
        """Return the day of a unit; None if it was never read."""
        return self._days.get(key)

    def move(self, keys: Collection[str], day: date) -> None:
        """Move the day of some units forward."""
        for key in keys:
            self._days[key] = max(day, self._days.get(key, day))

    def pack(self) -> dict[str, str]:
        """Return them for the state: units by day."""
        found: dict[date, list[str]] = {}
        for key, day in self._days.items():
            found.setdefault(day, []).append(key)
        return {day.isoformat(): pack(keys) for day, keys in sorted(found.items())}


class DailyStream(AnalyticsStream):
    """Metrics per day or per day of creation, read again while networks may restate them.

    Each unit has its own mark: a new unit is read from the start date on, and a unit that was
    refused or disconnected for a while from its mark on.
    """

    replaces: ClassVar[bool] = False

    @property
    def again(self) -> timedelta:
        """The restatement window: for how long metrics are read again."""
        return self.run.options.restate

    def read_units(self, units: Sequence[Unit]) -> None:
        """Read piece by piece: first units that were read before, then new or doubtful units.

        A new unit may be refused, which in the first request would look like missing access.
        """
        self.marks = Marks(None if self.full else self.stream_state.get("read"))
        known = {unit.key: unit for unit in units if unit.key not in self.access.refused}
        doubtful = self.access.doubtful
        tried = {key for key in known if self._mark(key) and key not in doubtful}
        reached = True
        for keys in (tried, known.keys() - tried):
            reached = reached and self._read_all([known[key] for key in known if key in keys])
        if reached and known:
            self._advance(min(self.end, self.today))

    @property
    def today(self) -> date:
        """The day of the run, UTC."""
        return self.run.start.date()

    @property
    def end(self) -> date:
        """The last day that is read."""
        given = self.run.options.end
        return min(given.date(), self.today) if given else self.today

    def begin(self, key: str) -> date:
        """Return the first day that this run reads for a unit."""
        first = max(self.run.options.start.date(), self.today - LONGEST + PAD)
        mark = self._mark(key)
        return max(first, min(mark, self.today - self.again)) if mark else first

    def _mark(self, key: str) -> date | None:
        if not self.stream_state.get("read") and self.bookmark:
            return instant(self.bookmark).date() - self.again
        return self.marks.get(key)

    def _read_all(self, units: Sequence[Unit]) -> bool:
        """Read some units up to the end; return whether the account has access."""
        pieces = list(plan({one.key: self.begin(one.key) for one in units}, self.end, self.again))
        # A single unit that lags may be refused, so the access test uses the piece with most units.
        if pieces and not self.is_open(self._asked(units, max(pieces, key=lambda p: len(p.keys)))):
            return False
        with self.progress("windows", len(pieces)) as progress:
            for piece in pieces:
                if not self.read_batches(self._asked(units, piece)):
                    return False
                if len(piece.keys) == len(units):
                    self._advance(piece.until)
                self.save()
                progress.step()
        return True

    def _asked(self, units: Sequence[Unit], piece: Piece) -> list[Batch]:
        refused = self.access.refused
        wanted = [one for one in units if one.key in piece.keys and one.key not in refused]
        return batches(wanted, piece.since - PAD, piece.until + PAD)

    def _advance(self, day: date) -> None:
        """Move the bookmark, which shows people how far the stream is."""
        reached = stamp(min(instant(day.isoformat()), self.run.start))
        if not self.bookmark or self.bookmark < reached:
            self.set_bookmark(reached)

    def accept(self, batch: Batch, found: Found) -> None:
        """Write the rows, and move the marks of the units that were read."""
        self.take(batch, found)
        refused = {unit.key for unit, _ in found.refused}
        read = {unit.key for unit in batch.units} - refused
        if batch.until:
            self.marks.move(read, min(batch.until - PAD, self.today - self.again))

    def take(self, batch: Batch, found: Found) -> None:
        """Write the rows of a batch."""
        del batch
        self.write(found.rows)

    def save(self) -> None:
        """Write the state, with the marks."""
        self.store()
        super().save()

    def store(self) -> None:
        """Store the marks in the stream's state."""
        marks: Any = getattr(self, "marks", None)
        if marks is not None and (packed := marks.pack()):
            self.stream_state["read"] = packed
