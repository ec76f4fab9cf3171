"""The largest resident set while messages are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Place, at_most
from benchmarks.job import UNLIMITED, Job
from hootsuite_sandbox.testing import SandboxProcess

START = "2024-12-01T00:00:00Z"
STREAMS = ("messages", "deleted_messages")


def peaks(place: Place) -> Iterator[Figure]:
    """Read 200,000 messages, then 1,000,000."""
    few, many = (20_000, 100_000) if place.quick else (200_000, 1_000_000)
    small = _peak(place.folder / "few", few)
    yield at_most(f"peak memory, {few:,} messages", small, 120, " MB")
    large = _peak(place.folder / "many", many)
    yield at_most(f"peak memory, {many:,} messages", large, 150, " MB")
    yield at_most(f"peak memory, {many:,} messages / {few:,}", large / small, 1.1)


def _peak(folder: Path, messages: int) -> float:
    with SandboxProcess(
        messages=messages, requests_per_second=0, daily_quota=0, clock_rate=0.0
    ) as sandbox:
        job = Job(sandbox, folder, STREAMS, start_date=START, requests_per_second=UNLIMITED)
        outcome = job.run(keep_records=False)
        truth = sandbox.count("messages")
    if outcome.rows != truth:
        raise RuntimeError(f"{outcome.rows} of {truth} messages came out")
    return outcome.cost.peak_mb
