"""An origin and a proxy (HTTP or SOCKS) that fail where a test says, with TLS on either of them.

The origin plays the platform: it counts what it commits, once a request has arrived whole. Both run
in threads of the test's process, on ports of their own.
"""

from __future__ import annotations

import base64
import contextlib
import json
import select
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import trustme

HOST = "origin.test"  # resolved by the proxy alone
USER = "proxy-user"
PASSWORD = "proxy-pass-word"
ORIGIN_POINTS = ("head", "body", "sent", "answer-head", "answer-body")
PROXY_POINTS = ("proxy-accept", "proxy-handshake", "connect", "connect-answer")
COMMITTED = frozenset({"sent", "answer-head", "answer-body"})
KINDS = ("reset", "half-close", "silence")


@dataclass(frozen=True)
class Way:
    """How a client gets to the origin."""

    name: str
    origin_tls: bool
    proxy: str | None = None  # the proxy's scheme
    family: socket.AddressFamily = socket.AF_INET  # of what the client connects to

    @property
    def address(self):
        """Where the server that the client connects to listens, as it stands in a URL."""
        return "127.0.0.1" if self.family == socket.AF_INET else "[::1]"

    @property
    def points(self):
        """Where it can fail."""
        first = ("accept", "handshake") if self.origin_tls else ()
        points = [*first, *ORIGIN_POINTS]
        if self.proxy is None:
            return points
        ours = [one for one in PROXY_POINTS if self.proxy == "https" or one != "proxy-handshake"]
        if not self.origin_tls:  # the absolute form has no CONNECT; the request itself is answered
            ours = [one for one in ours if not one.startswith("connect")]
        return ours + points

    @property
    def is_socks(self):
        """Whether the proxy speaks SOCKS, which knows nothing of HTTP."""
        return self.proxy is not None and self.proxy.startswith("socks")

    def is_sent(self, point):
        """Whether the request may have left by then; over plain TCP it follows at once."""
        at_once = self.proxy == "http" and not self.origin_tls and point == "proxy-accept"
        return at_once or point in ORIGIN_POINTS


WAYS = (
    Way("direct", origin_tls=False),
    Way("direct-tls", origin_tls=True),
    Way("connect", origin_tls=True, proxy="http"),
    Way("connect-tls", origin_tls=True, proxy="https"),
    Way("absolute", origin_tls=False, proxy="http"),
    Way("absolute-tls", origin_tls=False, proxy="https"),
    Way("socks", origin_tls=True, proxy="socks5h"),
    Way("direct-ipv6", origin_tls=True, family=socket.AF_INET6),
    Way("connect-ipv6", origin_tls=True, proxy="http", family=socket.AF_INET6),
)


class Authority:
    """A certificate authority that lives as long as the tests."""

    def __init__(self, folder):
        self._ca = trustme.CA()
        self.path = folder / "authority.pem"
        self._ca.cert_pem.write_to_path(self.path)
        self._leaf = self._ca.issue_cert(HOST, "localhost", "127.0.0.1", "::1")

    def context(self):
        """A context for a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._leaf.configure_cert(context)
        return context


@dataclass
class Fault:
    """What happens at one point, and how often."""

    point: str
    kind: str
    times: int = 1


@dataclass
class Request:
    """A request that arrived whole."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    query: str = ""

    @property
    def target_whole(self):
        """Path and query."""
        return f"{self.target}?{self.query}" if self.query else self.target


class Listener:
    """Accepts connections and serves each in a thread."""

    def __init__(self, lab, context, family=socket.AF_INET):
        self.lab = lab
        self.context = context
        self._listening = socket.socket(family)
        self._listening.bind(("127.0.0.1" if family == socket.AF_INET else "::1", 0))
        self._listening.listen(64)
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.lab.open.add(connection)
            threading.Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, connection):
        secure = connection
        try:
            if self.lab.strike(self.prefix + "accept", connection):
                return
            if self.context is not None:
                if self.lab.due(self.prefix + "handshake"):
                    connection.recv(64)
                    self.lab.strike(self.prefix + "handshake", connection)
                    return
                secure = self.context.wrap_socket(connection, server_side=True)
                self.lab.open.add(secure)
            self.serve(secure)
        except (OSError, ValueError):
            pass
        finally:
            with contextlib.suppress(OSError):
                secure.close()

    def close(self):
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)


class Origin(Listener):
    prefix = ""

    def serve(self, connection):
        while (request := self._receive(connection)) is not None:
            self.lab.commits.append(request)
            if not self._respond(connection, request):
                return
            if request.headers.get("connection") == "close":
                return

    def _receive(self, connection):
        """A whole request, unless the connection ends before."""
        lab = self.lab
        head, rest = read_head(connection)
        if head is None or lab.strike("head", connection):
            return None
        method, target, headers = parse(head)
        size = int(headers.get("content-length", 0))
        while len(rest) < (size // 2 if lab.due("body") else size):
            more = connection.recv(65536)
            if not more:
                return None
            rest += more
        if lab.strike("body", connection):
            return None
        parts = urlsplit(target)
        return Request(method, parts.path, headers, rest[:size], parts.query)

    def _respond(self, connection, request):
        """Answer; False if the connection is lost by it."""
        lab = self.lab
        if lab.strike("sent", connection):
            return False
        answer = lab.answer(request)
        for point, cut in (("answer-head", 9), ("answer-body", -5)):
            if lab.due(point):
                connection.sendall(answer[:cut])
                lab.strike(point, connection)
                return False
        connection.sendall(answer)
        return True


class Proxy(Listener):
    prefix = "proxy-"

    def serve(self, connection):
        lab = self.lab
        head, rest = read_head(connection)
        if head is None:
            return
        method, _, headers = parse(head)
        lab.proxied.append(method)
        if lab.strike("connect", connection):
            return
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if headers.get("proxy-authorization") != f"Basic {pair}":
            connection.sendall(b"HTTP/1.1 407 Who is there\r\nContent-Length: 0\r\n\r\n")
            return
        if method == "CONNECT" and lab.tunnel_answer is not None:
            connection.sendall(lab.tunnel_answer)
            drain(connection)
            return
        with socket.create_connection(("127.0.0.1", lab.origin.port)) as onward:
            if method == "CONNECT":
                if lab.due("connect-answer"):
                    connection.sendall(b"HTTP/1.1 200 ")
                    lab.strike("connect-answer", connection)
                    return
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                onward.sendall(head + b"\r\n\r\n" + rest)
            relay(connection, onward)


class Socks(Listener):
    """A SOCKS 5 proxy with user and password, RFC 1928 and 1929."""

    prefix = "proxy-"

    def serve(self, connection):
        lab = self.lab
        _, count = read_exactly(connection, 2)
        if 2 not in read_exactly(connection, count):
            connection.sendall(b"\x05\xff")
            return
        connection.sendall(b"\x05\x02")
        read_exactly(connection, 1)
        given = [read_exactly(connection, read_exactly(connection, 1)[0]) for _ in range(2)]
        passes = given == [USER.encode(), PASSWORD.encode()]
        connection.sendall(b"\x01\x00" if passes else b"\x01\x01")
        if not passes:
            return
        _, _, _, kind, size = read_exactly(connection, 5)
        assert kind == 3, "the proxy is to resolve the name"
        read_exactly(connection, size + 2)
        lab.proxied.append("CONNECT")
        if lab.strike("connect", connection):
            return
        with socket.create_connection(("127.0.0.1", lab.origin.port)) as onward:
            if lab.due("connect-answer"):
                connection.sendall(b"\x05\x00")
                lab.strike("connect-answer", connection)
                return
            connection.sendall(b"\x05\x00\x00\x01" + bytes(6))
            relay(connection, onward)


class Lab:
    """Both servers, what they are to do, and what they have seen.

    Args:
        way: How the client comes.
        authority: Signs the certificates of this lab.
        fault: What goes wrong; None is a lab where all goes well.
        answer: Makes the bytes of an answer from a `Request`, in place of the usual ones.
    """

    def __init__(self, way, authority, fault=None, answer=None):
        self.way = way
        self.fault = fault
        self.commits = []
        self.proxied = []
        self.open = set()
        self.tunnel_answer = None
        self._custom = answer
        self._tokens = 0
        self._lock = threading.Lock()
        first = socket.AF_INET if way.proxy else way.family
        self.origin = Origin(self, authority.context() if way.origin_tls else None, first)
        self.proxy = None
        if way.proxy:
            context = authority.context() if way.proxy == "https" else None
            self.proxy = (Socks if way.is_socks else Proxy)(self, context, way.family)

    @property
    def api_url(self):
        """Where the client believes the platform to be."""
        scheme = "https" if self.way.origin_tls else "http"
        return f"{scheme}://{HOST if self.proxy else self.way.address}:{self.origin.port}"

    @property
    def proxy_url(self):
        """What `HTTPS_PROXY` has to be, or None."""
        if self.proxy is None:
            return None
        return f"{self.way.proxy}://{USER}:{PASSWORD}@{self.way.address}:{self.proxy.port}"

    def environment(self, authority):
        """Environment variables for the client."""
        found = {"REQUESTS_CA_BUNDLE": str(authority.path)}
        if self.way.is_socks:
            found |= {"ALL_PROXY": self.proxy_url}
        elif self.proxy:
            found |= {"HTTPS_PROXY": self.proxy_url, "HTTP_PROXY": self.proxy_url}
        return found

    def due(self, point):
        """Whether the fault happens at this point now."""
        with self._lock:
            return self.fault is not None and self.fault.point == point and self.fault.times > 0

    def strike(self, point, connection):
        """Do what is due at this point; True if the connection is lost by it."""
        with self._lock:
            fault = self.fault
            if fault is None or fault.point != point or fault.times <= 0:
                return False
            fault.times -= 1
        if fault.kind == "reset":
            if point.endswith("accept"):
                time.sleep(0.05)  # CPython forgets to close what is reset before its handshake
            reset(connection)
            return True
        if fault.kind == "half-close":
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_WR)
        drain(connection)
        return True

    def answer(self, request):
        """The bytes of an answer."""
        if self._custom is not None:
            return self._custom(request)
        if request.target == "/oauth2/token":
            with self._lock:
                self._tokens += 1
                number = self._tokens
            body = {
                "access_token": f"access-token-{number}",
                "refresh_token": f"refresh-token-{number}",
                "expires_in": 3600,
            }
        else:
            body = {"data": [{"id": str(len(self.commits))}]}
        return http_answer(200, body)

    def posts(self):
        """The messages that were committed."""
        return [one for one in self.commits if one.target == "/v1/messages"]

    def secrets(self):
        """The refresh tokens and codes that arrived, in order."""
        forms = [one.body.decode() for one in self.commits if one.target == "/oauth2/token"]
        return [(parse_qs(f).get("refresh_token") or parse_qs(f).get("code"))[0] for f in forms]

    def close(self):
        """End all threads."""
        self.origin.close()
        if self.proxy:
            self.proxy.close()
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                connection.close()


def http_answer(status, body, **headers):
    """An answer in JSON, as bytes."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status} Scripted",
        "Content-Type: application/json",
        f"Content-Length: {len(payload)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + payload


def read_exactly(connection, size):
    """So many bytes.

    Raises:
        OSError: The connection ends before.
    """
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise OSError("the connection ended early")
        data += more
    return data


def read_head(connection):
    """The bytes before the blank line, and those after it; (None, b"") at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None, b""
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def parse(head):
    """Method, target and headers of a request."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    return method, target, {name.strip().lower(): value.strip() for name, _, value in pairs}


def reset(connection):
    """Close with RST, whatever wraps the connection."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


def drain(connection, seconds=30):
    """Read until the other side gives up."""
    end = time.monotonic() + seconds
    with contextlib.suppress(OSError, ValueError):
        connection.settimeout(seconds)
        while time.monotonic() < end and connection.recv(65536):
            pass


def relay(client, onward):
    """Pass bytes both ways, and an end or a reset of the origin on to the client."""
    while True:
        pending = isinstance(client, ssl.SSLSocket) and client.pending()
        ready = [client] if pending else select.select([client, onward], [], [], 30)[0]
        if not ready:
            return
        if client in ready:
            data = client.recv(65536)
            if not data:
                return
            onward.sendall(data)
        if onward in ready:
            try:
                data = onward.recv(65536)
            except ConnectionResetError:
                reset(client)
                return
            if data:
                client.sendall(data)
            else:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(client, socket.SHUT_WR)
                drain(client)
                return
