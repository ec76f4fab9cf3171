"""Rows, columns and texts that a person who opens the file does not take for posts."""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
ROWS = [(MORNING + dt.timedelta(days=day), f"Post {day}", 1001) for day in range(5)]
ODS = """<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">
<office:automatic-styles><style:style style:name="X" style:family="table-cell">
<style:text-properties style:text-line-through-style="solid"/></style:style>
<style:style style:name="T" style:family="text">
<style:text-properties style:text-line-through-style="solid"/></style:style>
<style:style style:name="N" style:family="table-cell">
<style:text-properties style:text-line-through-style="none"/></style:style>
</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="Plan">
<table:table-column table:number-columns-repeated="2"/>
<table:table-column table:visibility="collapse"/>{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""


def ods(books, *rows):
    """Write a sheet; a row is what stands in its tag, its text's cell, and its text."""
    lines = [("", "", "Date", "Text", "Profiles")]
    lines += [
        (tag, cell, f"2026-03-{14 + n} 09:30", text, "1001")
        for n, (tag, cell, text) in enumerate(rows)
    ]
    xml = "".join(
        f"<table:table-row {tag}>"
        f"<table:table-cell><text:p>{date}</text:p></table:table-cell>"
        f"<table:table-cell {cell}><text:p>{text}</text:p></table:table-cell>"
        f"<table:table-cell><text:p>{to}</text:p></table:table-cell></table:table-row>"
        for tag, cell, date, text, to in lines
    )
    path = books.folder / "plan.ods"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("content.xml", ODS.replace("{rows}", xml))
    return path


def hide(sheet):
    sheet.row_dimensions[3].hidden = True
    sheet.row_dimensions[5].hidden = True
    sheet.row_dimensions[40].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet.column_dimensions["H"].hidden = True


def strike(sheet):
    sheet["B2"].font = Font(strike=True)
    sheet["B3"].font = Font(strike=False, bold=True)
    sheet["B4"] = CellRichText("Post ", TextBlock(InlineFont(strike=True), "old"), " new")
    sheet["C5"].font = Font(strike=True)


def test_hidden_rows_and_columns_are_named(books, read):
    """They are scheduled like the others, and nobody has to find it out."""
    plan = read(books.xlsx(*ROWS, change=hide))
    assert len(plan.records) == len(ROWS)
    rows, columns = plan.notes
    assert rows.startswith("Rows 3 and 5 are hidden in the file")
    assert "column Status" in rows
    assert columns == "Hidden columns are read like the others: C (Profiles)."


def test_struck_text_is_told_at_its_row(books, read):
    """As a whole or in part; what is not text of a post is no matter."""
    plan = read(books.xlsx(*ROWS, change=strike))
    assert len(plan.records) == len(ROWS)
    assert {row: len(said) for row, said in plan.warnings.items()} == {2: 1, 4: 1}
    assert "struck through" in plan.warnings[2][0]


def test_struck_text_among_shared_strings_is_told(books, read):
    """As Excel keeps text of several formats: once for all cells."""
    path = books.folder / "plan.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        crossed = book.add_format({"font_strikeout": True})
        sheet.write_row(0, 0, ("Date", "Text", "Profiles"))
        sheet.write_row(1, 0, ("2026-03-14 09:30", "", "1001"))
        sheet.write_rich_string(1, 1, "Now ", crossed, "not", " this")
        sheet.write_row(2, 0, ("2026-03-15 09:30", "Plain", "1001"))
    plan = read(path)
    assert [*plan.warnings] == [2]


def test_an_opendocument_tells_the_same(books, read):
    """A filter, a hidden column, and text that is struck through as a whole or in part."""
    path = ods(
        books,
        ('table:visibility="filter"', "", "One"),
        ("", 'table:style-name="X"', "Two"),
        ('table:visibility="collapse"', 'table:style-name="N"', "Three"),
        ("", "", 'Four <text:span text:style-name="T">old</text:span>'),
    )
    plan = read(path)
    assert len(plan.records) == 4
    assert plan.notes[0].startswith("Rows 2 and 4 are hidden in the file")
    assert plan.notes[1:] == ["Hidden columns are read like the others: C (Profiles)."]
    assert sorted(plan.warnings) == [3, 5]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_plain_plan_says_nothing(books, read, kind):
    """No note where nothing is hidden."""
    path = (
        books.xlsx(*ROWS)
        if kind == "xlsx"
        else books.csv("Date,Text,Profiles\n2026-03-14 09:30,a,1\n")
    )
    plan = read(path)
    assert (plan.notes, plan.warnings) == ([], {})
