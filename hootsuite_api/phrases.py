"""Parts of messages: a counted noun, a list of names, a shortened text."""

from __future__ import annotations

from collections.abc import Iterable


def counted(count: int, noun: str) -> str:
    """Return a counted noun: `1 row`, `2 rows`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(names: Iterable[str]) -> str:
    """Return names as a phrase: `Alpha, Beta and Gamma`; empty for no names."""
    *others, last = [*names] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def shortened(text: str, most: int) -> str:
    """Return a text on one line, cut to `most` characters with an ellipsis at the end."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"
