"""Detects near-duplicates: rows with nearly the same text for one profile within a day."""

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
    """Return a text without what makes no real difference.

    This removes case, blanks, punctuation, emoji, and in URLs what follows `?` or `#`. A text with
    nothing else stays as it is.
    """
    bare = _QUERY.sub(r"\1", unicodedata.normalize("NFKC", text)).casefold()
    words = "".join(one for one in bare if unicodedata.category(one)[0] in "LMN")
    return words or " ".join(text.split())


def warn(forecast: Forecast) -> None:
    """Warn at both rows of a near-duplicate; a weekly repetition is fine."""
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
