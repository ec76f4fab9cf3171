"""Number formats in XLSX styles that make a cell read differently from its stored value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_FORMATS = re.compile(rb"<(?:\w+:)?numFmt\s[^>]*?>")
_ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')
_CELL_STYLES = re.compile(rb"<(?:\w+:)?cellXfs.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_USED = re.compile(rb'<(?:\w+:)?xf\s[^>]*?numFmtId="(\d+)"')
_FONTS = re.compile(rb"<(?:\w+:)?fonts[\s>].*?</(?:\w+:)?fonts>", re.DOTALL)
_FONT = re.compile(rb"<(?:\w+:)?font(?:\s[^>]*)?(?:/>|>.*?</(?:\w+:)?font>)", re.DOTALL)
_FONT_USED = re.compile(rb'<(?:\w+:)?xf\s[^>]*?fontId="(\d{1,6})"')
STRIKE = re.compile(rb"""<(?:\w+:)?d?strike(?!\s+val=["'](?:0|false|off|noStrike)["'])[\s/>]""")
"""An element of XLSX that strikes text through."""
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_DATED = re.compile(r"[ymdhsYMDHS@]")
_PADDED = re.compile(r"0{2,}(?![.\d])|00[^.#0]")
_BUILT_IN_TIMES = frozenset({18, 19, 20, 21, 22})


def dressed(styles: bytes) -> Mapping[str, str]:
    """Return the styles that show a whole number as something else, such as 00123 or A-12.

    Args:
        styles: The workbook's styles part.

    Returns:
        The number format by the style's index.
    """
    return _chosen(styles, lambda number, code: _dresses(code))  # noqa: ARG005 - built-in formats are plain


def timed(styles: bytes) -> Mapping[str, str]:
    """Return the styles that show a date together with its time of day."""
    return _chosen(styles, lambda number, code: number in _BUILT_IN_TIMES or _shows_hours(code))


def struck(styles: bytes) -> frozenset[bytes]:
    """Return the indexes of the styles whose text is struck through."""
    fonts = _FONTS.search(styles)
    crossed = {
        number
        for number, font in enumerate(_FONT.findall(fonts.group()) if fonts else ())
        if STRIKE.search(font)
    }
    cells = _CELL_STYLES.search(styles)
    used = _FONT_USED.findall(cells.group()) if cells and crossed else []
    return frozenset(str(index).encode() for index, n in enumerate(used) if int(n) in crossed)


def _chosen(styles: bytes, wanted: Callable[[int, str], bool]) -> dict[str, str]:
    codes = _codes(styles)
    cells = _CELL_STYLES.search(styles)
    used = [int(number) for number in _USED.findall(cells.group())] if cells else []
    return {
        str(index): codes.get(number, "")
        for index, number in enumerate(used)
        if wanted(number, codes.get(number, ""))
    }


def _codes(styles: bytes) -> dict[int, str]:
    codes = {}
    for tag in _FORMATS.findall(styles):
        found = {k.decode(): v.decode("utf-8", "replace") for k, v in _ATTRIBUTE.findall(tag)}
        if found.get("numFmtId", "").isdigit():
            codes[int(found["numFmtId"])] = found.get("formatCode", "").replace("&quot;", '"')
    return codes


def _shows_hours(code: str) -> bool:
    return "h" in _QUOTED.sub("", code).lower()


def _dresses(code: str) -> bool:
    first = code.split(";", maxsplit=1)[0]
    bare = _QUOTED.sub("", first)
    if _DATED.search(bare) or first.lower() == "general":
        return False
    padded = _PADDED.search(bare.split(".")[0])
    return bool(padded) or '"' in first or "\\" in first
