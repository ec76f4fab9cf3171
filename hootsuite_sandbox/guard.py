"""Protects the control API and the pages against other web pages in the same browser.

Every web page in the machine's browser can send requests to the sandbox. There are three known
attacks: DNS rebinding (the page's own host name resolves to this machine; seen in `Host`), requests
from another site (seen in `Origin` and `Sec-Fetch-Site`), and forms whose body is valid JSON (seen
in their media type). The platform's own routes are not guarded: they need a token, and proxies
reach them under other names.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.datastructures import Headers

PAGES = frozenset({"/oauth2/auth"})
PRIVATE = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Headers of guarded answers: no other site may embed or keep them."""
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::([0-9]{1,5}))?")
_OWN_SITE = frozenset({"same-origin", "none"})
_LARGEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Request:
    """The checked parts of a request: address and headers, and the server's own names."""

    path: str
    headers: Headers
    names: Collection[str]
    has_body: bool = False
    decides: bool = False


def refusal(request: Request) -> str | None:
    """Return why a request to a guarded address is refused, or None.

    Args:
        request: A request to the control API or to a page.
    """
    host = _single(request.headers, "host")
    authority = _parsed(host)
    if authority is None or not _is_ours(authority[0], request.names):
        return (
            "the Host header names another server; "
            "use the address that the sandbox printed when it started"
        )
    origins = request.headers.getlist("origin")
    if origins and (len(origins) > 1 or _parsed(_without_scheme(origins[0])) != authority):
        return "the request comes from a page of another origin"
    return _site_refusal(request) or _body_refusal(request)


def _site_refusal(request: Request) -> str | None:
    sites = request.headers.getlist("sec-fetch-site")
    if all(site in _OWN_SITE for site in sites):
        return None
    # An application may send users to the sign-in page, but it can't decide for them.
    mode = _single(request.headers, "sec-fetch-mode")
    target = _single(request.headers, "sec-fetch-dest")
    visit = request.path in PAGES and not request.decides
    if visit and (mode, target) == ("navigate", "document"):
        return None
    return "the request comes from a page of another site"


def _body_refusal(request: Request) -> str | None:
    if not request.has_body or request.path in PAGES:
        return None
    declared = request.headers.getlist("content-type")
    kinds = {value.partition(";")[0].strip().lower() for value in declared}
    if kinds == {"application/json"}:
        return None
    return "the body is not declared as JSON: send the header Content-Type: application/json"


def _single(headers: Headers, name: str) -> str:
    values = headers.getlist(name)
    return values[0] if len(values) == 1 else ""


def _without_scheme(origin: str) -> str:
    scheme, mark, rest = origin.partition("://")
    return rest if mark and scheme.lower() == "http" else ""


def _parsed(authority: str) -> tuple[str, int] | None:
    """Parse `host:port` into a normalised host and a port; None if it is invalid."""
    match = _AUTHORITY.fullmatch(authority.strip(" \t").lower())
    if match is None:
        return None
    port = int(match[2] or 80)
    return (_canonical(match[1]), port) if 0 < port <= _LARGEST_PORT else None


def _canonical(name: str) -> str:
    try:
        address = ip_address(name.strip("[]"))
    except ValueError:
        return name
    return address.compressed


def _is_ours(name: str, names: Collection[str]) -> bool:
    """Return whether a host is this machine: a loopback address, or one of the server's names."""
    if name == "localhost" or name in {_canonical(own.lower()) for own in names}:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
