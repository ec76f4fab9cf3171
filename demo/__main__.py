"""`make demo`: a year of Hootsuite data from the sandbox into PostgreSQL, twice, and the proof.

The first run loads everything, the second what a week has changed. Then each table is held against
the sandbox's own truth; any difference makes the demonstration fail.
"""

import json
import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

from demo.pipeline import ROOT, Meltano, PipelineError, loader_settings, tap_settings
from demo.postgres import database
from demo.streams import compare
from demo.warehouse import Table, changes, drop_schema, read_tables
from hootsuite_sandbox.testing import SandboxProcess

SCHEMA = "hootsuite_demo"
WORLD = {"messages": 1500, "members": 14, "teams": 4, "profiles": 8}
WEEK = 7 * 24 * 3600
HOUR = 3600
# The sandbox's three people who talk to the organization's profiles.
PEOPLE = ("5550001", "5550002", "5550003")
TALKS = [
    {"social_network_type": network, "target_social_network_id": person}
    for network in ("facebook", "twitter")
    for person in PEOPLE
]
TAP = {"start_date": "2025-01-15T00:00:00Z", "interactions": json.dumps(TALKS)}


@dataclass(frozen=True)
class Outcome:
    """What the demonstration saw after its second run."""

    tables: Mapping[str, Table]
    first: Mapping[str, Table]
    truth: Mapping[str, int]
    wrong: Mapping[str, list[str]]
    requests: tuple[int, int]
    too_many: int


def main() -> int:
    """Run the demonstration; return the exit code."""
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    begun = time.monotonic()
    work = ROOT / ".demo"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        outcome = _run(console, work)
    except PipelineError as failure:
        console.print(f"[red]{failure}[/red]", highlight=False)
        return 1
    _report(console, outcome)
    console.print(f"{time.monotonic() - begun:.0f} seconds in all.", highlight=False)
    return 1 if outcome.wrong else 0


def _run(console: Console, work: Path) -> Outcome:
    with ExitStack() as stack:
        console.print("1/6 starting the sandbox and PostgreSQL")
        sandbox = stack.enter_context(SandboxProcess(**WORLD))
        url = stack.enter_context(database())
        drop_schema(url, SCHEMA)
        env = tap_settings(sandbox.ready, work, **TAP) | loader_settings(url, SCHEMA)
        meltano = Meltano(work, env)
        console.print(f"2/6 installing the plugins (log: {meltano.log.relative_to(ROOT)})")
        meltano("install", "tap-hootsuite", "target-postgres")
        console.print("3/6 first load: meltano run tap-hootsuite target-postgres")
        meltano("run", "tap-hootsuite", "target-postgres")
        first, before = read_tables(url, SCHEMA), sandbox.stats()
        console.print("4/6 a week later: the same command again")
        sandbox.advance(WEEK)
        meltano("run", "tap-hootsuite", "target-postgres")
        console.print("5/6 an hour later: what is missing a second time counts as deleted")
        sandbox.advance(HOUR)
        meltano("run", "tap-hootsuite", "target-postgres")
        console.print("6/6 comparing every row with the sandbox")
        tables, after = read_tables(url, SCHEMA), sandbox.stats()
        counts, wrong = compare(sandbox, tables)
        requests = (before["total"], after["total"] - before["total"])
        return Outcome(tables, first, counts, wrong, requests, after["rejected_429"])


def _report(console: Console, outcome: Outcome) -> None:
    grid = Grid(title="Hootsuite (sandbox) to PostgreSQL, by Meltano")
    grid.add_column("stream", no_wrap=True)
    for heading in ("in the API", "in PostgreSQL", "added later", "changed later", "equal"):
        grid.add_column(heading, justify="right")
    for stream, count in outcome.truth.items():
        table = outcome.tables.get(stream, Table((), ()))
        added, changed = changes(outcome.first.get(stream), table)
        equal = "no" if stream in outcome.wrong else "yes"
        grid.add_row(stream, *map(str, (count, len(table.rows), added, changed)), equal)
    console.print(grid)
    full, second = outcome.requests
    console.print(
        f"requests: {full} for the full load, {second} for the two others; 429s: {outcome.too_many}"
    )
    for stream, said in outcome.wrong.items():
        console.print(f"{stream}: {len(said)} differences, such as {said[0]}")


if __name__ == "__main__":
    sys.exit(main())
