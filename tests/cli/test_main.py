"""The command line as a whole: help, usage errors, the lazily imported commands."""

import importlib.metadata
import os
import subprocess
import sys

import pytest

from hootsuite_cli.main import COMMANDS


def test_help_imports_no_command():
    """`hootsuite --help` stays quick: neither tap nor target nor rich are imported."""
    code = (
        "import sys; from hootsuite_cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print([m for m in ('rich', 'singer_sdk', 'tap_hootsuite.tap')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
    for name in COMMANDS:
        assert f"  {name}" in done.stdout


@pytest.mark.parametrize("name", ["login", "logout", "check", "results", "sandbox"])
def test_every_command_has_help(name, run):
    """With its options, and exit code 0."""
    result = run(name, "--help")
    assert result.exit_code == 0, result.output
    assert "--" in result.stdout


def test_letters_that_the_output_lacks_are_escaped(tmp_path):
    """A pipe of few letters, as on Windows, must not end a command half-way."""
    plan = tmp_path / "plan \u2603.csv"
    plan.write_text("Date,Text,Profiles\n2026-03-14 09:30,\u2603,1\n", encoding="utf-8")
    command = [sys.executable, "-m", "hootsuite_cli", "schedule", plan, "--dry-run"]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "HOOTSUITE_TIMEZONE": "UTC"}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"plan \\u2603" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [["--nonsense"], ["nonsense"], ["check", "--nonsense"], ["login", "--timeout", "inf"]],
)
def test_wrong_usage(arguments, run):
    """Exit code 64: 2 would read as rejected rows."""
    assert run(*arguments).exit_code == 64


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("chekc", "check"), ("Schedule", "schedule"), ("result", "results"), ("log-in", "login")],
)
def test_a_command_that_is_nearly_right(typed, meant, run):
    """What was meant is named."""
    result = run(typed, "--json")
    assert (result.exit_code, f"Did you mean {meant}?" in result.stderr) == (64, True)


def test_a_command_that_nobody_knows(run):
    """The commands are named."""
    assert "There are login, logout, check" in run("frobnicate").stderr


def test_version(run):
    """That of the distribution."""
    assert importlib.metadata.version("meltano-hootsuite") in run("--version").stdout


def test_the_sandbox_without_its_extra():
    """What to install is said."""
    code = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from hootsuite_cli.main import main; main(['sandbox', '--port', '0'])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'pip install "meltano-hootsuite[sandbox]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_hootsuite_sandbox_is_the_same_program():
    """The same options, the same ready line."""
    command = [sys.executable, "-m", "hootsuite_cli", "sandbox", "--port", "0", "--messages", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        line = process.stdout.readline()
        process.terminate()
    assert line.startswith('{"url": "http://127.0.0.1:')


def test_the_programs_of_the_project():
    """The entry point leads to the group."""
    (entry,) = importlib.metadata.entry_points(group="console_scripts", name="hootsuite") or [None]
    if entry is None:
        pytest.skip("the project was installed before the command existed")
    assert entry.value == "hootsuite_cli.main:main"


def test_no_command_at_all(run):
    """The help, as if it had been asked for."""
    result = run()
    assert result.exit_code == 0
    assert result.stdout == run("--help").stdout
