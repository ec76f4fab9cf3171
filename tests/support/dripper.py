"""A server that never finishes: it answers with a beginning, and then a piece at a time."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass

from fault_lab import drain, parse, read_head

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"


@dataclass(frozen=True)
class Drip:
    """What never ends.

    Attributes:
        name: For the test's report.
        beginning: Sent at once.
        piece: Sent again and again.
    """

    name: str
    beginning: bytes
    piece: bytes


DRIPS = (
    Drip("silence", b"", b""),
    Drip("status", b"HTTP/1.1 200 ", b"x"),
    Drip("header", _OK + b"X-Long: ", b"x"),
    Drip("headers", _OK, b"A: b\r\n"),
    Drip("continue", b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    Drip("continue-headers", b"HTTP/1.1 100 Continue\r\n", b"A: b\r\n"),
    Drip("early-hints", b"", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
    Drip("chunk-size", _CHUNKED, b"0"),
    Drip("chunk-extension", _CHUNKED + b"5;", b"x"),
    Drip("chunks", _CHUNKED, b"1\r\n \r\n"),
    Drip("trailers", _CHUNKED + b'b\r\n{"data":{}}\r\n0\r\n', b"A: b\r\n"),
    Drip("body", _OK + b"Content-Length: 99999\r\n\r\n", b" "),
    Drip("body-to-the-end", _OK + b'Connection: close\r\n\r\n{"data":{}}', b" "),
    Drip(
        "gzip",
        _OK + b"Content-Encoding: gzip\r\nContent-Length: 99999\r\n\r\n"
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
        b"\x00\x00\x00\xff\xff",
    ),
)


class Dripper:
    """Reads a request and drips its answer until the client has had enough.

    Args:
        drip: The answer.
        at: `answer`: after the request; `connect`: in answer to CONNECT; `start`: at once, in
            place of a TLS handshake.
        pause: Seconds between two pieces.
        seconds: After this long it gives up, so that a failing test ends.
    """

    def __init__(self, drip, at="answer", pause=0.1, seconds=60):
        self.drip = drip
        self.requests = 0
        self.arrived = threading.Event()
        self._at = at
        self._pause = pause
        self._end = time.monotonic() + seconds
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._open = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, ValueError), connection:
            if self._at != "start":
                head, rest = read_head(connection)
                if head is None:
                    return
                size = int(parse(head)[2].get("content-length", 0))
                while len(rest) < size:
                    rest += connection.recv(65536)
            self.requests += 1
            self.arrived.set()
            connection.sendall(self.drip.beginning)
            if not self.drip.piece:
                drain(connection)
                return
            while time.monotonic() < self._end:
                connection.sendall(self.drip.piece)
                time.sleep(self._pause)

    def close(self):
        """End all of it."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
