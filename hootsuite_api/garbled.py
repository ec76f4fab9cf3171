"""Detects mojibake: UTF-8 text that was opened in a legacy code page ("GrÃ¼n" for "Grün").

Each run of non-ASCII characters is encoded in a legacy page and decoded as UTF-8. If that works,
and can't have worked by chance, the run is garbled. A single pair of characters may be valid by
chance ("RŮŽE" in cp1250 is a valid sequence): then ftfy gives a second opinion.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

SINGLE_BYTE = (
    *(f"cp{number}" for number in (1252, 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)),
    *("latin-1", "iso8859-15", "mac_roman", "cp437", "cp850", "koi8_r"),
)
DOUBLE_BYTE = ("cp936", "cp932", "cp949")
_PASSES = 3  # a file may have been opened wrongly more than once
_SEQUENCE = re.compile(
    "[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}"
    "|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_WIDE_RUN = re.compile("[\u2010-\uffff]+")
_WIDE = re.compile("[\u2e80-\uffef]")
_DROPPED = re.compile("â€(?![\x80-\xbf\u0152-\u2122])")
_CUT = re.compile("â€(?![\x80-\xbf\u0152-\u2122])|вЂ(?!\\w)|ΓÇ(?!\\w)")
_NOT_LETTERS = frozenset({"Cc", "Cn", "Co", "Cs", "Mn", "Me", "Mc"})
_PUNCTUATION = range(0x2010, 0x2C00)
_BOXES = range(0x2500, 0x2580)
_LATIN = range(0xC0, 0x180)
_SYMBOLS = range(0xA1, 0xC0)
_ARCHAIC = range(0x370, 0x386)
_RARE = (range(0x180, 0x386), range(0x460, 0x590), range(0x700, 0x900), range(0x1200, 0x1E00))
_LEAD_OF_SYMBOLS = "\xc2"
_ASTRAL = 0x10000
_CERTAIN = 2


@lru_cache(1024)  # a post for several profiles, a dry run before the real one
def repaired(text: str) -> str | None:
    """Return the original of a garbled text; None if it is not garbled or can't be repaired.

    Args:
        text: As it was read, before it is normalised.
    """
    meant = _decoded_again(text)
    return None if meant is None or is_bad(meant) else meant


def is_beyond_repair(text: str) -> bool:
    """Return whether a text is garbled, and so is its repair.

    Args:
        text: As for `repaired`.
    """
    meant = _decoded_again(text)
    return meant is not None and is_bad(meant)


def is_bad(text: str) -> bool:
    """Return whether ftfy finds a text garbled."""
    return not text.isascii() and _ftfy()[1](text)


@lru_cache(1024)  # asked about twice: can it be repaired, and is it lost
def _decoded_again(text: str) -> str | None:
    meant = _DROPPED.sub("â€\x9d", text)
    for _ in range(_PASSES):
        better = _repaired_once(meant)
        if better is None:
            break
        meant = better
    return None if meant == text else meant


def _repaired_once(text: str) -> str | None:
    pages = (_table(name) for name in SINGLE_BYTE)
    found = [_in_page(text, page) for page in pages if page.candidate.search(text)]
    if _WIDE.search(text):
        found += [_in_double_byte(text, name) for name in DOUBLE_BYTE]
    if meant := [one for one in found if one is not None]:
        return min(meant, key=_strangeness)
    if _CUT.search(text):
        return _second_opinion(text) or _CUT.sub("\N{RIGHT DOUBLE QUOTATION MARK}", text)
    return None


def _strangeness(meant: str) -> tuple[int, int]:
    """Rank candidates: the fewest rare characters win, then the shortest text."""
    return sum(map(_is_rare, meant)), len(meant)


def _is_rare(character: str) -> bool:
    if character.isascii():
        return False
    rare = any(ord(character) in block for block in _RARE)
    return rare or unicodedata.category(character) in _NOT_LETTERS - {"Mn", "Mc"}


@dataclass(frozen=True)
class _Page:
    """A single-byte code page: maps its characters to the bytes that they stand for, as Latin-1."""

    bytes_of: dict[int, str]
    run: re.Pattern[str]
    candidate: re.Pattern[str]


@cache
def _table(page: str) -> _Page:
    """Build a page's tables; as in browsers, an undefined byte stands for itself."""
    known: dict[str, int] = {}
    for byte in range(0x80, 0x100):
        try:
            known[bytes([byte]).decode(page)] = byte
        except UnicodeDecodeError:
            known[chr(byte)] = byte
    leads = "".join(re.escape(c) for c, byte in known.items() if 0xC2 <= byte <= 0xF4)  # noqa: PLR2004 - lead bytes
    tails = "".join(re.escape(c) for c, byte in known.items() if byte < 0xC0)  # noqa: PLR2004 - continuation bytes
    return _Page(
        {ord(c): chr(byte) for c, byte in known.items()},
        re.compile("[" + "".join(map(re.escape, known)) + "]+"),
        re.compile(f"[{leads}][{tails}]"),
    )


def _in_page(text: str, page: _Page) -> str | None:
    """Return a text with its garbled runs repaired; None if no run is certainly garbled."""
    sure: list[bool] = []

    def mend(match: re.Match[str]) -> str:
        run = match.group().translate(page.bytes_of)
        sequences = _SEQUENCE.findall(run)
        if not sequences:
            return match.group()
        meant = [_decoded(one) for one in sequences]
        whole = "".join(sequences) == run
        sure.append(
            _is_certain(meant, match.group(), whole=whole)
            or _is_inside_word(match, meant)
            or (run[0] == _LEAD_OF_SYMBOLS and _is_stray_lead(match, meant))
        )
        return _SEQUENCE.sub(lambda one: _decoded(one.group()), run) if whole else _mixed(run, page)

    meant = page.run.sub(mend, text)
    if meant == text:
        return None
    return meant if any(sure) else _second_opinion(text)


def _mixed(run: str, page: _Page) -> str:
    """Repair the sequences of a run that also has correct characters."""
    back = {ord(byte): chr(character) for character, byte in page.bytes_of.items()}
    pieces, at = [], 0
    for one in _SEQUENCE.finditer(run):
        pieces += [run[at : one.start()].translate(back), _decoded(one.group())]
        at = one.end()
    return "".join([*pieces, run[at:].translate(back)])


def _decoded(sequence: str) -> str:
    return sequence.encode("latin-1").decode("utf-8")


def _is_certain(meant: list[str], run: str, *, whole: bool) -> bool:
    """Whether a run can't be valid by chance."""
    if any(map(_is_typical, meant)) or (whole and any(0x80 <= ord(c) < 0xA0 for c in run)):  # noqa: PLR2004 - C1
        return True
    if whole and any(ord(c) in _BOXES for c in run):
        return True
    return whole and len(meant) >= _CERTAIN and all(map(_is_plausible, meant))


def _is_typical(character: str) -> bool:
    """Whether it is a typical character of three or four bytes: a typographic sign or an emoji."""
    if ord(character) >= _ASTRAL:
        return unicodedata.category(character) != "Cn"  # four random bytes are mostly no character
    return ord(character) in _PUNCTUATION


def _is_plausible(character: str) -> bool:
    odd = unicodedata.category(character) in _NOT_LETTERS and character != "\ufe0f"
    return not odd and ord(character) not in _ARCHAIC


def _is_inside_word(match: re.Match[str], meant: list[str]) -> bool:
    """Whether a run is inside a word of ASCII letters, where a letter such as ü would fit."""
    before = match.string[: match.start()][-1:]
    behind = match.string[match.end() :][:1]
    ascii_letters = any(one.isascii() and one.isalpha() for one in (before, behind))
    same_script = all(unicodedata.name(one, "").startswith("LATIN") for one in match.group())
    mixed_case = before.islower() or (before.isalpha() and behind.islower())
    capital = mixed_case and match.group()[0].isupper()
    if not ascii_letters or not (capital or not same_script):
        return False
    is_symbol = len(match.group()) == 1 and ord(meant[0]) in _SYMBOLS  # an ideograph for a sign
    return is_symbol or all(ord(one) in _LATIN for one in meant)


def _is_stray_lead(match: re.Match[str], meant: list[str]) -> bool:
    """Whether the letter before a symbol is really its lead byte: `20 Â°C`."""
    run = match.group()
    rest = match.string[: match.start()] + match.string[match.end() :]
    return [*run[1:]] == meant and not meant[0].isalpha() and rest.isascii()


def _second_opinion(text: str) -> str | None:
    """Return ftfy's repair of a text; None if it finds nothing wrong."""
    fix, is_bad = _ftfy()
    return meant if is_bad(text) and (meant := fix(text)) != text else None


@cache
def _ftfy() -> tuple[Callable[[str], str], Callable[[str], bool]]:
    from ftfy import fix_encoding  # noqa: PLC0415 - most plans never need it
    from ftfy.badness import is_bad  # noqa: PLC0415 - as above

    return fix_encoding, is_bad


def _in_double_byte(text: str, page: str) -> str | None:
    """Return the original of a text that was opened in an East Asian page; None if it was not."""
    sure = False

    def mend(match: re.Match[str]) -> str:
        nonlocal sure
        try:
            meant = match.group().encode(page).decode("utf-8")
        except UnicodeError:
            return match.group()
        foreign = [one for one in meant if not one.isascii()]
        if not foreign or not all(map(_is_plausible, foreign)):
            return match.group()
        sure = sure or len(match.group()) > _CERTAIN or _is_inside_word(match, foreign)
        return meant

    meant = _WIDE_RUN.sub(mend, text)
    return meant if sure and meant != text else None
