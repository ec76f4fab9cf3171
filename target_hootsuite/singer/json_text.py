"""Splits a JSON object into its members without parsing their values.

A parser changes values (numbers lose digits, repeated keys vanish) and refuses deep nesting. So
STATE and other foreign values are passed on as their original text.
"""

from __future__ import annotations

import json
import re

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_OPENS, _CLOSES = frozenset("{["), frozenset("}]")


def members(text: str) -> dict[str, str]:
    """The original text of each member's value; of a repeated name the last one.

    Args:
        text: A JSON object.

    Raises:
        ValueError: It is no JSON object. Only the outermost level is checked strictly.
    """
    tokens = [(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)]
    if len(tokens) < 2 or tokens[0][0] != "{" or tokens[-1][0] != "}":  # noqa: PLR2004 - "{" and "}"
        raise ValueError("no object")
    found: dict[str, str] = {}
    at, last = 1, len(tokens) - 1
    while at < last:
        name = tokens[at][0]
        if not name.startswith('"') or tokens[at + 1][0] != ":" or at + 2 >= last + 1:
            raise ValueError("no member")
        end = _end(tokens, at + 2, last)
        found[json.loads(name)] = text[tokens[at + 2][1] : tokens[end - 1][2]]
        if end < last and tokens[end][0] != ",":
            raise ValueError("no comma")
        at = end + 1
    return found


def _end(tokens: list[tuple[str, int, int]], start: int, last: int) -> int:
    """The index of the token after a value.

    Raises:
        ValueError: There is no value, or it is not closed.
    """
    depth = 0
    for at in range(start, last):
        token = tokens[at][0]
        if token in _OPENS:
            depth += 1
        elif token in _CLOSES:
            depth -= 1
        elif depth == 0 and token in {",", ":"}:
            raise ValueError("no value")
        if depth == 0:
            return at + 1
        if depth < 0:
            break
    raise ValueError("not closed")
