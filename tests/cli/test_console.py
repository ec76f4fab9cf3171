"""What others wrote steers no terminal and forges no line, whichever way it is printed."""

import io
import json
import subprocess
import sys

import pytest
from rich.text import Text

from hootsuite_cli.errors import Failure, WrongUsage
from hootsuite_cli.tables import SafeConsole, Table

HOSTILE = "k\x1b[2J\r\nERROR forged\u202e\x9b1m\u2028."
SHOWN = "k\\x1b[2J\\r\\nERROR forged\\u202e\\x9b1m\\u2028."


_TARGET = "from target_hootsuite.target import HootsuiteTarget; HootsuiteTarget.cli()"


def harmless(printed, lines=None):
    """Whether nothing in it is obeyed by a terminal, and no line of it is forged."""
    assert not set(printed) & set("\x1b\r\x9b\u202e\u2028"), printed
    assert not any(one.lstrip(" |│").startswith("ERROR") for one in printed.splitlines())
    assert lines is None or len(printed.splitlines()) == lines


@pytest.mark.parametrize(
    "renderable",
    [
        HOSTILE,
        Text(HOSTILE),
        Text("Warning: ", style="bold") + Text(HOSTILE),
        "[red]" + HOSTILE + "[/red] [link=https://evil.example]x[/link] :boom:",
    ],
)
def test_a_console_prints_one_line(renderable):
    """As string and as text; markup is text like any other."""
    said = io.StringIO()
    SafeConsole(file=said, width=200, force_terminal=False).print(renderable)
    harmless(said.getvalue(), lines=1)
    assert "k\\x1b[2J" in said.getvalue()


@pytest.mark.parametrize("cell", [HOSTILE, Text(HOSTILE), Text(HOSTILE, style="red")])
def test_a_table_has_one_line_per_row(cell):
    """Cells and titles are escaped as well."""
    said = io.StringIO()
    table = Table("Key", title=Text(HOSTILE), title_justify="left")
    table.add_row(cell)
    SafeConsole(file=said, width=200, force_terminal=False).print(table)
    harmless(said.getvalue())
    assert said.getvalue().count("ERROR forged") == 2
    assert len(said.getvalue().splitlines()) == 6


def test_failures_are_escaped():
    """Each line of a message by itself."""
    assert Failure(HOSTILE).message == SHOWN
    assert Failure("one", HOSTILE).message == f"one\n{SHOWN}"
    assert WrongUsage(HOSTILE).message == SHOWN


def test_results_of_a_hostile_key(environment, settings, write, row, run):
    """The table shows the key on one line; JSON keeps it as it is."""
    environment.setenv("HOOTSUITE_MEMBER_ID", settings["member_id"])
    assert write(row(HOSTILE, text="")) == 2
    result = run("results")
    harmless(result.stdout)
    assert "k\\x1b[2J" in result.stdout
    (line,) = run("results", "--format", "jsonl").stdout.splitlines()
    assert json.loads(line)["key"] == HOSTILE


@pytest.mark.parametrize("arguments", [(), ("--dry-run",)])
def test_a_plan_with_a_hostile_name(arguments, run, tmp_path):
    """Its name is escaped in the table, in errors and in usage."""
    plan = tmp_path / f"plan {HOSTILE[:15]}.csv".replace("/", "")
    plan.write_text("Date,Text,Profiles\n2026-03-14 09:30,x,1\nnever,x,1\n", encoding="utf-8")
    result = run("schedule", plan, *arguments)
    assert result.exit_code in {1, 2}
    harmless(result.output)
    missing = run("schedule", tmp_path / f"gone {HOSTILE}.csv", *arguments)
    assert missing.exit_code == 1
    harmless(missing.output)
    harmless(run(f"ch{HOSTILE}").output)


def test_the_log_of_the_target(settings, row, tmp_path):
    """Keys, streams and file names of rows can't forge a line of its log."""
    config = {**settings, "media_root": str(tmp_path), "journal_url": f"sqlite:///{tmp_path}/j.db"}
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    schema = {"type": "object", "properties": {}}
    rows = [row(HOSTILE, text=""), row(f"2{HOSTILE}", media=[{"path": f"{HOSTILE}.png"}])]
    lines = [
        {"type": "SCHEMA", "stream": "messages", "schema": schema, "key_properties": []},
        *({"type": "RECORD", "stream": "messages", "record": one} for one in rows),
        {"type": "ACTIVATE_VERSION", "stream": HOSTILE, "version": 1},
    ]
    command = [sys.executable, "-c", _TARGET, "--config", path]
    done = subprocess.run(
        command, input="\n".join(map(json.dumps, lines)).encode(), capture_output=True, check=False
    )
    assert done.returncode == 2, done.stderr
    said = done.stderr.decode()
    harmless(said)
    assert said.count("ERROR forged") >= 2


def test_the_log_of_the_sheet_tap(tmp_path):
    """A file's name can't forge a line of it."""
    path = tmp_path / "config.json"
    plan = tmp_path / "plan\nERROR forged\x1b[2J.csv"
    plan.write_text("Date,Text,Profiles\nnever,x,1\n", encoding="utf-8")
    path.write_text(json.dumps({"path": str(plan), "timezone": "UTC"}))
    command = [sys.executable, "-m", "tap_hootsuite_sheet", "--config", path]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 1
    harmless(done.stderr.decode())
    assert b"ERROR forged" in done.stderr
