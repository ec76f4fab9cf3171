"""What a message costs in processor time, beside the tap that a cookiecutter makes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Figure, Place, at_most
from benchmarks.job import UNLIMITED, Job
from benchmarks.measure import Cost, Program
from hootsuite_sandbox.testing import JANUARY, SandboxProcess

# The same messages for both: a closed range, and none of those that stand outside of time.
RANGE: dict[str, Any] = {
    "auth_method": "access_token",
    "start_date": "2024-12-01T00:00:00Z",
    "end_date": "2026-01-15T00:00:00Z",
    "include_unscheduled_review_messages": False,
    "requests_per_second": UNLIMITED,
}
NOTHING = "2024-12-02T00:00:00Z"  # an end before the first message: what a start costs
ROUNDS = 3


def world(messages: int) -> SandboxProcess:
    """A sandbox without limits whose clock stands still."""
    return SandboxProcess(
        now=JANUARY,
        messages=messages,
        requests_per_second=0,
        daily_quota=0,
        clock_rate=0.0,
        activity=False,
    )


def job(sandbox: SandboxProcess, folder: Path, **settings: Any) -> Job:
    """Our tap, reading messages."""
    token = sandbox.ready["access_token"]
    return Job(sandbox, folder, ["messages"], **RANGE | {"access_token": token} | settings)


def plain(config: dict[str, Any], out: Path, catalog: dict[str, Any] | None = None) -> Program:
    """The plain tap with the settings of ours."""
    command = [sys.executable, "-m", "benchmarks.plain_tap"]
    for name, document in {"config": config, "catalog": catalog}.items():
        if document is not None:
            file = out.with_suffix(f".{name}.json")
            file.write_text(json.dumps(document))
            command += [f"--{name}", str(file)]
    return Program(command, out, {})


def per_record(place: Place) -> Iterator[Figure]:
    """Processor time per message, both taps in turn on the same server."""
    messages = 50_000 if place.quick else 200_000
    with world(messages) as sandbox:
        ours = job(sandbox, place.folder / "ours")
        rest = job(sandbox, place.folder / "start", end_date=NOTHING)
        out = place.folder / "plain.jsonl"
        costs: dict[str, list[Cost]] = {"ours": [], "plain": [], "start": [], "plain start": []}
        rows = 0
        for _ in range(ROUNDS):
            outcome = ours.run()
            rows = outcome.rows
            costs["ours"].append(outcome.cost)
            costs["plain"].append(plain(ours.config, out).end())
            costs["start"].append(rest.run().cost)
            costs["plain start"].append(plain(rest.config, out).end())
    yield from _compare(rows, {name: median(c.cpu for c in all_) for name, all_ in costs.items()})


def _compare(rows: int, cpu: dict[str, float]) -> Iterator[Figure]:
    mine, other = cpu["ours"] / rows * 1e6, cpu["plain"] / rows * 1e6
    yield at_most(
        f"CPU of a whole run over {rows:,} messages / plain SDK tap's",
        mine / other,
        0.4,
        peer=f"{other:.0f} us a record, ours {mine:.0f}",
    )
    mine = (cpu["ours"] - cpu["start"]) / rows * 1e6
    other = (cpu["plain"] - cpu["plain start"]) / rows * 1e6
    yield at_most(
        "CPU per message record, starts taken off / plain SDK tap's",
        mine / other,
        0.4,
        peer=f"{other:.0f} us a record, ours {mine:.0f}",
    )
