"""Run programs to their end and read what they cost from the operating system's own accounts."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self


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
        self._sieve: subprocess.Popen[bytes] | None = None
        with out.open("wb") as file, self._said.open("wb") as said:
            self._begun = time.monotonic()
            self._child = subprocess.Popen(
                command,
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
        _, status, usage = os.wait4(self._child.pid, 0)
        wall = time.monotonic() - self._begun
        self._child.returncode = code = os.waitstatus_to_exitcode(status)  # reaped, not by Popen
        if self._sieve:
            self._sieve.wait()
        if code != 0:
            raise RuntimeError(f"{self._command[0]} ended with {code}: {self.said()[-2000:]}")
        return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)

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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End them."""
        for hog in self._hogs:
            hog.kill()
            hog.wait()
