"""How near a run comes to 20 requests per second, and whether it ever goes beyond them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from benchmarks import least
from benchmarks.figures import Figure, Place, at_most, exactly
from benchmarks.job import Job, Outcome, all_streams
from benchmarks.measure import Hogs
from hootsuite_sandbox.testing import JANUARY, SandboxProcess

RATE = 20
START = "2025-01-01T00:00:00Z"
HORIZON = timedelta(days=364)
INTERACTIONS = [{"social_network_type": "twitter", "target_social_network_id": "5550001"}]
# The long scan: what every member may do with every profile. All else is 1,700 requests.
LONG = "social_profile_permissions"
# A clock that stands still: the truth is the same before, during and after the run.
WORLD: dict[str, Any] = {
    "now": JANUARY,
    "members": 200,
    "profiles": 60,
    "messages": 2000,
    "requests_per_second": RATE,
    "latency_ms": 120,
    "clock_rate": 0.0,
}
SMALLER: dict[str, Any] = {"members": 30, "profiles": 20}
_PEERS = "plain SDK tap 2.65, dlt 2.48, Airbyte CDK 1.04"
_PEERS_429 = "Airbyte CDK 42"


def organization(place: Place) -> Iterator[Figure]:
    """All streams of a large organization, the way a first run reads them."""
    streams = all_streams(but=[LONG] if place.quick else [])
    with SandboxProcess(**WORLD) as sandbox:
        job = Job(sandbox, place.folder, streams, start_date=START, interactions=INTERACTIONS)
        outcome = job.run()
        stats = sandbox.stats()
        fewest = _fewest(sandbox, streams)
    where = "organization of 200 members, 60 profiles"
    where += f", all streams but {LONG}" if place.quick else ", all streams"
    factor = outcome.cost.wall * RATE / stats["total"]
    yield at_most(f"{where}: wall time / (requests / 20)", factor, 1.05, peer=_PEERS)
    yield _requests(where, stats["total"], fewest, 1.01)
    yield from _never_too_fast(where, stats, peer=_PEERS_429)


def paced(place: Place) -> Iterator[Figure]:
    """One run of at least 1,000 requests."""
    yield from _several(place, "a run of 1,000 requests and more", 1)


def shared(place: Place) -> Iterator[Figure]:
    """Two runs at once on one account."""
    yield from _several(place, "two such runs at once, one account", 2)


def crowded(place: Place) -> Iterator[Figure]:
    """Two runs at once while other programs want every core twice.

    A machine that has no time for us makes us slow; it must not make us too fast.
    """
    with SandboxProcess(**WORLD | SMALLER) as sandbox:
        job = Job(sandbox, place.folder, all_streams(), start_date=START)
        with Hogs():
            _together(job, 2)
        stats = sandbox.stats()
    yield from _never_too_fast("two runs at once, every core wanted twice", stats)


def _several(place: Place, where: str, runs: int) -> Iterator[Figure]:
    streams = all_streams(but=[LONG])
    with SandboxProcess(**WORLD) as sandbox:
        job = Job(sandbox, place.folder, streams, start_date=START, interactions=INTERACTIONS)
        _together(job, runs)
        stats = sandbox.stats()
        fewest = _fewest(sandbox, streams) * runs
    factor = stats["span_limited_seconds"] * RATE / stats["total_limited"]
    yield at_most(f"{where}: first to last request / (requests / 20)", factor, 1.10)
    yield _requests(where, stats["total"], fewest, 1.02)
    yield from _never_too_fast(where, stats)


def _together(job: Job, runs: int) -> list[Outcome]:
    begun = [job.begin() for _ in range(runs)]
    return [one.end() for one in begun]


def _fewest(sandbox: SandboxProcess, streams: Collection[str]) -> int:
    now = datetime.fromisoformat(sandbox.now())
    begin = datetime.fromisoformat(START)
    return least.requests(sandbox, streams, begin, now + HORIZON, INTERACTIONS).total()


def _requests(where: str, sent: int, fewest: int, factor: float) -> Figure:
    percent = round((factor - 1) * 100)
    bar = f"<= {fewest:,} + {percent} %"
    return Figure(f"{where}: requests", f"{sent:,}", bar, sent <= fewest * factor)


def _never_too_fast(where: str, stats: dict[str, Any], peer: str = "") -> Iterator[Figure]:
    yield exactly(f"{where}: answers 429", stats["rejected_429"], 0, peer)
    yield at_most(f"{where}: most requests in any second", stats["most_in_any_second"], RATE)
