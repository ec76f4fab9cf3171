"""Sends one HTTP request: no redirects, no retries; each error tells what it proves."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

import msgspec
import requests
from requests.auth import AuthBase

from hootsuite_api import faults, sessions
from hootsuite_api.classify import Answer
from hootsuite_api.errors import HootsuiteError, TornBody, Where
from hootsuite_api.exchange import Exchange, Limits, Mark, Underway, Watchdog
from hootsuite_api.listed import Reader
from hootsuite_api.settings import origin

MAX_BODY = 64 * 1024 * 1024  # bytes; far more than any page, against decompression bombs
_CHUNK = 256 * 1024
_OK = 200
_CONNECT_SECONDS = 10.0
_READY_SECONDS = 30.0  # enough to try several addresses of one name
_decode = msgspec.json.Decoder().decode
# Any escape in JSON: a surrogate pair, a lone surrogate (the group), or another escape.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


class BearerAuth(AuthBase):
    """Adds the access token to requests to the platform only.

    It is an `AuthBase`, since a `.netrc` would override a header of the session.
    """

    def __init__(self, token: str, api_url: str) -> None:
        self._header = f"Bearer {token}"
        self._origin = origin(api_url)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header if the request goes to the platform's own host."""
        if request.url and origin(request.url) == self._origin:
            request.headers["Authorization"] = self._header
        return request


class BasicAuth(AuthBase):
    """Client authentication at the token endpoint, RFC 6749 section 2.3.1."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        pair = f"{client_id}:{client_secret}".encode()
        self._header = "Basic " + base64.b64encode(pair).decode("ascii")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = self._header
        return request


class NoAuth(AuthBase):
    """Adds no credentials, not even those of a `.netrc`."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return the request unchanged."""
        return request


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request, ready to be sent.

    Attributes:
        method: The HTTP method.
        url: The whole address, encoded.
        path: The template, for messages.
        headers: Additional headers.
        body: The encoded body.
        fresh: Whether to use a new connection; see `sessions.used_once`.
        guard: Called when a new connection is ready, right before the first byte; an exception of
            it stops the request.
        reader: The fast path for the body of a successful answer; returns None for the slow path.
    """

    method: str
    url: str
    path: str
    headers: dict[str, str]
    body: bytes | IO[bytes] | None = None
    fresh: bool = False
    guard: Callable[[], None] | None = None
    reader: Reader | None = None

    @property
    def where(self) -> Where:
        """The call, for errors."""
        return Where(self.method, self.path)


class Transport:
    """A pool of connections to one server.

    Args:
        api_url: The server.
        pool_size: Connections that are kept.
        limits: How long an exchange may take.
        user_agent: Our name in the header.
        watchdog: Ends exchanges that take too long, and all exchanges after a stop.
    """

    def __init__(
        self, api_url: str, pool_size: int, limits: Limits, user_agent: str, watchdog: Watchdog
    ) -> None:
        self._limits = limits
        self._watchdog = watchdog
        self._underway = Underway()
        self._session = sessions.kept(api_url, pool_size, user_agent, self._underway)
        self._fresh = sessions.used_once(api_url, pool_size, user_agent, self._underway)

    def exchange(
        self,
        out: Outgoing,
        auth: AuthBase,
        mark: Mark,
        on_head: Callable[[float], None] = lambda _: None,
    ) -> Answer:
        """Send a request once and read its answer.

        Args:
            out: The request.
            auth: The credentials.
            mark: A mark of this request alone; it tells afterwards whether a byte may have left.
            on_head: Called with the monotonic time at which the answer began.

        Raises:
            ConnectionNeverMade: If nothing was sent.
            Cancelled: If the run was stopped before anything was sent.
            ValidationRejected: If the request can't be built, so that nothing was sent.
            NetworkFault: If no answer came.
            TornBody: If an answer began, but did not arrive whole.
        """
        exchange = Exchange(mark, self._limits, self._watchdog.stop, out.guard)
        self._underway.exchange = exchange
        try:
            with self._watchdog.over(exchange):
                response = self._send(out, auth)
                on_head(time.monotonic())
                with response:
                    content = _read(response, out, exchange)
        except Exception as cause:  # of any library: only the mark tells what it proves
            if exchange.refusal is not None:
                raise exchange.refusal from None  # nothing has left
            if isinstance(cause, HootsuiteError):
                raise  # a fault of the answer or of its body
            raise faults.of(cause, out.url, out.where, exchange) from cause
        finally:
            self._underway.exchange = None
        return _answer(response, content, out.reader)

    def _send(self, out: Outgoing, auth: AuthBase) -> requests.Response:
        session = self._fresh if out.fresh else self._session
        return session.request(
            out.method,
            out.url,
            data=out.body,
            headers=out.headers,
            auth=auth,
            timeout=(self._limits.connect, self._limits.silence),
            allow_redirects=False,
            stream=True,
        )

    def close(self) -> None:
        """Close all connections."""
        self._session.close()
        self._fresh.close()


def limits(seconds: float, whole: float | None = None) -> Limits:
    """Return the limits for the setting `request_timeout_seconds`.

    Args:
        seconds: The setting.
        whole: Seconds for the exchange itself, if they differ from the setting.
    """
    connect, ready = min(_CONNECT_SECONDS, seconds), min(_READY_SECONDS, seconds)
    return Limits(connect, ready, seconds, whole or seconds)


def _read(response: requests.Response, out: Outgoing, exchange: Exchange) -> bytes:
    try:
        content = b"".join(_chunks(response))
        exchange.check()
    except Exception as cause:
        where = Where(out.method, out.path, response.status_code)
        if exchange.ending == "stopped":
            raise faults.given_up(where) from cause
        raise TornBody("The answer broke off before its end", where) from cause
    return content


def _chunks(response: requests.Response) -> Iterator[bytes]:
    size = 0
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        size += len(chunk)
        if size > MAX_BODY:
            raise ValueError("the body is too large")
        yield chunk


def _answer(response: requests.Response, content: bytes, reader: Reader | None) -> Answer:
    headers = response.headers
    if reader is not None and response.status_code == _OK and (page := reader(content)):
        return Answer(response.status_code, headers, page, is_json=True)
    if not content.strip():
        return Answer(response.status_code, headers, None, is_json=False)
    try:
        return Answer(response.status_code, headers, _parsed(content), is_json=True)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        text = content[:4096].decode("utf-8", "replace")
        return Answer(response.status_code, headers, text, is_json=False)


def _parsed(content: bytes) -> Any:
    """Parse JSON; a text that was cut inside a character must not make the page unreadable."""
    try:
        return _decode(content)
    except msgspec.DecodeError:
        mended = _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], content)
        return _decode(mended)
