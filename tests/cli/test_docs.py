"""docs/cli.md: each command in it runs, each option is in it."""

import re
import shlex
from pathlib import Path

import click
import pytest

from hootsuite_cli.main import COMMANDS, main

TEXT = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
LINES = [
    line.strip()
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
    if line.strip().startswith("hootsuite ")
]
ELSEWHERE = {"schedule", "sandbox", "report", "models"}  # have documents of their own


@pytest.fixture
def unknown_rows(sandbox, write, row):
    """Two rows whose requests went unanswered, and one that was refused."""
    sandbox.faults(operation="create_message", kind="close", when="before", times=2)
    assert write(row("post-1"), row("post-2"), row("post-3", text="")) == 3


@pytest.fixture
def world(environment, settings, browser, hands, unknown_rows):
    """An account that can sign in, and two rows of unknown fate."""
    environment.setenv("HOOTSUITE_MEMBER_ID", settings["member_id"])


def test_every_command_in_the_document_runs(world, run, profile):
    """In its order, with the exit code that the document promises."""
    assert len(LINES) > 10
    for line in LINES:
        words = shlex.split(line.partition(">")[0])[1:]
        words = [profile if word == "130000012" else word for word in words]
        if words[0] == "login":
            words += ["--port", "0"]  # the last one counts; the document's may be taken here
        result = run(*words)
        assert result.exit_code == expected(words), f"{line}: {result.output}"
        assert "Traceback" not in result.output


def expected(words):
    """The exit codes that are right while rows are unknown."""
    if words[0] == "check":
        return 2
    if words[0] != "results" or "--resolve" in words or "--retry-rejected" in words:
        return 0
    return 2 if "rejected" in words else 3


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ELSEWHERE])
def test_every_option_is_in_the_document(name):
    """And so is the command itself."""
    context = click.Context(main)
    command = main.get_command(context, name)
    assert f"## `hootsuite {name}`" in TEXT
    for option in command.params:
        longest = max(option.opts, key=len)
        assert longest in TEXT, f"{name} {longest}"


def test_every_option_in_the_document_exists():
    """What the document names can be typed."""
    context = click.Context(main)
    names = [name for name in COMMANDS if name not in ELSEWHERE]
    params = [one for name in names for one in main.get_command(context, name).params]
    known = {text for one in params for text in one.opts} | {"--help"}
    known |= {"--locked", "--all-extras"}  # of uv, which installs the extras
    assert set(re.findall(r"--[a-z][a-z-]+", TEXT)) <= known
