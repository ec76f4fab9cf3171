"""Downloads a file by the URL in a row, with protection against SSRF.

The host must be listed in the settings, and its name must resolve to a public address. The
connection goes to exactly that address, so a changed DNS answer (DNS rebinding) has no effect.
Each redirect is checked in the same way. Proxies and netrc of the environment are not used.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as default
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

import urllib3

from hootsuite_api.connections import watch
from hootsuite_api.exchange import Ended, Exchange, Limits, Mark, Watchdog
from target_hootsuite.errors import Deferred, RowRejected

_REDIRECTS = 5
_MAX_BYTES = 1024**3
_CHUNK = 1 << 16
_STATUS_OK = 200
_STATUS_FAILED = 500
_STATUS_LATER = frozenset({408, 425, 429})
_STATUS_MOVED = frozenset({301, 302, 303, 307, 308})
Resolver = Callable[[str, int], list[str]]
_RESERVED = tuple(
    ipaddress.ip_network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "192.88.99.0/24")
)


def resolve(host: str, port: int) -> list[str]:
    """All IP addresses of a host name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address is globally reachable; an IPv4 address inside IPv6 is checked, too."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    if any(ip.version == net.version and ip in net for net in _RESERVED):
        return False  # addresses that carry another address inside
    return ip.is_global and not ip.is_multicast


def _reason(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) else None
    return said or type(error).__name__


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _fault(error: Exception, exchange: Exchange, host: str, field: str) -> RowRejected | Deferred:
    """The error for a failed fetch: most failures are temporary, some are faults of the URL."""
    if exchange.ending is not None:
        why = "the run was stopped" if exchange.ending == "stopped" else "too slow"
        return Deferred(f"{field}: can't be fetched from {host} ({why}).", code="media_url")
    if isinstance(error, ValueError):
        msg = f"can't be fetched from {host} ({error})."
        return RowRejected(msg, field=field, code="media_url")
    msg = f"{field}: can't be fetched from {host} ({_reason(error)})."
    return Deferred(msg, code="media_url")


@dataclass(frozen=True)
class Fetcher:
    """Fetches media under the rules of the settings.

    Args:
        hosts: The `media_url_hosts` setting; if it is empty, every URL is refused.
        timeout: Seconds to connect, and seconds to wait for each piece of data.
        max_seconds: Seconds for the whole download.
        max_bytes: Size at which a download is given up.
        resolver: Resolves host names to addresses.
        watchdog: Ends a download after `max_seconds`, and after a stop of the run.
    """

    hosts: frozenset[str]
    timeout: float = 30
    max_seconds: float = 600
    max_bytes: int = _MAX_BYTES
    resolver: Resolver = resolve
    watchdog: Watchdog = default(default_factory=lambda: Watchdog(threading.Event()))

    def fetch(self, url: str, field: str) -> BinaryIO:
        """Download into an unnamed temporary file; return it positioned at its start.

        Raises:
            RowRejected: The URL is refused, or does not give a file.
            Deferred: The network, the host or this machine's disk fails.
        """
        deadline = time.monotonic() + self.max_seconds
        for _ in range(_REDIRECTS + 1):
            moved, file = self._hop(url, field, deadline)
            if file is not None:
                return file
            url = urljoin(url, moved)
        raise RowRejected("is redirected too often.", field=field, code="media_url")

    def _hop(self, url: str, field: str, deadline: float) -> tuple[str, BinaryIO | None]:
        """Request one URL: return the redirect's target, or the file."""
        host = self._listed_host(url, field)
        left = max(0.0, deadline - time.monotonic())
        limits = Limits(self.timeout, self.timeout, self.timeout, left)
        exchange = Exchange(Mark(), limits, self.watchdog.stop)
        try:
            with self.watchdog.over(exchange):
                address = self._address(host, field, exchange)
                return self._get(host, address, _target(url), deadline, exchange)
        except (Ended, ValueError, urllib3.exceptions.HTTPError, OSError) as error:
            raise _fault(error, exchange, host, field) from None

    def _address(self, host: str, field: str, exchange: Exchange) -> str:
        """The address to connect to."""
        try:
            addresses = exchange.wait_for(lambda: self.resolver(host, 443))
        except socket.gaierror as error:
            if error.errno == socket.EAI_AGAIN:
                raise Deferred(
                    f"{field}: {host} can't be resolved now.", code="media_url"
                ) from None
            addresses = []
        except (OSError, UnicodeError):
            addresses = []
        if not addresses or not all(is_public(address) for address in addresses):
            msg = f"{host} has no public address."
            raise RowRejected(msg, field=field, code="media_url")
        return addresses[0]

    def _listed_host(self, url: str, field: str) -> str:
        refused = RowRejected(
            "must be https on a host of `media_url_hosts`, without user or port.",
            field=field,
            code="media_url",
        )
        if any(ord(letter) <= 32 or letter == "\\" for letter in url):  # noqa: PLR2004 - controls
            raise refused
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            raise refused from None
        strange = parts.scheme != "https" or "@" in parts.netloc or port not in (None, 443)
        if strange or host not in {name.lower().rstrip(".") for name in self.hosts}:
            raise refused
        return host

    def _get(
        self, host: str, address: str, target: str, deadline: float, exchange: Exchange
    ) -> tuple[str, BinaryIO | None]:
        with urllib3.HTTPSConnectionPool(
            address,
            443,
            timeout=self.timeout,
            retries=False,
            ssl_context=self._tls(),
            server_hostname=host,
            assert_hostname=host,
        ) as pool:
            watch(pool, exchange)
            response = pool.request(
                "GET",
                target,
                headers={"Host": host, "Accept-Encoding": "identity"},
                redirect=False,
                preload_content=False,
            )
            try:
                if response.status in _STATUS_MOVED:
                    return response.headers.get("Location", ""), None
                if response.status >= _STATUS_FAILED or response.status in _STATUS_LATER:
                    raise OSError(None, f"HTTP {response.status}")
                if response.status != _STATUS_OK:
                    raise ValueError(f"HTTP {response.status}")
                return "", self._save(response, deadline, exchange.check)
            finally:
                response.close()

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def _save(
        self,
        response: urllib3.BaseHTTPResponse,
        deadline: float,
        check: Callable[[], None] = lambda: None,
    ) -> BinaryIO:
        with contextlib.ExitStack() as undo:
            file = undo.enter_context(tempfile.TemporaryFile())
            size = 0
            for chunk in response.stream(_CHUNK, decode_content=False):
                size += len(chunk)
                if size > self.max_bytes:
                    raise ValueError("too large")
                if time.monotonic() > deadline:
                    raise TimeoutError(None, "too slow")
                file.write(chunk)
            check()  # the connection was shut down, so the file may be cut off
            file.seek(0)
            undo.pop_all()
        return file
