"""Where the browser comes back to after a sign-in: a listener on loopback (RFC 8252, section 7.3).

The listener judges every request and believes one: the first callback ends the sign-in, well or
badly. Whatever is no callback of ours (another host, method or path, a body) is refused and
changes nothing, so that no web page can end a sign-in by poking at the port.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from hootsuite_api.errors import AuthError, ConfigError
from hootsuite_api.redact import register
from hootsuite_cli.signin import pages

_LINGER = 64 * 1024  # bytes of a refused body that are read, so that the refusal can be read too
_PAGE_SECONDS = 120.0


class SignInRefused(AuthError):  # noqa: N818 - named like its siblings in hootsuite_api.errors
    """The answer of the sign-in can't be used."""

    advice = "Nothing was stored; start again: hootsuite login"


def read_answer(query: str, state: str) -> str:
    """Take the code out of a callback's query, if it is the answer to our request.

    Args:
        query: What follows the `?`.
        state: What we sent; an answer to another request has another one.

    Returns:
        The authorization code.

    Raises:
        SignInRefused: With the reason, for a person.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    answer = dict(pairs)
    if len(answer) != len(pairs):
        raise SignInRefused("The answer names a parameter twice")
    # State comes first: without it not even the error is known to be the platform's word.
    if not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
        raise SignInRefused("The answer does not belong to this sign-in (its state is wrong)")
    if "error" in answer:
        raise SignInRefused(f"Hootsuite did not allow the sign-in: {_told(answer)}")
    if not answer.get("code"):
        raise SignInRefused("The answer holds no authorization code")
    register(answer["code"])
    return answer["code"]


def _told(answer: dict[str, str]) -> str:
    """The server's error as one printable line."""
    parts = (answer["error"], answer.get("error_description", ""), answer.get("error_hint", ""))
    text = ": ".join(part for part in parts if part)
    return (
        "".join(one if one.isprintable() else " " for one in text)[:300].rstrip(". ") or "no reason"
    )


class Listener:
    """Waits on `http://localhost:<port><path>` for the one callback.

    Args:
        port: 0 takes any free one.
        path: Of the redirect address, as registered for the app.
        state: Of the request whose answer is awaited.
        note: Told what was refused without ending the sign-in.

    Raises:
        ConfigError: If the port can't be had.
    """

    def __init__(
        self, port: int, path: str, state: str, note: Callable[[str], None] = lambda _: None
    ) -> None:
        self.path = path
        self.note = note
        self._state = state
        self._taken = threading.Lock()  # never released: there is one callback
        self._code: Future[str] = Future()
        self._page: Future[pages.Page] = Future()
        self._servers = [_server(("127.0.0.1", port), self)]
        self.port = self._servers[0].server_port
        with contextlib.suppress(OSError):  # browsers may take localhost for ::1
            self._servers.append(_server(("::1", self.port), self))
        self._threads = [
            threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True)
            for one in self._servers
        ]
        for thread in self._threads:
            thread.start()

    @property
    def redirect_uri(self) -> str:
        """The address that the browser is sent back to."""
        return f"http://localhost:{self.port}{self.path}"

    def wait(self, seconds: float) -> str:
        """The authorization code, when the browser brings it.

        Raises:
            SignInRefused: If it brings something else, or nothing in time.
        """
        try:
            return self._code.result(seconds)
        except TookTooLong:
            if not self._taken.acquire(blocking=False):  # it came at the very last moment
                return self._code.result()
            raise SignInRefused(
                f"Nobody signed in within {seconds:g} seconds",
                advice="If the page showed an error, check client_id, and that "
                f"{self.redirect_uri} is a redirect address of the app; then start again: "
                "hootsuite login",
            ) from None

    def take(self, query: str) -> pages.Page:
        """Judge a callback and say what the browser shall show; the first one waits for `show`."""
        if not self._taken.acquire(blocking=False):
            return pages.page(409, "Already answered", "This sign-in has had its one answer.")
        try:
            code = read_answer(query, self._state)
        except SignInRefused as error:
            self._code.set_exception(error)
            return pages.page(400, "Not signed in", str(error))
        self._code.set_result(code)
        try:
            return self._page.result(_PAGE_SECONDS)
        except TookTooLong:
            return pages.UNFINISHED

    def show(self, page: pages.Page) -> None:
        """Give the waiting browser its page."""
        if not self._page.done():
            self._page.set_result(page)

    def close(self) -> None:
        """Stop listening."""
        self.show(pages.UNFINISHED)
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # the browser's page is still being written when the command ends
    allow_reuse_address = os.name == "posix"  # elsewhere it would let others share the port

    def __init__(self, address: tuple[str, int], listener: Listener) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.listener = listener
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that hangs up is no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    timeout = 2  # browsers open connections that they never use
    server_version, sys_version = "hootsuite", ""

    def do_GET(self) -> None:
        """Refuse what can't be a callback; let the listener judge the rest."""
        listener = cast("_Server", self.server).listener
        parts = urlsplit(self.path)
        if not self._is_for_us(listener.port):
            self._refuse(403, "Foreign Host header", "The request was not meant for this address.")
        elif self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers:
            self._refuse(400, "Unexpected body", "A callback has no body.")
        elif parts.path != listener.path:
            self._refuse(404, "Nothing here", "The sign-in comes back to another address.")
        else:
            self._send(listener.take(parts.query))

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
            cast("_Server", self.server).listener.note(f"Refused a request: {title.lower()}")
        self._send(pages.page(status, title, text))

    def _send(self, page: pages.Page) -> None:
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


def _server(address: tuple[str, int], listener: Listener) -> _Server:
    try:
        return _Server(address, listener)
    except (OSError, OverflowError) as error:
        if ":" in address[0]:
            raise
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"The port {address[1]} on this machine can't be used ({reason})",
            advice="Choose another with --port and register its address for the app, or use "
            "--no-browser",
        ) from error
