"""Rows of a sheet whose text was garbled are refused, and taken where a person says so."""

from __future__ import annotations

import pytest


def test_a_bad_row_shows_the_repaired_text(books, read):
    """The remedy is the text itself; nothing of the row is sent."""
    plan = read(books.csv("ID,Date,Text,Profiles\n7,2026-03-14 09:30,GrÃ¼Ãe und KÃ¼sse,1\n"))
    (problem,) = plan.problems.items
    assert "opened in another" in problem.message
    assert not plan.records
    plan = read(books.csv("ID,Date,Text,Profiles\n7,2026-03-14 09:30,KÃ¼sse,1\n"))
    (problem,) = plan.problems.items
    assert "Küsse" in problem.remedy
    assert problem.setting == "as_is"


@pytest.mark.parametrize("row", ["7", "1"])
def test_a_named_row_is_taken_as_it_is(books, read, row):
    """By its ID, not by its number where it has an ID; other rows stay refused."""
    path = books.csv(
        "ID,Date,Text,Profiles\n7,2026-03-14 09:30,KÃ¼sse,1\n8,2026-03-14 09:31,KÃ¼sse,1\n"
    )
    plan = read(path, as_is=frozenset({row}))
    taken = [(record["text"], record["as_is"]) for record in plan.records]
    assert taken == ([("KÃ¼sse", True)] if row == "7" else []), "the target is told"


def test_a_row_without_id_is_named_by_its_number(books, read):
    """As the message tells it."""
    path = books.csv("Date,Text,Profiles\n2026-03-14 09:30,KÃ¼sse,1\n")
    assert len(read(path, as_is=frozenset({"2"})).records) == 1


@pytest.mark.parametrize("control", ["\x80", "\x85", "\x8d", "\x9f"])
def test_c1_controls_are_never_sent(books, read, control):
    """Not even from a row that was declared right."""
    path = books.csv(f"Date,Text,Profiles\n2026-03-14 09:30,a{control}b,1\n")
    plan = read(path, as_is=frozenset({"2"}))
    assert not plan.records
    assert "control characters" in plan.problems.items[0].message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ã“ã‚“ã«ã¡ã¯", "Copy it again from the original"),  # noqa: RUF001 - as it is read
        ("Gr\ufffd\ufffdße", "Type the text anew"),
    ],
)
def test_lost_letters_make_a_bad_row_without_a_proposal(books, read, text, said):
    """Nobody can tell what stood there, so nothing is shown as repaired."""
    plan = read(books.csv(f"Date,Text,Profiles\n2026-03-14 09:30,{text},1\n"))
    (problem,) = plan.problems.items
    assert said in str(problem)
    assert "should probably read" not in str(problem)


@pytest.mark.parametrize("text", ["Gr??e", "T&uuml;r"])
def test_what_may_be_meant_is_a_warning(books, read, text):
    """The row is sent; who declares that it is right hears no more of it."""
    path = books.csv(f"Date,Text,Profiles\n2026-03-14 09:30,{text},1\n")
    plan = read(path)
    assert (len(plan.records), len(plan.warnings[2])) == (1, 1)
    assert read(path, as_is=frozenset({"2"})).warnings == {}
