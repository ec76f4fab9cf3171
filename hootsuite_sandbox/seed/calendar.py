"""Generates years of posts with a weekly rhythm, and posts of the coming weeks."""

from __future__ import annotations

from random import Random

from hootsuite_sandbox.seed.archive import Fate, SeededMessages

DAY = 86_400
_WEEK = (10, 11, 12, 11, 9, 3, 2)  # posts per weekday, Monday first
_HOURS = (8, 8, 9, 9, 9, 10, 11, 12, 12, 13, 14, 15, 15, 16, 17, 17, 18, 20)  # peaks: 9, 12, 15, 17
_MANY = 100_000  # with more messages, posts are sent at any minute, not only at every fifth
_AHEAD = 60  # days ahead within which future posts are sent
_FATES = {
    0: Fate.FAILED,
    7: Fate.APPROVED,
    13: Fate.REFUSED,
    19: Fate.EXPIRED,
    23: Fate.VIDEO,
    29: Fate.EDITED,
    31: Fate.APPROVED,
    37: Fate.WITHDRAWN,
    41: Fate.EDITED,
}


class Calendar:
    """Writes the seeded messages.

    Args:
        archive: Gets the messages.
        now: The instant at which exactly `count` messages exist.
        random: The source of randomness.
        count: The number of messages.
        years: The number of years of past messages.
    """

    def __init__(
        self, archive: SeededMessages, now: int, random: Random, count: int, years: int
    ) -> None:
        self._archive = archive
        self._now = now
        self._random = random
        self._count = count
        self._years = years
        self._minutes = 1 if count > _MANY else 5
        self._reauth = {n for n, p in enumerate(archive.profiles) if p.is_reauth_required}
        self._reviewed = {n for n, p in enumerate(archive.profiles) if p.approvers}

    def write(self, *, activity: bool) -> None:
        """Fill the archive: past messages, scheduled ones, and ones that will be written later.

        Args:
            activity: Whether people continue to write while the clock runs.
        """
        ahead = self._count // (10 * self._years)
        self._past(self._count - ahead)
        self._future(ahead, self._count * _AHEAD // (400 * self._years) if activity else 0)

    def _past(self, count: int) -> None:
        days = 365 * self._years
        first = self._now - days * DAY
        midnight = first - first % DAY
        weights = [_WEEK[_weekday(midnight + d * DAY)] for d in range(days + 1)]
        total, written, seen = sum(weights), 0, 0
        for day, weight in enumerate(weights):
            seen += weight
            due = count * seen // total
            start = midnight + day * DAY
            times = sorted(self._moment(start, first, self._now) for _ in range(due - written))
            for time in times:
                self._row(time, time - 600 - self._lead(14), past=True)
            written = due

    def _future(self, ahead: int, hidden: int) -> None:
        rows = [(self._coming(squared=True), True) for _ in range(ahead)]
        rows += [(self._coming(squared=False), False) for _ in range(hidden)]
        for time, exists in sorted(rows):
            wait = self._random.random() ** 2
            if exists:
                created = self._now - 60 - int(wait * 14 * DAY)
            else:
                created = self._now + 1 + int((1 - wait) * max(0, time - self._now - 1200))
            self._row(time, created, past=False)

    def _moment(self, midnight: int, first: int, last: int) -> int:
        bits = self._random.getrandbits(32)
        hour, minute = _HOURS[bits % 18], (bits >> 8) % 60
        moment = midnight + hour * 3600 + (minute - minute % self._minutes) * 60
        if first <= moment <= last:
            return moment
        return first + bits % 3600 if moment < first else last - bits % 3600

    def _coming(self, *, squared: bool) -> int:
        share = self._random.random()
        day = int((share * share if squared else share) * _AHEAD)
        midnight = self._now - self._now % DAY + day * DAY
        if _weekday(midnight) > 4 and share * 1000 % 4 > 1:  # noqa: PLR2004 - Saturday and Sunday
            midnight += 2 * DAY
        moment = self._moment(midnight, 0, 1 << 62)
        return moment if moment > self._now + 3600 else moment + DAY

    def _lead(self, days: int) -> int:
        return int(self._random.random() ** 2 * days * DAY)

    def _row(self, time: int, created: int, *, past: bool) -> None:
        bits = self._random.getrandbits(48)
        archive = self._archive
        profile = bits % len(archive.profiles)
        fate = self._fate(len(archive.time), profile, past=past)
        if fate == Fate.WITHDRAWN and created <= self._now >= (created + time) // 2:
            fate = Fate.PLAIN  # it would be deleted already, and the count must be exact
        archive.add(time, created, profile, (bits >> 20) % len(archive.authors), fate)

    def _fate(self, row: int, profile: int, *, past: bool) -> Fate:
        fate = _FATES.get(row % 50, Fate.PLAIN)
        if past and fate == Fate.WITHDRAWN:
            return Fate.PLAIN
        if not past and profile in self._reauth:
            return Fate.FAILED
        if len(self._archive.authors) == 1 and fate >= Fate.APPROVED:
            return Fate.PLAIN
        if profile in self._reviewed and fate in {Fate.PLAIN, Fate.EDITED, Fate.VIDEO}:
            return Fate.APPROVED
        return fate


def _weekday(midnight: int) -> int:
    return (midnight // DAY + 3) % 7  # 1 January 1970 was a Thursday
