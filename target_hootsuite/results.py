"""Results: one for each row and profile, written to a file and summed up."""

from __future__ import annotations

import contextlib
import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Protocol

from target_hootsuite.errors import ResultsFault
from target_hootsuite.statuses import ResultStatus


@dataclass(frozen=True)
class Result:
    """One line of the results, with the names that `docs/journal.md` explains."""

    run_id: str
    stream: str
    key: str | None
    action: str
    status: ResultStatus
    remote_id: str | None = None
    social_profile_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    trace_id: str | None = None
    attempts: int = 0
    first_seen_at: str | None = None
    settled_at: str | None = None
    fingerprint: str | None = None


class ResultSink(Protocol):
    """Receives the results of one run as they are recorded."""

    def write(self, result: Result) -> None:
        """Take one result; threads may call it at the same time only behind a lock of theirs."""

    def close(self) -> None:
        """Take no more."""


class ResultListener:
    """Hands results to a function of the program that runs the target.

    Args:
        tell: Called with each result, in the thread that records it.
    """

    def __init__(self, tell: Callable[[Result], None]) -> None:
        self.write = tell

    def close(self) -> None:
        """Nothing is held open."""


class ResultsFile:
    """Results as JSON Lines, readable by their owner only.

    Args:
        path: The `results_path` setting; None writes nothing.

    Raises:
        ResultsFault: The file can't be made.
    """

    def __init__(self, path: str | None) -> None:
        self._file: IO[str] | None = None
        self._path = path
        if path:
            self._file = _open(path)

    def write(self, result: Result) -> None:
        """Append one result.

        Raises:
            ResultsFault: The file takes no more, told once; the journal holds the results, too.
        """
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(asdict(result), ensure_ascii=True) + "\n")
            self._file.flush()
        except OSError as error:
            self.close()
            msg = f"The results can't be written to {self._path} any more ({error.strerror})."
            raise ResultsFault(f"{msg} See `hootsuite results`.") from error

    def close(self) -> None:
        """Let the file go."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):  # what could not be written was told before
                file.close()


def _open(path: str) -> IO[str]:
    flags = os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8")
        os.fchmod(file.fileno(), 0o600)
    except OSError as error:
        msg = (
            f"The results can't be written to {path} ({error.strerror}): let `results_path` name "
            "a file in a folder that you may write."
        )
        raise ResultsFault(msg) from error
    return file


def summary(counts: Counter[tuple[str, str, ResultStatus]]) -> list[str]:
    """The summary of a run for a person: counts of each status per stream and action."""
    return [
        f"{stream}{'' if action == 'none' else f' {action}'}: {count} {status}"
        for (stream, action, status), count in sorted(counts.items())
    ]
