"""Seeded messages stored as columns; a `Message` is built from its row when it is read.

The state of a seeded message at an instant follows from its row alone: when it was written, when it
is due, and its fate. So nothing must be updated when time passes, and people in the dashboard
write, edit and withdraw posts while the clock runs.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from hootsuite_sandbox.domain.chance import mix
from hootsuite_sandbox.domain.message_store import Key
from hootsuite_sandbox.domain.records import (
    HistoryAction,
    Message,
    MessageState,
    Profile,
    Reviewer,
)
from hootsuite_sandbox.domain.rules import VIDEO_SECONDS, post_reference
from hootsuite_sandbox.seed.attachments import attach
from hootsuite_sandbox.seed.habits import at_work, campaign_at
from hootsuite_sandbox.seed.texts import TAGS, compose

FIRST_NUMBER = 4_300_000_001  # just above 2**32
STEP = 3


class Fate(IntEnum):
    """The planned life of a seeded message: sent, failed, edited, reviewed and so on."""

    PLAIN = 0
    VIDEO = 1
    FAILED = 2
    EDITED = 3
    WITHDRAWN = 4
    APPROVED = 5
    REFUSED = 6
    EXPIRED = 7


_REVIEWED = frozenset({Fate.APPROVED, Fate.REFUSED, Fate.EXPIRED})
_FATES_OF: dict[str, frozenset[int]] = {
    "SUBMITTED": frozenset({Fate.VIDEO}),
    "SEND_FAILED_PERMANENTLY": frozenset({Fate.FAILED}),
    "PENDING_APPROVAL": frozenset(_REVIEWED),
    "REJECTED": frozenset({Fate.REFUSED, Fate.EXPIRED}),
}


@dataclass(slots=True)
class SeededMessages:
    """The seeded messages, sorted by time.

    Args:
        seed: Determines texts and everything else that is not in a column.
        profiles: The profiles that the column `profile` refers to.
        authors: The member ids that the column `author` refers to.
        handle: The domain of links in texts.
        start: When the world begins; messages that are due later wait longer for a decision.
        media_of: Returns the media ids for the week of an instant: images, and the video.
    """

    seed: int
    profiles: list[Profile]
    authors: list[str]
    handle: str
    start: int
    media_of: Callable[[int], tuple[list[str], str]]
    time: array[int] = field(default_factory=lambda: array("q"))
    created: array[int] = field(default_factory=lambda: array("q"))
    profile: array[int] = field(default_factory=lambda: array("H"))
    author: array[int] = field(default_factory=lambda: array("I"))
    story: array[int] = field(default_factory=lambda: array("I"))
    fate: bytearray = field(default_factory=bytearray)

    def add(
        self, *, time: int, created: int, profile: int, author: int, story: int, fate: int
    ) -> None:
        """Append a row; rows must be added in the order of their time. A story has one text."""
        self.story.append(story)
        self.time.append(time)
        self.created.append(created)
        self.profile.append(profile)
        self.author.append(author)
        self.fate.append(fate)

    def find(self, number: int, now: int) -> Message | None:
        """Return the message with a number if it exists at `now`."""
        row, rest = divmod(number - FIRST_NUMBER, STEP)
        if rest or not 0 <= row < len(self.time) or not self._exists(row, now):
            return None
        return self._message(row, now)

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
        """Yield the keys of the matching messages, `start <= key < end`, in order."""
        low, high = self._row_at(start), self._row_at(end)
        rows = range(high - 1, low - 1, -1) if reverse else range(low, high)
        wanted = None if profiles is None else self._numbers_of(profiles)
        fates = _FATES_OF.get(state or "")
        profile, fate, time = self.profile, self.fate, self.time
        for row in rows:
            if wanted is not None and profile[row] not in wanted:
                continue
            if fates is not None and fate[row] not in fates:
                continue
            if (state is None or self._state(row, now) == state) and self._exists(row, now):
                yield time[row], FIRST_NUMBER + STEP * row

    def _numbers_of(self, profile_ids: Collection[str]) -> set[int]:
        return {n for n, profile in enumerate(self.profiles) if profile.id in profile_ids}

    def _row_at(self, key: Key) -> int:
        row = bisect_left(self.time, key[0])
        while (
            row < len(self.time) and self.time[row] == key[0] and FIRST_NUMBER + STEP * row < key[1]
        ):
            row += 1
        return row

    def _turn(self, row: int) -> int:
        """The time when somebody approves, rejects, edits or withdraws the message."""
        return turn(self.created[row], self.time[row], row, self.start)

    def _exists(self, row: int, now: int) -> bool:
        if self.created[row] > now:
            return False
        return self.fate[row] != Fate.WITHDRAWN or now < self._turn(row)

    def _state(self, row: int, now: int) -> MessageState:
        time, fate = self.time[row], self.fate[row]
        if fate in _REVIEWED:
            if now < (time if fate == Fate.EXPIRED else self._turn(row)):
                return "PENDING_APPROVAL"
            if fate != Fate.APPROVED:
                return "REJECTED"
        if now < time:
            return "SCHEDULED"
        if fate == Fate.VIDEO and now < time + VIDEO_SECONDS:
            return "SUBMITTED"
        return "SEND_FAILED_PERMANENTLY" if fate == Fate.FAILED else "SENT"

    def _message(self, row: int, now: int) -> Message:
        bits = mix(self.seed * 0x1F123BB5 + self.story[row])
        fate, profile = self.fate[row], self.profiles[self.profile[row]]
        author = self.authors[self.author[row]]
        edited = fate == Fate.EDITED and now >= self._turn(row)
        message = Message(
            id=str(FIRST_NUMBER + STEP * row),
            profile_id=profile.id,
            state=self._state(row, now),
            text=compose(mix(bits) if edited else bits, self.handle),
            time=self.time[row],
            created=self.created[row],
            created_by=author,
            updated_by=self._colleague(row, bits) if edited else author,
            tags=_tags(bits, profile, self.time[row]),
            video=fate == Fate.VIDEO,
            fails=fate == Fate.FAILED,
        )
        attach(message, profile, bits, self.media_of(message.time or 0), self.handle)
        if fate in _REVIEWED:
            self._review(message, row, now)
        if message.state == "SENT":
            message.post_id, message.post_url = post_reference(message.id, profile)
        return message

    def _colleague(self, row: int, bits: int) -> str:
        return self.authors[(self.author[row] + 1 + bits % 3) % len(self.authors)]

    def _review(self, message: Message, row: int, now: int) -> None:
        fate, turn, time = self.fate[row], self._turn(row), self.time[row]
        approvers = self.profiles[self.profile[row]].approvers
        reviewer = approvers[0] if approvers else self._colleague(row, 0)
        message.history = [
            HistoryAction("MEMBER", message.created_by or "0", "CREATE", self.created[row])
        ]
        message.sequence_number = 1
        if message.state == "PENDING_APPROVAL":
            message.reviewers = [Reviewer(reviewer, "MEMBER")]
        elif fate == Fate.EXPIRED:
            message.history.append(HistoryAction("SYSTEM", "0", "EXPIRE", time))
        else:
            verdict = "APPROVE" if fate == Fate.APPROVED else "REJECT"
            message.history.append(HistoryAction("MEMBER", reviewer, verdict, turn))
        if fate == Fate.APPROVED and now >= turn:
            message.history.append(HistoryAction("SYSTEM", "0", "SCHEDULE", turn))
        if message.state == "SENT":
            message.history.append(HistoryAction("SYSTEM", "0", "SEND", time))


def turn(created: int, time: int, row: int, start: int) -> int:
    """Return the time when somebody approves, rejects, edits or withdraws a message.

    Two of three decide within a day, at work; the others when half of the time is over.
    """
    bits = mix(created ^ row)
    if bits % 3 and time < start:
        decided = at_work(created + 1200 + bits // 4 % (26 * 3600))
        if decided < time - 1800:
            return decided
    return (created + time) // 2


def _tags(bits: int, profile: Profile, time: int) -> list[str]:
    """Tag every eighth message, and every third in a campaign's weeks, where tags are allowed."""
    if profile.owner != "ORGANIZATION" or profile.type == "PINTEREST":
        return []
    campaign = campaign_at(time)
    if campaign and bits >> 12 & 15 < 5:  # noqa: PLR2004 - about every third
        return [campaign]
    return [TAGS[bits % 6]] if bits & 0x7000 == 0 else []
