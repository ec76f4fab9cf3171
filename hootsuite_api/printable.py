"""Escapes control characters in untrusted text, before a terminal or a log shows it."""

from __future__ import annotations

import re

# Characters that move the cursor, end a line, change the writing direction, hide text or can't be
# encoded. Joiners of emoji and of scripts (U+200C, U+200D) stay, since names contain them.
_CONTROLS = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def one_line(text: object) -> str:
    r"""Write a text on one line: control characters and line breaks become `\n`, `\x1b`, ...

    Args:
        text: Any object; it is converted with `str`.
    """
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), str(text))
