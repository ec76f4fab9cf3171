"""Models the growth of metrics: refreshes from the network, and growth and size of the audience."""

from __future__ import annotations

import math
from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from hootsuite_sandbox.domain.analytics.networks import DAY, HOUR, Network
from hootsuite_sandbox.domain.chance import bits, heavy, share

SETTLED = 31 * DAY
"""Metrics of older posts are no longer refreshed."""
VIRAL = 227
"""One in so many posts goes viral."""
_LATE = 11  # one in so many posts appears days after the others
_BEST_HOURS = {7: 1.1, 8: 1.25, 11: 1.15, 12: 1.35, 17: 1.2, 18: 1.45, 19: 1.6, 20: 1.5, 21: 1.2}


def last_visit(network: Network, account: str, instant: int) -> int:
    """Return the time of an account's last refresh before an instant."""
    offset = bits("visit", account) % network.refresh
    return instant - (instant - offset) % network.refresh


def first_shown(network: Network, account: str, created: int, chance: int) -> int:
    """Return when a post first appears: after the first refresh, sometimes days later."""
    visit = last_visit(network, account, created) + network.refresh
    processing = chance % (network.processing + 1)
    late = (1 + chance // 64 % 6) * DAY if chance // 7 % _LATE == 0 else 0
    return visit + processing + late


def refreshed(network: Network, account: str, created: int, chance: int, now: int) -> int:
    """Return the refresh that a post's metrics come from, as shown at an instant.

    A post that appears late has the metrics of the refresh before. One that is a month old keeps
    those of the last refresh of that month.
    """
    shown = now - chance % (network.processing + 1)
    visit = last_visit(network, account, min(shown, created + SETTLED))
    return max(visit, last_visit(network, account, created) + network.refresh)


def grown(network: Network, age: float) -> float:
    """Return the share of its final audience that a post has reached at an age, at most 1."""
    if age <= 0:
        return 0.0
    whole = 1 - math.exp(-SETTLED / network.tau)
    return min(1.0, (1 - math.exp(-age / network.tau)) / whole)


@cache
def followers_at_start(account: str) -> int:
    """Return how many followers an account had at the start of the seeded years."""
    return int(4000 * heavy("followers", account)) + 300


@lru_cache(1 << 16)  # each day is needed as today, as yesterday, and by each post
def followers(account: str, day: int) -> int:
    """Return the followers of an account on a day (days since the epoch).

    They grow by some percent a year, faster in some months than in others, and shrink for a while.
    """
    base = followers_at_start(account)
    pace = 0.02 + 0.3 * share("pace", account)
    years = (day - 19_000) / 365.25
    swing = 0.012 * math.sin(2 * math.pi * (years + share("phase", account)))
    dip = 0.004 * math.sin(2 * math.pi * day / (29 + bits("dip", account) % 17))
    return int(base * math.exp(pace * years) * (1 + swing + dip))


def unfollowed(account: str, day: int) -> int:
    """Return the lost followers of a day; the gained ones are this plus the count's change."""
    least = max(0, followers(account, day - 1) - followers(account, day))
    return least + int(followers(account, day) * 0.0009 * share("lost", account, day))


def audience(account: str, zone: str, created: int, chance: int) -> float:
    """Return approximately how many views a post will finally have."""
    local = datetime.fromtimestamp(created, _zone(zone))
    weekend = 0.8 if local.weekday() > 4 else 1.0  # noqa: PLR2004 - Saturday and Sunday
    moment = _BEST_HOURS.get(local.hour, 0.85) * weekend
    lucky = 25.0 if is_viral(chance) else 1.0
    reach = 0.25 * followers(account, created // DAY) * heavy("audience", chance)
    return 20 + reach * moment * lucky


def is_viral(chance: int) -> bool:
    """Return whether a post goes viral."""
    return chance % VIRAL == 0


def viral_at(created: int, chance: int) -> int:
    """Return when Hootsuite notices that a post goes viral."""
    return created + (4 + chance // 911 % 30) * HOUR


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
