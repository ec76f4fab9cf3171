"""Runs the target on a plan's rows in this process, with the same code as in a pipeline."""

from __future__ import annotations

import io
import json
import logging
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any

from target_hootsuite.results import Result as Booked
from target_hootsuite.target import HootsuiteTarget

_STREAM = "messages"
_SCHEMA = {
    "type": "SCHEMA",
    "stream": _STREAM,
    "schema": {"type": "object", "properties": {"external_id": {"type": "string"}}},
    "key_properties": ["external_id"],
}
DELETIONS = "message_deletions"
_DELETION_SCHEMA = {
    "type": "SCHEMA",
    "stream": DELETIONS,
    "schema": {"type": "object", "properties": {"message_id": {"type": "string"}}},
    "key_properties": ["message_id"],
}
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

Result = Mapping[str, Any]
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Run:
    """The outcome of a run of the target: exit code, and one result per row and profile."""

    code: int
    results: Sequence[Result]
    complaint: str = ""
    interrupted: bool = False
    """Whether the run was stopped by a signal: rows not attempted by then are deferred."""

    def by_key(self) -> dict[str, list[Result]]:
        """Return the results of every row."""
        found: dict[str, list[Result]] = {}
        for result in self.results:
            found.setdefault(str(result["key"]), []).append(result)
        return found


def run(
    settings: Mapping[str, Any],
    records: Sequence[Mapping[str, Any]],
    *,
    dry: bool,
    progress: Progress = lambda _: None,
    stream: str = _STREAM,
) -> Run:
    """Send rows to the target and wait until each has a result.

    Args:
        settings: The target's settings; results are returned instead of written to `results_path`.
        records: The rows.
        dry: Dry run; nothing is written anywhere.
        stream: The stream that the rows belong to.
        progress: Called with the number of results after each one.

    Raises:
        HootsuiteError: The target can't start.
    """
    results: list[Result] = []

    def take(result: Booked) -> None:
        results.append(asdict(result))
        progress(len(results))

    config = {name: value for name, value in settings.items() if name != "results_path"}
    with _quiet() as complaints, _signals_kept() as heard:
        target = HootsuiteTarget(config={**config, "dry_run": dry}, on_result=take)
        _overhear(heard)
        code = target.run(_lines(records, stream))
    return Run(code, results, complaints[-1] if complaints else "", interrupted=bool(heard))


def _lines(records: Sequence[Mapping[str, Any]], stream: str = _STREAM) -> io.StringIO:
    rows = ({"type": "RECORD", "stream": stream, "record": record} for record in records)
    schema = _SCHEMA if stream == _STREAM else _DELETION_SCHEMA
    text = "\n".join(json.dumps(message) for message in (schema, *rows))
    return io.StringIO(text + "\n")


class _Complaints(logging.Handler):
    """Collects the target's error messages."""

    def __init__(self) -> None:
        super().__init__(logging.CRITICAL)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextmanager
def _quiet() -> Iterator[list[str]]:
    """Hide the target's own log: the results tell everything, row by row."""
    root = logging.getLogger()
    target = logging.getLogger("target-hootsuite")
    handler = _Complaints()
    before = root.manager.disable
    target.addHandler(handler)
    logging.disable(logging.ERROR)
    try:
        yield handler.said
    finally:
        logging.disable(before)
        target.removeHandler(handler)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


@contextmanager
def _signals_kept() -> Iterator[list[int]]:
    """Restore the signal handlers afterwards: a target would keep its own."""
    heard: list[int] = []
    if not _in_main_thread():
        yield heard
        return
    before = {one: signal.getsignal(one) for one in _SIGNALS}
    try:
        yield heard
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _overhear(heard: list[int]) -> None:
    """Record signals that the target receives: it ends regularly, but its caller must stop, too."""
    for one in _SIGNALS if _in_main_thread() else ():
        signal.signal(one, _noting(signal.getsignal(one), heard))


def _noting(handler: Any, heard: list[int]) -> Callable[[int, FrameType | None], None]:
    def note(signum: int, frame: FrameType | None) -> None:
        heard.append(signum)
        if callable(handler):
            handler(signum, frame)

    return note
