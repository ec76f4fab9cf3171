"""Reading the input line by line: a line that can't be used is named by its number, never shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any, NoReturn

from singer_sdk.io_base import SingerReader
from singer_sdk.singerlib.json import deserialize_json

from target_hootsuite.errors import TargetError


class Interrupted(Exception):  # noqa: N818 - a signal, not an error
    """A signal came while rows were read."""


class Reader(SingerReader):
    """A reader that a signal can interrupt while it waits, and before it waits again."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self._waiting = False
        self._stopped = False

    def stop(self) -> None:
        """Read no further line; called from a signal handler.

        Raises:
            Interrupted: In the middle of the wait for a line.
        """
        self._stopped = True
        if self._waiting:
            self._waiting = False
            raise Interrupted

    def process_lines(
        self, file_input: IO[str] | None, callbacks: dict[str, Callable[[dict[str, Any]], None]]
    ) -> Any:
        """Read line by line, so that a signal can end the wait."""
        lines: Any = self._lines(file_input or self.default_input)
        return super().process_lines(lines, callbacks)

    def deserialize_json(self, line: str) -> dict[str, Any]:
        """Read a line; the SDK would log its content, which may be private.

        Raises:
            TargetError: If it is no Singer message.
        """
        try:
            found = deserialize_json(line)
        except ValueError:
            what = "is not JSON: the tap was cut off or printed other text. Look at its log."
            raise self.fault(what) from None
        if not isinstance(found, dict) or not isinstance(found.get("type"), str):
            raise self.fault("is no Singer message: it is not an object with a `type`.")
        return found

    def fault(self, what: str) -> TargetError:
        """What is wrong with the line that was read last."""
        return TargetError(f"Line {self.number} of the input {what}")

    def _process_unknown_message(self, message_dict: dict[str, Any]) -> NoReturn:
        kind = message_dict["type"][:40]
        raise self.fault(
            f"has the type {kind!r}, which is no Singer message. Look at the tap's log."
        )

    def _lines(self, file: IO[str]) -> Iterator[str]:
        while True:
            self._waiting = True
            if self._stopped:
                raise Interrupted
            try:
                line = file.readline()
            except UnicodeDecodeError:  # the file is read in blocks: the line is not known
                msg = "The input is not text in UTF-8: something else than a tap wrote it."
                raise TargetError(msg) from None
            self._waiting = False
            if not line:
                return
            self.number += 1
            if line.strip():
                yield line
