"""Files that people have and that are fine: read, or refused with the one step that helps."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
import zipfile

import openpyxl
import pytest

from hootsuite_cli.plan.wording import OPTIONS
from tap_hootsuite_sheet.date_guess import best, fitting
from tap_hootsuite_sheet.problems import SheetError
from target_hootsuite.media.local_files import open_under

MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone


def renamed(path, names):
    """Write a workbook again with other names of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(names(name), source.read(name))
    path.write_bytes(out.getvalue())


@pytest.mark.parametrize(
    "names",
    [
        lambda name: name.replace("sharedStrings", "SharedStrings"),
        lambda name: name.replace("sheet1", "Sheet1").replace("styles", "Styles"),
        str.upper,
        lambda name: name.replace("/", "\\"),
        lambda name: "/" + name,
    ],
)
def test_parts_may_be_named_otherwise(books, read, names):
    """In another case, with backslashes, with a slash before: as some programs write them."""
    path = books.xlsx((MORNING, "Hello", 1001))
    renamed(path, names)
    (record,) = read(path).records
    assert (record["text"], record["scheduled_send_time"]) == ("Hello", "2026-03-14T08:30:00Z")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_composer_file_may_have_any_delimiter(books, read, mark):
    """Commas in its texts are no reason to split at them."""
    lines = [("03/20/2026 09:00", '"Hello, world"', ""), ("03/21/2026 09:00", '"One, two"', "")]
    path = books.csv("\n".join(mark.join(cells) for cells in lines))
    plan = read(path, composer_date_format="MM/DD/YYYY HH:mm", profiles=("1",))
    assert [record["text"] for record in plan.records] == ["Hello, world", "One, two"]


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_composer_file_is_recognised(books, read, mark):
    """The error proposes the option, with the layout that fits most dates."""
    rows = [
        ("03/20/2026 09:00 AM", '"Check out our sale"', '"https://larkspur.example/sale"'),
        ("03/21/2026 01:35 PM", '"Second message, with comma"', '""'),
        ("03/22/2026 08:30", '"Wrong time"', '""'),
    ]
    with pytest.raises(SheetError) as caught:
        read(books.csv("\n".join(mark.join(row) for row in rows)))
    assert caught.value.setting == "composer_date_format"
    assert 'say --composer "MM/DD/YYYY h:mm a"' in caught.value.said(OPTIONS).replace("Say", "say")


@pytest.mark.parametrize(
    ("layout", "cell", "moment"),
    [
        ("D MMM YYYY HH:mm", "3 Sept 2026 09:30", "2026-09-03T07:30:00Z"),
        ("dddd, D MMMM YYYY HH:mm", "Thursday, 3 September 2026 09:30", "2026-09-03T07:30:00Z"),
        ("ddd DD.MM.YYYY HH:mm", "Thu 03.09.2026 09:30", "2026-09-03T07:30:00Z"),
        ("MMMM Do, YYYY h:mm a", "September 3rd, 2026 9:30 am", "2026-09-03T07:30:00Z"),
        ("%A %d %B %Y %H:%M", "Thursday 03 September 2026 09:30", "2026-09-03T07:30:00Z"),
    ],
)
def test_layouts_may_name_days_of_the_week_and_ordinals(books, read, layout, cell, moment):
    """As people write them; the month of September has four letters to some."""
    path = books.csv(f'Date,Text,Profiles\n"{cell}",Hello,1\n')
    assert read(path, date_formats=(layout,)).records[0]["scheduled_send_time"] == moment


def test_a_wrong_day_of_the_week_is_no_date(books, read):
    """Which of the two is meant nobody knows."""
    path = books.csv("Date,Text,Profiles\nFri 03.09.2026 09:30,Hello,1\n")
    assert not read(path, date_formats=("ddd DD.MM.YYYY HH:mm",)).records


@pytest.mark.parametrize(
    ("cells", "layouts"),
    [
        (["4/6/2026", "4/17/2026"], ["MM/DD/YYYY"]),
        (["6/4/2026", "17/4/2026"], ["DD/MM/YYYY"]),
        (["4/6/2026"], ["DD/MM/YYYY", "MM/DD/YYYY"]),
        (["6.4.2026 9:30", "17.4.2026 10:00"], ["DD.MM.YYYY HH:mm"]),
        (["4/6/2026 9:30 AM", "4/17/2026 1:00 PM"], ["MM/DD/YYYY h:mm a"]),
        (["April 6, 2026"], ["MMMM D, YYYY"]),
        (["Fri, 3 April 2026"], ["ddd, D MMMM YYYY"]),
        (["soon", "4/17/2026"], []),
    ],
)
def test_the_whole_column_proposes_a_layout(cells, layouts):
    """One date that has a single reading decides for all."""
    assert fitting(cells) == layouts


def test_most_dates_of_a_composer_file_are_enough():
    """Its wrong rows are told when it is read."""
    assert best(["03/20/2026 09:00", "03/21/2026 09:00", "soon"]) == "MM/DD/YYYY HH:mm"
    assert not best(["soon", "later"])


def test_american_dates_are_refused_with_the_layout_that_fits_all(books, read):
    """The advice can be copied, and is right for every row."""
    path = books.csv(
        "Content Calendar,,\n,,\nPublish date,Publish time,Platform,Caption,Status\n"
        "4/6/2026,9:00:00 AM,1,Good morning,\n4/17/2026,10:00:00 AM,1,Friday read,Draft\n"
    )
    problems = read(path).problems
    assert {problem.setting_value for problem in problems.items} == {"MM/DD/YYYY"}
    said = problems.items[0].placed(OPTIONS)
    assert said.endswith("all dates of the column fit MM/DD/YYYY. Say --date-format MM/DD/YYYY.")
    assert len(read(path, date_formats=("MM/DD/YYYY",)).records) == 1


@pytest.mark.parametrize(
    ("cells", "layouts"),
    [
        (("03/04/2026 09:00", "05/06/2026 09:00"), ("DD/MM/YYYY HH:mm", "MM/DD/YYYY HH:mm")),
        (("3-4-2026", "5-6-2026"), ("DD-MM-YYYY", "MM-DD-YYYY")),
        (("Fri, 3 April 2026", "Sun, 5 April 2026"), ("ddd, D MMMM YYYY",)),
        (("03/04/2026", "soon"), ()),
    ],
)
@pytest.mark.parametrize("declared", [(), ("DD.MM.YYYY",)])
def test_each_proposed_layout_reads_the_whole_column(books, read, cells, layouts, declared):
    """Where several fit they are all named; no example stands there that fits none of them."""
    path = books.csv("Date,Text,Profiles\n" + "".join(f'"{one}",A,1\n' for one in cells))
    lines = read(path, date_formats=declared).problems.lines(words=OPTIONS)
    for line in lines:
        proposed = re.findall(r'--date-format (?:"([^"]+)"|(\S+?)(?=[., ]|$))', line)
        names = tuple(quoted or bare for quoted, bare in proposed)
        assert names == layouts or (not layouts and names in {(), ("LAYOUT",)}), line
        assert ("whichever is meant" in line) is (len(layouts) > 1)
    for one in layouts:
        problems = read(path, date_formats=(one,)).problems.items
        assert not [found for found in problems if "layout" in found.message]


@pytest.mark.parametrize(
    ("declared", "cells", "remedy"),
    [
        ("DD/MM/YYYY HH:mm", ("03/04/2026 09:00", "04/04/2026"), "Write its time into the cell"),
        ("DD/MM/YYYY", ("03/04/2026", "04/04/2026 09:00"), "into a column Time instead"),
    ],
)
def test_one_odd_cell_changes_no_layout(books, read, declared, cells, remedy):
    """What would make the other rows fail is not proposed."""
    path = books.csv("Date,Text,Profiles\n" + "".join(f"{one},A,1\n" for one in cells))
    lines = read(path, date_formats=(declared,)).problems.lines(words=OPTIONS)
    odd = next(line for line in lines if "row 3" in line)
    assert remedy in odd
    assert "--date-format" not in odd


def test_a_first_sheet_without_a_header_names_the_one_that_has(books, read):
    """With the option that takes it."""
    path = books.xlsx(("Welcome to our plan",), header=None)
    book = openpyxl.load_workbook(path)
    book.active.title = "Read me"
    book.create_sheet("Ideas").append(["nothing yet"])
    plan = book.create_sheet("May plan")
    plan.append(["Date", "Text", "Profiles"])
    plan.append([MORNING, "Hello", "1"])
    book.save(path)
    with pytest.raises(SheetError) as caught:
        read(path)
    assert "Read me" in str(caught.value)
    assert caught.value.said(OPTIONS).endswith('Say --sheet "May plan".')
    assert len(read(path, sheet="May plan").records) == 1


def test_the_other_sheets_are_named_where_none_has_a_header(books, read):
    """So that the right file is looked for elsewhere."""
    path = books.xlsx(("Welcome",), header=None)
    book = openpyxl.load_workbook(path)
    book.create_sheet("Ideas").append(["nothing yet"])
    book.save(path)
    with pytest.raises(SheetError, match=r"other sheets: Ideas"):
        read(path)


def test_a_merged_title_between_the_posts_is_left_out(books, read):
    """A title such as Week 11 over all columns is no post; it is told once."""
    path = books.xlsx(
        ("Week 11", "", ""),
        (MORNING, "Hello", 1001),
        ("Week 12", "", ""),
        (MORNING + dt.timedelta(7), "Bye", 1001),
        change=lambda sheet: (sheet.merge_cells("A2:C2"), sheet.merge_cells("A4:C4")),
    )
    plan = read(path)
    assert ([record["text"] for record in plan.records], plan.problems.items) == (
        ["Hello", "Bye"],
        [],
    )
    assert any("row 2 “Week 11” and row 4 “Week 12”" in note for note in plan.notes)


def test_merged_cells_that_hold_a_post_are_still_refused(books, read):
    """A text that is merged over columns beside a date is a post whose cells are unclear."""
    path = books.xlsx((MORNING, "Hello", ""), change=lambda sheet: sheet.merge_cells("B2:C2"))
    assert "merged" in read(path).problems.items[0].message


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("name", ["Grüße.png", "서울/봄.png", "café/a.png"])
def test_a_picture_is_found_in_either_form_of_unicode(tmp_path, form, stored, name):
    """MacOS writes letters and their accents apart, in the names of files and of folders."""
    path = tmp_path / unicodedata.normalize(stored, name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"picture")
    with open_under(str(tmp_path), unicodedata.normalize(form, name), "media") as file:
        assert file.read() == b"picture"
