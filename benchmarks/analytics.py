"""What a night of analytics costs a large account, and how a long backfill ends."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, Place, at_most, exactly
from benchmarks.job import UNLIMITED, Job, Outcome
from hootsuite_sandbox.domain.analytics import posts, profiles
from hootsuite_sandbox.domain.analytics.networks import NETWORKS
from hootsuite_sandbox.domain.records import Profile
from hootsuite_sandbox.domain.world import World
from hootsuite_sandbox.options import Options
from hootsuite_sandbox.seed.world import build
from hootsuite_sandbox.testing import JANUARY, SandboxProcess

RATE = 20
STREAMS = ("post_metrics", "deleted_post_metrics", "profile_metrics")
POSTS_A_DAY = 3
DAY = timedelta(days=1)
AGAIN = timedelta(days=35)
PAD = DAY  # the networks' zones differ, and the wire leaves the last day out
KEY = ("social_profile_id", "external_id")
_SEVERAL = 60  # days of runs after which a backfill counts as stuck


def nights(place: Place) -> Iterator[Figure]:
    """A nightly run of 500 profiles, and two years of 100 profiles with a small quota."""
    yield from _nightly(place.folder / "night", 50 if place.quick else 500)
    yield from _backfill(place.folder / "years", 10 if place.quick else 100)


def _options(count: int, days: int, **more: Any) -> dict[str, Any]:
    """Options of a world with so many profiles of networks that have analytics."""
    several = build(Options(profiles=3 * count, messages=1, members=5, teams=1))
    served = [one.type in NETWORKS for one in several.profiles.values()]
    there = next(n for n in range(len(served) + 1) if sum(served[:n]) == count)
    years = -(-days // 365)
    return {
        "now": JANUARY,
        "new_ids": "fixed",
        "profiles": there,
        "years": years,
        "messages": there * POSTS_A_DAY * 365 * years,
        "members": 5,
        "teams": 1,
        "clock_rate": 0.0,
        "activity": False,
        "token_ttl": 10**8,
        "requests_per_second": 0,
        **more,
    }


def _served(world: World) -> dict[str, list[Profile]]:
    """Return the profiles that have analytics, by network and in the order of their ids."""
    found: dict[str, list[Profile]] = {}
    for one in sorted(world.profiles_of(world.main_member_id), key=lambda one: int(one.id)):
        if one.type in NETWORKS:
            found.setdefault(one.type, []).append(one)
    return found


# -- a night -----------------------------------------------------------------------------------


def _nightly(folder: Path, count: int) -> Iterator[Figure]:
    options = _options(count, 365, latency_ms=120)
    with SandboxProcess(**options) as sandbox:
        start = _today(sandbox) - AGAIN - 3 * DAY
        settings = {"start_date": start.isoformat(), "scope": "analytics:read"}
        before = Job(sandbox, folder, STREAMS, **settings, requests_per_second=UNLIMITED)
        state = before.run(keep_records=False).states[-1]
        sandbox.advance(DAY.total_seconds())
        sandbox.settings(requests_per_second=RATE)
        asked, seen = len(sandbox.requests()), sandbox.stats()["rejected_429"]
        night = Job(sandbox, folder / "night", STREAMS, **settings).run(state, keep_records=False)
        too_many = sandbox.stats()["rejected_429"] - seen
        total = len(sandbox.requests()) - asked
    fewest = _fewest(options)
    where = f"a night of {count} profiles on {len(NETWORKS)} networks"
    bar = f"<= {fewest:,} + 2 %"
    yield Figure(f"{where}: requests", f"{total:,}", bar, total <= fewest * 1.02)
    yield at_most(f"{where}: wall time / (requests / 20)", night.cost.wall * RATE / total, 1.05)
    yield exactly(f"{where}: answers 429", too_many, 0)
    yield at_most(f"{where}: peak memory", night.cost.peak_mb, 250, " MB")


def _fewest(options: Mapping[str, Any]) -> int:
    """Count what has to be asked: token, profiles, and the pages of each batch of ten.

    A night reads the days that were restated by the last one again, and its own.
    """
    world = build(Options(**options))
    world.clock.advance(DAY.total_seconds())
    today = datetime.fromtimestamp(world.now(), UTC).date()
    since, until = today - DAY - AGAIN - PAD, today + PAD
    pages = len(("token", "profiles"))
    for found in _served(world).values():
        for i in range(0, len(found), 10):
            batch = tuple(found[i : i + 10])
            chosen = posts.Choice(batch, since, until)
            pages += _pages(sum(1 for _ in posts.descending(world, chosen)))
            days = profiles.Choice(batch, since, until)
            pages += _pages(sum(1 for _ in profiles.rows(world, days)))
    return pages


def _pages(rows: int) -> int:
    return max(1, -(-rows // 100))


# -- two years ---------------------------------------------------------------------------------


def _backfill(folder: Path, count: int) -> Iterator[Figure]:
    options = _options(count, 730, daily_quota=12 * count)
    with SandboxProcess(**options) as sandbox:
        settings = {
            "start_date": "2020-01-01",
            "scope": "analytics:read",
            "requests_per_second": UNLIMITED,
        }
        runs = _until_done(sandbox, Job(sandbox, folder, ("post_metrics",), **settings))
    keys, rows = _keys(runs)
    truth = _truth(options, nights=len(runs) - 1)
    where = f"two years of {len(truth):,} posts, {count} profiles"
    yield at_most(f"{where}: runs", len(runs), _SEVERAL)
    paused = sum("Paused" in one.said for one in runs)
    yield Figure(f"{where}: pauses by the quota", str(paused), ">= 1", paused >= 1)
    yield exactly(f"{where}: posts that are missing", len(truth - keys), 0)
    yield at_most(f"{where}: rows written / posts", rows / len(keys), 1.35)
    peak = max(one.cost.peak_mb for one in runs)
    yield at_most(f"{where}: peak memory", peak, 150, " MB")


def _truth(options: Mapping[str, Any], nights: int) -> set[tuple[str, str]]:
    """Return the keys of all posts of the last two years but a month, as the last run could."""
    world = build(Options(**options))
    world.clock.advance(nights * DAY.total_seconds())
    today = datetime.fromtimestamp(world.now(), UTC).date()
    served = tuple(one for found in _served(world).values() for one in found)
    choice = posts.Choice(served, today - timedelta(days=700), today)
    return {(one.profile.id, one.external_id) for one in posts.descending(world, choice)}


def _until_done(sandbox: SandboxProcess, job: Job) -> Sequence[Outcome]:
    """Run night after night until the bookmark has come to the present."""
    runs: list[Outcome] = []
    state: Mapping[str, Any] | None = None
    while len(runs) < _SEVERAL:
        runs.append(job.run(state))
        state = runs[-1].states[-1]
        mark = state["bookmarks"]["post_metrics"].get("replication_key_value") or ""
        if mark[:10] >= _today(sandbox).isoformat():
            break
        sandbox.advance(DAY.total_seconds())
    return runs


def _keys(runs: Sequence[Outcome]) -> tuple[set[tuple[str, str]], int]:
    """Return the keys of all rows, and how many rows were written."""
    keys: set[tuple[str, str]] = set()
    rows = 0
    for run in runs:
        with run.out.open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith('{"type":"RECORD"'):
                    record = json.loads(line)["record"]
                    keys.add((record[KEY[0]], record[KEY[1]]))
                    rows += 1
    return keys, rows


def _today(sandbox: SandboxProcess) -> date:
    return datetime.fromisoformat(sandbox.now()).date()
