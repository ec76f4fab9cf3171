"""Plans without IDs that live on: a post that left the plan is neither forgotten nor doubled."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
HEADER = ("Date", "Text", "Profiles", "Status")


@pytest.fixture
def plan(books, profiles):
    """Write a plan without IDs: a day and a text for each row, and maybe a status."""

    def write(*rows, name="plan"):
        to = profiles["FACEBOOKPAGE"]
        cells = [
            (MORNING + dt.timedelta(days=day), text, to, *(status or ("",)))
            for day, text, *status in rows
        ]
        return books.xlsx(*cells, header=HEADER, name=f"{name}.xlsx")

    return write


def texts(sandbox):
    return sorted(one["text"] for one in sandbox.truth("messages") if one["text"][:4] == "Post")


def said(result):
    return " ".join(result.output.split())


LEFT = {
    "removed": [(1, "Post A")],
    "a draft": [(1, "Post A"), (2, "Post B", "draft")],
    "an edited draft": [(1, "Post A"), (2, "Post B, later", "idea")],
}


@pytest.mark.parametrize("rows", LEFT.values(), ids=LEFT)
def test_a_row_that_left_and_comes_back_edited_is_stopped(plan, hootsuite, sandbox, rows):
    """However many runs lie between, its first post would stand beside the second one."""
    assert hootsuite(plan((1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    for _ in range(2):
        result = hootsuite(plan(*rows), "--yes")
        assert result.exit_code == 0, result.output
        assert "stays scheduled" in said(result)
    path = plan((1, "Post A"), (2, "Post B, edited"))
    for options in (("--yes",), ("--yes", "--skip-bad"), ("--dry-run",)):
        result = hootsuite(path, *options)
        assert result.exit_code == 1, result.output
        for word in ("Post B", "--add-ids", "--delete-removed", "--edited-rows-are-new"):
            assert word in said(result)
    assert texts(sandbox) == ["Post A", "Post B"]


def test_the_edited_row_can_get_its_post_back(plan, books, hootsuite, sandbox):
    """--add-ids gives it the key of its post, although the last results don't have the row."""
    assert hootsuite(plan((1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    assert hootsuite(plan((1, "Post A")), "--yes").exit_code == 0
    assert hootsuite(plan((1, "Post A"), (2, "Post B, edited")), "--add-ids").exit_code == 0
    result = hootsuite(books.folder / "plan.ids.xlsx", "--yes")
    assert result.exit_code == 0, result.output
    assert texts(sandbox) == ["Post A", "Post B, edited"]


def test_an_edit_can_replace_what_left_by_deleting_it(plan, hootsuite, sandbox):
    """--delete-removed deletes the first version: nothing is doubled, so nothing is asked."""
    assert hootsuite(plan((1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    result = hootsuite(plan((1, "Post A"), (2, "Post B, edited")), "--yes", "--delete-removed")
    assert result.exit_code == 0, result.output
    assert texts(sandbox) == ["Post A", "Post B, edited"]


def test_what_left_is_deleted_in_a_later_run(plan, hootsuite, sandbox):
    """The run in which the row left has written its results: the journal still knows the post."""
    assert hootsuite(plan((1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    path = plan((1, "Post A"))
    assert hootsuite(path, "--yes").exit_code == 0
    result = hootsuite(path, "--yes", "--delete-removed")
    assert "Deleted: 1 post" in result.output
    assert texts(sandbox) == ["Post A"]
    assert "No longer" not in hootsuite(path, "--yes").output


def test_a_draft_is_never_deleted(plan, hootsuite, sandbox):
    """A row that is kept back is still in the plan, whatever it is known by."""
    assert hootsuite(plan((1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    path = plan((1, "Post A"), (2, "Post B", "draft"))
    result = hootsuite(path, "--yes", "--delete-removed")
    assert result.exit_code == 0, result.output
    assert "Row 3 is kept back, its post stays scheduled" in said(result)
    assert texts(sandbox) == ["Post A", "Post B"]


def test_a_new_row_is_asked_about_once(plan, hootsuite, sandbox):
    """Who said that it is new is not asked again, and the post that left is still listed."""
    assert hootsuite(plan((1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    rows = [(1, "Post A"), (3, "Post C")]
    assert hootsuite(plan(*rows), "--yes").exit_code == 1
    assert hootsuite(plan(*rows), "--yes", "--edited-rows-are-new").exit_code == 0
    result = hootsuite(plan(*rows, (4, "Post D")), "--yes")
    assert result.exit_code == 0, result.output
    assert "No longer in the plan, stays scheduled" in said(result)
    assert texts(sandbox) == ["Post A", "Post B", "Post C", "Post D"]


def test_a_row_that_came_back_is_guarded_again(plan, hootsuite, sandbox):
    """What the person said was about the time in which it was not there."""
    first = [(1, "Post A"), (2, "Post B")]
    assert hootsuite(plan(*first), "--yes").exit_code == 0
    rows = plan((1, "Post A"), (3, "Post C"))
    assert hootsuite(rows, "--yes", "--edited-rows-are-new").exit_code == 0
    assert hootsuite(plan(*first, (3, "Post C")), "--yes").exit_code == 0
    path = plan((1, "Post A"), (2, "Post B, edited"), (3, "Post C"))
    assert hootsuite(path, "--yes").exit_code == 1
    assert texts(sandbox) == ["Post A", "Post B", "Post C"]


@pytest.mark.parametrize("same", [(), ("--same-plan", "plan")])
def test_a_plan_under_another_name_is_known_by_its_rows(plan, hootsuite, sandbox, same):
    """Saved as a copy and edited in one row: the row's first version would stay."""
    assert hootsuite(plan((1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    path = plan((1, "Post A"), (2, "Post B, edited"), name="plan v2")
    result = hootsuite(path, "--yes", *same)
    assert result.exit_code == 1, result.output
    assert "plan" in said(result)
    assert texts(sandbox) == ["Post A", "Post B"]
    assert hootsuite(path, "--add-ids").exit_code == 0
    result = hootsuite(path.with_name("plan v2.ids.xlsx"), "--yes")
    assert result.exit_code == 0, result.output
    assert texts(sandbox) == ["Post A", "Post B, edited"]


def test_posts_of_another_plan_are_not_deleted(plan, hootsuite, sandbox):
    """Two plans that share a row are two plans: neither deletes what the other scheduled."""
    assert hootsuite(plan((1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    result = hootsuite(plan((1, "Post A"), name="june"), "--yes", "--delete-removed")
    assert result.exit_code == 0, result.output
    assert texts(sandbox) == ["Post A", "Post B"]


def test_a_plan_of_other_rows_is_another_plan(plan, hootsuite, sandbox):
    """It shares no row with the first, so nothing of it can be an edit."""
    assert hootsuite(plan((1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    result = hootsuite(plan((3, "Post C"), name="june"), "--yes")
    assert result.exit_code == 0, result.output
    assert texts(sandbox) == ["Post A", "Post B", "Post C"]


def test_ids_that_were_added_keep_the_freedom_of_ids(plan, books, hootsuite, sandbox, profiles):
    """Rows of a plan with IDs leave and come, run after run, and nothing is asked."""
    assert hootsuite(plan((1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    assert hootsuite(books.folder / "plan.xlsx", "--add-ids").exit_code == 0
    path = books.folder / "plan.ids.xlsx"
    assert hootsuite(path, "--yes").exit_code == 0
    book = openpyxl.load_workbook(path)
    header = [cell.value for cell in book.active[1]]
    book.active.delete_rows(3)
    for day, text in ((0, ""), (5, "Post E"), (6, "Post F")):
        if day:
            moment = MORNING + dt.timedelta(days=day)
            row = {"Date": moment, "Text": text, "Profiles": profiles["FACEBOOKPAGE"], "ID": text}
            book.active.append([row.get(name, "") for name in header])
        book.save(path)
        result = hootsuite(path, "--yes")
        assert result.exit_code == 0, result.output
        assert "No longer in the plan, stays scheduled" in said(result)
    assert texts(sandbox) == ["Post A", "Post B", "Post E", "Post F"]
