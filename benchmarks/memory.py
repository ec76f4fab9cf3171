"""The largest resident set while messages are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Place, at_most
from benchmarks.job import UNLIMITED, Job
from hootsuite_sandbox.testing import JANUARY, SandboxProcess

STREAMS = ("messages", "deleted_messages")


def peaks(place: Place) -> Iterator[Figure]:
    """Read a year of 200,000 messages, five such years, and 1,000,000 messages in one year.

    The tap remembers the messages that its next run reads again (those of the last week and of the
    time to come), so the third account, five times as busy, is the one that has more to remember.
    """
    few, many = (20_000, 100_000) if place.quick else (200_000, 1_000_000)
    small = _peak(place.folder / "few", few, 1)
    yield at_most(f"peak memory, {few:,} messages of a year", small, 120, " MB")
    large = _peak(place.folder / "many", many, 5)
    yield at_most(f"peak memory, {many:,} messages of five years", large, 150, " MB")
    yield at_most("peak memory, five years / one", large / small, 1.1)
    dense = _peak(place.folder / "dense", many, 1)
    yield at_most(f"peak memory, {many:,} messages of a year", dense, 150, " MB")


def _peak(folder: Path, messages: int, years: int) -> float:
    with SandboxProcess(
        now=JANUARY,
        messages=messages,
        years=years,
        requests_per_second=0,
        daily_quota=0,
        clock_rate=0.0,
    ) as sandbox:
        begin = f"{2025 - years}-12-01T00:00:00Z"  # before the first message of the sandbox's world
        job = Job(sandbox, folder, STREAMS, start_date=begin, requests_per_second=UNLIMITED)
        outcome = job.run(keep_records=False)
        truth = sandbox.count("messages")
    if outcome.rows != truth:
        raise RuntimeError(f"{outcome.rows} of {truth} messages came out")
    return outcome.cost.peak_mb
