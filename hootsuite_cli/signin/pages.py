"""What the browser shows at the end of a sign-in."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1><p>{text}</p></main></body></html>
"""
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address holds the code
    "Cache-Control": "no-store",
    "Connection": "close",
}


@dataclass(frozen=True)
class Page:
    """An answer to the browser."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def page(status: int, title: str, text: str) -> Page:
    """A page of one sentence; both texts are escaped."""
    body = _HTML.format(title=html.escape(title), text=html.escape(text)).encode()
    return Page(status, {**_HEADERS, "Content-Length": str(len(body))}, body)


UNFINISHED = page(503, "Not finished", "The sign-in was broken off; look at the terminal.")
