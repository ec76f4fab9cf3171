"""`hootsuite-sandbox`: flags, the ready line, the port, and how it stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from hootsuite_sandbox.cli import main
from hootsuite_sandbox.options import Options
from hootsuite_sandbox.testing import SandboxProcess

LIBRARIES = ("click", "jsonschema", "msgspec", "starlette.datastructures", "uvicorn", "yaml")
READY = {
    "url",
    "client_id",
    "client_secret",
    "member_id",
    "organization_id",
    "access_token",
    "refresh_token",
}


def test_every_option_is_a_flag_with_help():
    """`--help` shows each option of a world, with a sentence and its default."""
    text = CliRunner().invoke(main, ["--help"]).output
    for option in fields(Options):
        assert f"--{option.name.replace('_', '-')}" in text
    described = [parameter for parameter in main.params if getattr(parameter, "help", None)]
    assert len(described) == len(fields(Options)) + 2


def test_the_ready_line():
    """The one line on stdout has the names that `interface.md` fixes, and they work."""
    with SandboxProcess(messages=10, members=2, teams=1, profiles=2) as sandbox:
        assert set(sandbox.ready) == READY
        assert sandbox.ready["client_id"] == "sandbox-client"
        assert sandbox.ready["client_secret"] == "sandbox-secret"
        assert sandbox.ready["member_id"] == "1000001"
        assert sandbox.url.startswith("http://127.0.0.1:")
        assert len(sandbox.truth("members")) == 2


def test_people_get_ids_that_grow():
    """What a journal remembers of an earlier sandbox never meets an id of this one."""
    (option,) = (one for one in main.params if one.name == "new_ids")
    assert option.default == "growing"


def test_people_start_at_the_present():
    """Without `--now` the clock starts at the time of the machine, and the world lies around it."""
    (option,) = (one for one in main.params if one.name == "now")
    assert option.default == "present"
    before = datetime.now(UTC) - timedelta(seconds=1)
    with SandboxProcess(now="present", messages=200) as sandbox:
        assert before < datetime.fromisoformat(sandbox.now()) < before + timedelta(minutes=1)
        times = [m["scheduledSendTime"] for m in sandbox.truth("messages") if m["state"] == "SENT"]
        assert before - timedelta(days=8) < datetime.fromisoformat(max(times)) < datetime.now(UTC)
        posts = [row["createdAt"] for row in sandbox.truth("post_metrics")]
        assert datetime.fromisoformat(max(posts)) > before - timedelta(days=8)
        sandbox.reset(now="2027-03-01T00:00:00Z")
        assert sandbox.now().startswith("2027-03-01T00:0")
        sandbox.reset()
        assert before < datetime.fromisoformat(sandbox.now()) < before + timedelta(minutes=2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_and_well(number):
    """SIGTERM and SIGINT end it with exit code 0, also with a connection open and one held."""
    command = [sys.executable, "-m", "hootsuite_sandbox", "--port", "0", "--messages", "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        url = json.loads(process.stdout.readline())["url"]
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))):
            process.send_signal(number)
            assert process.wait(10) == 0
        assert process.stderr.read() == b""


def test_a_taken_port():
    """A taken port is one sentence that says what to do, no stack trace."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(main, ["--port", str(taken.getsockname()[1])])
    assert result.exit_code == 1
    assert "Use --port 0" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "arguments", [["--members", "0"], ["--now", "soon"], ["--role", "king"], ["--port", "x"]]
)
def test_unfit_flags(arguments):
    """An unfit flag is refused before anything starts."""
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "Error" in result.output


def children():
    """Processor time of the child processes that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def test_the_default_world_starts_quickly():
    """The default world costs little more than to import the libraries that a server needs."""
    before = children()
    subprocess.run([sys.executable, "-c", f"import {', '.join(LIBRARIES)}"], check=True)
    between = children()
    with SandboxProcess():
        pass
    assert 0.05 < children() - between < 2.5 * (between - before)
