"""Small words that the commands share."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """A number of things: `1 row`, `2 rows`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def plain(text: object) -> str:
    """Foreign text on one line of a terminal: what would steer it turns into an escape."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in str(text)
    )
