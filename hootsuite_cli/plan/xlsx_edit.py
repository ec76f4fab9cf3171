"""Adds columns to an XLSX file without touching anything else in it.

Libraries that read a workbook and write it again lose what they don't support: charts, rich text in
cells, results of formulas. Here only cells of ours are added to the rows of one sheet.
"""

from __future__ import annotations

import copy
import io
import re
import shutil
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

from tap_hootsuite_sheet.problems import SheetError
from tap_hootsuite_sheet.sheet import letters, number
from tap_hootsuite_sheet.xlsx_reader import sheet_part

LAST = 16_384
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
Cells = Mapping[int, Mapping[int, str]]
"""Texts by row and column, both counted from 1."""


def with_cells(data: bytes, sheet: str, cells: Cells) -> bytes:
    """Return a workbook with some cells set to text.

    Args:
        data: The workbook.
        sheet: The sheet's name.
        cells: The new cells; those of missing rows are left out.

    Raises:
        SheetError: The sheet has a layout that can't be changed in place.
    """
    part = sheet_part(data, sheet)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            if info.orig_filename == part:
                content = _sheet_with(source.read(info), cells)
                target.writestr(info, content, zipfile.ZIP_DEFLATED)
            else:
                _copy(source, target, info)
    return out.getvalue()


def _copy(source: zipfile.ZipFile, target: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Copy one part in chunks: pictures may be large."""
    copied = copy.copy(info)
    copied.compress_type = zipfile.ZIP_DEFLATED
    with source.open(info) as old, target.open(copied, "w") as new:
        shutil.copyfileobj(old, new)


def width(data: bytes, sheet: str) -> int:
    """Return the number of the last used column of a sheet, counted from 1."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        xml = source.read(sheet_part(data, sheet))
    columns = set(re.findall(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})\d+"', xml))
    return max((number(column.decode()) for column in columns), default=0)


def _sheet_with(xml: bytes, cells: Cells) -> bytes:
    opening = re.search(rb"<((?:\w+:)?)sheetData>", xml)
    end = xml.rfind(b"</" + opening[1] + b"sheetData>") if opening else -1
    if opening is None or end < 0:
        raise SheetError("The sheet is laid out in a way that no copy can be made of: use CSV.")
    prefix = opening[1].decode()
    rows = _Rows(prefix, cells)
    body = rows.pattern.sub(rows.replace, xml[opening.end() : end])
    head = re.sub(rb"<(?:\w+:)?dimension\s[^>]*/>", b"", xml[: opening.end()])
    return head + body + xml[end:]


class _Rows:
    """Rewrites the rows of a sheet one by one."""

    def __init__(self, prefix: str, cells: Cells) -> None:
        self._prefix = prefix
        self._cells = cells
        self._row = 0
        name = re.escape(prefix.encode())
        self.pattern = re.compile(
            rb"<" + name + rb"row\b([^>]*?)(?:/>|>(.*?)</" + name + rb"row>)", re.DOTALL
        )
        self._cell = re.compile(
            rb"<" + name + rb"c\b([^>]*?)(?:/>|>.*?</" + name + rb"c>)", re.DOTALL
        )

    def replace(self, match: re.Match[bytes]) -> bytes:
        attributes, inside = match[1], match[2] or b""
        place = re.search(rb'\br="(\d+)"', attributes)
        self._row = int(place[1]) if place else self._row + 1
        wanted = self._cells.get(self._row)
        if not wanted:
            return match[0]
        for column, text in sorted(wanted.items()):
            inside = self._set(inside, column, text)
        attributes = re.sub(rb'\sspans="[^"]*"', b"", attributes).rstrip()
        tag = self._prefix.encode() + b"row"
        return b"<" + tag + attributes + b">" + inside + b"</" + tag + b">"

    def _set(self, inside: bytes, column: int, text: str) -> bytes:
        """Put a cell into a row: replace the existing one, or insert it in order."""
        cell = _cell(self._prefix, f"{letters(column)}{self._row}", text)
        at = 0
        for match in self._cell.finditer(inside):
            place = re.search(rb'\br="([A-Z]+)\d+"', match[1])
            at = number(place[1].decode()) if place else at + 1
            if at == column:
                return inside[: match.start()] + cell + inside[match.end() :]
            if at > column:
                return inside[: match.start()] + cell + inside[match.start() :]
        return inside + cell


def _cell(prefix: str, place: str, text: str) -> bytes:
    shown = escape(_ILLEGAL.sub(" ", text))
    return (
        f'<{prefix}c r="{place}" t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">{shown}'
        f"</{prefix}t></{prefix}is></{prefix}c>"
    ).encode()
