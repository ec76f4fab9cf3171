"""How large the state gets: it travels through files, databases and pipes after every window."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, Place, at_most
from benchmarks.incremental import LOOKBACK
from benchmarks.job import UNLIMITED, Job, Outcome, all_streams
from benchmarks.speed import INTERACTIONS, LONG, START, WORLD
from hootsuite_sandbox.testing import SandboxProcess

FREE = 64 * 1024
PER_KNOWN = 16
PER_MESSAGE = 80


def sizes(place: Place) -> Iterator[Figure]:
    """Look at every state of a first and of a second run, in worlds of many people and posts."""
    messages = 20_000 if place.quick else 200_000
    cases = {
        f"{messages:,} messages": ({"messages": messages}, ["messages", "deleted_messages"]),
        "3,000 members": ({"members": 3000, "teams": 60}, all_streams(but=[LONG])),
    }
    for name, (options, streams) in cases.items():
        yield _case(place.folder / name.replace(" ", "-"), name, options, streams)


def _case(folder: Path, name: str, options: dict[str, Any], streams: list[str]) -> Figure:
    limits = {"requests_per_second": 0, "latency_ms": 0, "daily_quota": 0}
    with SandboxProcess(**WORLD | limits | options) as sandbox:
        job = Job(
            sandbox,
            folder,
            streams,
            start_date=START,
            interactions=INTERACTIONS,
            requests_per_second=UNLIMITED,
        )
        first = job.run(keep_records=False)
        second = job.run(first.states[-1], keep_records=False)
        allowed = _allowed(sandbox)
    largest = max(_sizes((first, second)))
    return at_most(f"largest state of two runs, {name}", largest, allowed, " B")


def _sizes(outcomes: Iterable[Outcome]) -> Iterator[int]:
    for outcome in outcomes:
        yield from (len(json.dumps(state).encode()) for state in outcome.states)


def _allowed(sandbox: SandboxProcess) -> int:
    known = sum(map(sandbox.count, ("members", "teams", "scim_users")))
    since = datetime.fromisoformat(sandbox.now()) - LOOKBACK
    times = (row["scheduledSendTime"] for row in sandbox.truth("messages", "scheduledSendTime"))
    remembered = sum(not time or datetime.fromisoformat(time) >= since for time in times)
    return FREE + PER_KNOWN * known + PER_MESSAGE * remembered
