"""Renders the report: one HTML file with CSS and scripts inside, without network requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from hootsuite_cli.pages import own_file, policy, template_environment

_HERE = "hootsuite_cli.report"
_SCRIPTS = ("echarts.min.js", "report.js")


def render(data: Mapping[str, Any], title: str) -> str:
    """Return the page.

    Args:
        data: The result of `data.Packer.pack`.
        title: Heading of the page.
    """
    style = own_file(_HERE, "static", "report.css")
    scripts = [own_file(_HERE, "static", name) for name in _SCRIPTS]
    return (
        template_environment(_HERE)
        .get_template("report.html.j2")
        .render(
            title=title,
            as_of=data["as_of"],
            zones=sorted({one["zone"] for one in data["profiles"]}),
            style=style,
            scripts=scripts,
            policy=policy(style, scripts),
            data=Markup(_json(data)),  # noqa: S704 - escaped for its element
        )
    )


def _json(data: Mapping[str, Any]) -> str:
    """Return JSON that can't close its HTML element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
