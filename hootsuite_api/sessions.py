"""Sessions that do nothing behind our back, with connections kept or used once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

from hootsuite_api.settings import is_loopback


def kept(api_url: str, pool_size: int, user_agent: str) -> requests.Session:
    """A session whose connections are kept and used again."""
    return _session(api_url, user_agent, _Adapter(pool_size))


class Guard(threading.local):
    """The last word of whoever sends, for the request that this thread is about to send.

    Attributes:
        ask: Raises if the request may not go out any more.
        refusal: What it raised.
    """

    ask: Callable[[], None] | None = None
    refusal: Exception | None = None

    def check(self) -> None:
        """Ask, and remember a refusal.

        Raises:
            Exception: The refusal.
        """
        try:
            if self.ask is not None:
                self.ask()
        except Exception as refusal:
            self.refusal = refusal
            raise


def used_once(api_url: str, pool_size: int, user_agent: str, guard: Guard) -> requests.Session:
    """A session with a new connection for each request.

    The guard is asked when the connection stands. Asked any earlier, a name look-up and a TLS
    handshake would lie between its word and the first byte.

    A server may close a kept connection just as a request goes out on it; then nobody knows whether
    a write arrived.
    """
    session = _session(api_url, user_agent, _OnceAdapter(pool_size, guard))
    session.headers["Connection"] = "close"
    return session


class _Adapter(HTTPAdapter):
    def __init__(self, pool_size: int) -> None:
        super().__init__(pool_connections=1, pool_maxsize=pool_size, max_retries=0)


class _OnceHTTP(HTTPConnectionPool):
    def _put_conn(self, conn: Any) -> None:
        if conn:
            conn.close()  # it connects anew when it is taken out again
        super()._put_conn(conn)


class _OnceHTTPS(HTTPSConnectionPool):
    def _put_conn(self, conn: Any) -> None:
        if conn:
            conn.close()
        super()._put_conn(conn)


class _OnceAdapter(_Adapter):
    def __init__(self, pool_size: int, guard: Guard) -> None:
        self._pools = {scheme: _guarded(pool, guard) for scheme, pool in _ONCE.items()}
        super().__init__(pool_size)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


_ONCE: Mapping[str, Any] = {"http": _OnceHTTP, "https": _OnceHTTPS}


def _guarded(pool: Any, guard: Guard) -> Any:
    """The same pool, with connections that ask the guard once they stand."""

    def connect(self: Any) -> None:
        pool.ConnectionCls.connect(self)
        guard.check()

    connection = type("_GuardedConnection", (pool.ConnectionCls,), {"connect": connect})
    return type("_GuardedPool", (pool,), {"ConnectionCls": connection})


def _session(api_url: str, user_agent: str, adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    # Whatever the environment says about proxies and certificates is read here, once: with
    # `trust_env` it would be read per request, and a .netrc with it.
    session.trust_env = False
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    session.verify = bundle or True
    if not is_loopback(api_url):
        session.proxies.update(get_environ_proxies(api_url))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers.update(
        {"User-Agent": user_agent, "Accept": "application/json", "Accept-Encoding": "gzip"}
    )
    return session
