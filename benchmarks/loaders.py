"""What loading costs: target-duckdb beside target-postgres, with the same rows."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy as sa

from benchmarks.cpu import job, world
from benchmarks.figures import Figure, Place, at_most, exactly
from benchmarks.measure import Cost, Program
from demo.pipeline import ROOT, Meltano
from demo.postgres import database

POSTGRES = ROOT / ".meltano/loaders/target-postgres/venv/bin/target-postgres"
DUCKDB = Path(sys.executable).with_name("target-duckdb")
_COUNT = "SELECT count(*) FROM twins.messages"
SHARED = {"default_target_schema": "twins", "hard_delete": True, "validate_records": False}


def beside_postgres(place: Place) -> Iterator[Figure]:
    """Load messages into a DuckDB file and into PostgreSQL, neither of them validating rows."""
    messages = 20_000 if place.quick else 200_000
    with world(messages) as sandbox:
        rows = job(sandbox, place.folder / "tap").run().out
    Meltano(place.folder, {})("install", "target-postgres")
    path = str(place.folder / "warehouse.duckdb")
    with database() as url:
        other = _load(POSTGRES, {"sqlalchemy_url": url}, rows)
        engine = sa.create_engine(url)
        with engine.connect() as link:
            wanted = int(link.exec_driver_sql(_COUNT).scalar_one())
        engine.dispose()
    mine = _load(DUCKDB, {"path": path}, rows)
    with duckdb.connect(path, read_only=True) as file:
        loaded = int(file.execute(_COUNT).fetchall()[0][0])
    name = f"loading {messages:,} messages: target-duckdb"
    peer = f"{other.wall:.1f} s, ours {mine.wall:.1f}"
    yield exactly(f"{name}, rows", loaded, wanted)
    yield at_most(f"{name} / target-postgres, time", mine.wall / other.wall, 1 / 3, peer=peer)
    yield at_most(f"{name}, peak memory", mine.peak_mb, 400, " MB", f"{other.peak_mb:.0f} MB")


def _load(program: Path, settings: Mapping[str, Any], rows: Path) -> Cost:
    config = rows.with_name(f"{program.name}.json")
    config.write_text(json.dumps({**SHARED, **settings}), encoding="utf-8")
    command = [str(program), "--config", str(config), "--input", str(rows)]
    return Program(command, rows.with_name(f"{program.name}.out"), {"PGTZ": "UTC"}).end()
