"""Parsers for cell values: one function per kind of column; raises CellError."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta

from hootsuite_api import garbled, lost_letters
from hootsuite_api.phrases import shortened
from tap_hootsuite_sheet.cell_flaws import STYLED_REMEDY
from tap_hootsuite_sheet.problems import CellError, Flaw

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_ERROR = re.compile(
    r"#(?:REF!|N/A|NAME\?|DIV/0!|VALUE!|NULL!|NUM!|SPILL!|CALC!|FIELD!|BUSY!|#+)|Err:\d{3}"
)
_SEVERAL = re.compile(r"[;,\s]\s*https?://", re.IGNORECASE)
_BEFORE_ADDRESS = re.compile(r",\s*(?=https?://)", re.IGNORECASE)
_SPLIT = re.compile(r"[;\n]")
_URL = re.compile(r"https?://[^\s/?#]+\.[^\s]+|https?://localhost[^\s]*", re.IGNORECASE)
_PLAIN_URL = re.compile(r"https?://[a-z0-9-]+\.[A-Za-z0-9./?&=_%#~+:-]+")
_NUMBER = r"[+-]?\d{1,3}(?:\.\d+)?"
_PLACE = re.compile(rf"({_NUMBER})\s*[,;\s]\s*({_NUMBER})")
_SHOWN = 200
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_PUNCTUATION = ".,;:!?)]}'\u2019\u201d\u00bb\u2026"
_EXACT = 10**15
_MEDIA_ID = "id:"


def as_text(cell: object) -> str:
    """Return a cell's text as it will be posted: LF, composed letters, no outer space.

    Raises:
        CellError: It is not text, or not the text that a person sees.
    """
    if not isinstance(cell, str):
        raise _not_text(cell)
    if not cell.isascii():
        _refuse_garbled(cell)
    text = cell.strip()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable() and _CONTROL.search(text):
        raise CellError("contains control characters", "Type the text anew")
    if text[:1] in "#E" and _ERROR.fullmatch(text):
        raise CellError("is the error of a formula", "Correct the formula, or type the value")
    return text


def _not_text(cell: object) -> CellError:
    if isinstance(cell, Flaw):
        return CellError(cell.message, cell.remedy)
    remedy = "Format the column as text and type it again"
    if isinstance(cell, bool):
        return CellError("is a logical value, not text", remedy)
    if isinstance(cell, (int, float)):
        return CellError("is a number, not text", remedy)
    if isinstance(cell, (datetime, date, time, timedelta)):
        return CellError("is a date or time, not text", remedy)
    return CellError("is not text", remedy)


class AsIs(str):
    """A cell whose text was declared right, however garbled it looks."""

    __slots__ = ()


def _refuse_garbled(text: str) -> None:
    if "\ufffd" in text:
        raise CellError(
            "has characters that were lost when the file was saved", "Type the text anew"
        )
    if isinstance(text, AsIs):
        return
    if lost_letters.is_lost(text):
        raise CellError(
            "was saved in one encoding and opened in another, and some letters are lost",
            "Copy it again from the original",
            setting="as_is",
        )
    if (meant := garbled.repaired(text)) is not None:
        raise CellError(
            "was saved in one encoding and opened in another",
            f"It should probably read: {shortened(meant, _SHOWN)}",
            setting="as_is",
        )


def as_name(cell: object) -> str:
    """Return a cell that names something: text, or a whole number as its digits.

    Raises:
        CellError: It is neither, or a number that was rounded by the spreadsheet.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if not math.isfinite(cell) or cell != int(cell):
            raise CellError("is a number with decimals, not an identifier", STYLED_REMEDY)
        if abs(cell) >= _EXACT:
            raise CellError(
                "is a number of more than 15 digits, which spreadsheets round", STYLED_REMEDY
            )
        return str(int(cell))
    return as_text(cell)


def as_key(cell: object) -> str:
    """Return a key that we wrote, without what keeps programs from taking it for a formula.

    Raises:
        CellError: It is neither text nor a whole number, or its text is garbled.
    """
    text = as_name(cell)
    return text[1:] if text.startswith(("'=", "'+", "'-", "'@")) else text


def as_list(cell: object) -> list[str]:
    """Return the entries of a cell: separated by semicolons or line breaks.

    Raises:
        CellError: It is neither text nor a whole number, or its text is garbled.
    """
    return [entry.strip() for entry in _SPLIT.split(as_name(cell)) if entry.strip()]


def as_tags(cell: object) -> list[str]:
    """Return tags once each, in their order."""
    return list(dict.fromkeys(as_list(cell)))


def as_link(cell: object) -> str:
    """Return a web address.

    Raises:
        CellError: It is not one, or there are several.
    """
    if isinstance(cell, str) and _PLAIN_URL.fullmatch(cell):
        return cell
    text = as_text(cell)
    if _SEVERAL.search(text):
        raise CellError("names more than one address", "Write one, and the others into the text")
    if not text or _URL.fullmatch(text):
        return text
    raise CellError("is not a web address", "Write it in full: https://example.com/page")


def as_media(cell: object) -> list[dict[str, str]]:
    """Return what to attach: addresses, `id:...` of what is uploaded already, or files.

    Raises:
        CellError: An entry is neither.
    """
    text = _BEFORE_ADDRESS.sub(";", as_text(cell))
    entries = [entry.strip() for entry in _SPLIT.split(text) if entry.strip()]
    return [_attachment(entry) for entry in entries]


def same_address(link: str, text: str) -> bool:
    """Tell whether a text has a link already, as a whole address and not as the start of one."""
    if "://" not in text:
        return False
    wanted = _whole(link)
    return any(wanted in _endings(found) for found in _ADDRESS.findall(text))


def _endings(address: str) -> set[str]:
    """Return what an address in a text may be: punctuation at its end may belong to the text."""
    found = {_whole(address)}
    while address and address[-1] in _PUNCTUATION:
        address = address[:-1]
        found.add(_whole(address))
    return found


def _whole(address: str) -> str:
    """Return an address as it is compared: host in lower case, no slash behind a bare host."""
    scheme, mark, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{mark}{host.lower()}{slash if path else ''}{path}"


def _attachment(entry: str) -> dict[str, str]:
    scheme = entry.partition("://")[0].lower() if "://" in entry else ""
    if scheme in {"http", "https"}:
        return {"url": as_link(entry)}
    if scheme:
        raise CellError(
            f"has the address {scheme}://, which cannot be fetched", "Use https:// or a file"
        )
    if entry.lower().startswith(_MEDIA_ID):
        return {"id": entry[len(_MEDIA_ID) :].strip()}
    return {"path": entry.replace("\\", "/")}


def as_location(cell: object) -> dict[str, float] | None:
    """Return latitude and longitude.

    Raises:
        CellError: They are not two numbers with decimal points, or lie off the globe.
    """
    text = as_text(cell)
    if not text:
        return None
    match = _PLACE.fullmatch(text)
    if match is None:
        raise CellError("is not a place", "Write latitude and longitude: 52.52, 13.405")
    latitude, longitude = float(match[1]), float(match[2])
    if abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 - the globe
        raise CellError(
            "lies off the globe", "Write latitude (-90 to 90) and longitude (-180 to 180)"
        )
    return {"latitude": latitude, "longitude": longitude}
