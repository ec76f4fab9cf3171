"""Arrival time of a request, from the kernel's timestamp.

The sandbox counts "requests in any second". A time taken in Python is late on a busy machine, so
requests would seem to arrive closer together than they did. Linux gives the arrival time of a
segment (SO_TIMESTAMPNS); other systems use the time of reading.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import time
from dataclasses import dataclass
from typing import Any

_SO_TIMESTAMPNS = 35  # Linux; the socket module has no name for it
_STAMP = struct.Struct("qq")


@dataclass(slots=True)
class Arrivals:
    """Where a socket leaves the stamp of what it read last, for the protocol to pick up.

    asyncio hands over data in the same step in which it reads them, so one place is enough.
    """

    last: float | None = None

    def take(self) -> float:
        """Return the arrival of the data just read, in monotonic seconds."""
        stamp, self.last = self.last, None
        return time.monotonic() if stamp is None else stamp


class StampedSocket(socket.socket):
    """A connection that notes when the kernel got what is read."""

    arrivals: Arrivals

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Read, and leave the stamp."""
        data, notes, _, _ = self.recvmsg(bufsize, socket.CMSG_SPACE(_STAMP.size), flags)
        self.arrivals.last = _stamp(notes)
        return data


class StampingListener(socket.socket):
    """A listening socket whose connections are stamped.

    Args:
        family: Address family.
    """

    def __init__(self, family: int) -> None:
        # asyncio turns Nagle's delay off only for sockets that name their protocol.
        super().__init__(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.arrivals = Arrivals()
        _enable_stamps(self)  # early: the kernel takes a moment to begin

    def accept(self) -> tuple[socket.socket, Any]:
        """Take a connection."""
        plain, address = super().accept()
        if sys.platform != "linux":
            return plain, address
        connection = StampedSocket(fileno=plain.detach())
        connection.arrivals = self.arrivals
        _enable_stamps(connection)
        return connection, address


def _enable_stamps(connection: socket.socket) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a kernel without stamps: reading time has to do
            connection.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def _stamp(notes: list[tuple[int, int, bytes]]) -> float | None:
    for level, kind, value in notes:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(value) == _STAMP.size:
            seconds, nanoseconds = _STAMP.unpack(value)
            age: float = time.time() - seconds - nanoseconds / 1e9
            return time.monotonic() - max(0.0, age)
    return None
