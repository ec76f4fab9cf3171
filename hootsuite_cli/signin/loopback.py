"""The listener's HTTP server: loopback only, and no client can block it.

Each connection has a thread and a deadline: a client that sends or reads too slowly is cut off.
When too many connections are open, the oldest one makes room.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import inf
from socketserver import TCPServer
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from hootsuite_api.errors import ConfigError
from hootsuite_cli.signin import pages

_LINGER = 64 * 1024  # bytes of a refused body that are read, so that the refusal can be read too
_MOST = 64  # connections at a time
_TRIES = 20  # for a port that is free on both addresses
_LAST_PAGE = 2.0  # seconds that a page gets to be read after the command has ended
_NO_IPV6 = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT}


class Judge(Protocol):
    """Decides the answer to each callback."""

    path: str

    def take(self, query: str) -> pages.Page:
        """Judge a callback; may wait until the sign-in has ended."""

    def note(self, refused: str) -> None:
        """Hear of a request that was refused."""


def loopback_servers(port: int, judge: Judge, patience: float) -> list[Server]:
    """Listen on 127.0.0.1 and, where the machine has it, on ::1: browsers take either one.

    Args:
        port: 0 takes any that is free on both.
        judge: Gets the callbacks.
        patience: Seconds that a client has to send its request, and to read its answer.

    Raises:
        ConfigError: If another program has the port, on either address.
    """
    servers = _listen_on_both(port, judge, patience)
    for server in servers:
        server.start()
    return servers


def free_port(port: int) -> int:
    """A port that is free on both addresses.

    Args:
        port: That one, or 0 for any.

    Raises:
        ConfigError: If another program has it.
    """
    servers = _listen_on_both(port, _Nobody(), 1.0)
    for server in servers:
        server.server_close()
    return servers[0].server_port


class _Nobody:
    """Judges nothing: no request is accepted while a port is tried."""

    path = ""

    def take(self, query: str) -> pages.Page:
        raise NotImplementedError

    def note(self, refused: str) -> None:
        raise NotImplementedError


def _listen_on_both(port: int, judge: Judge, patience: float) -> list[Server]:
    for left in reversed(range(_TRIES if port == 0 else 1)):
        servers = [_listen("127.0.0.1", port, judge, patience)]
        try:
            servers.append(_listen("::1", servers[0].server_port, judge, patience))
        except OSError as error:
            if error.errno not in _NO_IPV6:
                servers[0].server_close()
                if left:
                    continue
                raise _taken(servers[0].server_port, "::1", error) from error
        break
    return servers


def _listen(host: str, port: int, judge: Judge, patience: float) -> Server:
    try:
        return Server((host, port), judge, patience)
    except (OSError, OverflowError) as error:
        if ":" in host:
            raise
        raise _taken(port, host, error) from error


def _taken(port: int, host: str, error: Exception) -> ConfigError:
    reason = getattr(error, "strerror", None) or error
    return ConfigError(
        f"The port {port} on this machine can't be used ({reason}, at {host})",
        advice="Choose another with --port and register its address for the app, or use "
        "--no-browser",
    )


class Server(ThreadingHTTPServer):
    """One listening socket and the connections that came by it."""

    daemon_threads = True  # `stop` waits for them, and not longer than it says
    allow_reuse_address = os.name == "posix"  # elsewhere it would let others share the port
    request_queue_size = _MOST

    def __init__(self, address: tuple[str, int], judge: Judge, patience: float) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.judge = judge
        self._patience = patience
        self._deadlines: dict[socket.socket, float] = {}  # oldest first
        self._answered: set[socket.socket] = set()  # whose request was read
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without the base class's look-up of a host name, which can take its time."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def start(self) -> None:
        """Accept connections, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Accept no more; cut off who has not sent a request, let the others read their page."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        with self._change:
            self._cut(self._deadlines.keys() - self._answered)
            self._change.wait_for(lambda: not self._deadlines, _LAST_PAGE)
            self._cut(set(self._deadlines))
            self._change.wait_for(lambda: not self._deadlines, _LAST_PAGE)

    def patient(self, connection: socket.socket, *, waits_for_us: bool) -> None:
        """Set the deadline of a connection anew; it has none while it waits for our answer."""
        with self._change:
            if connection in self._deadlines:
                ends = inf if waits_for_us else time.monotonic() + self._patience
                self._deadlines[connection] = ends
                self._answered.add(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start the thread of a connection; the oldest one that still sends makes room."""
        with self._change:
            sending = [one for one in self._deadlines if one not in self._answered]
            if len(self._deadlines) >= _MOST:
                self._cut(set(sending[:1]))
            self._deadlines[request] = time.monotonic() + self._patience
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection whose thread has ended."""
        with self._change:
            self._deadlines.pop(request, None)
            self._answered.discard(request)
            self._change.notify_all()
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Close connections past their deadline; called twenty times a second."""
        now = time.monotonic()
        with self._change:
            self._cut({one for one, ends in self._deadlines.items() if ends < now})

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that hangs up is no error of ours."""

    def _cut(self, connections: set[socket.socket]) -> None:
        """End connections; their threads then find nothing more to read."""
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    timeout = 2  # browsers open connections that they never use
    server_version, sys_version = "hootsuite", ""

    @property
    def _server(self) -> Server:
        return cast("Server", self.server)

    def do_GET(self) -> None:
        """Refuse what can't be a callback; let the listener judge the rest."""
        judge, parts = self._server.judge, urlsplit(self.path)
        if not self._is_for_us(self._server.server_port):
            self._refuse(403, "Foreign Host header", "The request was not meant for this address.")
        elif self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers:
            self._refuse(400, "Unexpected body", "A callback has no body.")
        elif parts.path != judge.path:
            self._refuse(404, "Nothing here", "The sign-in comes back to another address.")
        else:
            self._server.patient(self.connection, waits_for_us=True)
            self._send(judge.take(parts.query))

    def refuse_method(self) -> None:
        """A callback is a GET."""
        self._refuse(405, "Wrong method", "A callback is a GET.")

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = refuse_method  # noqa: N815 - so http.server wants it

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nothing is logged: the address holds the code."""

    def _is_for_us(self, port: int) -> bool:
        """Whether the browser meant localhost; another name that leads here is DNS rebinding."""
        ours = {f"localhost:{port}", "localhost"} if port == 80 else {f"localhost:{port}"}  # noqa: PLR2004
        hosts = self.headers.get_all("Host") or []
        return len(hosts) == 1 and hosts[0].strip().lower() in ours

    def _refuse(self, status: int, title: str, text: str) -> None:
        if status != 404:  # noqa: PLR2004 - browsers ask for icons
            self._server.judge.note(title.lower())
        self._send(pages.page(status, title, text))

    def _send(self, page: pages.Page) -> None:
        self._server.patient(self.connection, waits_for_us=False)
        self.send_response(page.status)
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page.body)
        self._linger()

    def _linger(self) -> None:
        """Read a little of what is left: closing on unread bytes would cut off our answer."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(1)
            left = _LINGER
            while left > 0 and (got := self.connection.recv(left)):
                left -= len(got)
