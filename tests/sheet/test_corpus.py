# ruff: noqa: E501, RUF001 - a table of sheets, one per line, with the characters that people type
"""The corpus: each row is read exactly as a person reads it, or rejected with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tap_hootsuite_sheet.problems import SheetError

CORPUS = Path(__file__).parent / "corpus"
MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
DAY = dt.date(2026, 3, 14)
AT = "2026-03-14T08:30:00Z"  # 09:30 in Berlin
FOUR = ("Date", "Time", "Text", "Profiles")
US = ("MM/DD/YYYY", "MM/DD/YYYY HH:mm:ss")


@dataclass(frozen=True)
class Case:
    """A sheet, and what a person reads in it: posts by row, and what is wrong by row."""

    name: str
    make: Callable[[Any], Path]
    posts: dict[int, tuple[str, str]] = field(default_factory=dict)
    wrong: dict[int, str] = field(default_factory=dict)
    fails: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    note: str = ""


def xlsx(name: str, *rows: Sequence[Any], **rest: Any) -> Case:
    """A sheet written by openpyxl."""
    header = rest.pop("header", ("Date", "Text", "Profiles"))
    change = rest.pop("change", None)
    return Case(name, lambda books: books.xlsx(*rows, header=header, change=change), **rest)


def csv(name: str, text: str, encoding: str = "utf-8", **rest: Any) -> Case:
    """A CSV file written by hand."""
    return Case(name, lambda books: books.csv(text, encoding), **rest)


def stored(name: str, **rest: Any) -> Case:
    """A file that LibreOffice wrote."""
    return Case(name, lambda _: CORPUS / name, **rest)


def formatted(cell: str, code: str) -> Callable[[Any], None]:
    """Change a cell's number format."""

    def change(sheet):
        sheet[cell].number_format = code

    return change


def mac(sheet: Any) -> None:
    """Count days from 1904."""
    sheet.parent.epoch = CALENDAR_MAC_1904


def hide_first(sheet: Any) -> None:
    """Hide the plan and show another one."""
    sheet.sheet_state = "hidden"
    other = sheet.parent.create_sheet("Now")
    other.append(["Date", "Text", "Profiles"])
    other.append([MORNING, "New", 1001])
    sheet.parent.active = 1


def error_cell(sheet: Any) -> None:
    """Put a failed formula where the text belongs."""
    sheet["B2"].value, sheet["B2"].data_type = "#REF!", "e"


def far_away(sheet: Any) -> None:
    """Type something into the very last cell."""
    sheet["XFD1048576"] = "x"


def dates_below(sheet: Any) -> None:
    """Format empty cells down to the end, as one does by clicking a column's letter."""
    for row in (5_000, 1_048_576):
        sheet.cell(row, 1).number_format = "yyyy-mm-dd"


GOOD = {2: (AT, "Hello")}
PLAIN_LO = {
    4: (AT, "Hello\nWorld"),
    5: ("2026-03-15T20:05:00Z", "Grüße & Küsse 🌷"),
    7: ("2026-03-16T09:15:00Z", "Third"),
}
SPACES_LO = {
    2: (AT, "two  spaces andtab"),
    3: ("2026-03-14T23:00:00Z", "Midnight"),
    5: ("2026-03-17T23:00:00Z", "Nearly midnight"),
}
ERRORS_LO = {3: (AT, "ab"), 4: (AT, "Padded")}
GAPS_LO = {2: "clocks skip", 3: "happens twice"}

LIBREOFFICE = [
    *(stored(f"lo_plain.{kind}", posts=PLAIN_LO) for kind in ("ods", "xlsx")),
    *(
        stored(f"lo_plain_{kind}.csv", posts=PLAIN_LO, options={"date_formats": US})
        for kind in ("semicolon_utf8", "comma_utf16", "quoted")
    ),
    stored(
        "lo_plain_tab_1252.csv",
        posts=PLAIN_LO | {5: ("2026-03-15T20:05:00Z", "Grüße & Küsse ?")},
        options={"date_formats": US, "encoding": "cp1252"},
    ),
    *(
        stored(
            f"lo_errors.{kind}",
            posts=ERRORS_LO,
            wrong={2: "error of a formula", 5: "not a time of day", 6: "logical value"},
        )
        for kind in ("ods", "xlsx")
    ),
    stored(
        "lo_errors_semicolon_utf8.csv",
        posts=ERRORS_LO | {6: (AT, "TRUE")},
        wrong={2: "error of a formula", 5: "not a time of day"},
        options={"date_formats": US},
    ),
    *(
        stored(f"lo_spaces.{k}", posts=SPACES_LO, wrong={4: "no time of day"})
        for k in ("ods", "xlsx")
    ),
    *(
        stored(
            f"lo_spaces_{kind}.csv",
            posts=SPACES_LO,
            wrong={4: "does not fit the layout"},
            options={"date_formats": US},
        )
        for kind in ("semicolon_utf8", "comma_utf16", "tab_1252")
    ),
    *(
        stored(f"lo_gap.{k}", posts={4: ("2026-10-25T02:30:00Z", "Once")}, wrong=GAPS_LO)
        for k in ("ods", "xlsx")
    ),
    *(
        stored(
            f"lo_merged.{kind}",
            posts={4: ("2026-03-15T08:30:00Z", "Three")},
            wrong={2: "merged over 2 rows", 3: "no date"},
        )
        for kind in ("ods", "xlsx")
    ),
    *(stored(f"lo_1904.{kind}", posts={2: (AT, "Mac")}) for kind in ("ods", "xlsx")),
    *(stored(f"lo_repeated.{kind}", posts={2: (AT, "One")}) for kind in ("ods", "xlsx")),
    *(
        stored(
            f"lo_hidden.{kind}", posts={2: (AT, "New")}, note="Hidden sheets are ignored: Archive"
        )
        for kind in ("ods", "xlsx")
    ),
]

DATES = [
    xlsx("date-time cell", (MORNING, "Hello", 1001), posts=GOOD),
    xlsx("date and time cells", (DAY, dt.time(9, 30), "Hello", 1001), header=FOUR, posts=GOOD),
    xlsx("date cell, time as text", (DAY, "9:30", "Hello", 1001), header=FOUR, posts=GOOD),
    xlsx("time with am and pm", (DAY, "9:30 am", "Hello", 1001), header=FOUR, posts=GOOD),
    xlsx("duration of nine and a half hours", (DAY, dt.timedelta(hours=9.5), "Hello", 1001),
         header=FOUR, wrong={2: "not a time of day"}),
    xlsx("ISO text", ("2026-03-14 09:30", "Hello", "1001"), posts=GOOD),
    xlsx("ISO text with T and seconds", ("2026-03-14T09:30:00", "Hello", "1001"), posts=GOOD),
    xlsx("ISO text in UTC", ("2026-03-14T08:30:00Z", "Hello", "1001"), posts=GOOD),
    xlsx("ISO text with an offset", ("2026-03-14T17:30+09:00", "Hello", "1001"), posts=GOOD),
    xlsx("German text undeclared", ("14.03.2026 09:30", "Hello", 1001), wrong={2: "only one way"}),
    xlsx("German text declared", ("14.03.2026 09:30", "Hello", 1001), posts=GOOD,
         options={"date_formats": ("DD.MM.YYYY HH:mm",)}),
    xlsx("American text declared", ("3/14/2026 9:30 AM", "Hello", 1001), posts=GOOD,
         options={"date_formats": ("M/D/YYYY h:mm a",)}),
    xlsx("strptime layout", ("14/03/2026 09:30", "Hello", 1001), posts=GOOD,
         options={"date_formats": ("%d/%m/%Y %H:%M",)}),
    xlsx("month by name", ("14 March 2026 09:30", "Hello", 1001), posts=GOOD,
         options={"date_formats": ("D MMMM YYYY HH:mm",)}),
    xlsx("two layouts that disagree", ("03/04/2026 09:30", "Hello", 1001), wrong={2: "can be read as"},
         options={"date_formats": ("DD/MM/YYYY HH:mm", "MM/DD/YYYY HH:mm")}),
    xlsx("two layouts, one fits", ("14/03/2026 09:30", "Hello", 1001), posts=GOOD,
         options={"date_formats": ("DD/MM/YYYY HH:mm", "MM/DD/YYYY HH:mm")}),
    xlsx("no such day", ("2026-02-30 09:30", "Hello", 1001), wrong={2: "no calendar has"}),
    xlsx("1:30 for a date", ("1:30", "Hello", 1001), wrong={2: "time of day, not a date"}),
    xlsx("time cell for a date", (dt.time(1, 30), "Hello", 1001), wrong={2: "time of day, not a date"}),
    xlsx("number for a date", (46095.395833, "Hello", 1001), wrong={2: "a number, not a date"}),
    xlsx("number formatted as a date", (46095.3958333333, "Hello", 1001), posts=GOOD,
         change=formatted("A2", "d. mmmm yyyy")),
    xlsx("a second lost in fractions", (46095.395833332, "Hello", 1001), posts=GOOD,
         change=formatted("A2", "yyyy-mm-dd hh:mm")),
    xlsx("1904 epoch", (MORNING, "Hello", 1001), posts=GOOD, change=mac),
    xlsx("date without a time", (DAY, "Hello", 1001), wrong={2: "no time of day"}),
    xlsx("midnight that is shown", (dt.datetime(2026, 3, 14), "Hello", 1001),  # noqa: DTZ001
         posts={2: ("2026-03-13T23:00:00Z", "Hello")}),
    xlsx("time in both columns", (MORNING, dt.time(10, 0), "Hello", 1001), header=FOUR,
         wrong={2: "already has a time"}),
    xlsx("no date", ("", "Hello", 1001), wrong={2: "there is no date"}),
    xlsx("logical value for a date", (True, "Hello", 1001), wrong={2: "logical value"}),
    xlsx("gap", ("2026-03-29 02:30", "Hello", 1001), wrong={2: "clocks skip"}),
    xlsx("repeated hour", ("2026-10-25 02:30", "Hello", 1001), wrong={2: "happens twice"}),
    xlsx("repeated hour with its offset", ("2026-10-25T02:30+01:00", "Hello", 1001),
         posts={2: ("2026-10-25T01:30:00Z", "Hello")}),
    xlsx("zone column", ("2026-03-14 03:30", "America/New_York", "Hello", 1001),
         header=("Date", "Time zone", "Text", "Profiles"),
         posts={2: ("2026-03-14T07:30:00Z", "Hello")}),
    xlsx("zone by abbreviation", ("2026-03-14 03:30", "EST", "Hello", 1001),
         header=("Date", "Time zone", "Text", "Profiles"), wrong={2: "not a time zone"}),
    xlsx("zone and offset disagree", ("2026-03-14T03:30Z", "America/New_York", "Hello", 1001),
         header=("Date", "Time zone", "Text", "Profiles"), wrong={2: "has an offset"}),
    xlsx("no zone at all", (MORNING, "Hello", 1001), wrong={2: "no time zone"},
         options={"timezone": None}),
    xlsx("year 9999", ("9999-12-31 23:59", "Hello", 1001), wrong={2: "outside the calendar"},
         options={"timezone": "America/New_York"}),
]  # fmt: skip

CELLS = [
    xlsx("number for a text", (MORNING, 42, 1001), wrong={2: "a number, not text"}),
    xlsx("number as text", (MORNING, "42", "1001"), posts={2: (AT, "42")}),
    xlsx("logical value for a text", (MORNING, True, 1001), wrong={2: "logical value"}),
    xlsx("date for a text", (MORNING, DAY, 1001), wrong={2: "date or time, not text"}),
    xlsx("failed formula", (MORNING, "", 1001), wrong={2: "error of a formula"}, change=error_cell),
    xlsx("formula without a result", (MORNING, '="a"&"b"', 1001), wrong={2: "without a stored result"}),
    xlsx("error as text", (MORNING, "#N/A", 1001), wrong={2: "error of a formula"}),
    xlsx("hashtag alone", (MORNING, "#Hello", 1001), posts={2: (AT, "#Hello")}),
    xlsx("text that looks like a formula", (MORNING, "'=1+1 is two", 1001),
         posts={2: (AT, "'=1+1 is two")}),
    xlsx("outer space", (MORNING, "  Hello \n", 1001), posts=GOOD),
    xlsx("decomposed letters", (MORNING, "Cafe\u0301", 1001), posts={2: (AT, "Café")}),
    xlsx("carriage returns", (MORNING, "a_x000D_\nb", 1001), posts={2: (AT, "a\nb")}),
    xlsx("right-to-left and emoji", (MORNING, "שלום 👩‍👩‍👧", 1001), posts={2: (AT, "שלום 👩‍👩‍👧")}),
    xlsx("garbled", (MORNING, "GrÃ¼Ã\u009fe", 1001), wrong={2: "one encoding and opened in another"}),
    xlsx("lost characters", (MORNING, "Gr\ufffde", 1001), wrong={2: "lost"}),
    xlsx("nothing to post", (MORNING, "", 1001), wrong={2: "nothing to post"}),
    xlsx("no profile", (MORNING, "Hello", ""), wrong={2: "no profile"}),
    xlsx("profile id as a number", (MORNING, "Hello", 1001), posts=GOOD),
    xlsx("profile id with decimals", (MORNING, "Hello", 10.5), wrong={2: "decimals"}),
    xlsx("profile id of 17 digits", (MORNING, "Hello", 12345678901234567), wrong={2: "15 digits"}),
    xlsx("profile that nobody knows", (MORNING, "Hello", "acme"), wrong={2: "names no profile"}),
    xlsx("profile id shown with zeros", (MORNING, "Hello", 7), wrong={2: "shows differently"},
         change=formatted("C2", "00000")),
    xlsx("merged texts", (MORNING, "Hello", 1001), (MORNING, None, 1002),
         wrong={2: "merged over", 3: "nothing to post"}, change=lambda s: s.merge_cells("B2:B3")),
    xlsx("merged title", (DAY,), ("Date", "Text", "Profiles"), (MORNING, "Hello", 1001), header=(),
         posts={3: (AT, "Hello")}, change=lambda s: s.merge_cells("A1:C1")),
    xlsx("the same post twice", (MORNING, "Hello", 1001), (MORNING, "Hello", 1001),
         posts=GOOD, wrong={3: "same post as row 2"}),
    xlsx("the same ID twice", (1, MORNING, "Hello", 1001), ("1", MORNING, "Other", 1001),
         header=("ID", "Date", "Text", "Profiles"), posts=GOOD, wrong={3: "names row 2 too"}),
    xlsx("empty lines", (MORNING, "Hello", 1001), (), ("  ",), (MORNING, "World", 1001),
         posts={2: (AT, "Hello"), 5: (AT, "World")}),
    xlsx("a heading among the rows", ("Week 12",), (MORNING, "Hello", 1001),
         posts={3: (AT, "Hello")}, wrong={2: "only one way"}),
    xlsx("formatted down to the end", (MORNING, "Hello", 1001), posts=GOOD, change=dates_below),
    xlsx("hidden sheet", (MORNING, "Old", 1), posts={2: (AT, "New")}, change=hide_first,
         note="Hidden sheets are ignored: Plan"),
    xlsx("hidden row", (MORNING, "Hello", 1001), posts=GOOD, note="Row 2 is hidden in the file",
         change=lambda s: setattr(s.row_dimensions[2], "hidden", True)),
]  # fmt: skip

SHEETS = [
    xlsx("title rows", ("Spring",), (), ("When", "Copy", "Accounts"), (MORNING, "Hello", 1001),
         header=(), posts={4: (AT, "Hello")}),
    xlsx("synonyms in capitals", (MORNING, "Hello", 1001),
         header=("PUBLISH-DATE", " message ", "Social_Profiles"), posts=GOOD),
    xlsx("unknown columns", (MORNING, "Hello", 1001, "ok"), header=("Date", "Text", "Profiles", "Boss"),
         posts=GOOD, note="ignored: Boss"),
    xlsx("mapped column", (MORNING, "Hello", 1001), header=("Wann", "Beitrag", "Profiles"), posts=GOOD,
         options={"columns": {"date": "Wann", "text": "Beitrag"}}),
    xlsx("mapped column that is missing", (MORNING, "Hello", 1001), fails="no column 'Beitrag'",
         options={"columns": {"text": "Beitrag"}}),
    xlsx("two texts", (MORNING, "Hello", "x", 1001), header=("Date", "Text", "Message", "Profiles"),
         fails="all mean text"),
    xlsx("no header", (MORNING, "Hello", 1001), header=(), fails="no header row"),
    xlsx("header alone", fails="no rows below"),
    xlsx("named sheet", (MORNING, "Hello", 1001), posts=GOOD, options={"sheet": "plan"}),
    xlsx("no such sheet", (MORNING, "Hello", 1001), options={"sheet": "Mai"}, fails="has no sheet 'Mai'"),
    xlsx("a cell at the end of the world", (MORNING, "Hello", 1001), change=far_away,
         fails="row 1,048,576 and column XFD"),
    csv("comma", "Date,Text,Profiles\n2026-03-14 09:30,Hello,1001\n", posts=GOOD),
    csv("semicolon", 'Date;Text;Profiles\n2026-03-14 09:30;"a; b, c";1001\n', posts={2: (AT, "a; b, c")}),
    csv("tab", "Date\tText\tProfiles\n2026-03-14 09:30\tHello, you; there\t1001\n",
        posts={2: (AT, "Hello, you; there")}),
    csv("byte order mark", "\ufeffDate,Text,Profiles\n2026-03-14 09:30,Grüße,1001\n",
        posts={2: (AT, "Grüße")}),
    csv("cp1252 declared", "Date,Text,Profiles\n2026-03-14 09:30,“Grüße” – 5 €,1001\n", "cp1252",
        posts={2: (AT, "“Grüße” – 5 €")}, options={"encoding": "cp1252"}),
    csv("cp1252 undeclared", "Date,Text,Profiles\n2026-03-14 09:30,Grüße,1001\n", "cp1252",
        fails="'2026-03-14 09:30,Grüße,1001'"),
    csv("cp1251 is not taken for cp1252", "Date,Text,Profiles\n2026-03-14 09:30,Привет,1001\n", "cp1251",
        fails="is not UTF-8 text"),
    csv("UTF-16 with a mark", "Date\tText\tProfiles\n2026-03-14 09:30\tGrüße\t1001\n", "utf-16",
        posts={2: (AT, "Grüße")}),
    csv("old Macintosh line ends", "Date,Text,Profiles\r2026-03-14 09:30,Hello,1001\r", posts=GOOD),
    csv("separator line of Excel", "sep=;\r\nDate;Text;Profiles\r\n2026-03-14 09:30;Hello;1001\r\n",
        posts={3: (AT, "Hello")}),
    csv("line breaks in a text", 'Date,Text,Profiles\n2026-03-14 09:30,"a\r\nb ""c""",1001\n',
        posts={2: (AT, 'a\nb "c"')}),
    csv("leading zeros", "ID,Date,Text,Profiles\n007,2026-03-14 09:30,Hello,00123\n", posts=GOOD),
    csv("comma in a bare text", "Date,Text,Profiles\n2026-03-14 09:30,Hello, you,1001\n",
        wrong={2: "4 cells, not 3"}),
    csv("quotation mark out of place", 'Date,Text,Profiles\n2026-03-14 09:30,"Hello" you,1001\n',
        fails="quotation mark"),
    csv("quotation mark left open", 'Date,Text,Profiles\n2026-03-14 09:30,"Hello,1001\n',
        fails="quotation mark"),
    csv("a web page", "<!DOCTYPE html><html></html>", fails="not a spreadsheet"),
    csv("bulk composer file", '03/14/2026 09:30,"Hello, you",https://example.com/a\n'
        "03/14/2026 09:35,World\n",
        posts={1: (AT, "Hello, you https://example.com/a"), 2: ("2026-03-14T08:35:00Z", "World")},
        options={"composer_date_format": "mm/dd/yyyy hh:mm", "profiles": ("1001",)}),
    csv("bulk composer file in another layout", "14/03/2026 09:30,Hello\n",
        wrong={1: "does not fit the layout mm/dd/yyyy hh:mm; all dates of the column fit DD/MM"},
        options={"composer_date_format": "mm/dd/yyyy hh:mm", "profiles": ("1001",)}),
    csv("a field of a megabyte", "Date,Text,Profiles\n2026-03-14 09:30," + "x" * 1_000_000 + ",1001\n",
        posts={2: (AT, "x" * 1_000_000)}),
]  # fmt: skip

CASES = [*LIBREOFFICE, *DATES, *CELLS, *SHEETS]


def test_the_corpus_is_large_enough():
    """There are at least 60 sheets, each with a name of its own."""
    assert len({case.name for case in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_sheet_is_read_as_a_person_reads_it(case, books, read):
    """Each row of the sheet is the expected post, or has the expected problem; no other row is there."""
    path = case.make(books)
    if case.fails:
        with pytest.raises(SheetError, match=r".") as caught:
            read(path, **case.options)
        assert case.fails in str(caught.value)
        return
    plan = read(path, **case.options)
    posts = {
        row: (record["scheduled_send_time"], record["text"])
        for row, record in zip(plan.rows, plan.records, strict=True)
    }
    assert posts == case.posts
    assert plan.problems.rows == set(case.wrong)
    for row, reason in case.wrong.items():
        assert any(p.row == row and reason in p.message for p in plan.problems.items), plan.problems
    assert case.note in " ".join(plan.notes)
