"""Metrics of profiles: one row per day of the network, shown when the day is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from hootsuite_sandbox.domain.analytics import growth
from hootsuite_sandbox.domain.analytics.networks import DAY, NETWORKS, Network, day_of, ends_at
from hootsuite_sandbox.domain.chance import bits, share
from hootsuite_sandbox.domain.records import Document, Profile
from hootsuite_sandbox.domain.world import World

Key = tuple[str, str]
"""Sort key of a row: its day, and the profile."""
RESTATED = 4 * DAY
"""After so long the metrics of a day no longer change."""
FACEBOOK_CHANGE = date(2026, 6, 3)
"""Since that day Facebook counts media views; its earlier metrics stay readable."""
_EPOCH = 719_163
_PAID = frozenset({"FACEBOOKPAGE", "INSTAGRAMBUSINESS"})


@dataclass(frozen=True, slots=True)
class Choice:
    """The requested rows; both ends are included."""

    profiles: tuple[Profile, ...]
    since: date
    until: date
    datatype: str = "ORGANIC"
    modified_since: date | None = None
    modified_until: date | None = None


def rows(
    world: World, choice: Choice, *, after: Key | None = None, before: Key | None = None
) -> Iterator[Document]:
    """Yield the requested rows by day and profile: forwards, or backwards from a key.

    Args:
        world: The world.
        choice: Profiles and days.
        after: Only rows after this key.
        before: Only rows before this key, the nearest first.
    """
    backwards = before is not None
    first = date.fromisoformat(after[0]) if after else choice.since
    last = date.fromisoformat(before[0]) if before else choice.until
    days = range((last - first).days, -1, -1) if backwards else range((last - first).days + 1)
    profiles = sorted(choice.profiles, key=lambda one: one.id, reverse=backwards)
    for number in days:
        day = first + timedelta(days=number)
        for profile in profiles:
            key = (day.isoformat(), profile.id)
            if (after is None or key > after) and (before is None or key < before):
                yield from _row(world, profile, day, choice)


def _row(world: World, profile: Profile, day: date, choice: Choice) -> Iterator[Document]:
    network = NETWORKS[profile.type]
    visit = _visit(world, network, profile, day)
    if visit is None or (choice.datatype == "PAID" and profile.type not in _PAID):
        return
    changed = day_of(network, visit)
    if not (choice.modified_since or day) <= changed <= (choice.modified_until or date.max):
        return
    age = visit - ends_at(network, day)
    metrics = (
        _paid(profile, day) if choice.datatype == "PAID" else _metrics(network, profile, day, age)
    )
    yield {
        "profileId": profile.id,
        "externalProfileId": profile.network_id,
        "date": day.isoformat(),
        "metrics": metrics,
    }


def _visit(world: World, network: Network, profile: Profile, day: date) -> int | None:
    """Return the refresh that a day's metrics come from; None if there was none since its end."""
    over = ends_at(network, day)
    processing = bits("row", profile.network_id, day.toordinal()) % (network.processing + 1)
    shown = min(world.now() - processing, over + RESTATED + network.refresh)
    visit = growth.last_visit(network, profile.network_id, shown)
    return visit if visit >= over else None


def _metrics(network: Network, profile: Profile, day: date, age: int) -> Document:
    account, number = profile.network_id, day.toordinal() - _EPOCH
    count = growth.followers(account, number)
    left = growth.unfollowed(account, number)
    joined = count - growth.followers(account, number - 1) + left
    found: dict[str, int] = {network.followers: count}
    if network.gained:
        found |= {network.gained: joined, network.lost: left}
    # The last days are counted again at the next refreshes, and grow by some percent.
    counted = 0.82 + 0.18 * min(1.0, age / RESTATED)
    for name, part in network.daily.items():
        lively = 0.5 + share(account, number, name) + (number % 7 < 5) * 0.3  # noqa: PLR2004 - weekdays
        found[_named(profile, name, day)] = int(count * part * lively * counted)
    return {
        name: _figure(network, account, name, value)
        for name, value in found.items()
        if value or name in {network.gained, network.lost}
    }


def _named(profile: Profile, name: str, day: date) -> str:
    changed = profile.type == "FACEBOOKPAGE" and day >= FACEBOOK_CHANGE
    return "page_media_views" if changed and name == "page_impressions" else name


def _figure(network: Network, account: str, name: str, value: int) -> Document:
    figure: Document = {"total": value}
    dimension = network.breakdowns.get(name)
    if dimension is None or not value:
        return figure
    left, values = value, {}
    for place, label in enumerate(dimension[1]):
        last = place == len(dimension[1]) - 1
        part = left if last else int(left * (0.5 + 0.3 * share(account, name, label)))
        left -= part
        if part:  # zeros are not listed
            values[label] = part
    figure["breakdownDimensions"] = [{"breakdownId": dimension[0], "values": values}]
    return figure


def _paid(profile: Profile, day: date) -> Document:
    number = day.toordinal() - _EPOCH
    reach = 1 + int(growth.followers(profile.network_id, number) * 0.2)
    lively = 0.3 + share(profile.network_id, number, "paid")
    return {
        "paid_reach": {"total": int(reach * lively) + 1},
        "paid_impressions": {"total": int(reach * lively * 1.7) + 1},
    }
