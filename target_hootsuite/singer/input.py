"""Reads the input line by line. Errors give the number of a bad line, never its content."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import IO, Any, NoReturn

from singer_sdk.io_base import SingerReader
from singer_sdk.singerlib.json import deserialize_json

from target_hootsuite.errors import TargetError
from target_hootsuite.singer.json_text import members

_BOM = "\ufeff"


class Interrupted(Exception):  # noqa: N818 - a signal, not an error
    """A signal came while rows were read."""


class Unreadable(dict[str, Any]):
    """The readable columns of a record in which one column can't be read.

    Args:
        columns: The readable columns.
        field: The first column that can't be read.
        reason: Why.
    """

    def __init__(self, columns: Mapping[str, Any], field: str | None, reason: str) -> None:
        super().__init__(columns)
        self.field = field
        self.reason = reason


class Reader(SingerReader):
    """A Singer reader that a signal can interrupt, also while it waits for input.

    Singer is UTF-8, whatever the machine's locale says: bytes are read and decoded here.
    """

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self._line = ""
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
        """Read line by line, so that a signal can end the wait.

        Raises:
            TargetError: There is no input.
        """
        file = file_input or self.default_input
        if file is None:
            raise TargetError("There is no input: stdin is closed.")
        lines: Any = self._lines(file)
        return super().process_lines(lines, callbacks)

    def deserialize_json(self, line: str) -> dict[str, Any]:
        """Read a line; the SDK would log its content, which may be private.

        Raises:
            TargetError: If it is no Singer message.
        """
        self._line = line
        try:
            found = deserialize_json(line)
        except json.JSONDecodeError:
            raise self._no_json() from None
        except (ValueError, ArithmeticError, RecursionError):  # JSON, but more than Python takes
            found = self._beyond(line)
        if not isinstance(found, dict) or not isinstance(found.get("type"), str):
            raise self.fault("is no Singer message: it is not an object with a `type`.")
        return found

    def raw(self, name: str) -> str:
        """The original text of a member of the last line."""
        return members(self._line)[name]

    def fault(self, what: str) -> TargetError:
        """The error for the last line."""
        return TargetError(f"Line {self.number} of the input {what}")

    def _no_json(self) -> TargetError:
        return self.fault(
            "is not JSON: the tap was cut off or printed other text. Look at its log."
        )

    def _beyond(self, line: str) -> dict[str, Any]:
        """Read a message in which one value is too deep or too large to parse.

        Raises:
            TargetError: That value is needed to understand the message.
        """
        try:
            parts = members(line)
            read = {name: json.loads(text) for name, text in parts.items() if name in _ENVELOPE}
        except (ValueError, RecursionError):
            raise self._no_json() from None
        if read.get("type") == "STATE" and "value" in parts:
            return {**read, "value": None}  # it is passed on as text
        if read.get("type") == "RECORD" and "record" in parts:
            return {**read, "record": _columns(parts["record"])}
        raise self.fault("holds a value that is too deep or too large to be read.")

    def _process_unknown_message(self, message_dict: dict[str, Any]) -> NoReturn:
        kind = message_dict["type"][:40]
        raise self.fault(
            f"has the type {kind!r}, which is no Singer message. Look at the tap's log."
        )

    def _lines(self, file: IO[str]) -> Iterator[str]:
        source: IO[Any] = getattr(file, "buffer", file)
        while True:
            self._waiting = True
            if self._stopped:
                raise Interrupted
            line = source.readline()
            self._waiting = False
            if not line:
                return
            self.number += 1
            text = self._text(line).removeprefix(_BOM)
            if text.strip():
                yield text

    def _text(self, line: str | bytes) -> str:
        if isinstance(line, str):
            return line
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            what = "is not text in UTF-8: something else than a tap wrote it."
            raise self.fault(what) from None


_ENVELOPE = frozenset({"type", "stream"})


def _columns(text: str) -> Unreadable:
    """The columns of a record that can be read, and the first that can't."""
    columns: dict[str, Any] = {}
    field, reason = None, "it is not an object"
    try:
        parts = members(text)
    except ValueError:
        return Unreadable(columns, field, reason)
    for name, value in parts.items():
        try:
            columns[name] = json.loads(value, parse_float=Decimal)
        except (ValueError, ArithmeticError, RecursionError) as error:
            deep = isinstance(error, RecursionError)
            if field is None:
                field, reason = name, "nested too deeply" if deep else "a number beyond all limits"
    return Unreadable(columns, field, reason)
