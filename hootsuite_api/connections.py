"""Connections that set the mark of a request before its first byte, and pools of them.

The hooks are urllib3's and http.client's: `connect` makes the connection with tunnel and TLS,
`_new_conn` dials, `send` hands over each piece of the request. CONNECT goes through `send`, too,
while `connect` runs; it is no part of the request.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from typing import Any, ClassVar

from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.response import HTTPResponse

from hootsuite_api.exchange import Exchange, Underway

_SWITCHING = 101


class _Response(http.client.HTTPResponse):
    """Skips every interim answer (1xx); http.client skips only 100 and takes 103 for the answer.

    The real answer would then stay on the connection and be read by the next request.
    """

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 < status < 200 or status == _SWITCHING:  # noqa: PLR2004 - interim answers
                return version, status, reason
            http.client._read_headers(self.fp)  # type: ignore[attr-defined] # noqa: SLF001


class _Marked(HTTPConnection):
    """A connection that sets the mark of the request that it sends.

    Attributes:
        underway: Where the exchange of the sending thread is found.
    """

    underway: ClassVar[Underway]
    response_class = _Response
    _connecting = False

    def connect(self) -> None:
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False
        if isinstance(self.sock, ssl.SSLSocket) and self.sock.version() is None:
            # If the connection is cut at this point, Python returns a socket without TLS and no
            # error.
            raise ConnectionResetError("the connection was cut before TLS began")

    def _new_conn(self) -> socket.socket:
        return self.underway.current.connect(super()._new_conn)

    def send(self, data: Any) -> None:
        if not self._connecting:
            exchange = self.underway.current
            if self.sock is None:
                if exchange.mark.is_set:  # the rest of a request on another connection
                    raise http.client.NotConnected
                self.connect()
            exchange.leave(self.sock)
        super().send(data)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        # The mark is set by now, unless a library sends in another way.
        self.underway.current.mark.set()
        return super().getresponse()


class _Once(HTTPConnectionPool):
    """A pool that closes each connection after one request; it reconnects when used again."""

    def _put_conn(self, conn: Any) -> None:
        if conn:
            conn.close()
        super()._put_conn(conn)


def marked_pools(pools: Mapping[str, Any], underway: Underway, *, once: bool) -> dict[str, Any]:
    """Return pool classes whose connections set marks, by scheme.

    Args:
        pools: The pool classes of urllib3; for a SOCKS proxy they differ.
        underway: Where connections find the exchange.
        once: Whether a connection serves one request only.
    """
    return {scheme: _marked(pool, underway, once=once) for scheme, pool in pools.items()}


def watch(pool: HTTPConnectionPool, exchange: Exchange) -> None:
    """Make the connections of a pool part of one exchange, which limits their time."""
    underway = Underway()
    underway.exchange = exchange
    bases = (_Marked, pool.ConnectionCls)
    pool.ConnectionCls = type("_WatchedConnection", bases, {"underway": underway})


def _marked(pool: Any, underway: Underway, *, once: bool) -> Any:
    bases = (_Marked, pool.ConnectionCls)
    connection = type("_MarkedConnection", bases, {"underway": underway})
    above = (_Once, pool) if once else (pool,)
    return type("_MarkedPool", above, {"ConnectionCls": connection})
