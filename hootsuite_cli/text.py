"""Foreign words on a terminal."""

from __future__ import annotations


def plain(text: object) -> str:
    """Foreign text on one line of a terminal: what would steer it turns into an escape."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in str(text)
    )
