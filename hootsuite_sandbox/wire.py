"""uvicorn's HTTP protocol with exact arrival times and injected connection faults."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from hootsuite_sandbox.arrivals import Arrivals

CONNECTION = "hootsuite_sandbox.connection"
"""Key of the `Connection` in the ASGI scope."""
GZIP_FROM = 1024


@dataclass(frozen=True, slots=True)
class Connection:
    """The socket of a request, and the arrival of the request's first byte."""

    transport: asyncio.Transport
    arrived: float


class StampingProtocol(H11Protocol):
    """Records when the first bytes of a request arrive, before anything is parsed.

    Args:
        arrivals: The arrival times of the sockets.
        options: uvicorn's own arguments.
    """

    def __init__(self, arrivals: Arrivals, **options: Any) -> None:
        super().__init__(**options)
        self.arrivals = arrivals
        self.arrived = 0.0
        self.app: Any = partial(_with_connection, self, self.app)

    def data_received(self, data: bytes) -> None:
        """Record the arrival, then parse."""
        arrived = self.arrivals.take()
        if self.cycle is None or self.cycle.response_complete:
            self.arrived = arrived
        super().data_received(data)


async def _with_connection(
    protocol: StampingProtocol, app: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    scope[CONNECTION] = Connection(protocol.transport, protocol.arrived)
    await app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Wire:
    """Sends the answer of one request: whole, in part, or as a broken connection."""

    scope: Scope
    receive: Receive
    send: Send

    @property
    def connection(self) -> Connection:
        """The socket and the arrival."""
        connection: Connection = self.scope[CONNECTION]
        return connection

    async def read(self) -> bytes | None:
        """Read the body; None if the client left before its end."""
        parts = []
        while True:
            event = await self.receive()
            if event["type"] != "http.request":
                return None
            parts.append(event.get("body", b""))
            if not event.get("more_body", False):
                return b"".join(parts)

    async def respond(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send a whole answer."""
        await self._start(status, headers, len(body))
        await self.send({"type": "http.response.body", "body": body})

    async def truncate(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Announce the whole body, send half of it, close."""
        await self._start(status, headers, max(len(body), 2))
        half = body[: len(body) // 2]
        await self.send({"type": "http.response.body", "body": half, "more_body": True})
        await self.close()

    async def close(self) -> None:
        """Close the connection regularly, even in the middle of an answer."""
        self.connection.transport.close()
        await self.gone()

    async def reset(self) -> None:
        """Break the connection with a TCP RST."""
        raw: socket.socket = self.connection.transport.get_extra_info("socket")
        # A linger time of zero makes the close a reset.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.transport.abort()
        await self.gone()

    async def gone(self) -> None:
        """Wait until the client is gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def _start(self, status: int, headers: Mapping[str, str], length: int) -> None:
        pairs = [
            (name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()
        ]
        pairs.append((b"content-length", str(length).encode()))
        await self.send({"type": "http.response.start", "status": status, "headers": pairs})


def packed(body: bytes, accepted: str) -> tuple[bytes, dict[str, str]]:
    """Compress a large body if the client accepts it; speed matters more than size.

    Args:
        body: The plain bytes.
        accepted: The request's `Accept-Encoding`.

    Returns:
        The bytes to send, and their headers.
    """
    if len(body) < GZIP_FROM or "gzip" not in accepted:
        return body, {}
    packed_body = gzip.compress(body, compresslevel=1, mtime=0)
    return packed_body, {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
