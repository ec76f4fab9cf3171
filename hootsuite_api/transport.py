"""One exchange over HTTP: no redirects, no repetition, every failure named by what it proves."""

from __future__ import annotations

import base64
import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Any
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3.exceptions as u3
from requests.auth import AuthBase

from hootsuite_api import sessions
from hootsuite_api.classify import Answer
from hootsuite_api.errors import (
    ConnectionNeverMade,
    HootsuiteError,
    NetworkFault,
    TornBody,
    ValidationRejected,
    Where,
)
from hootsuite_api.settings import is_loopback

MAX_BODY = 64 * 1024 * 1024  # a page is far below; this stops a bomb, not a page
_CHUNK = 256 * 1024
_CONNECT_SECONDS = 10
_decode = msgspec.json.Decoder().decode
# Any escape in JSON: two halves of a character, one half alone (the group), or something else.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port: what two addresses must share to be the same server."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default


class BearerAuth(AuthBase):
    """Puts the access token on requests to the platform, and on no others.

    An `AuthBase` and not a header of the session, because a `.netrc` would override that.
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
    """No credentials at all, not even those that a `.netrc` would add."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request, ready to go.

    Attributes:
        method: The HTTP method.
        url: The whole address, encoded.
        path: The template, for messages.
        headers: Additional headers.
        body: The encoded body.
        fresh: Whether to use a connection of its own; see `sessions.used_once`.
        guard: Asked when a fresh connection stands, right before the first byte; what it raises
            stops the request.
    """

    method: str
    url: str
    path: str
    headers: dict[str, str]
    body: bytes | IO[bytes] | None = None
    fresh: bool = False
    guard: Callable[[], None] | None = None

    @property
    def where(self) -> Where:
        """The place, as errors name it."""
        return Where(self.method, self.path)


class Transport:
    """A pool of connections to one server.

    Args:
        api_url: The server.
        pool_size: Connections that are kept.
        timeout: Seconds to wait for a connection (at most 10) and for the answer.
        user_agent: What we call ourselves.
    """

    def __init__(self, api_url: str, pool_size: int, timeout: float, user_agent: str) -> None:
        self._timeout = timeout
        self._session = sessions.kept(api_url, pool_size, user_agent)
        self._guard = sessions.Guard()
        self._fresh = sessions.used_once(api_url, pool_size, user_agent, self._guard)

    def exchange(
        self,
        out: Outgoing,
        auth: AuthBase,
        on_head: Callable[[float], None] = lambda _: None,
    ) -> Answer:
        """Send a request once and read its answer.

        Args:
            out: The request.
            auth: Who asks.
            on_head: Told the monotonic instant at which the answer began.

        Raises:
            ConnectionNeverMade: If nothing was sent.
            NetworkFault: If no answer came.
            TornBody: If an answer began, but did not arrive whole.
        """
        session = self._fresh if out.fresh else self._session
        self._guard.ask, self._guard.refusal = out.guard, None
        try:
            response = session.request(
                out.method,
                out.url,
                data=out.body,
                headers=out.headers,
                auth=auth,
                timeout=(min(_CONNECT_SECONDS, self._timeout), self._timeout),
                allow_redirects=False,
                stream=True,
            )
        except HootsuiteError:
            raise  # the body's own, while it was read
        except Exception as cause:  # whatever a library raises: a byte may have left by then
            if cause is self._guard.refusal:
                raise  # nothing has left
            raise _fault(cause, out) from cause
        on_head(time.monotonic())
        with response:
            content = _read(response, out, time.monotonic() + self._timeout)
        return _answer(response, content)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()
        self._fresh.close()


def _read(response: requests.Response, out: Outgoing, deadline: float) -> bytes:
    try:
        return b"".join(_chunks(response, deadline))
    except Exception as cause:
        where = Where(out.method, out.path, response.status_code)
        raise TornBody("The answer broke off before its end", where) from cause


def _chunks(response: requests.Response, deadline: float) -> Iterator[bytes]:
    size = 0
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        size += len(chunk)
        if size > MAX_BODY:
            raise ValueError("the body is too large")
        if time.monotonic() > deadline:  # a server that drips would hold us for ever
            raise TimeoutError("the body took too long")
        yield chunk


def _answer(response: requests.Response, content: bytes) -> Answer:
    headers = response.headers
    if not content.strip():
        return Answer(response.status_code, headers, None, is_json=False)
    try:
        return Answer(response.status_code, headers, _parsed(content), is_json=True)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        text = content[:4096].decode("utf-8", "replace")
        return Answer(response.status_code, headers, text, is_json=False)


def _parsed(content: bytes) -> Any:
    """Read JSON; a text that was cut inside a character must not cost the page around it."""
    try:
        return _decode(content)
    except msgspec.DecodeError:
        mended = _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], content)
        return _decode(mended)


_UNREACHED: tuple[tuple[type[Exception], str], ...] = (
    (u3.ProxyError, "The proxy on the way to {} gives no connection"),
    (u3.NameResolutionError, "The name {} can't be resolved"),
)


# What requests raises before it sends anything.
_NO_PROXY = (requests.exceptions.InvalidSchema, requests.exceptions.InvalidProxyURL)
_UNBUILT = (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)


def _fault(cause: Exception, out: Outgoing) -> HootsuiteError:
    host = urlsplit(out.url).hostname
    reason = _reason(cause)
    if isinstance(cause, _NO_PROXY):
        says = f"The proxy on the way to {host} can't be used"
        return _hopeless(says, out, "Check HTTPS_PROXY; one with socks needs the package PySocks")
    # urllib3's word for a header is about the answer's.
    if isinstance(cause, _UNBUILT) and not isinstance(reason, u3.InvalidHeader):
        where = replace(out.where, not_written=True)
        return ValidationRejected(f"The request to {host} can't be built", where)
    if isinstance(reason, u3.SSLError):
        return _tls_fault(reason, host, out)
    if isinstance(reason, (u3.ProxyError, u3.ConnectTimeoutError)):
        return _unreached(reason, out)
    if isinstance(reason, u3.ReadTimeoutError):
        return NetworkFault(f"{host} gave no answer in time", out.where)
    return NetworkFault(f"The connection to {host} broke", out.where)


def _unreached(reason: BaseException, out: Outgoing) -> ConnectionNeverMade:
    _, host, port = origin(out.url)
    for kind, says in _UNREACHED:
        if isinstance(reason, kind):
            return ConnectionNeverMade(says.format(host), out.where)
    name = f"[{host}]" if ":" in (host or "") else host
    advice = f"Is the sandbox running? `hootsuite sandbox --port {port}` starts it"
    return ConnectionNeverMade(
        f"{name}:{port} can't be reached", out.where, advice=advice if is_loopback(out.url) else ""
    )


def _reason(cause: Exception) -> BaseException:
    """What urllib3 said, below the wrapping of requests."""
    inner: Any = cause.args[0] if cause.args else cause
    inner = getattr(inner, "reason", None) or inner
    return inner if isinstance(inner, BaseException) else cause


def _tls_fault(reason: BaseException, host: str | None, out: Outgoing) -> HootsuiteError:
    inner = reason.args[0] if reason.args else None
    if isinstance(inner, ssl.SSLCertVerificationError):
        advice = "Check api_url; behind a company's proxy, name its CA in REQUESTS_CA_BUNDLE"
        return _hopeless(f"The certificate of {host} is not trusted", out, advice)
    return NetworkFault(f"TLS with {host} failed", out.where)  # perhaps in mid-stream


def _hopeless(says: str, out: Outgoing, advice: str) -> ConnectionNeverMade:
    fault = ConnectionNeverMade(says, out.where, advice=advice)
    fault.permanent = True
    return fault
