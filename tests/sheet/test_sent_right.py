"""What would go out wrong is a bad row, or a warning: links, doubles, separators, midnight."""

from __future__ import annotations

import datetime as dt

import pytest

MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
LINKED = ("Date", "Text", "Profiles", "Link")


@pytest.mark.parametrize(
    ("text", "link", "sent"),
    [
        ("See https://example.com/map", "https://example.com", True),
        ("See https://example.com", "https://example.com", False),
        ("See https://example.com.", "https://example.com", False),
        ("(https://EXAMPLE.com/)", "https://example.com", False),
        ("https://example.com/a?b=1", "https://example.com/a", True),
        ("https://example.com/ab", "https://example.com/a", True),
        ("https://sub.example.com", "https://example.com", True),
        ("“https://example.com/a”", "https://example.com/a", False),
    ],
)
def test_a_link_is_left_out_only_where_the_text_has_the_whole_of_it(books, read, text, link, sent):
    """The start of another address is not the link."""
    (record,) = read(books.xlsx((MORNING, text, 1, link), header=LINKED)).records
    assert record["text"] == (f"{text} {link}" if sent else text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2026-03-14 09:30,,Hello,1003,", "2026-03-14 09:30,,Hello,x: acme_news,"),
        ("2026-03-14 09:30,,Hello,1003,", "2026-03-14 08:30,UTC,Hello,1003,"),
        (
            "2026-03-14 09:30,,Hello https://a.example,1003,",
            "2026-03-14 09:30,,Hello,1003,https://a.example",
        ),
        ("2026-03-14 09:30,,Hello,1001;1003,", "2026-03-14T08:30:00Z,,Hello,1004;1003,"),
    ],
)
def test_one_post_twice_is_a_bad_row(books, read, directory, first, second):
    """Judged by what would be sent, however the cells are written, and with IDs as well."""
    path = books.csv(f"ID,Date,Time zone,Text,Profiles,Link\n1,{first}\n2,{second}\n")
    plan = read(path, directory)
    assert len(plan.records) == 1
    (problem,) = plan.problems.items
    assert "same post as row 2" in problem.message


def test_two_posts_that_differ_are_two_posts(books, read):
    """Another minute, another profile, another text."""
    rows = ["2026-03-14 09:30,A,1", "2026-03-14 09:31,A,1", "2026-03-14 09:30,A,2"]
    plan = read(books.csv("Date,Text,Profiles\n" + "\n".join([*rows, "2026-03-14 09:30,B,1"])))
    assert (len(plan.records), plan.problems.items) == (4, [])


def test_pictures_by_link_are_separated_by_commas_as_well(books, read):
    """No address has a comma before the next address."""
    cell = "https://a.example/1.png, https://b.example/2.png"
    (record,) = read(
        books.xlsx((MORNING, "Hello", 1, cell), header=("Date", "Text", "Profiles", "Media"))
    ).records
    assert record["media"] == [
        {"url": "https://a.example/1.png"},
        {"url": "https://b.example/2.png"},
    ]


@pytest.mark.parametrize(("column", "what"), [("Tags", "tag"), ("Media", "file")])
def test_a_comma_in_a_value_is_told(books, read, column, what):
    """A tag and a file's name may have commas, so they don't separate; the person is told so."""
    header = ("Date", "Text", "Profiles", column)
    plan = read(books.xlsx((MORNING, "Hello", 1, "Kyiv, spring"), header=header))
    assert len(plan.records) == 1
    (said,) = plan.warnings[2]
    assert f"is one {what}: separate several by ; or line breaks" in said


def test_a_date_cell_at_midnight_is_told(books, read):
    """A cell that shows a date without a time as 00:00; that is seldom meant."""

    def shown(sheet):
        sheet["A2"].number_format = "yyyy\\-mm\\-dd\\ hh:mm"

    plan = read(books.xlsx((dt.date(2026, 3, 14), "Hello", 1), change=shown))
    assert [record["scheduled_send_time"] for record in plan.records] == ["2026-03-13T23:00:00Z"]
    assert "midnight" in plan.warnings[2][0]


def test_midnight_that_was_written_is_meant(books, read):
    """As text, or in a column of times."""
    plan = read(books.csv("Date,Text,Profiles\n2026-03-14 00:00,Hello,1\n"))
    assert (len(plan.records), plan.warnings) == (1, {})
    path = books.xlsx(
        (dt.date(2026, 3, 14), dt.time(0), "Hello", 1), header=("Date", "Time", "Text", "Profiles")
    )
    plan = read(path)
    assert (len(plan.records), plan.warnings) == (1, {})
