"""Pieces of sentences for people: a number of things, a list of names, the beginning of a text."""

from __future__ import annotations

from collections.abc import Iterable


def counted(count: int, noun: str) -> str:
    """Return a number of things: `1 row`, `2 rows`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(names: Iterable[str]) -> str:
    """Return names as a phrase: `Alpha, Beta and Gamma`; none are an empty one."""
    *others, last = [*names] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def shortened(text: str, most: int) -> str:
    """Return a text in one line of at most so many characters; an ellipsis ends what was cut."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"
