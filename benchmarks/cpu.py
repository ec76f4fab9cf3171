"""What a message costs in processor time, beside two others on the same server.

One is the tap that a cookiecutter makes, the other the least program that writes the lines at all.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Figure, Place, at_most
from benchmarks.job import UNLIMITED, Job
from benchmarks.measure import Program
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


def floor(config: dict[str, Any], out: Path) -> Program:
    """The least line writer with the settings of ours."""
    file = out.with_suffix(".config.json")
    file.write_text(json.dumps(config))
    return Program([sys.executable, "-m", "benchmarks.floor", str(file)], out, {})


def per_record(place: Place) -> Iterator[Figure]:
    """Processor time per message, all of them in turn on the same server."""
    messages = 50_000 if place.quick else 200_000
    with world(messages) as sandbox:
        ours = job(sandbox, place.folder / "ours")
        rest = job(sandbox, place.folder / "start", end_date=NOTHING)
        costs: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            rows = _round(ours, place.folder, costs, "")
            _round(rest, place.folder, costs, " start")
    yield from _compare(rows, {name: median(found) for name, found in costs.items()})


def _round(ours: Job, folder: Path, costs: dict[str, list[float]], what: str) -> int:
    """Run each once, add what it cost to `costs`, and return the rows of ours."""
    outcome = ours.run()
    ended = {
        "ours": outcome.cost,
        "plain": plain(ours.config, folder / "plain.jsonl").end(),
        "floor": floor(ours.config, folder / "floor.jsonl").end(),
    }
    for name, cost in ended.items():
        costs.setdefault(name + what, []).append(cost.cpu)
    return outcome.rows


def _compare(rows: int, cpu: dict[str, float]) -> Iterator[Figure]:
    whole = {name: cpu[name] / rows * 1e6 for name in ("ours", "plain", "floor")}
    active = {name: (cpu[name] - cpu[f"{name} start"]) / rows * 1e6 for name in whole}
    for peer, bars in {"plain": (0.4, 0.4), "floor": (2.0, 1.6)}.items():
        of = {"plain": "plain SDK tap's", "floor": "least line writer's"}[peer]
        where = f"CPU of a whole run over {rows:,} messages / {of}"
        yield _ratio(where, whole, peer, bars[0])
        yield _ratio(f"CPU per message record, starts taken off / {of}", active, peer, bars[1])


def _ratio(name: str, cpu: dict[str, float], peer: str, bar: float) -> Figure:
    says = f"{cpu[peer]:.1f} us a record, ours {cpu['ours']:.1f}"
    return at_most(name, cpu["ours"] / cpu[peer], bar, peer=says)
