"""`make bench`: run the benchmarks, print their table, fail when a bar is missed."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import (
    analytics,
    cpu,
    incremental,
    loaders,
    memory,
    output,
    reporting,
    speed,
    startup,
    state,
)
from benchmarks.figures import Benchmark, Figure, Place, table

BENCHMARKS: Mapping[str, Benchmark] = {
    "organization": speed.organization,
    "paced": speed.paced,
    "shared": speed.shared,
    "crowded": speed.crowded,
    "cpu": cpu.per_record,
    "output": output.equal,
    "memory": memory.peaks,
    "incremental": incremental.unchanged,
    "state": state.sizes,
    "analytics": analytics.nights,
    "loaders": loaders.beside_postgres,
    "reporting": reporting.up_to_date,
    "startup": startup.ratios,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is named, by default all; return the exit code.

    Args:
        arguments: Those of the command line.
    """
    options = _parser().parse_args(arguments)
    figures: list[Figure] = []
    for name in options.names or BENCHMARKS:
        figures += _run(name, quick=options.quick)
    print(table(figures))
    missed = sum(not figure.met for figure in figures)
    if missed:
        print(f"{missed} of {len(figures)} bars missed")
    return 1 if missed else 0


def _run(name: str, *, quick: bool) -> list[Figure]:
    say(f"{name} ...")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
        found = list(BENCHMARKS[name](Place(Path(folder), quick)))
    say(f"{name}: {time.monotonic() - begun:.0f} s")
    return found


def say(text: str) -> None:
    """Tell who waits how far it is; the table alone goes to standard output."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        choices=[*BENCHMARKS, []],
        help=f"one or more of {', '.join(BENCHMARKS)}; without any, all",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="smaller worlds, and the long scan of permissions left out; the table says which",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
