"""`make demo`: Hootsuite data from the sandbox into PostgreSQL and posts back, with the proof.

The loads read a year, then what a week has changed, and hold every table against the sandbox's own
truth. The way back schedules planned posts twice, and the sandbox's ledger tells whether any was
posted twice. Whatever differs makes the demonstration fail. At the end there is the report.
"""

import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

from demo.load import TAP, Loads, load, load_duckdb
from demo.pipeline import (
    ROOT,
    Meltano,
    PipelineError,
    loader_settings,
    sheet_settings,
    tap_settings,
    target_settings,
)
from demo.postgres import database, tap_url
from demo.report import page
from demo.sheet import Step, by_pipeline, right, schedule
from demo.warehouse import changes
from demo.writeback import WriteBack, write_back
from hootsuite_sandbox.testing import SandboxProcess

# The plans that the demonstration schedules are of February 2026.
WORLD = {
    "now": "2026-01-15T12:00:00Z",
    "messages": 1500,
    "members": 14,
    "teams": 4,
    "profiles": 8,
}
PLUGINS = (
    "tap-hootsuite",
    "target-postgres",
    "target-duckdb",
    "dbt-duckdb",
    "tap-postgres",
    "tap-hootsuite-sheet",
    "target-hootsuite",
)
_KEPT = (
    "equal: no row of the API is missing or differs. "
    "PostgreSQL also keeps messages and media that the platform has forgotten."
)


def main() -> int:
    """Run the demonstration; return the exit code."""
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    begun = time.monotonic()
    work = ROOT / ".demo"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        well = _run(console, work)
    except PipelineError as failure:
        console.print(f"[red]{failure}[/red]")
        return 1
    verdict = "Everything is equal, nothing was posted twice" if well else "[red]Not as promised[/]"
    console.print(f"{verdict}; {time.monotonic() - begun:.0f} seconds in all.")
    return 0 if well else 1


def _run(console: Console, work: Path) -> bool:
    with ExitStack() as stack:
        console.print("- starting the sandbox and PostgreSQL")
        sandbox = stack.enter_context(SandboxProcess(**WORLD))
        url = stack.enter_context(database())
        env = tap_settings(sandbox.ready, work, **TAP) | loader_settings(url, "hootsuite_demo")
        env |= target_settings(sandbox.ready, work) | sheet_settings(sandbox.ready, work)
        env |= {"TAP_POSTGRES_SQLALCHEMY_URL": tap_url(url)}
        meltano = Meltano(work, env)
        console.print(f"- installing the plugins (log: {meltano.log.relative_to(ROOT)})")
        meltano("install", *PLUGINS)
        loads = load(sandbox, meltano, url, lambda text: console.print(f"- {text}"))
        _report_loads(console, loads)
        console.print(
            "- the same into a DuckDB file, with models for reports: "
            "meltano run tap-hootsuite target-duckdb dbt-duckdb:build"
        )
        warehouse = work / "warehouse.duckdb"
        now = sandbox.now().removesuffix("Z").replace("T", " ")
        unlike = load_duckdb(sandbox, meltano, warehouse, now)
        _report_differences(console, unlike)
        console.print("- the way back, twice: meltano run tap-postgres target-hootsuite")
        back = write_back(sandbox, meltano, url, work)
        _report_back(console, back)
        console.print("- a social team's plan of ten rows, two of them bad")
        steps = [*schedule(sandbox, work), by_pipeline(sandbox, meltano, work)]
        _report_steps(console, steps)
        report = work / "report.html"
        page(warehouse, now, report)
        console.print(f"- the report on publishing is in {report}: open it in a browser")
        return not loads.wrong and not unlike and back.right and right(steps)


def _report_loads(console: Console, loads: Loads) -> None:
    grid = Grid(title="Hootsuite (sandbox) to PostgreSQL, by Meltano", caption=_KEPT)
    grid.add_column("stream", no_wrap=True)
    for heading in ("in the API", "in PostgreSQL", "added later", "changed later", "equal"):
        grid.add_column(heading, justify="right")
    for stream, table in loads.tables.items():
        added, changed = changes(loads.first.get(stream), table)
        count = loads.truth.get(stream, "")  # the API has no list of what was deleted
        equal = "" if stream not in loads.truth else "no" if stream in loads.wrong else "yes"
        grid.add_row(stream, *map(str, (count, len(table.rows), added, changed)), equal)
    console.print(grid)
    full, later = loads.requests
    console.print(f"requests: {full} for the full load, {later} later; 429s: {loads.too_many}")
    _report_differences(console, loads.wrong)


def _report_differences(console: Console, wrong: Mapping[str, Sequence[str]]) -> None:
    for stream, said in wrong.items():
        console.print(f"{stream}: {len(said)} differences, such as {said[0]}")


def _report_back(console: Console, back: WriteBack) -> None:
    grid = Grid(title=f"PostgreSQL to Hootsuite: {back.planned} planned posts, run twice")
    for heading in ("run", "results", "posts by the sandbox's ledger"):
        grid.add_column(heading)
    for number, (result, posts) in enumerate(zip(back.results, back.posts, strict=True), 1):
        said = ", ".join(f"{count} {status}" for status, count in result.items())
        grid.add_row(str(number), said, str(posts))
    console.print(grid)


def _report_steps(console: Console, steps: Sequence[Step]) -> None:
    grid = Grid(title="examples/plan.csv to Hootsuite")
    for heading in ("command", "exit code", "posts by the sandbox's ledger"):
        grid.add_column(heading)
    for step in steps:
        grid.add_row(step.command, str(step.code), str(step.posts))
    console.print(grid)
    if not right(steps):
        console.print(steps[1].said, markup=False)


if __name__ == "__main__":
    sys.exit(main())
