"""A server that does exactly what a test scripts: the faults that no well-behaved server shows."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hootsuite_api.client import HootsuiteClient
from hootsuite_api.retry import Retry
from hootsuite_api.settings import parse


@dataclass
class Script:
    """One scripted answer: `kind` tells what becomes of it on the wire."""

    status: int = 200
    body: Any = field(default_factory=lambda: {"data": {}})
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "answer"  # answer | reset | close | truncate
    wait: threading.Event | None = None


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    peer: int


class ScriptedServer:
    """Answers from a queue, then from `default`; keeps what it saw."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.queue: list[Script] = []
        self.default: Callable[[Seen], Script] = lambda _: Script()
        self.tokens: Callable[[Seen], Script] = self._token
        self.lock = threading.Lock()
        self._issued = 0
        self._http = Http(("127.0.0.1", 0), Handler)
        self._http.scripted = self
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    def _token(self, _: Seen) -> Script:
        self._issued += 1
        body = {"access_token": f"issued-token-{self._issued}", "expires_in": 3600}
        return Script(body={**body, "token_type": "bearer", "scope": ""})

    def add(self, *scripts: Script) -> None:
        self.queue.extend(scripts)

    def calls(self) -> list[Seen]:
        return [one for one in self.seen if one.path != "/oauth2/token"]

    def token_calls(self) -> list[Seen]:
        return [one for one in self.seen if one.path == "/oauth2/token"]

    def next(self, seen: Seen) -> Script:
        with self.lock:
            self.seen.append(seen)
            if seen.path == "/oauth2/token":
                return self.tokens(seen)
            return self.queue.pop(0) if self.queue else self.default(seen)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class Http(ThreadingHTTPServer):
    """Threads that end with the test, and no tracebacks for connections cut on purpose."""

    daemon_threads = True
    block_on_close = False
    scripted: ScriptedServer

    def handle_error(self, *_: Any) -> None:
        """Say nothing."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Http

    def handle_any(self) -> None:
        at = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, body, at, self.client_address[1])
        self._play(self.server.scripted.next(seen))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any  # noqa: N815

    def _play(self, script: Script) -> None:
        if script.wait:
            script.wait.wait(30)
        if script.kind in ("reset", "close"):
            self._drop(reset=script.kind == "reset")
            return
        payload = _bytes(script.body)
        cut = len(payload) // 2 if script.kind == "truncate" else len(payload)
        with suppress(OSError):
            self.connection.sendall(_head(script, len(payload)) + payload[:cut])
        if script.kind == "truncate":
            self._drop(reset=False)
        if self.headers.get("Connection") == "close":
            self.close_connection = True

    def _drop(self, *, reset: bool) -> None:
        if reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        with suppress(OSError):
            if not reset:
                self.connection.shutdown(socket.SHUT_RDWR)
            self.connection.close()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _head(script: Script, length: int) -> bytes:
    headers = {
        "Date": formatdate(usegmt=True),
        "Content-Type": "application/json;charset=UTF-8",
        "Content-Length": str(length),
        **script.headers,
    }
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {script.status} Scripted", *lines, "", ""]).encode()


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if body is None else json.dumps(body).encode()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    yield scripted
    scripted.close()


@pytest.fixture
def raw(server, tmp_path) -> dict[str, Any]:
    """Settings of a member app at the scripted server; fast, since most tests count nothing."""
    return {
        "api_url": server.url,
        "auth_method": "member_app",
        "client_id": "client-one",
        "client_secret": "open-sesame-secret",
        "member_id": "42",
        "token_store": str(tmp_path / "tokens" / "tokens.json"),
        "requests_per_second": 10_000,
        "request_timeout_seconds": 5,
    }


@pytest.fixture
def make_client(raw) -> Iterator[Callable[..., HootsuiteClient]]:
    """Build clients that don't wait between attempts, and close them afterwards."""
    made: list[HootsuiteClient] = []

    def make(**changes: Any) -> HootsuiteClient:
        stop = threading.Event()
        client = HootsuiteClient(
            parse({**raw, **changes}), retry=Retry(stop, waits=False), stop=stop
        )
        made.append(client)
        return client

    yield make
    for one in made:
        one.close()


@pytest.fixture
def client(make_client) -> HootsuiteClient:
    return make_client()


@pytest.fixture
def script() -> type[Script]:
    return Script


@pytest.fixture
def rest_error() -> Callable[..., Script]:
    """An error in the REST envelope."""

    def make(status: int, code: Any, message: str = "no", **headers: str) -> Script:
        error = {"code": code, "message": message, "id": "00ab-12cd", "resource": None}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Script(status, {"errors": [error]}, named)

    return make


@pytest.fixture
def store_path(raw) -> Path:
    return Path(raw["token_store"])


@pytest.fixture
def age() -> Callable[[Path, float], None]:
    """Put all token times of a store into the past."""

    def shift(entry: dict[str, Any], seconds: float) -> None:
        for name, value in entry.items():
            if name in ("issued_at", "renew_at"):
                entry[name] = value - seconds
            elif isinstance(value, dict):
                shift(value, seconds)

    def put(path: Path, seconds: float) -> None:
        content = json.loads(path.read_text())
        shift(content["entries"], seconds)
        path.write_text(json.dumps(content))

    return put
