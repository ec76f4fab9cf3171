"""Buffered writer of Singer messages: any message but a record flushes the buffer."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from singer_sdk.singerlib.encoding import GenericSingerWriter
from singer_sdk.singerlib.encoding.simple import Message, RecordMessage
from singer_sdk.singerlib.json import serialize_json

_FULL = 1 << 18  # bytes: few system calls, and no memory to speak of


def _encode_other(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat(sep="T")
    return str(value)


_encode = msgspec.json.Encoder(enc_hook=_encode_other, decimal_format="number").encode


def encode(value: object) -> bytes:
    """Encode as JSON in UTF-8; half a surrogate pair, which UTF-8 can't hold, is escaped."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        return serialize_json(value).encode()


class BufferedWriter(GenericSingerWriter[bytes, Message]):
    """Writes whole lines to standard output.

    Only one thread may use it: lines of several would mix.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def serialize_message(self, message: Message) -> bytes:
        """Encode one line."""
        return encode(message.to_dict()) + b"\n"

    def write_message(self, message: Message) -> None:
        """Write any message; all but records are sent on at once."""
        self._buffer += encode(message.to_dict())  # may be large: no copy for its end
        self._buffer += b"\n"
        if not isinstance(message, RecordMessage) or len(self._buffer) >= _FULL:
            self.flush()

    def write_records(
        self,
        stream: str,
        records: Iterable[Mapping[str, Any]],
        version: int | None,
        extracted: dt.datetime,
    ) -> None:
        """Write the records of one page, which share everything but themselves.

        Args:
            stream: The name that the target shall see.
            records: Complete rows; nothing is conformed, selected or copied here.
            version: The table's version, for streams that replace what was there.
            extracted: When the page was read, in UTC.
        """
        head = f'{{"type":"RECORD","stream":{json.dumps(stream)},"record":'.encode()
        version_part = "" if version is None else f'"version":{version},'
        tail = f',{version_part}"time_extracted":"{extracted.isoformat()}"}}\n'.encode()
        buffer = self._buffer
        for record in records:
            buffer += head
            buffer += encode(record)
            buffer += tail
        if len(buffer) >= _FULL:
            self.flush()

    def flush(self) -> None:
        """Send on all that waits."""
        if self._buffer:
            sys.stdout.buffer.write(self._buffer)
            self._buffer.clear()
        sys.stdout.flush()
