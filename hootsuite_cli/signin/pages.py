"""Pages that the browser shows at the end of a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hootsuite_cli.pages import own_file, policy, template_environment

_HERE = "hootsuite_cli.signin"
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
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
    style = own_file(_HERE, "templates", "page.css")
    template = template_environment(_HERE).get_template("page.html.j2")
    body = template.render(title=title, text=text, style=style).encode()
    headers = {
        **_HEADERS,
        "Content-Security-Policy": policy(style, more="frame-ancestors 'none'"),
        "Content-Length": str(len(body)),
    }
    return Page(status, headers, body)


UNFINISHED = page(503, "Not finished", "The sign-in was broken off; look at the terminal.")
