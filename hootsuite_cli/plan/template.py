"""An empty plan to start from: an XLSX file with drop-downs of the account's profiles."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from xml.sax.saxutils import escape

from tap_hootsuite_sheet.identity import LISTS_SHEET
from tap_hootsuite_sheet.profiles import Profile, network_name

HEADERS = (
    ("ID", 8, "Your own number or name for the post; keep it when you edit the row."),
    ("Date", 20, "A date with its time, such as 2026-03-14 09:30."),
    ("Profiles", 30, "Choose one; several are separated by semicolons."),
    ("Text", 60, "What is posted."),
    ("Media", 30, "Files beside this plan, or https addresses; separated by semicolons."),
    ("Link", 30, "A web address; it ends the text."),
    ("Tags", 20, "Hootsuite tags, separated by semicolons."),
    ("Board", 20, "The id of the Pinterest board."),
)
NETWORKS = ("facebook", "instagram", "linkedin", "pinterest", "x")
_ROWS = 1001
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DATE, _PROFILE, _TEXT = "B", "C", "@"

_STYLES = f"""<styleSheet xmlns="{_MAIN}">
<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""
_BOOK = f"""<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}"><sheets>
<sheet name="Plan" sheetId="1" r:id="rId1"/>
<sheet name="{LISTS_SHEET}" sheetId="2" state="hidden" r:id="rId2"/></sheets></workbook>"""
_BOOK_PARTS = f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_RELATION}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_RELATION}/worksheet" Target="worksheets/sheet2.xml"/>
<Relationship Id="rId3" Type="{_RELATION}/styles" Target="styles.xml"/></Relationships>"""
_PARTS = f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/>
</Relationships>"""
_TYPES = f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>
<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{_TYPE}.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>"""


def choices(profiles: Sequence[Profile]) -> list[str]:
    """Return what the drop-down offers: `linkedin: ACME`, or the id where that is not clear.

    Args:
        profiles: The account's; without any the networks are offered.
    """
    if not profiles:
        return [f"{name}: " for name in NETWORKS]
    named = [f"{network_name(one.type)}: {one.username or one.network_id}" for one in profiles]
    often = Counter(name.casefold() for name in named)
    clear = (often[name.casefold()] == 1 and ";" not in name for name in named)
    return [
        name if fine else one.id for name, one, fine in zip(named, profiles, clear, strict=True)
    ]


def workbook(profiles: Sequence[Profile]) -> bytes:
    """Return the template.

    Args:
        profiles: The account's.
    """
    offered = choices(profiles)
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _PARTS,
        "xl/workbook.xml": _BOOK,
        "xl/_rels/workbook.xml.rels": _BOOK_PARTS,
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": _plan_sheet(len(offered)),
        "xl/worksheets/sheet2.xml": _sheet("", _rows([[one] for one in offered], 0), ""),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, _XML + content)
    return out.getvalue()


def _plan_sheet(offered: int) -> str:
    styles = {"Date": 2}
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" style="{styles.get(name, 3)}" customWidth="1"/>'
        for n, (name, width, _) in enumerate(HEADERS, 1)
    )
    view = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
    frozen = view + 'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    rows = _rows([[name for name, _, _ in HEADERS]], 1)
    return _sheet(f"{frozen}<cols>{columns}</cols>", rows, _validations(offered))


def _validations(offered: int) -> str:
    rules = [
        _rule(_PROFILE, 'type="list"', f"'{LISTS_SHEET}'!$A$1:$A${offered}", HEADERS[2][2]),
        _rule(_DATE, 'type="date" operator="greaterThan"', "36526", HEADERS[1][2]),
    ]
    return f'<dataValidations count="{len(rules)}">{"".join(rules)}</dataValidations>'


def _rule(column: str, kind: str, formula: str, prompt: str) -> str:
    return (
        f'<dataValidation {kind} allowBlank="1" showInputMessage="1" prompt="{escape(prompt)}" '
        f'sqref="{column}2:{column}{_ROWS}"><formula1>{formula}</formula1></dataValidation>'
    )


def _rows(rows: Sequence[Sequence[str]], style: int) -> str:
    written = []
    for n, row in enumerate(rows, 1):
        cells = "".join(_cell(f"{chr(65 + at)}{n}", text, style) for at, text in enumerate(row))
        written.append(f'<row r="{n}">{cells}</row>')
    return "".join(written)


def _cell(place: str, text: str, style: int) -> str:
    shown = f'<is><t xml:space="preserve">{escape(text)}</t></is>'
    return f'<c r="{place}" s="{style}" t="inlineStr">{shown}</c>'


def _sheet(before: str, rows: str, after: str) -> str:
    return f'<worksheet xmlns="{_MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
