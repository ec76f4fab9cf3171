"""A signal ends tap and target before a supervisor would kill them."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dripper import DRIPS, Dripper

SUPERVISOR = 10.0
BUSY = 15.0  # for a machine that runs other tests beside this one
SCHEMA = {"type": "object", "properties": {"external_id": {"type": "string"}}}


def start(name, config, tmp_path, *, rows=()):
    """Start a plugin with a configuration, and give it all of its input."""
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps(config))
    source = tmp_path / f"{name}.jsonl"
    lines = [{"type": "SCHEMA", "stream": "messages", "schema": SCHEMA, "key_properties": []}]
    lines += [{"type": "RECORD", "stream": "messages", "record": row} for row in rows]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with source.open() as given:
        return subprocess.Popen(
            [str(Path(sys.executable).with_name(name)), "--config", str(path)],
            stdin=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "XDG_STATE_HOME": str(tmp_path / name)},
        )


@pytest.fixture
def dripping(settings):
    """Settings for servers that drip their bodies, one server for each plugin."""
    drip = next(one for one in DRIPS if one.name == "body")
    servers = [Dripper(drip), Dripper(drip)]
    yield [
        (
            server,
            settings
            | {"api_url": server.url, "auth_method": "access_token", "access_token": "given-token"}
            | {"start_date": "2026-01-01T00:00:00Z", "request_timeout_seconds": 600},
        )
        for server in servers
    ]
    for server in servers:
        server.close()


def test_a_signal_ends_every_wait(dripping, settings, sandbox, tmp_path):
    """Reads and a post in flight get their eight seconds, and the post is journalled as unknown."""
    (one, tap_config), (two, target_config) = dripping
    row = {
        "external_id": "k1",
        "text": "Held",
        "social_profile_ids": [sandbox.truth("social_profiles")[0]["id"]],
        "scheduled_send_time": "2026-02-01T12:00:00Z",
    }
    journal = tmp_path / "journal.db"
    files = {"results_path": str(tmp_path / "results.jsonl"), "settle_seconds": 0}
    posting = settings | files | {"journal_url": f"sqlite:///{journal}"}
    fault = sandbox.hold("create_message")
    other = files | {"results_path": str(tmp_path / "other.jsonl")}
    processes = [
        start("tap-hootsuite", tap_config, tmp_path),
        start("target-hootsuite", target_config | other, tmp_path, rows=[row]),
    ]
    (tmp_path / "second").mkdir()
    processes.append(start("target-hootsuite", posting, tmp_path / "second", rows=[row]))
    assert one.arrived.wait(60)
    assert two.arrived.wait(60)
    assert sandbox.wait_held(fault)
    began = time.monotonic()
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for name, process in zip(("tap", "target", "target, posting"), processes, strict=True):
        process.wait(60)
        figure = f"{name}: ended {time.monotonic() - began:.1f} s after SIGTERM"
        print(figure)  # noqa: T201 - `pytest -rP` shows it
    assert time.monotonic() - began < SUPERVISOR + BUSY
    sandbox.release(fault)
    results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert [one["status"] for one in results] == ["unknown"]
    others = [json.loads(line) for line in (tmp_path / "other.jsonl").read_text().splitlines()]
    assert [one["status"] for one in others] == ["deferred"]
    with sqlite3.connect(journal) as connection:
        found = connection.execute("SELECT status FROM hootsuite_entries").fetchall()
    connection.close()
    assert found == [("unknown",)]
    assert [process.returncode for process in processes] == [143, 1, 1]
