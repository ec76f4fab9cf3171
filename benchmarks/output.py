"""Whether what is saved changes what is written: line by line beside the plain SDK tap."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.cpu import job, plain, world
from benchmarks.figures import Figure, Place, exactly
from benchmarks.job import catalog
from hootsuite_sandbox.testing import SandboxProcess

Line = dict[str, Any]
CASES: Mapping[str, Mapping[str, Any]] = {
    "as it comes": {},
    "with columns deselected": {"without": ("text", "location", "reviewers")},
    "with stream maps": {
        "stream_maps": {
            "messages": {
                "shouted": "text.upper() if text else None",
                "tags": "__NULL__",
                "__filter__": "state == 'SENT'",
                "__alias__": "posts",
            }
        }
    },
    "flattened": {"flattening_enabled": True, "flattening_max_depth": 2},
}


def equal(place: Place) -> Iterator[Figure]:
    """Count the records that differ, in every way that the SDK can shape them."""
    with world(2_000 if place.quick else 20_000) as sandbox:
        for name, case in CASES.items():
            yield _case(sandbox, place.folder / name.replace(" ", "-"), name, dict(case))


def _case(sandbox: SandboxProcess, folder: Path, name: str, case: dict[str, Any]) -> Figure:
    without = case.pop("without", ())
    ours = job(sandbox, folder, **case)
    ours.catalog = catalog(ours.config, ["messages"], without)
    mine = _lines(ours.run().out)
    out = folder / "plain.jsonl"
    plain(ours.config, out, _plain_catalog(ours.catalog)).end()
    other = _lines(out)
    differing = sum(one != two for one, two in zip(mine, other, strict=False))
    differing += abs(len(mine) - len(other))
    of = f"{len(other) - 1:,} records and their schema"
    return exactly(f"output {name}: lines unlike the plain tap's, of {of}", differing, 0)


def _lines(out: Path) -> list[Line]:
    """The table's columns first, then every record with its stream, in the order written."""
    schema: Line = {}
    records = []
    with out.open(encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            if line["type"] == "SCHEMA":
                schema = {"stream": line["stream"], "schema": line["schema"]}
            elif line["type"] == "RECORD":
                records.append({"stream": line["stream"], "record": line["record"]})
    return [schema, *records]


def _plain_catalog(ours: Line) -> Line:
    """The selection, without the other streams and without our bookmark."""
    entries = [one for one in ours["streams"] if one["tap_stream_id"] == "messages"]
    return {"streams": [one | {"replication_key": None} for one in entries]}
