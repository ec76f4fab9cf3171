"""Hostile files: each is read below 700 MB or refused with a sentence, in a child with a limit."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tap_hootsuite_sheet.problems import SheetError
from tap_hootsuite_sheet.profiles import load_aliases

LIMIT = 700
URN = "urn:oasis:names:tc:opendocument:xmlns"
ODS = (
    f'<o:document-content xmlns:o="{URN}:office:1.0" xmlns:table="{URN}:table:1.0" '
    f'xmlns:text="{URN}:text:1.0" xmlns:style="{URN}:style:1.0">{{}}<o:body><o:spreadsheet>'
    '<table:table table:name="Plan">{}</table:table>{}</o:spreadsheet></o:body>'
    "</o:document-content>"
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
AT = "2026-03-14 09:30"
NINES = "9" * 30
EMOJI = "\N{TULIP}"


def cell(text: str, attributes: str = "") -> str:
    return (
        f'<table:table-cell o:value-type="string"{attributes}><text:p>{text}</text:p>'
        "</table:table-cell>"
    )


def row(*cells: str, repeated: str = "") -> str:
    times = f' table:number-rows-repeated="{repeated}"' if repeated else ""
    return f"<table:table-row{times}>{''.join(cells)}</table:table-row>"


HEAD = row(*map(cell, ("Date", "Text", "Profiles")))
GOOD = row(*map(cell, (AT, "x", "1")))


def post(text: str, attributes: str = "", repeated: str = "") -> str:
    return row(cell(AT), cell(text, attributes), cell("1"), repeated=repeated)


def other(rows: str) -> str:
    return f'<table:table table:name="B">{rows}</table:table>'


def wide(count: str) -> str:
    return f'<table:table-cell table:number-columns-repeated="{count}"/>'


def typed(kind: str, name: str, value: str) -> str:
    text = f'<table:table-cell o:value-type="{kind}" o:{name}="{value}"><text:p>1</text:p>'
    return row(cell(AT), text + "</table:table-cell>", cell("1"))


SPAN = ' table:number-{}-spanned="{}"'
ODS_FILES = {
    "spaces": (post('<text:s text:c="999999999"/>x'), ""),
    "spaces-many": (post('<text:s text:c="1999999"/>' * 300), ""),
    "spaces-negative": (post('<text:s text:c="-5"/>x'), ""),
    "spaces-huge": (post(f'<text:s text:c="{NINES}"/>x'), ""),
    "spaces-repeated": (post('<text:s text:c="100000"/>', repeated="99000"), ""),
    "columns-spanned": (post("x", SPAN.format("columns", "999999999")), ""),
    "rows-spanned": (post("x", SPAN.format("rows", "999999999")), ""),
    "spanned-huge": (post("x", SPAN.format("columns", NINES) + SPAN.format("rows", NINES)), ""),
    "spanned-many": (
        post("x", SPAN.format("columns", 9) + SPAN.format("rows", 99_000)) * 30_000,
        "",
    ),
    "rows": (post("x", repeated="99999") * 70, ""),
    "rows-empty": (row(wide("1"), repeated="99999999") + GOOD, ""),
    "columns-empty": (row(wide("99999999"), cell("x")) + GOOD, ""),
    "columns-behind": (row(cell(AT), cell("x"), cell("1"), wide("2147483648")), ""),
    "columns-negative": (row(cell(AT), wide("-1"), cell("x")), ""),
    "columns-none": (row(cell(AT), wide("0"), cell("x")), ""),
    "styled-sheet": (GOOD + row(wide("16384"), repeated="1048576"), ""),
    "wide-rows": (row(cell(AT), wide("16000"), cell("1")) * 499, ""),
    "other-table": (GOOD, other(row(cell("x", ' table:number-columns-repeated="99999999"')))),
    "other-rows": (GOOD, other(row(cell("x"), repeated="999999999"))),
    "other-spaces": (GOOD, other(row(cell('<text:s text:c="999999999"/>')))),
    "nested-spans": (post("<text:span>" * 100_000 + "x" + "</text:span>" * 100_000), ""),
    "number": (typed("float", "value", "1e999999"), ""),
    "number-nan": (typed("float", "value", "nan"), ""),
    "date": (typed("date", "date-value", "99999999-01-01"), ""),
    "date-none": (typed("date", "date-value", "0000-00-00T99:99:99"), ""),
    "time": (typed("time", "time-value", "PT99999999999H"), ""),
    "paragraphs": (post("</text:p><text:p>" * 500_000), ""),
    "attribute": (post("x", f' foo="{"y" * 20_000_000}"'), ""),
    "attributes": (post("x", "".join(f' a{n}="1"' for n in range(50_000))), ""),
    "tables": (GOOD, '<table:table table:name="T"/>' * 200_000),
}
REFERENCES = (
    *("A0", "A99999999999", "ZZZZZZZZZZ2", "2A", "A", "", "a2", "A-1", "$A$2", "A2:B3"),
    *("XFE2", "A1048577", "A4294967296", "AAAA1", "A 2", "\u00c52"),
    *("FXSHRXX2", "B16777217", "A00000000000000000000002", "xfd1048576", "&#65;1048577"),
)


def inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(rows: str, before: str = "", after: str = "") -> str:
    head = "".join(map(inline, ("A1", "B1", "C1"), ("Date", "Text", "Profiles")))
    data = f'<sheetData><row r="1">{head}</row>{rows}</sheetData>'
    return f'<worksheet xmlns="{MAIN}">{before}{data}{after}</worksheet>'


def line(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def filled(*cells: str) -> str:
    return sheet(line(2, inline("A2", AT), *cells, inline("C2", "1")))


FINE = line(2, inline("A2", AT), inline("B2", "x"), inline("C2", "1"))
NO_PLACE = "<c><v>1</v></c>"
SHARED = "".join(f'<row r="{n}"><c r="B{n}" t="s"><v>0</v></c></row>' for n in range(2, 90_000))
FAR = "<row{0}r='1048576'><c{0}r='XFD1048576'><v>1</v></c></row>"
DATED = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="{2**40}">'
    '<numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts>'
    f'<cellXfs count="{2**40}"><xf numFmtId="22"/><xf numFmtId="164"/></cellXfs></styleSheet>'
)
PREFIXED = (
    f'<x:worksheet xmlns:x="{MAIN}"><sheetData/><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1'
    '</x:v></x:c></x:row><x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'
    "</x:sheetData></x:worksheet>"
)
XLSX_FILES: dict[str, tuple[str, str, str]] = {
    **{f"text-at-{n}": (filled(inline(ref, "x")), "", "") for n, ref in enumerate(REFERENCES)},
    **{
        f"number-at-{n}": (filled(f'<c r="{ref}"><v>5</v></c>'), "", "")
        for n, ref in enumerate(REFERENCES)
    },
    **{
        f"row-at-{n}": (sheet(f'<row r="{ref}">{inline("A2", AT)}</row>'), "", "")
        for n, ref in enumerate(REFERENCES)
    },
    **{
        f"dimension-{n}": (sheet(FINE, f'<dimension ref="{ref}"/>'), "", "")
        for n, ref in enumerate((*REFERENCES, "A1:XFD1048576", "A0:B0", "B2:A1", "A1:B2:C3"))
    },
    **{
        f"merged-{n}": (
            sheet(FINE, "", f'<mergeCells><mergeCell ref="{ref}"/></mergeCells>'),
            "",
            "",
        )
        for n, ref in enumerate(("A1:XFD1048576", "A0:B0", "B2:A1", "A2:ZZZ9999999", "A2", "A1:"))
    },
    "merged-often": (sheet(FINE, "", '<mergeCell ref="A2:XFD1048576"/>' * 100_000), "", ""),
    "shared-long": (sheet(SHARED), f"<si><t>{'x' * 32_000}</t></si>", ""),
    "shared-fine": (sheet(SHARED), f"<si><t>{'x' * 300}</t></si>", ""),
    "shared-none": (filled('<c r="B2" t="s"><v>99999</v></c>'), "<si/>", ""),
    "shared-huge": (filled(f'<c r="B2" t="s"><v>{NINES}</v></c>'), "<si/>", ""),
    "shared-many": (sheet(FINE), "<si/>" * 3_000_000, ""),
    "single-quotes": (sheet(FINE + FAR.format(" ")), "", ""),
    "tabs": (sheet(FINE + FAR.format("\t")), "", ""),
    "comment": (sheet(f"<!-- {FINE} -->{FAR.format('  ')}"), "", ""),
    "prefixed": (PREFIXED, "", ""),
    "rows-without-place": (sheet("<row><c><v>1</v></c></row>" * 300_000), "", ""),
    "cells-without-place": (
        sheet(f"<row>{NO_PLACE * 16_384}</row>" + f"<row>{NO_PLACE * 20}</row>" * 300),
        "",
        "",
    ),
    "wide": (
        sheet("".join(line(n, f'<c r="XFD{n}"><v>1</v></c>') for n in range(2, 480))),
        "",
        "",
    ),
    "numbers": (filled('<c r="B2"><v>1e400</v></c><c r="D2"><v>NaN</v></c>'), "", ""),
    "date": (filled('<c r="B2" t="d"><v>99999-99-99</v></c>'), "", ""),
    "date-far": (filled('<c r="B2" s="0"><v>1e15</v></c>'), "", DATED),
    "duration": (filled('<c r="B2" s="1"><v>1e15</v></c>'), "", DATED),
    "style-none": (filled('<c r="B2" s="99999999999"><v>5</v></c>'), "", DATED),
    "style-negative": (filled('<c r="B2" s="-1"><v>5</v></c>'), "", DATED),
    "text": (filled(inline("B2", EMOJI * 9_000_000)), "", ""),
    "nested": (sheet("<a>" * 200_000 + "</a>" * 200_000), "", ""),
    "open-cells": (
        f"<worksheet><sheetData>{'<c r=' + chr(34) + 'A1' + chr(34) + '><f></f>' * 50_000}",
        "",
        "",
    ),
}
CSV_FILES = {
    "field": lambda: f'Date,Text,Profiles\n{AT},"{"x" * 10_000_000}",1\n',
    "emoji": lambda: f'Date,Text,Profiles\n{AT},"{EMOJI * 3_000_000}",1\n',
    "one-emoji": lambda: f"Date,Text,Profiles\n{AT},{EMOJI},1\n" + "a" * 10_000_000,
    "commas": lambda: "Date,Text,Profiles\n" + "," * 10_000_000,
    "lines": lambda: "Date,Text,Profiles\n" + "\n" * 10_000_000,
    "short-lines": lambda: "Date,Text,Profiles\n" + "a\n" * 3_000_000,
    "carriage-returns": lambda: "Date,Text,Profiles\r" + "\r" * 10_000_000,
    "quotes": lambda: 'Date,Text,Profiles\n"' + '""' * 3_000_000,
    "tags": lambda: (
        "Date,Text,Profiles,Tags\n"
        + "".join(f"{AT},x{n},1,{';'.join(f'{n}t{m}' for m in range(300))}\n" for n in range(4_000))
    ),
    "large": lambda: "x" * 40_000_000,
}


def make_ods(path: Path, rows: str, tables: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("content.xml", ODS.format("", HEAD + rows, tables))


def make_xlsx(path: Path, xml: str, strings: str, styles: str) -> None:
    kinds = {"worksheet": "worksheets/sheet1", "sharedStrings": "sharedStrings", "styles": "styles"}
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/{kind}" Target="{target}.xml"/>'
        for n, (kind, target) in enumerate(kinds.items())
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="Plan" sheetId="1" r:id="r0"/></sheets></workbook>',
        )
        target.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
        )
        target.writestr("xl/worksheets/sheet1.xml", xml)
        if strings:
            counts = f'count="{2**40}" uniqueCount="{2**40}"'
            target.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}" {counts}>{strings}</sst>')
        if styles:
            target.writestr("xl/styles.xml", styles)


def outcomes(paths: list[Path]) -> Iterator[dict[str, object]]:
    program = Path(__file__).with_name("limited.py")
    run = subprocess.run(
        [sys.executable, program, str(LIMIT), *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not run.stderr, run.stderr[-2000:]  # a panic of the parsing library prints a stack
    yield from map(json.loads, run.stdout.splitlines())


def check(paths: list[Path]) -> dict[str, str]:
    """Read all files; return what was said of each."""
    found = {}
    for one in outcomes(paths):
        assert one["kind"] in {"read", "refused"}, one
        assert one["said"], one
        assert "Traceback" not in str(one["said"]), one
        found[Path(str(one["file"])).stem] = f"{one['kind']}: {one['said']}"
    assert len(found) == len(paths)
    return found


def test_small_ods_files_take_no_gigabytes(tmp_path):
    """A few bytes that stand for any number of blanks, cells, rows or merged cells are counted."""
    paths = []
    for name, (rows, tables) in ODS_FILES.items():
        paths.append(tmp_path / f"{name}.ods")
        make_ods(paths[-1], rows, tables)
    said = check(paths)
    for name in ("other-table", "other-rows", "other-spaces", "columns-behind", "styled-sheet"):
        assert said[name] == "read: 1", said[name]
    assert "more than 2,000,000 characters" in said["spaces"]
    assert "too far" in said["columns-empty"]
    assert "merged cells" in said["spanned-many"]


def test_odd_xlsx_files_end_in_a_sentence(tmp_path):
    """Places outside of any sheet, strings that stand in many cells, dates without end."""
    paths = []
    for name, parts in XLSX_FILES.items():
        paths.append(tmp_path / f"{name}.xlsx")
        make_xlsx(paths[-1], *parts)
    said = check(paths)
    assert all(words == "read: 1" for name, words in said.items() if "dimension" in name), said
    assert "read" in said["shared-fine"]
    assert "more text" in said["shared-long"]
    assert "no calendar" in said["duration"]


@pytest.mark.soak
def test_millions_of_cells_without_a_place_end_in_a_sentence(tmp_path):
    """They can only be counted one by one, which takes half a minute."""
    path = tmp_path / "cells.xlsx"
    make_xlsx(path, sheet(f"<row>{NO_PLACE * 16_384}</row>" * 300), "", "")
    assert "too far" in check([path])["cells"]


def test_giant_csv_files_end_in_a_sentence(tmp_path):
    """Fields, lines and rows without end are refused before they fill the memory."""
    paths = []
    for name, text in CSV_FILES.items():
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text(text(), encoding="utf-8")
    said = check(paths)
    assert "larger than 32 MB" in said["large"]
    assert "more than 16,384 cells" in said["commas"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_parts_packed_otherwise_are_refused(tmp_path, method):
    """Those methods unpack a whole chunk at once, to any size."""
    path = tmp_path / "plan.ods"
    with zipfile.ZipFile(path, "w", method) as target:
        target.writestr("content.xml", ODS.format("", HEAD + GOOD, " " * 50_000_000))
    assert "not complete" in check([path])["plan"]


def test_an_archive_of_many_parts_is_refused(tmp_path):
    """The list of an archive's parts alone may fill the memory."""
    path = tmp_path / "plan.xlsx"
    with zipfile.ZipFile(path, "w") as target:
        for number in range(21_000):
            target.writestr(f"xl/{number}", "")
    assert "more than 20,000 parts" in check([path])["plan"]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x]\nb: &b [*a,*a]\nc: {x: *b}\n",
        "a: " + "[" * 5000,
        "a: " + "9" * 6000,
        "a: {x: {y: z}}\n",
        "a: [[x]]\n",
        "a: !!python/object:os.system x\n",
        "a: 2026-13-45\n",
    ],
)
def test_alias_files_with_traps_are_refused(tmp_path, text):
    """Nested lists would be written out, one inside the other; the rest is no alias either."""
    path = tmp_path / "aliases.yml"
    path.write_text(text)
    with pytest.raises(SheetError):
        load_aliases(path)
