"""Renders the report: one HTML file with style and scripts inside, without network requests."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

_SCRIPTS = ("echarts.min.js", "report.js")


def render(data: Mapping[str, Any], title: str) -> str:
    """Return the page.

    Args:
        data: What `data.Packer.pack` gives.
        title: Heading of the page.
    """
    environment = Environment(
        loader=PackageLoader("hootsuite_cli.report"),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = _static("report.css")
    scripts = [_static(name) for name in _SCRIPTS]
    return environment.get_template("report.html").render(
        title=title,
        as_of=data["as_of"],
        zones=sorted({one["zone"] for one in data["profiles"]}),
        style=style,
        scripts=scripts,
        policy=_policy(style, scripts),
        data=_json(data),
    )


def _policy(style: str, scripts: list[str]) -> str:
    hashes = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {hashes}; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _static(name: str) -> str:
    return resources.files("hootsuite_cli.report").joinpath("static", name).read_text("utf-8")


def _json(data: Mapping[str, Any]) -> str:
    """JSON that can't end the element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
