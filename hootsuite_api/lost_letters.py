"""Detects text that lost bytes or letters, so that it can't be repaired.

A program that opens UTF-8 in a legacy code page drops the bytes that the page does not define, and
one that saves in a page without a letter writes `?` for it. The first leaves sequences that no
language has: it is an error. The second may be intended, and so may HTML entities: they are only
warnings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.entities import html5

from hootsuite_api import garbled

_PAGES = ("cp1252", "cp1250", "cp1254", "cp1251")
_CYRILLIC = "cp1251"
_SEQUENCES = re.compile(
    "(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{1,2}|[\xf0-\xf4][\x80-\xbf]{1,3}){2,}"
)
_CUT = re.compile(
    "[\xe0-\xef][\x80-\xbf](?![\x80-\xbf])|[\xf0-\xf4][\x80-\xbf]{1,2}(?![\x80-\xbf])"
)
_LEAD = re.compile("[\xc2-\xf4]")
_FEW, _MANY = 2, 3
_INSIDE = re.compile("[a-z]\xc3[a-z]")
_ADDRESS = re.compile(r"https?://\S+|\bwww\.\S+", re.IGNORECASE)
_MARKS_INSIDE = re.compile(r"[^\W\d_A-Z]\?+[^\W\d_A-Z]|[^\W\d_]\?{2,}[^\W\d_]")
_MARKS_ALONE = re.compile(r"(?<![^\s])\?{2,}[\s,.!]+\?{2,}")
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def is_lost(text: str) -> bool:
    """Return whether bytes of a garbled text are gone, so that it can't be repaired.

    Args:
        text: As it was read, before it is normalised; U+FFFD always means a lost character.
    """
    if text.isascii():
        return False
    if "\ufffd" in text or garbled.is_beyond_repair(text):
        return True
    if garbled.repaired(text) is not None:
        return False
    return _INSIDE.search(text) is not None or any(_is_cut_in(text, page) for page in _PAGES)


def _is_cut_in(text: str, page: str) -> bool:
    """Return whether a run is UTF-8 in a page, without the bytes that the page lacks."""
    run, bytes_of = _table(page)
    for match in run.finditer(text):
        for found in _SEQUENCES.finditer(match.group().translate(bytes_of)):
            parts = found.group()
            if not _CUT.search(parts):
                continue
            if page != _CYRILLIC:
                return garbled.is_bad(text)
            # In Cyrillic pages letters stand for continuation bytes, so only signs among them are
            # proof.
            signs = [one for one in match.group() if not one.isalpha()]
            if len(_LEAD.findall(parts)) >= _MANY and len(signs) >= _FEW:
                return True
    return False


@cache
def _table(page: str) -> tuple[re.Pattern[str], dict[int, str]]:
    """Return a pattern for runs of the page's own characters, and their bytes as Latin-1."""
    known = {bytes([one]).decode(page, "ignore"): one for one in range(0x80, 0x100)}
    known.pop("", None)
    pattern = re.compile("[" + "".join(map(re.escape, known)) + "]{3,}")
    return pattern, {ord(one): chr(byte) for one, byte in known.items()}


def doubts(text: str) -> Iterator[str]:
    """Yield what looks like lost letters in a text, but may be intended.

    Args:
        text: As it would be posted.

    Yields:
        Predicates without a full stop: `has question marks inside a word ...`.
    """
    if "?" in text:
        words = _ADDRESS.sub(" ", text)
        if found := _MARKS_INSIDE.search(words) or _MARKS_ALONE.search(words):
            word = _around(words, found)
            yield f"has question marks where letters may be lost ({word}): compare the original"
    if "&" in text and (names := [one.group() for one in _ENTITY.finditer(text) if _is_known(one)]):
        shown = ", ".join(dict.fromkeys(names[:_FEW]))
        yield f"holds HTML codes ({shown}), which are posted as they stand: type the letters"


def _around(text: str, found: re.Match[str]) -> str:
    start = max(text.rfind(" ", 0, found.start()), text.rfind("\n", 0, found.start())) + 1
    return " ".join(text[start:].split()[:1])[:40]


def _is_known(entity: re.Match[str]) -> bool:
    name = entity[1]
    return name.startswith("#") or f"{name};" in html5
