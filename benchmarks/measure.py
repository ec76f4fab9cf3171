"""Run a program to its end and read what it cost from the operating system's own accounts."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one finished process cost.

    Args:
        wall: seconds from start to end.
        cpu: user and system seconds.
        peak_mb: largest resident set, in units of 1,000,000 bytes.
        code: exit code.
    """

    wall: float
    cpu: float
    peak_mb: float
    code: int


def run(command: Sequence[str], env: Mapping[str, str], out: Path) -> Cost:
    """Run `command` with its standard output in `out` and its messages beside it.

    Raises:
        RuntimeError: the program failed; the message carries the end of what it said.
    """
    said = out.with_suffix(".stderr")
    with out.open("wb") as stdout, said.open("wb") as stderr:
        begun = time.monotonic()
        child = subprocess.Popen(
            command,
            env=os.environ | dict(env),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begun
    child.returncode = os.waitstatus_to_exitcode(status)  # reaped here, not by Popen
    cost = Cost(
        wall,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * 1024 / 1e6,
        child.returncode,
    )
    if cost.code != 0:
        tail = said.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{command[0]} ended with {cost.code}: {tail}")
    return cost
