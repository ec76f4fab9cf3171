"""Reads an XLSX sheet: checks the XML, then has python-calamine parse a package of our own making.

The package holds the one sheet, the shared strings and the styles under fixed names. So the
library sees the bytes that were checked and nothing else of the file.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import python_calamine

from tap_hootsuite_sheet import safe_zip, xlsx_checks, xlsx_formatting
from tap_hootsuite_sheet.problems import SheetError
from tap_hootsuite_sheet.safe_zip import Archive
from tap_hootsuite_sheet.sheet import Cell, Listed, Sheet, choose, damaged, others, refuse_long
from tap_hootsuite_sheet.xlsx_cells import Scan

BOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STYLES, _STRINGS, _SHEET = "xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
_MAX_LIST = 8 * 1024 * 1024
_MAX_STYLES = 16 * 1024 * 1024
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_TRUE = frozenset({"1", "true", "on"})
_SHEET_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData[\s>/]")
_ODD_XML = re.compile(rb"<!--|<!\[CDATA\[|<\?(?!xml )")
_HEAD = 100
# The library reserves memory for as many entries as a list declares that it has.
_STRINGS_TAG = re.compile(rb"""(<(?:[\w.-]+:)?sst)\s(?:[^>"']|"[^"]*"|'[^']*')*?(/?>)""")
_COUNT = re.compile(rb"""\scount\s*=\s*(?:"[^"]*"|'[^']*')""")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    _RELATIONS: (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_DOCUMENT}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rId3" Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>'
    ),
}
_BOOK_XML = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><workbookPr date1904="{{}}"/><sheets>'
    '<sheet name="Plan" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


class Book:
    """The list of a workbook's sheets, and where its other parts are.

    Args:
        parts: The file.

    Raises:
        SheetError: It is damaged.
    """

    def __init__(self, parts: Archive) -> None:
        self._parts = parts
        try:
            book = ET.fromstring(parts.part(BOOK, _MAX_LIST))  # noqa: S314 - document types were refused
            relations = ET.fromstring(parts.part(_RELATIONS, _MAX_LIST))  # noqa: S314 - as above
        except (ET.ParseError, LookupError, ValueError) as error:
            raise safe_zip.unfinished(parts.name) from error
        self._targets = {
            node.get("Id"): (node.get("Type", "").rpartition("/")[2], _part(node.get("Target", "")))
            for node in relations
        }
        self.from_1904 = any(
            node.tag.endswith("}workbookPr") and node.get("date1904") in _TRUE
            for node in book.iter()
        )
        self.sheets = list(self._listed(book))

    def _listed(self, book: ET.Element) -> list[Listed]:
        """List the worksheets; a chart sheet has no cells."""
        found = []
        for node in book.iter():
            key = node.get(_RELATION) or node.get(_STRICT_RELATION)
            kind, part = self._targets.get(key, ("", ""))
            if node.tag.endswith("}sheet") and kind == "worksheet":
                visible = node.get("state", "visible") == "visible"
                found.append(Listed(node.get("name", ""), part, visible))
        return found

    def optional(self, kind: str, usual: str, limit: int) -> bytes:
        """Return a part that a workbook may lack, empty where it does."""
        named = [part for one, part in self._targets.values() if one.casefold() == kind.casefold()]
        name = next((part for part in (*named, usual) if part in self._parts), None)
        return self._parts.part(name, limit) if name else b""


def _part(target: str) -> str:
    """Return the name of a part from a relation's target, which is relative to the workbook."""
    target = unquote(target.replace("\\", "/"))
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def read_xlsx(parts: Archive, wanted: str | None) -> Sheet:
    """Read one sheet.

    Args:
        parts: The file.
        wanted: The sheet's name; by default the first that is visible.

    Raises:
        SheetError: It cannot be used.
    """
    book = Book(parts)
    chosen, notes = choose(book.sheets, wanted, parts.name)
    if chosen.part not in parts:
        raise damaged(chosen.name)
    styles = book.optional("styles", _STYLES, _MAX_STYLES)
    found, package = _checked(book, parts, chosen, styles)
    rows = _parsed(package, chosen.name)
    for (row, column), flaw in found.flaws.items():
        _put(rows, row, column, flaw)
    result = Sheet(parts.name, chosen.name, rows, found.merged, notes)
    result.others = others(book.sheets, chosen)
    result.hidden_rows, result.hidden_columns = found.hidden_rows, found.hidden_columns
    strings = book.optional("sharedStrings", _STRINGS, safe_zip.MAX_PART)
    result.struck = lambda column: xlsx_formatting.struck(
        parts.part(chosen.part), styles, strings, column
    )
    result.midnights = lambda column: xlsx_formatting.midnights(
        parts.part(chosen.part), styles, column
    )
    return result


def _checked(book: Book, parts: Archive, chosen: Listed, styles: bytes) -> tuple[Scan, io.BytesIO]:
    """Return what was found in a sheet, and the package for the parsing library."""
    xml = parts.part(chosen.part)
    strings = book.optional("sharedStrings", _STRINGS, safe_zip.MAX_PART)
    if any(b"\0" in part[:_HEAD] for part in (xml, strings, styles)):
        raise damaged(chosen.name)  # UTF-16, which no program writes and no search finds things in
    if strings:
        xlsx_checks.refuse_unreadable(strings, chosen.name)
    found = xlsx_checks.scan(xml, styles, chosen.name)
    refuse_long(chosen.name, found.filled_rows)
    xlsx_checks.refuse_much_text(xml, strings, chosen.name)
    counted = _STRINGS_TAG.sub(rb"\1\2", strings), _COUNT.sub(b"", styles)
    return found, _package(_only_rows(xml), *counted, from_1904=book.from_1904)


def _only_rows(xml: bytes) -> bytes:
    """Return a sheet without what stands around its rows, which the library may stumble over."""
    opening = _SHEET_DATA.search(xml)
    prefix = opening[1] if opening else b""
    end = xml.rfind(b"</" + prefix + b"sheetData>")
    if opening is None or end < 0 or _ODD_XML.search(xml):
        return xml
    name = prefix + b"worksheet"
    space = b"xmlns" + (b":" + prefix[:-1] if prefix else b"") + b'="' + _MAIN.encode() + b'"'
    rows = xml[opening.start() : end]
    return b"".join(
        (b"<", name, b" ", space, b">", rows, b"</", prefix, b"sheetData></", name, b">")
    )


def _package(xml: bytes, strings: bytes, styles: bytes, *, from_1904: bool) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name, content in _PARTS.items():
            target.writestr(name, content)
        target.writestr(BOOK, _BOOK_XML.format(int(from_1904)))
        for name, part in ((_STRINGS, strings), (_STYLES, styles), (_SHEET, xml)):
            if part:
                target.writestr(name, part)
    out.seek(0)
    return out


def _parsed(package: io.BytesIO, name: str) -> list[list[Cell]]:
    """Have the library parse the package.

    Raises:
        SheetError: It can't. A panic in it is no `Exception`, so all is caught and looked at.
    """
    try:
        with python_calamine.load_workbook(package) as book:
            rows: list[list[Any]] = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
            return rows
    except OverflowError as error:
        raise SheetError(
            f"Sheet {name} has a date or time that no calendar has. Look for cells that show "
            "###### or a negative time, and correct them."
        ) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise damaged(name) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise damaged(name) from error
        raise


def _put(rows: list[list[Cell]], row: int, column: int, value: Cell) -> None:
    while len(rows) < row:
        rows.append([])
    line = rows[row - 1]
    line.extend([""] * (column - len(line)))
    line[column - 1] = value


def is_excel(data: bytes, name: str) -> bool:
    """Tell whether a file is an XLSX file, whatever its name says.

    Raises:
        SheetError: It is a damaged archive.
    """
    return data.startswith(safe_zip.ZIP) and BOOK in Archive(data, name)


def sheet_part(data: bytes, name: str) -> str:
    """Return the name of the part of an XLSX file that holds a sheet, as the archive has it.

    Raises:
        SheetError: It has no such sheet.
    """
    parts = Archive(data, name)
    return parts.entry(choose(Book(parts).sheets, name, name)[0].part)
