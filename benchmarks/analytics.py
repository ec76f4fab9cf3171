"""What a night of analytics costs a large account, and how a long backfill ends."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, Place, at_most, exactly
from benchmarks.job import UNLIMITED, Job, Outcome
from hootsuite_sandbox.domain.analytics.networks import NETWORKS, day_of
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


def _world(profiles: int, days: int, **options: Any) -> dict[str, Any]:
    """Options of a world with so many profiles of networks that have analytics."""
    with SandboxProcess(profiles=60, messages=1) as sample:
        types = Counter(one["type"] for one in sample.truth("social_profiles"))
    share = sum(count for name, count in types.items() if name in NETWORKS) / types.total()
    there = round(profiles / share)
    return {
        "now": JANUARY,
        "profiles": there,
        "years": -(-days // 365),
        "messages": there * POSTS_A_DAY * 365 * -(-days // 365),
        "members": 5,
        "teams": 1,
        "clock_rate": 0.0,
        "activity": False,
        "token_ttl": 10**8,
        **options,
    }


# -- a night -----------------------------------------------------------------------------------


def _nightly(folder: Path, profiles: int) -> Iterator[Figure]:
    world = _world(profiles, 365, requests_per_second=0, latency_ms=120)
    with SandboxProcess(**world) as sandbox:
        start = _today(sandbox) - AGAIN - 3 * DAY
        settings = {"start_date": start.isoformat(), "scope": "analytics:read"}
        before = Job(sandbox, folder, STREAMS, **settings, requests_per_second=UNLIMITED)
        state = before.run(keep_records=False).states[-1]
        sandbox.advance(DAY.total_seconds())
        sandbox.settings(requests_per_second=RATE)
        asked, seen = len(sandbox.requests()), sandbox.stats()
        night = Job(sandbox, folder / "night", STREAMS, **settings).run(state, keep_records=False)
        stats, total = sandbox.stats(), len(sandbox.requests()) - asked
        served, fewest = _fewest(sandbox)
    where = f"a night of {served} profiles on {len(NETWORKS)} networks"
    bar = f"<= {fewest:,} + 2 %"
    yield Figure(f"{where}: requests", f"{total:,}", bar, total <= fewest * 1.02)
    yield at_most(f"{where}: wall time / (requests / 20)", night.cost.wall * RATE / total, 1.05)
    yield exactly(f"{where}: answers 429", stats["rejected_429"] - seen["rejected_429"], 0)
    yield at_most(f"{where}: peak memory", night.cost.peak_mb, 250, " MB")


def _fewest(sandbox: SandboxProcess) -> tuple[int, int]:
    """Count what has to be asked: token, profiles, and the pages of each batch of ten.

    A night reads the days that were restated by the last one again, and its own.
    """
    since, until = _today(sandbox) - DAY - AGAIN - PAD, _today(sandbox) + PAD
    posts, days = Counter[str](), Counter[str]()
    for row in sandbox.truth("post_metrics", "networkId", "socialProfileId", "createdAt"):
        instant = int(datetime.fromisoformat(row["createdAt"]).timestamp())
        day = day_of(NETWORKS[row["networkId"]], instant)
        posts[row["socialProfileId"]] += since <= day <= until
    for row in sandbox.truth("profile_metrics", "socialProfileId", "date"):
        days[row["socialProfileId"]] += since <= date.fromisoformat(row["date"]) <= until
    batches = _batches(sandbox)
    sizes = (sum(found[one] for one in ids) for ids in batches for found in (posts, days))
    pages = sum(map(_pages, sizes))
    return sum(map(len, batches)), pages + len(("token", "profiles"))


def _batches(sandbox: SandboxProcess) -> list[list[str]]:
    networks: Mapping[str, list[str]] = defaultdict(list)
    for one in sandbox.truth("social_profiles", "id", "type"):
        if one["type"] in NETWORKS:
            networks[one["type"]].append(one["id"])
    return [
        sorted(ids, key=int)[i : i + 10]
        for ids in networks.values()
        for i in range(0, len(ids), 10)
    ]


def _pages(rows: int) -> int:
    return max(1, -(-rows // 100))


# -- two years ---------------------------------------------------------------------------------


def _backfill(folder: Path, profiles: int) -> Iterator[Figure]:
    world = _world(profiles, 730, requests_per_second=0, daily_quota=12 * profiles)
    with SandboxProcess(**world) as sandbox:
        settings = {
            "start_date": "2020-01-01",
            "scope": "analytics:read",
            "requests_per_second": UNLIMITED,
        }
        job = Job(sandbox, folder, ("post_metrics",), **settings)
        runs = _until_done(sandbox, job)
        keys, rows = _keys(runs)
        first = (_today(sandbox) - timedelta(days=700)).isoformat()
        truth = {
            (row["socialProfileId"], row["externalId"])
            for row in sandbox.truth("post_metrics", "socialProfileId", "externalId", "createdAt")
            if row["createdAt"] >= first
        }
    where = f"two years of {len(keys):,} posts, {profiles} profiles"
    yield at_most(f"{where}: runs", len(runs), _SEVERAL)
    paused = sum("Paused" in one.said for one in runs)
    yield Figure(f"{where}: pauses by the quota", str(paused), ">= 1", paused >= 1)
    yield exactly(f"{where}: posts that are missing", len(truth - keys), 0)
    yield at_most(f"{where}: rows written / posts", rows / len(keys), 1.35)
    peak = max(one.cost.peak_mb for one in runs)
    yield at_most(f"{where}: peak memory", peak, 150, " MB")


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
