"""`hootsuite-sandbox`: flags, the ready line, the port, and how it stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import fields

import pytest
from click.testing import CliRunner

from hootsuite_sandbox.cli import main
from hootsuite_sandbox.options import Options
from hootsuite_sandbox.testing import SandboxProcess

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


def test_the_default_world_starts_quickly():
    """The default world costs under 1.5 s of processor time from start to stop."""
    before = os.times()
    with SandboxProcess():
        pass
    after = os.times()
    spent = (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )
    assert 0.05 < spent < 1.5
