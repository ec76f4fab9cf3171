"""Rows of a plan that say nearly the same to the same profile within a day."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from hootsuite_api.phrases import counted
from hootsuite_cli.plan.forecast import Forecast, Post

_NEAR = timedelta(days=1)
_QUERY = re.compile(r"(https?://[^\s?#]+?)/?(?:[?#]\S*)?(?=\s|$)", re.IGNORECASE)


def gist(text: str) -> str:
    """Return what is left of a text without what makes no other post of it.

    Case, blanks, punctuation, emoji and what follows `?` or `#` in an address are left out. A text
    of nothing else is itself.
    """
    bare = _QUERY.sub(r"\1", unicodedata.normalize("NFKC", text)).casefold()
    words = "".join(one for one in bare if unicodedata.category(one)[0] in "LMN")
    return words or " ".join(text.split())


def warn(forecast: Forecast) -> None:
    """Warn of both rows where one nearly repeats the other; plans that repeat weekly are fine."""
    seen: dict[tuple[str, str], list[Post]] = {}
    for post in (one for one in forecast.posts if one.text.strip()):
        for profile in post.profiles:
            seen.setdefault((profile, gist(post.text)), []).append(post)
    for (profile, _), posts in seen.items():
        name = forecast.name(profile)
        for first, second in _near(sorted(posts, key=lambda one: (one.at, one.row))):
            apart = _apart(second.at - first.at)
            for one, other in ((first, second), (second, first)):
                forecast.warn(
                    one.row,
                    f"nearly the same post as row {other.row}: {name}, {apart}. If only one is "
                    "meant, remove the other",
                )


def _near(posts: Sequence[Post]) -> Iterator[tuple[Post, Post]]:
    return ((one, other) for one, other in pairwise(posts) if other.at - one.at < _NEAR)


def _apart(gap: timedelta) -> str:
    minutes = round(gap.total_seconds() / 60)
    if not minutes:
        return "at the same time"
    hours = minutes // 60
    return f"{counted(minutes, 'minute') if not hours else counted(hours, 'hour')} apart"
