"""Generates years of posts as a social team plans them, and the posts of the coming weeks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from hootsuite_sandbox.seed import habits
from hootsuite_sandbox.seed.archive import Fate, SeededMessages, turn

DAY = 86_400
_MANY = 100_000  # with more messages, posts are sent at any minute, not only at every fifth
_AHEAD = 60  # days ahead within which future posts are sent
_FARTHEST = 14 * 3600  # no time zone is further from UTC
_SIZES = (1, 1, 1, 1, 1, 1, 2, 2, 2, 3)  # on how many profiles the same text is posted
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


@dataclass(frozen=True, slots=True, order=True)
class _Draft:
    """A message before it is added to the archive; `story` numbers the texts."""

    time: int
    number: int
    created: int
    profile: int
    author: int
    story: int


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
        self._stories = 0
        self._drafts = 0
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
        weights = [habits.weight(first // DAY + number) for number in range(days + 1)]
        total, written, seen = sum(weights), 0, 0
        waiting: list[_Draft] = []
        for number, weight in enumerate(weights):
            seen += weight
            due = count * seen // total
            day = first // DAY + number
            waiting += self._told(due - written, day, first, self._now)
            written = due
            # Posts of later days are later than this, whatever the time zone of the profile.
            waiting = self._add(waiting, (day + 1) * DAY - _FARTHEST, past=True)
        self._add(waiting, 1 << 62, past=True)

    def _add(self, drafts: list[_Draft], before: int, *, past: bool) -> list[_Draft]:
        """Add the drafts before an instant to the archive, in order; return the others."""
        drafts.sort()
        for place, draft in enumerate(drafts):
            if draft.time >= before:
                return drafts[place:]
            self._row(draft, past=past)
        return []

    def _told(self, count: int, day: int, first: int, last: int) -> Iterator[_Draft]:
        """Yield the posts of a day: each text is posted on one profile or on several."""
        while count > 0:
            chance = self._random.getrandbits(64)
            profiles = self._profiles(chance, min(count, _SIZES[chance % len(_SIZES)]))
            count -= len(profiles)
            times = [self._moment(chance >> 24, day, one, first, last) for one in profiles]
            created = min(times) - 600 - self._lead(14)
            yield from self._drafts_of(chance >> 44, created, zip(profiles, times, strict=True))

    def _future(self, ahead: int, hidden: int) -> None:
        drafts = [*self._planned(ahead, exists=True), *self._planned(hidden, exists=False)]
        self._add(drafts, 1 << 62, past=False)

    def _planned(self, count: int, *, exists: bool) -> Iterator[_Draft]:
        while count > 0:
            chance = self._random.getrandbits(64)
            profiles = self._profiles(chance, min(count, _SIZES[chance % len(_SIZES)]))
            count -= len(profiles)
            day = self._coming(squared=exists)
            times = [self._later(chance >> 24, day, one) for one in profiles]
            wait = self._random.random() ** 2
            created = self._now - 60 - int(wait * 14 * DAY)
            if not exists:
                span = max(0, min(times) - self._now - 1200)
                created = self._now + 1 + int((1 - wait) * span)
            yield from self._drafts_of(chance >> 44, created, zip(profiles, times, strict=True))

    def _profiles(self, chance: int, size: int) -> list[int]:
        """Choose the profiles of one text: at most one of each network."""
        known = self._archive.profiles
        first = (chance >> 8) % len(known)
        chosen = [first]
        for step in range(1, len(known)):
            if len(chosen) == size:
                break
            other = (first + step) % len(known)
            if all(known[one].type != known[other].type for one in chosen):
                chosen.append(other)
        return chosen

    def _drafts_of(
        self, chance: int, created: int, places: Iterable[tuple[int, int]]
    ) -> Iterator[_Draft]:
        """Yield one text's drafts, one for each profile and time."""
        self._stories += 1
        author = chance % len(self._archive.authors)
        for profile, time in places:
            self._drafts += 1
            yield _Draft(time, self._drafts, created, profile, author, self._stories)

    def _moment(self, chance: int, day: int, profile: int, first: int, last: int) -> int:
        """Return a usual time of a day in the profile's time zone, between two instants."""
        zone = self._archive.profiles[profile].timezone
        moment = day * DAY + habits.clock_time(chance, self._minutes) - habits.offset(zone, day)
        if first <= moment <= last:
            return moment
        return first + chance % 3600 if moment < first else last - chance % 3600

    def _later(self, chance: int, day: int, profile: int) -> int:
        moment = self._moment(chance, day, profile, 0, 1 << 62)
        while moment <= self._now + 3600:
            moment += DAY
        return moment

    def _coming(self, *, squared: bool) -> int:
        """Return a day in the future; half of those on a weekend move to Monday or Tuesday."""
        share = self._random.random()
        day = self._now // DAY + int((share * share if squared else share) * _AHEAD)
        if habits.weekday(day) > 4 and share * 1000 % 4 > 1:  # noqa: PLR2004 - Saturday and Sunday
            day += 2
        return day

    def _lead(self, days: int) -> int:
        return int(self._random.random() ** 2 * days * DAY)

    def _row(self, draft: _Draft, *, past: bool) -> None:
        row = len(self._archive.time)
        fate = self._fate(row, draft, past=past)
        # One that is withdrawn by now would be deleted already, and the count must be exact.
        gone = draft.created <= self._now >= turn(draft.created, draft.time, row, self._now)
        if fate == Fate.WITHDRAWN and gone:
            fate = Fate.PLAIN
        self._archive.add(
            time=draft.time,
            created=draft.created,
            profile=draft.profile,
            author=draft.author,
            story=draft.story,
            fate=fate,
        )

    def _fate(self, row: int, draft: _Draft, *, past: bool) -> Fate:
        fate = _FATES.get(row % 50, Fate.PLAIN) if row % 100 != 50 else Fate.PLAIN  # noqa: PLR2004
        profile = draft.profile
        if past and fate == Fate.WITHDRAWN:
            return Fate.PLAIN
        if not past and profile in self._reauth:
            return Fate.FAILED
        if past and self._fails(row, draft):
            return Fate.FAILED
        if len(self._archive.authors) == 1 and fate >= Fate.APPROVED:
            return Fate.PLAIN
        if profile in self._reviewed and fate in {Fate.PLAIN, Fate.EDITED, Fate.VIDEO}:
            return Fate.APPROVED
        return fate

    def _fails(self, row: int, draft: _Draft) -> bool:
        """Let most posts of a broken account fail."""
        if draft.profile in self._reauth and draft.time > self._now - 4 * DAY:
            return True
        account = self._archive.profiles[draft.profile].network_id
        return row % 4 > 0 and habits.is_broken(account, draft.time)
