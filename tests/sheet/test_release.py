"""The column Status keeps rows back or lets them go by stated words."""

from __future__ import annotations

import pytest

from tap_hootsuite_sheet.release import GOING, HOLDING

ROW = "Date,Text,Profiles,Status\n2026-03-14 09:30,Hello,1,{}\n"


@pytest.mark.parametrize("word", [*HOLDING, "DRAFT", " On-Hold ", "do_not_post"])
def test_holding_words_keep_a_row_back(books, read, word):
    """Whatever their case, blanks and signs; the row is neither sent nor bad."""
    plan = read(books.csv(ROW.format(word)))
    assert (plan.records, plan.problems.items, list(plan.held)) == ([], [], [2])


@pytest.mark.parametrize("word", [*GOING, "", "  ", "\N{WHITE HEAVY CHECK MARK} Approved", "FINAL"])
def test_going_words_and_empty_cells_let_a_row_go(books, read, word):
    """An empty cell goes."""
    plan = read(books.csv(ROW.format(word)))
    assert (len(plan.records), plan.held) == (1, {})


@pytest.mark.parametrize("sign", ["❌", "🚫", "👎", "⏳", "🔴", "❌ rejected", "✖️"])
def test_signs_that_hold_keep_a_row_back(books, read, sign):
    """A cell of signs alone says as much as a word."""
    plan = read(books.csv(ROW.format(sign)))
    assert (plan.records, list(plan.held)) == ([], [2])


@pytest.mark.parametrize("sign", ["✅", "👍", "🟢", "✔️", "ready-to-post", "ok."])
def test_signs_that_let_go_let_a_row_go(books, read, sign):
    """What stands between words says nothing."""
    assert len(read(books.csv(ROW.format(sign))).records) == 1


DOUBTFUL = ("?", "!", "-", "approved?", "Ready??", "ok!", "🟡 approved", "✅ draft", "🤷", "…")


@pytest.mark.parametrize("word", ["scheduled", "maybe", "Anna", "7", *DOUBTFUL])
def test_any_other_word_is_a_bad_row(books, read, word):
    """The words that are known are named."""
    plan = read(books.csv(ROW.format(word)))
    assert not plan.records
    (problem,) = plan.problems.items
    assert "approved, ready, final" in problem.remedy


def test_a_row_that_is_kept_back_may_be_unfinished(books, read):
    """A draft without a date is no problem yet."""
    plan = read(books.csv("Date,Text,Profiles,Status\n,soon,,Idea\n2026-03-14 09:30,Go,1,\n"))
    assert (len(plan.records), plan.problems.items, plan.held) == (1, [], {2: "Idea"})
    assert "Kept back by their status: row 2 (Idea)." in plan.notes
