"""Posts that a run may read again, kept between runs: one missing twice is deleted."""

from __future__ import annotations

import json
import zlib
from base64 import b85decode, b85encode
from collections.abc import Collection, Iterator
from dataclasses import dataclass

Post = list[int]  # the day of creation, as an ordinal; and since when it is missing, if so


@dataclass(frozen=True, slots=True)
class Gone:
    """A post that was missing in two complete readings.

    Attributes:
        external_id: Its id on its network.
        missing: When it was first missing, in seconds since 1970.
    """

    external_id: str
    missing: int


class SeenPosts:
    """Posts by profile and kind of metrics, each with its day.

    Fifty thousand take half a megabyte of the state, since ids of posts are random digits.

    Args:
        text: The result of `pack`.
    """

    def __init__(self, text: str | None = None) -> None:
        raw = zlib.decompress(b85decode(text)) if text else b"{}"
        self._posts: dict[str, dict[str, Post]] = json.loads(raw)

    def __len__(self) -> int:
        """How many there are."""
        return sum(map(len, self._posts.values()))

    def note(self, key: str, posts: dict[str, int]) -> None:
        """Remember existing posts of a unit, by id and day."""
        if posts:
            known = self._posts.setdefault(key, {})
            known.update((external_id, [day]) for external_id, day in posts.items())

    def compare(self, key: str, days: range, there: Collection[str], now: int) -> Iterator[Gone]:
        """Compare the remembered posts of a unit with a complete reading; yield deleted ones.

        Args:
            key: The unit.
            days: The days that were read, as ordinals.
            there: Ids of all posts that were found.
            now: When the run began, in seconds since 1970; a run counts once.
        """
        known = self._posts.get(key, {})
        absent = [one for one, post in known.items() if post[0] in days and one not in there]
        for external_id in absent:
            day, *missing = known[external_id]
            if not missing:
                known[external_id] = [day, now]
            elif missing[0] != now:
                del known[external_id]
                yield Gone(external_id, missing[0])

    def forget(self, before: int) -> None:
        """Forget posts created before a day, which no run reads again."""
        for key, posts in list(self._posts.items()):
            kept = {one: post for one, post in posts.items() if post[0] >= before}
            if kept:
                self._posts[key] = kept
            else:
                del self._posts[key]

    def pack(self) -> str:
        """Return all as one string."""
        raw = json.dumps(self._posts, separators=(",", ":"), sort_keys=True).encode()
        return b85encode(zlib.compress(raw)).decode()
