"""How long a report takes to come up to date: the load into a warehouse, and the marts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Place, at_most
from demo.pipeline import Meltano, loader_settings, tap_settings
from demo.postgres import database
from hootsuite_sandbox.testing import JANUARY, SandboxProcess

_PLUGINS = ("tap-hootsuite", "target-postgres", "target-duckdb", "dbt-postgres", "dbt-duckdb")
_WAREHOUSES = ("postgres", "duckdb")
_START = {"start_date": "2025-01-01T00:00:00Z", "scope": "analytics:read"}
# A request for each message's history would take most of the time of a hundred thousand posts.
_WITHOUT_HISTORY = {"TAP_HOOTSUITE__SELECT": json.dumps(["*.*", "!message_history.*"])}


def up_to_date(place: Place) -> Iterator[Figure]:
    """Load and build the demonstration's world, and build the marts of a hundred thousand posts."""
    posts = 10_000 if place.quick else 100_000
    with database() as url:
        meltano = Meltano(place.folder, loader_settings(url, "reporting")).given(
            TARGET_DUCKDB_PATH=str(place.folder / "warehouse.duckdb"),
            DBT_TARGET_PATH=str(place.folder / "target"),
            DBT_LOG_PATH=str(place.folder),
        )
        meltano("install", *_PLUGINS)
        with _world(2_000, profiles=8) as sandbox:
            run = _reading(meltano, sandbox, place.folder)
            for name in _WAREHOUSES:
                words = ("tap-hootsuite", f"target-{name}", f"dbt-{name}:build")
                took = _timed(run, "run", "--state-id-suffix", name, *words)
                yield at_most(f"2,000 posts into {name}, load and build", took, 40, " s")
        with _world(posts, profiles=50) as sandbox:
            run = _reading(meltano, sandbox, place.folder).given(
                **loader_settings(url, "many"), **_WITHOUT_HISTORY
            )
            run("run", "--state-id-suffix", "many", "tap-hootsuite", "target-postgres")
            took = _timed(run, "invoke", "dbt-postgres", "build")
            yield at_most(f"{posts:,} posts in PostgreSQL, build", took, 60, " s")


def _world(posts: int, profiles: int) -> SandboxProcess:
    """A sandbox with a year of posts, without limits."""
    return SandboxProcess(
        now=JANUARY,
        messages=posts,
        profiles=profiles,
        members=14,
        teams=4,
        requests_per_second=0,
        daily_quota=0,
    )


def _reading(meltano: Meltano, sandbox: SandboxProcess, folder: Path) -> Meltano:
    """Meltano with the settings of the tap for a sandbox."""
    now = sandbox.now().removesuffix("Z").replace("T", " ")
    settings = tap_settings(sandbox.ready, folder, **_START, requests_per_second="10000")
    return meltano.given(**settings, HOOTSUITE_AS_OF=now)


def _timed(run: Meltano, *words: str) -> float:
    begun = time.monotonic()
    run(*words)
    return time.monotonic() - begun
