"""Files that cannot be used: each is refused with a reason, and none takes the machine with it."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
import python_calamine

from tap_hootsuite_sheet import safe_zip, xlsx_cells, xlsx_checks
from tap_hootsuite_sheet.problems import SheetError
from tap_hootsuite_sheet.reader import read_sheet

MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
CORPUS = Path(__file__).parent / "corpus"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def refusal(read, path):
    with pytest.raises(SheetError) as caught:
        read(path)
    return str(caught.value)


@pytest.fixture
def good(books):
    return books.xlsx((MORNING, "Hello", 1001))


def test_a_file_that_is_being_written_says_so(good, read):
    """An archive that breaks off is not complete yet, rather than damaged for good."""
    good.write_bytes(good.read_bytes()[:-200])
    assert "is being written just now" in refusal(read, good)


@pytest.mark.parametrize("keep", [0, 3])
def test_an_empty_file_says_so(good, read, keep):
    """A file that a program has only just created is not a plan yet."""
    good.write_bytes(good.read_bytes()[:keep])
    assert "being written" in refusal(read, good)


def test_an_encrypted_workbook_asks_for_a_copy_without_password(books, read):
    """Excel wraps an encrypted workbook into another container."""
    path = books.folder / "plan.xlsx"
    path.write_bytes(OLE + "EncryptedPackage".encode("utf-16-le"))
    assert "protected by a password" in refusal(read, path)


def test_an_encrypted_opendocument_asks_for_a_copy_without_password(books, read):
    """LibreOffice names the encryption in the manifest."""
    path = books.folder / "plan.ods"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
        target.writestr("content.xml", "\x01\x02")
    assert "protected by a password" in refusal(read, path)


def test_an_old_workbook_is_to_be_saved_anew(books, read):
    """The format of Excel before 2007 is named as such."""
    path = books.folder / "plan.xls"
    path.write_bytes(OLE + "Workbook".encode("utf-16-le"))
    assert "Excel before 2007" in refusal(read, path)


def test_a_picture_is_not_a_sheet(books, read):
    """Binary content that is neither archive nor text is refused."""
    path = books.folder / "plan.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    assert "not a spreadsheet" in refusal(read, path)


def test_an_archive_of_something_else_is_not_a_sheet(books, read):
    """A zip without a workbook is refused."""
    path = books.folder / "plan.xlsx"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("hello.txt", "hello")
    assert "not a spreadsheet" in refusal(read, path)


def test_a_missing_file_and_a_folder_are_told_apart(books, read):
    """The two most common typing errors have their own messages."""
    assert "There is no file" in refusal(read, books.folder / "none.xlsx")
    assert "is not a file" in refusal(read, books.folder)


def test_an_open_file_is_read_with_a_note(good, read):
    """Excel and LibreOffice leave lock files beside a plan that they have open."""
    good.with_name("~$plan.xlsx").touch()
    assert "open in another program" in read(good).notes[0]


def bomb(folder, megabytes):
    """A workbook whose only sheet is a long run of blanks."""
    path = folder / "plan.xlsx"
    sheet = b"<worksheet><sheetData>" + b" " * megabytes * 1024 * 1024 + b"</sheetData></worksheet>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(
            "xl/workbook.xml",
            '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships" '
            'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            '<sheets><sheet name="Plan" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        target.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>'
            "</Relationships>",
        )
        target.writestr("xl/worksheets/sheet1.xml", sheet)
    return path


def test_a_bomb_is_defused(books, read, monkeypatch):
    """What an archive unpacks to is counted while it is unpacked, and capped."""
    monkeypatch.setattr(safe_zip.Archive.__init__, "__defaults__", (8 * 1024 * 1024,))
    assert "unpacks to more than 8 MB" in refusal(read, bomb(books.folder, 9))


def test_a_bomb_beside_the_sheet_is_defused(good, read, monkeypatch):
    """A copy of a workbook packs all of its parts again, so all of them count."""
    monkeypatch.setattr(safe_zip.Archive.__init__, "__defaults__", (8 * 1024 * 1024,))
    with zipfile.ZipFile(good, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/media/image1.png", bytes(9 * 1024 * 1024))
    assert "unpacks to more than 8 MB" in refusal(read, good)


def test_a_bomb_that_lies_about_its_size_is_defused(books, read, monkeypatch):
    """The size that an archive declares is not what is counted."""
    monkeypatch.setattr(safe_zip.Archive.__init__, "__defaults__", (8 * 1024 * 1024,))
    path = bomb(books.folder, 9)
    data = bytearray(path.read_bytes())
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = (100).to_bytes(4, "little")
    path.write_bytes(data)
    assert "not complete" in refusal(read, path)


def test_entities_are_refused(good, read):
    """A document type, where entities would be defined, has no place in a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/workbook.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "b">]>' + content
            target.writestr(name, content)
    good.write_bytes(out.getvalue())
    assert "document type" in refusal(read, good)


@pytest.mark.parametrize("seed", range(120))
def test_a_damaged_file_is_read_or_refused(books, read, seed):
    """Bytes turned at random lead to a plan or to a reason, never to anything else."""
    good = books.folder / "plan.xlsx"
    good.write_bytes((CORPUS / "lo_errors.xlsx").read_bytes())
    luck = random.Random(seed)  # noqa: S311 - luck, not secrecy
    with zipfile.ZipFile(good) as source:
        parts = {name: bytearray(source.read(name)) for name in source.namelist()}
    victim = luck.choice(sorted(name for name in parts if name.startswith("xl/")))
    for _ in range(luck.randint(1, 6)):
        parts[victim][luck.randrange(len(parts[victim]))] = luck.randrange(256)
    with zipfile.ZipFile(good, "w") as target:
        for name, content in parts.items():
            target.writestr(name, bytes(content))
    with suppress(SheetError):
        assert read(good).sheet.rows


@pytest.mark.parametrize("seed", range(60))
def test_a_file_cut_or_turned_anywhere_is_read_or_refused(good, read, seed):
    """The same for the archive's own bytes."""
    luck = random.Random(seed)  # noqa: S311 - luck, not secrecy
    data = bytearray(good.read_bytes())
    for _ in range(luck.randint(1, 8)):
        data[luck.randrange(len(data))] = luck.randrange(256)
    good.write_bytes(bytes(data[: luck.randint(10, len(data))]) if seed % 2 else bytes(data))
    with suppress(SheetError):
        assert read(good).sheet.rows


def rows_of_xml(count):
    """A sheet of many filled rows."""
    body = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>x</t></is></c></row>'
        for n in range(1, count + 1)
    )
    return f"<worksheet><sheetData>{body}</sheetData></worksheet>".encode()


@pytest.mark.parametrize("count", [100_001, pytest.param(1_048_576, marks=pytest.mark.soak)])
def test_a_sheet_with_all_its_rows_filled_is_counted_and_refused(books, read, count):
    """1,048,576 filled rows are more than any plan has; the message says so."""
    path = bomb(books.folder, 1)
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts["xl/worksheets/sheet1.xml"] = rows_of_xml(count)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    assert f"has {count:,} filled rows" in refusal(read, path)


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Plan">{}</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)
FILLED = '<table:table-cell{} office:value-type="string"><text:p>x</text:p></table:table-cell>'
ROW = "<table:table-row{}>{}</table:table-row>"


@pytest.mark.parametrize(
    "rows",
    [
        ROW.format(' table:number-rows-repeated="1048576"', FILLED.format("")),
        ROW.format("", FILLED.format(' table:number-columns-repeated="99999999"')),
        ROW.format(' table:number-rows-repeated="999999999"', "<table:table-cell/>")
        + ROW.format("", FILLED.format("")),
        ROW.format(
            ' table:number-rows-repeated="999999999"',
            '<table:table-cell table:number-columns-repeated="999999999"/>',
        ),
        ROW.format(' table:number-rows-repeated="many"', FILLED.format("")),
    ],
)
def test_repetition_in_an_opendocument_is_counted(books, read, rows):
    """A few bytes may stand for any number of cells; they are counted before they are made."""
    path = books.folder / "plan.ods"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        target.writestr("content.xml", ODS.format(rows))
    assert refusal(read, path)


def test_the_hidden_sheet_of_an_opendocument_is_the_one_that_says_so(books):
    """A style without content, before the one that hides, hides nothing."""
    styles = (
        '<style:style style:family="table" style:name="ta0"/>'
        '<style:style style:family="table" style:name="ta1"><style:table-properties '
        'table:display="false"/></style:style>'
    )
    sheet = '<table:table table:name="{}" table:style-name="{}">' + ROW.format("", FILLED)
    content = (
        ODS.partition("<office:body>")[0].replace(
            ">", ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">'
        )
        + styles
        + sheet.format("C", "ta1", "")
        + "</table:table>"
        + sheet.format("A &amp; B", "ta0", "")
        + "</table:table></office:document-content>"
    )
    path = books.folder / "plan.ods"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("content.xml", content)
    sheet = read_sheet(path, score=len)
    assert (sheet.name, sheet.rows) == ("A & B", [["x"]])
    assert sheet.notes == ["Hidden sheets are ignored: C."]


def test_a_long_csv_is_counted_and_refused(books, read):
    """The limit of rows holds for every format."""
    path = books.csv("Date,Text,Profiles\n" + "2026-03-14 09:30,x,1\n" * 100_001)
    assert "has 100,002 filled rows" in refusal(read, path)


def test_cells_without_a_place_of_their_own_are_counted(books):
    """A sheet may leave out where its cells are; then they follow each other."""
    row = b"<row><c t='e'><v>#N/A</v></c><c><v>1</v></c></row>"
    xml = b"<worksheet><sheetData>" + row + b"</sheetData></worksheet>"
    found = xlsx_checks.scan(xml, b"", "Plan")
    assert found.flaws[1, 1].shown == "#N/A"
    assert found.filled_rows == 1


def cell(place, rest):
    return f'<row r="{place[1:]}"><c r="{place}"{rest}</c></row>'


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [cell("A1", ">"), cell("B2", "><v>1</v>")],
        [cell("A1", ' t="e"><v>#N/A</v>'), cell("B2", ' t="e"><f>1/0</f><v>#DIV/0!</v>')],
        [cell("A1", "><f>1</f><v></v>"), cell("B2", '><f t="shared" si="1"/><v>2</v>')],
        [cell("A1", ' t="str"><f>""</f><v></v>'), cell("B2", "> <f>1</f>")],
        [cell("A1", ' s="1"><v>7</v>'), cell("B2", ' s="1" t="s"><v>7</v>')],
        [cell("A1", ' s="1"><f>ROW()</f><v>7</v>'), cell("B2", ' s="1" t="n"><f si="1"/><v>7</v>')],
        ['<row r="3" hidden="1"><c r="AB3" s="2"/></row>', cell("C7", ' s="2"><v>7</v>')],
        ['<row><c t="e"><v>#N/A</v></c></row>'],
    ],
)
def test_searching_finds_what_walking_finds(rows):
    """The fast way over a sheet is the slow way, only faster."""
    styles = (
        b'<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts><cellXfs>'
        b'<xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="1"/></cellXfs></styleSheet>'
    )
    xml = f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>".encode()
    walked = xlsx_cells.walk(xml, {"1": "00000"}, "Plan")
    found = xlsx_checks.scan(xml, styles, "Plan")
    assert found.flaws == walked.flaws
    assert found.hidden_rows == walked.hidden_rows


def test_prefixed_elements_are_walked_through(books):
    """Some programs write every element with a prefix."""
    xml = (
        b'<x:worksheet xmlns:x="m"><x:sheetData><x:row r="3">'
        b'<x:c r="B3"><x:f>1/0</x:f><x:v/></x:c></x:row>'
        b'</x:sheetData><x:mergeCells><x:mergeCell ref="A1:B2"/></x:mergeCells></x:worksheet>'
    )
    found = xlsx_checks.scan(xml, b"", "Plan")
    assert "without a stored result" in found.flaws[3, 2].message
    assert found.merged == [(1, 1, 2, 2)]


def test_the_parsing_library_sees_one_sheet_and_nothing_else(good, monkeypatch):
    """It gets a package of our own, whatever else the file holds, under whatever names."""
    with zipfile.ZipFile(good, "a") as book:
        book.writestr("xl/worksheets/sheet9.xml", "<worksheet")
        book.writestr("xl/pivotCache/pivotCacheDefinition1.xml", "<")
    seen = []
    load = python_calamine.load_workbook

    def noted(package):
        seen.extend(zipfile.ZipFile(io.BytesIO(package.getvalue())).namelist())
        return load(package)

    monkeypatch.setattr(python_calamine, "load_workbook", noted)
    assert read_sheet(good, score=len).rows[1][1] == "Hello"
    assert {name for name in seen if "sheet" in name} == {"xl/worksheets/sheet1.xml"}
    assert not [name for name in seen if "pivot" in name]
