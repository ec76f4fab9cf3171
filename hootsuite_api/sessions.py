"""HTTP sessions without retries, redirects or .netrc, with pooled or single-use connections."""

from __future__ import annotations

import os
import threading
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from hootsuite_api.connections import marked_pools
from hootsuite_api.exchange import Underway
from hootsuite_api.settings import is_loopback


def kept(api_url: str, pool_size: int, user_agent: str, underway: Underway) -> requests.Session:
    """A session that reuses its connections."""
    return _session(api_url, user_agent, _Adapter(pool_size, underway, once=False))


def used_once(
    api_url: str, pool_size: int, user_agent: str, underway: Underway
) -> requests.Session:
    """A session with a new connection for each request.

    A server may close a reused connection just as a request is sent on it; then nobody knows
    whether a write arrived.
    """
    session = _session(api_url, user_agent, _Adapter(pool_size, underway, once=True))
    session.headers["Connection"] = "close"
    return session


class _Adapter(HTTPAdapter):
    def __init__(self, pool_size: int, underway: Underway, *, once: bool) -> None:
        self._underway = underway
        self._once = once
        self._managing = threading.Lock()
        super().__init__(pool_connections=1, pool_maxsize=pool_size, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._mark(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        with self._managing:  # no thread may get a manager that another one is still building
            known = proxy in self.proxy_manager
            manager = super().proxy_manager_for(proxy, **kwargs)
            if not known:
                self._mark(manager)
            return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Set up the certificate check for https, also of a proxy in front of an http address."""
        seen = "https://" if conn.scheme == "https" else url
        super().cert_verify(conn, seen, verify, cert)  # type: ignore[no-untyped-call]

    def _mark(self, manager: Any) -> None:
        pools = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = marked_pools(pools, self._underway, once=self._once)


def _session(api_url: str, user_agent: str, adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    # The environment's proxies and certificates are read here, once: `trust_env` would read them
    # for each request, and a .netrc, too.
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
