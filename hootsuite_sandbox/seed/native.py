"""Generates native posts: published in the networks' own apps, without a message."""

from __future__ import annotations

from collections.abc import Iterator

from hootsuite_sandbox.domain.analytics.networks import DAY, NETWORKS
from hootsuite_sandbox.domain.chance import bits
from hootsuite_sandbox.domain.records import NativePost, Profile
from hootsuite_sandbox.seed.texts import COMPANIES, compose

_STORY_DAYS = 3  # an Instagram account posts a story every third day
_MOMENTS = (7, 8, 11, 12, 13, 17, 18, 19, 20, 21)  # hours at which people use their phones


class SeededNativePosts:
    """The native posts of all accounts.

    Args:
        seed: Determines them.
        last: The last day with posts, since the epoch; None for no end.
    """

    def __init__(self, seed: int, last: int | None = None) -> None:
        self._seed = seed
        self._last = last

    def __call__(self, profile: Profile, day: int) -> Iterator[NativePost]:
        """Yield the posts of an account on a day."""
        network = NETWORKS[profile.type]
        if self._last is not None and day > self._last:
            return
        chance = bits(self._seed, "native", profile.network_id, day)
        if chance % 100 < network.native:
            yield _post(chance, day, ("text", "picture", "picture", "video")[chance // 128 % 4])
        if profile.type == "INSTAGRAMBUSINESS" and chance // 512 % _STORY_DAYS == 0:
            yield _post(bits(chance, "story"), day, "story")


def _post(chance: int, day: int, kind: str) -> NativePost:
    hour = _MOMENTS[chance // 1024 % len(_MOMENTS)]
    return NativePost(
        created=day * DAY + hour * 3600 + chance // 65_536 % 3600,
        number=10**17 + bits(chance, "number") % (9 * 10**17),
        kind=kind,
        text="" if kind == "story" else compose(bits(chance, "text"), COMPANIES[0][1]),
    )
