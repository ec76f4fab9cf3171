"""Running the tap in tests: in this process or in one of its own, and loading what it says."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from hootsuite_api.errors import HootsuiteError
from tap_hootsuite.analytics import AnalyticsStream
from tap_hootsuite.tap import TapHootsuite, stream_classes

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
EXTENSION = "urn:ietf:params:scim:schemas:extension:Hootsuite:2.0:User"
INTERACTIONS = [
    {"social_network_type": network, "target_social_network_id": target}
    for network in ("twitter", "facebook")
    for target in ("5550001", "5550002", "5550003")
]


SCOPE = {"scope": "analytics:read"}
# The streams that the defaults fill, with a token that lacks the scope of analytics.
KEYS = {
    stream.name: list(stream.primary_keys)
    for stream in stream_classes()
    if stream.selected_by_default
    and stream.name != "comments"
    and not issubclass(stream, AnalyticsStream)
}
# Those that need more: a scope, ids in the settings, or somebody who selects them.
FURTHER = {
    stream.name: list(stream.primary_keys) for stream in stream_classes() if stream.name not in KEYS
}


class Output:
    """What one run of the tap wrote."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self.lines = lines
        self.states = [line["value"] for line in lines if line["type"] == "STATE"]

    @classmethod
    def parse(cls, text: str) -> Output:
        return cls([json.loads(line) for line in text.splitlines()])

    @property
    def state(self) -> dict[str, Any] | None:
        return self.states[-1] if self.states else None

    def rows(self, stream: str) -> list[dict[str, Any]]:
        return [
            line["record"]
            for line in self.lines
            if line["type"] == "RECORD" and line["stream"] == stream
        ]

    def types(self, stream: str) -> list[str]:
        return [line["type"] for line in self.lines if line.get("stream") == stream]


class Warehouse:
    """Tables as a SQL target keeps them: upserts by key, old versions removed when told."""

    def __init__(self) -> None:
        self.keys: dict[str, list[str]] = {}
        self.tables: dict[str, dict[tuple[Any, ...], tuple[int | None, dict[str, Any]]]]
        self.tables = defaultdict(dict)
        self.state: dict[str, Any] | None = None

    def load(self, output: Output) -> Warehouse:
        for line in output.lines:
            getattr(self, f"_{line['type'].lower()}")(line)
        return self

    def rows(self, stream: str) -> list[dict[str, Any]]:
        return [row for _, row in self.tables[stream].values()]

    def _schema(self, line):
        self.keys[line["stream"]] = line["key_properties"]

    def _record(self, line):
        key = tuple(line["record"][name] for name in self.keys[line["stream"]])
        self.tables[line["stream"]][key] = line.get("version"), line["record"]

    def _state(self, line):
        self.state = line["value"]

    def _activate_version(self, line):
        table = self.tables[line["stream"]]
        for key in [key for key, (version, _) in table.items() if version != line["version"]]:
            del table[key]


def flatten(document: dict[str, Any]) -> dict[str, Any]:
    """Write an API object as a row by the interface's rule, without the tap's own code."""
    row: dict[str, Any] = {}
    for name, value in document.items():
        column = _HUMP.sub("_", name).lower().replace("default_timezone", "timezone")
        if name == "meta" and "lastModified" in value:
            row |= {"resource_type": value["resourceType"], "created": value["created"]}
            row["last_modified"] = value["lastModified"]
        elif name == EXTENSION:
            row |= {_HUMP.sub("_", k).lower(): [str(one) for one in v] for k, v in value.items()}
        elif isinstance(value, dict) and set(value) in ({"id"}, {"id", "externalURL"}):
            row |= {f"{column}_{_HUMP.sub('_', k).lower()}": v for k, v in value.items()}
        else:
            row[column] = value
    return row


@pytest.fixture
def config(settings) -> dict[str, Any]:
    """The tap's settings for the sandbox, everything there is to read."""
    return {**settings, "start_date": "2024-12-01", "interactions": INTERACTIONS}


def run(config, state=None, catalog=None, **overrides) -> tuple[Output, HootsuiteError | None]:
    """Run the tap in this process; return what it wrote, and why it failed if it did."""
    output, failure = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), None
    with contextlib.redirect_stdout(output):
        tap = TapHootsuite(
            config={**config, **overrides}, state=json.loads(json.dumps(state)), catalog=catalog
        )
        try:
            tap.sync_all()
        except HootsuiteError as error:
            failure = error
        tap.message_writer.flush()
        tap.run.close()
    output.seek(0)
    return Output.parse(output.read()), failure


@pytest.fixture(autouse=True)
def _no_waiting(no_retry_waits):
    """Repetitions come at once."""


@pytest.fixture
def attempt(config):
    """Run the tap with `config`; a failure is a result."""
    return lambda state=None, catalog=None, **settings: run(config, state, catalog, **settings)


@pytest.fixture
def extract(attempt):
    """Run the tap with `config`: `extract(state=..., catalog=..., setting=value)`."""

    def once(state=None, catalog=None, **settings):
        output, failure = attempt(state, catalog, **settings)
        if failure:
            raise failure
        return output

    return once


def selected(config: dict[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return a catalog that selects some streams."""
    catalog = TapHootsuite(config=config).catalog_dict
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = entry["tap_stream_id"] in names
    return catalog


def everything(config: dict[str, Any]) -> dict[str, Any]:
    """Return a catalog that selects every stream."""
    return selected(config, [*KEYS, *FURTHER])


@pytest.fixture
def further(sandbox, only):
    """Settings and catalog with which everything in `FURTHER` is read, and nothing else."""

    def build() -> dict[str, Any]:
        comments = [one["commentId"] for one in sandbox.comment_events()]
        return {"catalog": only(*FURTHER), "comment_ids": comments, **SCOPE}

    return build


@pytest.fixture
def only(config):
    """Return a catalog that selects only the named streams."""
    return lambda *names: selected(config, names)


class Command:
    """Runs `tap-hootsuite` as a process of its own."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self.folder = folder
        self.config = config

    def arguments(self, state=None, catalog=None, **settings) -> list[str]:
        parts = [str(Path(sys.executable).with_name("tap-hootsuite"))]
        documents = {"config": self.config | settings, "state": state, "catalog": catalog}
        for name, document in documents.items():
            if document is not None:
                file = self.folder / f"{name}.json"
                file.write_text(json.dumps(document))
                parts += [f"--{name}", str(file)]
        return parts

    def __call__(self, *more: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.arguments(**options), *more],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture
def command(tmp_path, config) -> Command:
    """The command line with `config`."""
    return Command(tmp_path, config)


@pytest.fixture
def warehouse() -> Warehouse:
    """An empty warehouse."""
    return Warehouse()


@pytest.fixture
def new_warehouse() -> type[Warehouse]:
    """For tests that need many."""
    return Warehouse


@pytest.fixture
def assert_equal(sandbox):
    """Hold a stream's rows against the sandbox's truth, column by column."""

    def check(stream: str, rows: list[dict[str, Any]], keys: list[str]) -> None:
        truth = {
            tuple(str(row[key]) for key in keys): row for row in map(flatten, sandbox.truth(stream))
        }
        loaded = {tuple(str(row[key]) for key in keys): row for row in rows}
        assert loaded.keys() ^ truth.keys() == set(), stream
        for key, row in loaded.items():
            shown = {name: row.get(name) for name in truth[key]}
            assert shown == truth[key], stream

    return check


class Figures:
    """Holds the tables of what the defaults don't read against the truth."""

    UNLISTED = ("post_metric_snapshots", "deleted_post_metrics")

    def __init__(self, sandbox, assert_equal) -> None:
        self.sandbox = sandbox
        self.assert_equal = assert_equal

    def assert_complete(self, streams: Collection[str], warehouse: Warehouse, since: str) -> None:
        """Compare row by row; tables of days from the day `since` on, others as a whole."""
        for name in set(streams) - set(self.UNLISTED):
            keys, rows = FURTHER[name], warehouse.rows(name)
            day = {"post_metrics": "created_at"}.get(name, "date" if "metric" in name else None)
            if day is None:
                self.assert_equal(name, rows, keys)
                continue
            truth = {
                tuple(row[key] for key in keys): row["metrics"]
                for row in map(flatten, self.sandbox.truth(name)) if row[day] >= since
            }  # fmt: skip
            found = {
                tuple(row[k] for k in keys): row["metrics"] for row in rows if row[day] >= since
            }
            assert found == truth, name
            assert truth, name
        assert not warehouse.rows("deleted_post_metrics")
        snapshots = warehouse.rows("post_metric_snapshots")
        if "post_metric_snapshots" in streams:
            first = min(row["created_at"] for row in snapshots)
            posts = {row["external_id"]: row for row in warehouse.rows("post_metrics")}
            wanted = {one for one, row in posts.items() if row["created_at"] >= first}
            assert {row["external_id"] for row in snapshots} == wanted


@pytest.fixture
def figures(sandbox, assert_equal) -> Figures:
    """See `Figures`."""
    return Figures(sandbox, assert_equal)
