"""Run programs to their end and read what they cost from the operating system's own accounts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True)
class Cost:
    """What one finished process cost.

    Attributes:
        wall: Seconds from start to end.
        cpu: User and system seconds.
        peak_mb: Largest resident set, in units of 1,000,000 bytes.
    """

    wall: float
    cpu: float
    peak_mb: float


class Program:
    """A program under way; ended, it has a cost.

    Args:
        command: The program and its arguments.
        out: File for its standard output; its messages go into a file beside it.
        env: Variables besides those of this process.
        keep_records: Whether RECORD lines of its output are kept; a million of them fill a disk.
    """

    def __init__(
        self,
        command: Sequence[str],
        out: Path,
        env: Mapping[str, str],
        *,
        keep_records: bool = True,
    ) -> None:
        self._command = command
        self._said = out.with_suffix(".stderr")
        self._report = out.with_suffix(".cost")
        launcher = (sys.executable, "-I", "-S", str(_LAUNCHER), str(self._report))
        self._sieve: subprocess.Popen[bytes] | None = None
        with out.open("wb") as file, self._said.open("wb") as said:
            self._begun = time.monotonic()
            self._child = subprocess.Popen(
                [*launcher, *command],
                env=os.environ | dict(env),
                stdin=subprocess.DEVNULL,
                stdout=file if keep_records else subprocess.PIPE,
                stderr=said,
            )
            if not keep_records:
                # A program of its own: what it costs is on nobody's account here.
                sieve = ("grep", "--text", "--invert-match", '^{"type":"RECORD"')
                self._sieve = subprocess.Popen(sieve, stdin=self._child.stdout, stdout=file)
        if self._child.stdout:
            self._child.stdout.close()

    def end(self) -> Cost:
        """Wait for the end.

        Raises:
            RuntimeError: The program failed; the message carries the end of what it said.
        """
        code = self._child.wait()
        wall = time.monotonic() - self._begun
        if self._sieve:
            self._sieve.wait()
        if code != 0:
            raise RuntimeError(f"{self._command[0]} ended with {code}: {self.said()[-2000:]}")
        cost = json.loads(self._report.read_text(encoding="utf-8"))
        return Cost(wall, cost["cpu"], cost["peak_kib"] * 1024 / 1e6)

    def said(self) -> str:
        """Its messages."""
        return self._said.read_text(errors="replace")


class Hogs:
    """Programs that want the processor all the time, two for each of its cores."""

    def __enter__(self) -> Self:
        """Start them."""
        spin = ("sh", "-c", "while :; do :; done")
        self._hogs = [subprocess.Popen(spin) for _ in range(2 * (os.cpu_count() or 1))]
        return self

    def __exit__(self, *_: object) -> None:
        """End them."""
        for hog in self._hogs:
            hog.kill()
            hog.wait()
