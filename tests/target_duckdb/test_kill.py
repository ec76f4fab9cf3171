"""A loader that is killed at any moment: what the next run makes of it."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("target-duckdb")
WHOLE = {"type": ["integer", "null"]}
STEPS, ROWS = 12, 400


def _tap(load, done):
    """What a tap writes that carries on after the step `done`: new rows, changed ones, links."""
    yield load.schema(n=WHOLE)
    yield load.schema("links", ("id", "n"), n=WHOLE)
    for step in range(done + 1, STEPS):
        for number in range(ROWS):
            yield load.record(id=f"{step}-{number}", n=step)
            yield load.record(id=f"shared-{number}", n=step)
        yield load.record("links", version=step, id=f"{step}", n=1)
        yield load.activate(step, "links")
        yield load.state(posts={"step": step})


def _run(load, config, done, kill_after=None):
    """Load what follows `done`; return the last step whose STATE came out."""
    with subprocess.Popen(
        [PROGRAM, "--config", config],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        if kill_after is not None:
            # By what it has read, not by time: the same on a slow machine.
            text = load.lines(*_tap(load, done))
            child.stdin.write(text[: int(len(text) * kill_after)])
            child.stdin.flush()
            time.sleep(random.uniform(0, 0.3))  # noqa: S311 - a moment, no secret
            child.kill()
            out = child.stdout.read()
        else:
            out, _ = child.communicate(load.lines(*_tap(load, done)))
    complete = [line for line in out.splitlines(keepends=True) if line.endswith("\n")]
    return max([done, *(json.loads(one)["bookmarks"]["posts"]["step"] for one in complete)])


def _same_in_the_end(load, moments):
    config = load.config(batch_size_rows=500, hard_delete=True)
    wanted = [(f"{step}-{n}", step) for step in range(STEPS) for n in range(ROWS)]
    wanted += [(f"shared-{n}", STEPS - 1) for n in range(ROWS)]
    done = -1
    for moment in moments:
        done = _run(load, config, done, moment)
    assert _run(load, config, done) == STEPS - 1
    assert sorted(load.rows("id, n")) == sorted(wanted)
    assert load.rows("id, n", "hootsuite.links") == [(str(STEPS - 1), 1)]
    assert [one.name for one in load.path.parent.glob("*.tmp")] == []


def test_killed_loader_loses_nothing(load):
    """After kill -9 at three moments in a row the next run ends with every row, each once."""
    _same_in_the_end(load, [0.3, 0.5, 0.95])


@pytest.mark.soak
def test_killed_loader_loses_nothing_at_fifty_moments(load):
    """The same at fifty moments, five in a row for each file."""
    moments = [number / 50 for number in range(1, 51)]
    for number, some in enumerate(zip(*[iter(moments)] * 5, strict=True)):
        load.path = load.path.with_name(f"{number}.duckdb")
        _same_in_the_end(load, some)
