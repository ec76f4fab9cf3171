"""`tap-hootsuite` as people start it, with its catalog, its state, and a sandbox to read from."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import Cost, Program
from hootsuite_sandbox.testing import SandboxProcess
from tap_hootsuite.tap import TapHootsuite

UNLIMITED = 10_000  # requests per second; the sandbox has no limit then, and the tap no waits
_TOTAL = re.compile(r"\btotal: (\d+) rows")


@dataclass(frozen=True)
class Outcome:
    """One finished run."""

    cost: Cost
    rows: int
    out: Path
    said: str = ""

    def lines(self, kind: str) -> Iterator[dict[str, Any]]:
        """Yield the messages of one type."""
        wanted = f'{{"type":"{kind}"'
        with self.out.open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith(wanted):
                    yield json.loads(line)

    @property
    def states(self) -> list[dict[str, Any]]:
        """All states, oldest first."""
        return [line["value"] for line in self.lines("STATE")]

    @property
    def records(self) -> list[dict[str, Any]]:
        """All records."""
        return [line["record"] for line in self.lines("RECORD")]


class Job:
    """One installation: a folder with settings, token store and shared budget.

    Args:
        sandbox: Where it reads.
        folder: Where its files lie.
        streams: The selected streams; without them all.
        settings: Settings besides those that the sandbox's ready line gives.
    """

    def __init__(
        self,
        sandbox: SandboxProcess,
        folder: Path,
        streams: Collection[str] = (),
        **settings: Any,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.config: dict[str, Any] = {
            "api_url": sandbox.url,
            "auth_method": "member_app",
            "client_id": sandbox.ready["client_id"],
            "client_secret": sandbox.ready["client_secret"],
            "member_id": sandbox.ready["member_id"],
            "token_store": str(folder / "tokens" / "tokens.json"),
            **settings,
        }
        self.catalog = catalog(self.config, streams) if streams else {}
        self._runs = 0

    def begin(self, state: Mapping[str, Any] | None = None, *, keep_records: bool = True) -> Begun:
        """Start a run."""
        self._runs += 1
        out = self.folder / f"{self._runs}.jsonl"
        command = [str(Path(sys.executable).with_name("tap-hootsuite"))]
        files = {"config": self.config, "catalog": self.catalog, "state": state}
        for name, document in files.items():
            if document:
                file = self.folder / f"{name}.json"
                file.write_text(json.dumps(document))
                command += [f"--{name}", str(file)]
        return Begun(Program(command, out, self.env, keep_records=keep_records), out)

    def run(self, state: Mapping[str, Any] | None = None, *, keep_records: bool = True) -> Outcome:
        """Run to the end."""
        return self.begin(state, keep_records=keep_records).end()

    @property
    def env(self) -> dict[str, str]:
        """Keep the budget that processes share inside the folder."""
        return {"XDG_STATE_HOME": str(self.folder / "state")}


@dataclass(frozen=True)
class Begun:
    """A run under way."""

    program: Program
    out: Path

    def end(self) -> Outcome:
        """Wait for its end; how many rows it wrote stands in the tap's own summary."""
        cost = self.program.end()
        said = self.program.said()
        found = _TOTAL.search(said)
        return Outcome(cost, int(found.group(1)) if found else 0, self.out, said)


def catalog(
    config: Mapping[str, Any], streams: Collection[str], without: Collection[str] = ()
) -> dict[str, Any]:
    """Select some streams, and all of their columns but those in `without`."""
    found: dict[str, Any] = TapHootsuite(config=dict(config)).catalog_dict
    for entry in found["streams"]:
        for item in entry["metadata"]:
            place = item["breadcrumb"]
            chosen = entry["tap_stream_id"] in streams
            item["metadata"]["selected"] = place[-1] not in without if place else chosen
    return found


def all_streams(*, but: Collection[str] = ()) -> list[str]:
    """The names of the tap's streams that are on by default."""
    config = {"auth_method": "access_token", "access_token": "none", "start_date": "2025-01-01"}
    streams = TapHootsuite(config=config).streams
    return [name for name, one in streams.items() if one.selected_by_default and name not in but]
