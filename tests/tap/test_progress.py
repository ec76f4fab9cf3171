"""The progress line: how much of all is done, for a person at a terminal and for nobody else."""

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import termios

import pytest
from tqdm import tqdm

from tap_hootsuite import progress
from tap_hootsuite.stream_types import ScanStream
from tap_hootsuite.tap import stream_classes

DAY = 86_400
SCANS = {stream.name for stream in stream_classes() if issubclass(stream, ScanStream)}
LINE = "{desc} {n_fmt}/{total_fmt}{unit} left {remaining}"
SEEN = re.compile(r"(\w+) (\d+)/(\d+) (\w+) left")


@pytest.fixture
def shown(monkeypatch):
    """What a person would have seen since the last call, as `stream -> [(done, all)]`."""
    screen = io.StringIO()
    eager = {"disable": False, "file": screen, "mininterval": 0, "bar_format": LINE}
    monkeypatch.setattr(progress, "tqdm", lambda **told: tqdm(**{**told, **eager}))

    def read():
        found = {}
        for name, done, total, _ in SEEN.findall(screen.getvalue()):
            found.setdefault(name, []).append((int(done), int(total)))
        screen.truncate(screen.seek(0))
        return found

    return read


def test_every_line_knows_its_end(sandbox, extract, shown):
    """Each line counts up to a total: windows, parents, and the members or teams of scans."""
    sandbox.reset(organizations=2)
    extract()
    lines = shown()
    assert lines.keys() >= {"messages", "members", "team_members", *SCANS}
    for name, steps in lines.items():
        assert steps == sorted(steps), name
        assert len({total for _, total in steps}) == 1, name
        assert steps[-1][0] == steps[-1][1] > 0, name


def test_a_scan_that_carries_on_counts_what_earlier_runs_did(sandbox, extract, shown, only):
    """Day after day the line goes on from where it was, with the same total."""
    sandbox.reset(daily_quota=4000, members=60, activity=False)
    state, days, lines = None, 0, {name: [] for name in SCANS}
    while state is None or any(state["bookmarks"].get(n, {}).get("scan", 1) for n in SCANS):
        state = extract(state=state, catalog=only(*SCANS), scan_quota_percent=3).state
        for name, steps in shown().items():
            assert not lines[name] or steps[0] == lines[name][-1], name
            lines[name] += steps
        sandbox.advance(DAY)
        days += 1
    assert days > 2
    for name, steps in lines.items():
        assert steps == sorted(steps), name
        assert steps[-1][0] == steps[-1][1], name


def test_the_line_costs_no_request(sandbox, extract, only):
    """A scan on its own lists the organization's members once and asks once for each."""
    extract(catalog=only("organization_member_permissions"))
    asked = [request["operation"] for request in sandbox.requests()]
    members = len(sandbox.truth("organization_members"))
    assert asked.count("list_organization_members") == 1
    assert asked.count("get_organization_member_permissions") == members


@pytest.fixture(params=[True, False], ids=["terminal", "pipe"])
def stderr(request):
    """The two ends of what stands for standard error."""
    ours, theirs = pty.openpty() if request.param else os.pipe()
    if request.param:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    yield ours, theirs
    os.close(ours)


def test_only_a_terminal_gets_the_line(command, only, stderr):
    """On a terminal the line counts; a log file stays free of it."""
    ours, theirs = stderr
    arguments = command.arguments(catalog=only("organization_member_permissions"))
    watched = os.isatty(theirs)
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        said = _all(ours)
    assert process.returncode == 0, said
    assert (" 0/8 " in said) == watched
    assert ("\rorganization_member_permissions: " in said) == watched


def _all(file):
    """Read to the end; a terminal whose other end is closed says so with an error."""
    found = b""
    try:
        while more := os.read(file, 65_536):
            found += more
    except OSError:
        pass
    return found.decode()
