"""Copies of a plan: a person's own cells stay byte by byte, ours are neutralised."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hootsuite_cli.plan import template
from hootsuite_cli.plan.results_copy import Source, neutral, write_copy
from hootsuite_cli.plan.xlsx_edit import with_cells
from tap_hootsuite_sheet.identity import LISTS_SHEET
from tap_hootsuite_sheet.problems import SheetError
from tap_hootsuite_sheet.profiles import Profile
from tap_hootsuite_sheet.reader import read_sheet
from tap_hootsuite_sheet.release import held_word

CORPUS = Path(__file__).parents[2] / "sheet" / "corpus"
MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
LISTED = ("Profiles", "Status")
HEADER = 'Date;Text;Profiles;"Hootsuite status"\r\n'
TITLES = ("Hootsuite status", "Hootsuite error")


def copy(path, read, columns, **options):
    source = Source(path, path.read_bytes())
    target = source.beside(".results")
    write_copy(source, read(path, **options), columns, target)
    return target


def test_only_the_sheet_of_the_plan_changes(books, read):
    """Every other part of the workbook stays as it is, and so does every cell that was there."""
    path = books.xlsx((MORNING, "=danger", 1001), (MORNING, "b", 1001), change=decorate)
    target = copy(path, read, [(TITLES[0], {2: "done", 3: "=1+1"})])
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(target) as after:
        assert before.namelist() == after.namelist()
        for name in before.namelist():
            if name != "xl/worksheets/sheet1.xml":
                assert before.read(name) == after.read(name)
        old, new = (z.read("xl/worksheets/sheet1.xml") for z in (before, after))
    for cell in cells_of(old):
        assert cell in new
    sheet = openpyxl.load_workbook(target).active
    assert [sheet.cell(row, 5).value for row in (1, 2, 3)] == [TITLES[0], "done", "'=1+1"]
    assert sheet["D2"].value == "note"


def decorate(sheet):
    """Add what a library might lose: a note beside the plan, a width, a filter, a merged title."""
    sheet["D2"] = "note"
    sheet["B2"].data_type = "s"
    sheet.column_dimensions["B"].width = 60
    sheet.auto_filter.ref = "A1:C3"


def cells_of(xml):
    return re.findall(rb"<c [^>]*>.*?</c>", xml)


@pytest.mark.parametrize("name", sorted(p.name for p in CORPUS.glob("*.xlsx")))
def test_a_copy_reads_like_its_original(books, read, name):
    """Files of other programs get columns too, and their rows are read as before."""
    path = books.folder / name
    path.write_bytes((CORPUS / name).read_bytes())
    plan = read(path)
    rows = [*plan.rows, *plan.problems.rows]
    target = copy(path, read, [(TITLES[0], dict.fromkeys(rows, "done"))])
    again = read(target)
    assert again.records == plan.records
    assert again.problems.rows == plan.problems.rows
    assert again.notes == plan.notes
    column = [row[-1] for row in read_sheet(target, score=len, sheet=plan.sheet.name).rows]
    assert [n for n, cell in enumerate(column, 1) if cell == "done"] == sorted(set(rows))


def test_a_copy_of_a_copy_fills_the_same_columns(books, read):
    """The columns that we added are filled anew, not added again."""
    path = books.xlsx((MORNING, "a", 1001))
    first = copy(path, read, [(TITLES[0], {2: "done"}), (TITLES[1], {2: ""})])
    second = copy(first, read, [(TITLES[0], {2: "unchanged"}), (TITLES[1], {2: "x < y & z"})])
    assert second == first
    values = [[cell.value for cell in row] for row in openpyxl.load_workbook(second).active.rows]
    assert values[0][3:] == list(TITLES)
    assert values[1][3:] == ["unchanged", "x < y & z"]


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        (
            'Date;Text;Profiles\r\n2026-03-14 09:30;"a; ""b""\r\nc";1001\r\n',
            "utf-8-sig",
            HEADER + """2026-03-14 09:30;"a; ""b""\r\nc";1001;"'=x"\r\n""",
        ),
        (
            "Date,Text,Profiles\n2026-03-14 09:30, Grüße ,1001",
            "cp1252",
            'Date,Text,Profiles,"Hootsuite status"\n2026-03-14 09:30, Grüße ,1001,"\'=x"\r\n',
        ),
        (
            "sep=;\nDate;Text;Profiles\n2026-03-14 09:30;=b;1001\n",
            "utf-16",
            'sep=;\nDate;Text;Profiles;"Hootsuite status"\n2026-03-14 09:30;=b;1001;"\'=x"\n',
        ),
    ],
)
def test_a_csv_copy_keeps_every_character_and_has_a_mark(books, read, text, encoding, expected):
    """Quotation marks, line ends, outer blanks stay; the mark tells every program the encoding."""
    path = books.csv(text, encoding)
    options = {"encoding": "cp1252"} if encoding == "cp1252" else {}
    row = 3 if text.startswith("sep=") else 2
    target = copy(path, read, [("Hootsuite status", {row: "=x"})], **options)
    assert target.name == "plan.results.csv"
    marked = "utf-16" if encoding == "utf-16" else "utf-8-sig"
    assert target.read_bytes() == expected.encode(marked)


def test_marks_inside_a_text_move_no_row(books, read):
    """A text such as 5" pipe is not quoted; what became of a row stands in that row."""
    lines = ["Date,Text,Profiles", '2026-03-14 09:30,5" pipe,1', "2026-03-15 09:30,b,1", "", ",,"]
    path = books.csv("\n".join([*lines, '2026-03-16 09:30,"6""\n""pipe",1']) + "\n")
    target = copy(path, read, [(TITLES[0], {2: "two", 3: "three", 6: "six"})])
    assert target.read_text(encoding="utf-8-sig") == (
        'Date,Text,Profiles,"Hootsuite status"\n2026-03-14 09:30,5" pipe,1,"two"\n'
        '2026-03-15 09:30,b,1,"three"\n\n,,\n2026-03-16 09:30,"6""\n""pipe",1,"six"\n'
    )


def test_a_key_is_never_lost_to_an_encoding(books, read):
    """A key that the plan's encoding lacks makes the copy UTF-8, or its rows would be new ones."""
    text = "ID;Date;Text;Profiles\n1;2026-03-14 09:30;Gr\u00fc\u00dfe;1001\n"
    path = books.csv(text, "cp1252", name="\u043f\u043b\u0430\u043d.csv")
    plan = read(path, encoding="cp1252")
    target = copy(path, read, [("Hootsuite key", plan.keys)], encoding="cp1252")
    renamed = target.rename(books.folder / "other.csv")
    again = read(renamed, encoding="cp1252", plan_name=plan.name)
    assert again.records == plan.records


def test_cells_without_a_place_of_their_own_are_not_written_over(books, read):
    """Some programs leave out where cells are; ours come behind them all the same."""
    path = books.xlsx((MORNING, "a", 1001))
    rewrite(path, lambda xml: re.sub(rb' r="[A-Z]+\d+"', b"", xml))
    plan = read(path)
    again = read(copy(path, read, [(TITLES[0], {2: "done"})]))
    assert again.records == plan.records
    assert again.sheet.rows[1][3:] == ["done"]


def rewrite(path, change):
    """Write a workbook anew with its sheet changed."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w") as out:
        for name, content in parts.items():
            out.writestr(name, change(content) if name.endswith("sheet1.xml") else content)


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.csv"])
def test_the_content_decides_what_a_copy_is(books, read, name):
    """An ODS file under another name, or a Google sheet whose title is a file's, becomes CSV."""
    path = books.folder / name
    path.write_bytes((CORPUS / "lo_gap.ods").read_bytes())
    target = copy(path, read, [(TITLES[0], {4: "done"})])
    assert target.name == "plan.results.csv"
    assert Source(books.folder / "Plan.xlsx", b"").beside(".results").suffix == ".csv"


def test_a_midnight_is_still_one_in_a_copy(books, read):
    """The time of day that an ODS file shows goes along as text."""
    path = books.folder / "plan.ods"
    path.write_bytes((CORPUS / "lo_spaces.ods").read_bytes())
    plan = read(path)
    again = read(copy(path, read, [(TITLES[0], {2: "done"})]))
    assert (again.records, len(again.problems.rows)) == (plan.records, len(plan.problems.rows))


def test_an_ods_plan_gets_its_results_as_csv(books, read):
    """What can't be changed in place is written as a table beside it."""
    path = books.folder / "plan.ods"
    path.write_bytes((CORPUS / "lo_gap.ods").read_bytes())
    target = copy(path, read, [(TITLES[0], {4: "done"})])
    assert target.name == "plan.results.csv"
    assert '"2026-10-25 03:30:00","Once","1001","done"' in target.read_text(encoding="utf-8-sig")


@given(st.text(max_size=20))
def test_nothing_that_we_add_is_a_formula(text):
    """No text of ours begins like a formula."""
    assert not neutral(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_sheet_that_is_laid_out_in_another_way_is_left_alone(books):
    """Where no cell can be added safely, nothing is written."""
    path = books.xlsx((MORNING, "a", 1001))
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet/>"
    with zipfile.ZipFile(path, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    with pytest.raises(SheetError, match="no copy"):
        with_cells(path.read_bytes(), "Plan", {2: {5: "x"}})


def test_the_template_is_a_plan(books, read, directory):
    """A row filled in from the drop-down is read; the list offers names that are understood."""
    profiles = directory.profiles()
    path = books.folder / "new.xlsx"
    path.write_bytes(template.workbook(profiles))
    book = openpyxl.load_workbook(path)
    assert book[LISTS_SHEET].sheet_state == "hidden"
    offered = [row[0].value for row in book[LISTS_SHEET].rows]
    assert len(offered) == len(profiles)
    places = {cell.value: cell.column for cell in book["Plan"][1]}
    lists = [v for v in book["Plan"].data_validations.dataValidation if v.type == "list"]
    letters = {str(v.sqref)[0] for v in lists}
    assert letters == {book["Plan"].cell(1, places[one]).column_letter for one in LISTED}
    assert lists[0].formula1 == f"'{LISTS_SHEET}'!$A$1:$A${len(offered)}"
    for n, name in enumerate(offered, 2):
        row = {"ID": n, "Date": MORNING.date(), "Time": MORNING.time(), "Profiles": name}
        for header, value in {**row, "Text": "Hello", "Status": template.STATUSES[0]}.items():
            book["Plan"].cell(n, places[header], value)
    for n, word in enumerate(template.STATUSES, len(offered) + 2):
        row = {"ID": n, "Date": MORNING, "Profiles": offered[0], "Text": f"Post {n}"}
        for header, value in {**row, "Status": word}.items():
            book["Plan"].cell(n, places[header], value)
        book["Plan"].cell(n, places["Date"]).number_format = "yyyy\\-mm\\-dd"
    book.save(path)
    plan = read(path, directory)
    held = [word for word in template.STATUSES if held_word(word)]
    assert (len(plan.held), 0 < len(held) < len(template.STATUSES)) == (len(held), True)
    plan.records = plan.records[: len(offered)]
    assert {one["scheduled_send_time"] for one in plan.records} == {"2026-03-14T08:30:00Z"}
    assert not plan.problems.items
    assert [note.partition(":")[0] for note in plan.notes] == ["Kept back by their status"]
    assert [r["social_profile_ids"] for r in plan.records] == [[p.id] for p in profiles]


def test_the_template_gives_ids_where_names_are_not_clear():
    """Two profiles of one name are offered by id, and without an account there are networks."""
    twins = [Profile("1", "TWITTER", "a"), Profile("2", "TWITTER", "A"), Profile("3", "X;", "b")]
    assert template.choices(twins) == ["1", "2", "3"]
    assert template.choices([])[0] == "facebook: "
