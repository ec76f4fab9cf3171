"""Buffered writer of Singer messages: every message but RECORD flushes the buffer."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec
from singer_sdk.singerlib.encoding import GenericSingerWriter
from singer_sdk.singerlib.encoding.simple import Message, RecordMessage, StateMessage

from hootsuite_api.errors import HootsuiteError

_NUL = rb"\u0000"  # may also be an escaped backslash and the text u0000; then nothing is replaced
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_AT_ONCE = 500  # records encoded at once
_FULL = 1 << 18  # bytes: few system calls, little memory


class OutputFailed(HootsuiteError):  # noqa: N818 - as the tree that it belongs to
    """Standard output can't be written, or a value can't be encoded."""

    advice = "Run again with a standard output that takes everything: a loader, a pipe or a file"


def _encode_other(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat(sep="T")
    return str(value)


_encoder = msgspec.json.Encoder(enc_hook=_encode_other, decimal_format="number")
_encode = _encoder.encode


def encode(value: object) -> bytes:
    """Encode as JSON in UTF-8 that PostgreSQL can hold.

    U+FFFD replaces each NUL and each lone surrogate, in texts and in keys.

    Raises:
        OutputFailed: The value is nested too deeply to be encoded.
    """
    try:
        try:
            encoded = _encode(value)
        except UnicodeEncodeError:
            return _encode(_clean(value))
        return _encode(_clean(value)) if _NUL in encoded else encoded
    except RecursionError:
        raise OutputFailed("A record is nested too deeply to be written") from None


class _Line(msgspec.Struct, tag_field="type", tag="RECORD", gc=False):
    """A record's message, in the order of its fields."""

    stream: msgspec.Raw
    record: Any
    version: int | msgspec.UnsetType
    time_extracted: str


def _encode_lines(lines: Sequence[_Line]) -> bytes:
    """Encode messages, each with the end of its line; see `encode`."""
    try:
        encoded = _encoder.encode_lines(lines)
    except (UnicodeEncodeError, RecursionError):
        encoded = _NUL
    if _NUL not in encoded:
        return encoded
    for line in lines:
        line.record = msgspec.Raw(encode(line.record))
    return _encoder.encode_lines(lines)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, msgspec.Struct):
        return _clean(msgspec.structs.asdict(value))
    if isinstance(value, Mapping):
        return {_clean(name): _clean(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(inner) for inner in value]
    return value


class BufferedWriter(GenericSingerWriter[bytes, Message]):
    """Writes whole lines to standard output; not thread-safe, lines would mix."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.records = 0  # records written one by one so far

    def serialize_message(self, message: Message) -> bytes:
        """Encode one line."""
        return encode(_fields(message)) + b"\n"

    def write_message(self, message: Message) -> None:
        """Write any message; all but records are flushed at once."""
        self.records += isinstance(message, RecordMessage)
        self._buffer += encode(_fields(message))  # may be large: appended without a copy
        self._buffer += b"\n"
        if not isinstance(message, RecordMessage) or len(self._buffer) >= _FULL:
            self.flush()

    def write_records(
        self,
        stream: str,
        records: Iterable[Mapping[str, Any] | msgspec.Struct],
        version: int | None,
        extracted: dt.datetime,
    ) -> None:
        """Write the records of one page; they share stream, version and time.

        Args:
            stream: The stream's name for the target.
            records: Complete rows; they are written unchanged.
            version: The table's version, for streams that replace the whole table.
            extracted: When the page was read, in UTC.
        """
        name = msgspec.Raw(json.dumps(stream).encode())
        number = msgspec.UNSET if version is None else version
        at = extracted.isoformat()
        several = iter(records)
        while lines := [_Line(name, one, number, at) for one in islice(several, _AT_ONCE)]:
            self._buffer += _encode_lines(lines)
            if len(self._buffer) >= _FULL:
                self.flush()

    def flush(self) -> None:
        """Write the buffer."""
        try:
            if self._buffer:
                sys.stdout.buffer.write(self._buffer)
                self._buffer.clear()
            sys.stdout.flush()
        except (OSError, ValueError, AttributeError) as error:
            self._buffer.clear()
            raise output_failed(error) from error


def _fields(message: Message) -> Mapping[str, Any]:
    if isinstance(message, StateMessage):  # the SDK would copy the whole state first
        return {"type": message.type, "value": message.value}
    return message.to_dict()


def output_failed(error: Exception) -> OutputFailed:
    """Return the error for standard output that can't be written.

    Standard output is redirected to nowhere, since the interpreter's last flush would fail with a
    stack trace.
    """
    if sys.stdout is not None:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return OutputFailed("The target closed the pipe", advice="Look at its log")
    if isinstance(error, OSError) and error.errno != errno.EBADF:
        return OutputFailed(f"Standard output can't be written to: {error.strerror}")
    return OutputFailed("Standard output is closed")
