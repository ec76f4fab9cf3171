"""Extraction: one full and two incremental loads, each table compared with the sandbox's truth."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.pipeline import Meltano
from demo.streams import compare, moving
from demo.warehouse import Table, drop_schema, read_duckdb, read_tables
from hootsuite_sandbox.testing import SandboxProcess
from tap_hootsuite.tap import stream_classes

SCHEMA = "hootsuite_demo"
WEEK = 7 * 24 * 3600
HOUR = 3600
# The sandbox's three people who talk to the organization's profiles.
PEOPLE = ("5550001", "5550002", "5550003")
TALKS = [
    {"social_network_type": network, "target_social_network_id": person}
    for network in ("facebook", "twitter")
    for person in PEOPLE
]
TAP = {
    "start_date": "2025-01-15T00:00:00Z",
    "interactions": json.dumps(TALKS),
    "scope": "analytics:read",
}
SELECT = {"TAP_HOOTSUITE__SELECT": json.dumps(["*.*"])}  # what is off by default, too
# A day of a network may begin before that of UTC: the day of start_date itself is read in part.
SINCE = "2025-01-16"


@dataclass(frozen=True)
class Loads:
    """What the loads left behind.

    Args:
        first: The tables after the full load.
        tables: The tables at the end.
        truth: The API's rows at the end, by stream.
        wrong: Differences between the two, by stream.
        requests: Requests of the full load, and of the two others.
        too_many: Answers with status 429.
    """

    first: Mapping[str, Table]
    tables: Mapping[str, Table]
    truth: Mapping[str, int]
    wrong: Mapping[str, list[str]]
    requests: tuple[int, int]
    too_many: int


def load(
    sandbox: SandboxProcess,
    meltano: Meltano,
    url: str,
    say: Callable[[str], None],
) -> Loads:
    """Run `meltano run tap-hootsuite target-postgres` three times while the sandbox lives on."""
    drop_schema(url, SCHEMA)
    say("first load: meltano run tap-hootsuite target-postgres")
    _run(sandbox, meltano, "tap-hootsuite", "target-postgres")
    first, before = read_tables(url, SCHEMA), sandbox.stats()
    say("a week later: the same command again")
    sandbox.advance(WEEK)
    _run(sandbox, meltano, "tap-hootsuite", "target-postgres")
    say("an hour later: what is missing a second time counts as deleted")
    sandbox.advance(HOUR)
    earlier = moving(sandbox)
    _run(sandbox, meltano, "tap-hootsuite", "target-postgres")
    tables, after = read_tables(url, SCHEMA), sandbox.stats()
    counts, wrong = compare(sandbox, tables, SINCE, earlier)
    requests = (before["total"], after["total"] - before["total"])
    return Loads(first, tables, counts, wrong, requests, after["rejected_429"])


def load_duckdb(
    sandbox: SandboxProcess, meltano: Meltano, path: Path, now: str
) -> dict[str, list[str]]:
    """Run `meltano run tap-hootsuite target-duckdb dbt-duckdb:build` from the start.

    Args:
        sandbox: The sandbox.
        meltano: The project.
        path: The DuckDB file.
        now: The sandbox's time, for the models.

    Returns:
        What differs from the truth, by stream, if anything does.
    """
    given = meltano.given(
        TARGET_DUCKDB_PATH=str(path),
        TARGET_DUCKDB_DEFAULT_TARGET_SCHEMA=SCHEMA,
        HOOTSUITE_AS_OF=now,
        DBT_TARGET_PATH=str(path.with_name("dbt")),
        DBT_LOG_PATH=str(path.with_name("dbt")),
    )
    earlier = moving(sandbox)
    words = ("tap-hootsuite", "target-duckdb", "dbt-duckdb:build")
    _run(sandbox, given, "--state-id-suffix", "duckdb", *words)
    keys = {stream.name: stream.primary_keys for stream in stream_classes()}
    return compare(sandbox, read_duckdb(str(path), SCHEMA, keys), SINCE, earlier)[1]


def _run(sandbox: SandboxProcess, meltano: Meltano, *words: str) -> None:
    """Run a pipeline that reads everything: comments are those that the webhook has told of."""
    comments = json.dumps([one["commentId"] for one in sandbox.comment_events()])
    meltano.given(**SELECT, TAP_HOOTSUITE_COMMENT_IDS=comments)("run", *words)
