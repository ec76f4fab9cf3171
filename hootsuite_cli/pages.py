"""HTML pages from Jinja2 templates: everything is escaped, and a policy names what may run.

Each page carries its style and scripts inside, so that it opens offline; its content security
policy lists them by their hashes and forbids the rest (W3C CSP Level 3, `hash-source`).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def template_environment(package: str) -> Environment:
    """Return the templates of a package's folder `templates`; values are escaped.

    Args:
        package: Dotted name of the package.
    """
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def own_file(package: str, *path: str) -> Markup:
    """Return a style or a script of ours, to be written into a page as it is."""
    text = resources.files(package).joinpath(*path).read_text("utf-8")
    return Markup(text)  # noqa: S704 - our own file, not a value


def policy(style: str, scripts: Sequence[str] = (), *, images: str = "", more: str = "") -> Markup:
    """Return a content security policy for a page with one style and some scripts inside.

    Args:
        style: Text of the `style` element.
        scripts: Texts of the `script` elements.
        images: Where images may come from, such as `data:`.
        more: Further directives.
    """
    parts = ["default-src 'none'", f"style-src {_hash(style)}"]
    if scripts:
        parts.append(f"script-src {' '.join(map(_hash, scripts))}")
    if images:
        parts.append(f"img-src {images}")
    parts += ["base-uri 'none'", "form-action 'none'", *([more] if more else [])]
    return Markup("; ".join(parts))  # noqa: S704 - hashes and words of ours


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
