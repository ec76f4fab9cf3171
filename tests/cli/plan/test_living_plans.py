"""Plans that live on: rows that leave, rows that wait, options and pictures by link."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
HEADER = ("ID", "Date", "Text", "Profiles")


def plan_of(books, profiles, *rows, header=HEADER, **rest):
    facebook = profiles["FACEBOOKPAGE"]
    cells = [(n, MORNING + dt.timedelta(days=n), text, facebook, *more) for n, text, *more in rows]
    return books.xlsx(*cells, header=header, **rest)


def texts(sandbox):
    return sorted(one["text"] for one in sandbox.truth("messages") if one["text"][:4] == "Post")


def test_with_ids_a_row_may_leave_and_another_come(books, hootsuite, sandbox, profiles):
    """Nothing is guessed: the new row is scheduled, the post of the lost one is listed."""
    assert hootsuite(plan_of(books, profiles, (1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    path = plan_of(books, profiles, (1, "Post A, edited"), (3, "Post C"))
    (lost,) = [one for one in sandbox.truth("messages") if one["text"] == "Post B"]
    result = hootsuite(path, "--yes")
    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    assert f"No longer in the plan, stays scheduled: message {lost['id']}, Mon 16 Mar" in said
    assert texts(sandbox) == ["Post A, edited", "Post B", "Post C"]
    again = " ".join(hootsuite(path).output.split())
    assert f"stays scheduled: message {lost['id']}" in again


def test_a_removed_row_is_deleted_when_asked_for(books, hootsuite, sandbox, profiles):
    """With --delete-removed, also when there is nothing else to do; and only once."""
    assert hootsuite(plan_of(books, profiles, (1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    path = plan_of(books, profiles, (1, "Post A"))
    assert hootsuite(path, "--dry-run", "--delete-removed").exit_code == 0
    assert texts(sandbox) == ["Post A", "Post B"]
    result = hootsuite(path, "--yes", "--delete-removed")
    assert result.exit_code == 0, result.output
    assert "Deleted: 1 post" in result.output
    assert texts(sandbox) == ["Post A"]
    result = hootsuite(path, "--delete-removed")
    assert "nothing to send" in result.output
    assert "No longer" not in result.output


def test_a_profile_that_leaves_a_row_is_removed(books, hootsuite, sandbox, profiles):
    """The row's other post stays as it is."""
    both = f"{profiles['FACEBOOKPAGE']};{profiles['TWITTER']}"
    rows = (1, MORNING, "Post A", both)
    assert hootsuite(books.xlsx(rows, header=HEADER), "--yes").exit_code == 0
    path = books.xlsx((*rows[:3], profiles["FACEBOOKPAGE"]), header=HEADER)
    result = hootsuite(path, "--yes", "--delete-removed")
    assert result.exit_code == 0, result.output
    left = [one for one in sandbox.truth("messages") if one["text"] == "Post A"]
    assert [one["socialProfile"]["id"] for one in left] == [profiles["FACEBOOKPAGE"]]


def test_nothing_is_deleted_while_a_row_can_not_be_read(books, hootsuite, sandbox, profiles):
    """A row without a readable ID may be the one that seems to be lost."""
    assert hootsuite(plan_of(books, profiles, (1, "Post A"), (2, "Post B")), "--yes").exit_code == 0
    path = plan_of(books, profiles, (1, "Post A"), (2.5, "Post B"))
    result = hootsuite(path, "--yes", "--skip-bad", "--delete-removed")
    assert result.exit_code == 2
    assert texts(sandbox) == ["Post A", "Post B"]


def test_a_dry_run_lists_each_row(books, hootsuite, sandbox, profiles):
    """New, changed with the old and the new value, unchanged, removed; in the preview as well."""
    first = plan_of(books, profiles, (1, "Post A"), (2, "Post B"), (3, "Post C"))
    assert hootsuite(first, "--yes").exit_code == 0
    path = plan_of(books, profiles, (1, "Post A"), (2, "Post B, better"), (4, "Post D"))
    page = books.folder / "plan.html"
    result = hootsuite(path, "--dry-run", "--preview", page)
    assert result.exit_code == 0, result.output
    said = " ".join(result.output.split())
    for words in ("unchanged", "changed", "new", "text “Post B” -> “Post B, better”", "“Post C”"):
        assert words in said
    shown = page.read_text(encoding="utf-8")
    assert "text “Post B” -&gt; “Post B, better”" in shown
    assert "“Post C”" in shown


def test_a_row_without_id_is_still_guarded(books, hootsuite, sandbox, profiles):
    """Where rows have no ID, a lost row beside a new one may be an edit."""
    facebook = profiles["FACEBOOKPAGE"]
    assert hootsuite(books.xlsx((MORNING, "Post A", facebook)), "--yes").exit_code == 0
    result = hootsuite(books.xlsx((MORNING, "Post B", facebook)), "--yes")
    assert (result.exit_code, "--add-ids" in result.output) == (1, True)


def test_a_status_keeps_rows_back(books, hootsuite, sandbox, profiles):
    """Drafts are neither sent nor bad; what is posted already stays, and is told."""
    header = (*HEADER, "Status")
    first = plan_of(
        books, profiles, (1, "Post A", "Approved"), (2, "Post B", "draft"), header=header
    )
    result = hootsuite(first, "--yes")
    assert result.exit_code == 0, result.output
    assert "row 3 (draft)" in result.output
    assert texts(sandbox) == ["Post A"]
    copied = list(openpyxl.load_workbook(books.folder / "plan.results.xlsx").active.values)
    assert [row[5] for row in copied[1:]] == ["done", "not sent"]
    second = plan_of(
        books, profiles, (1, "Post A", "On Hold"), (2, "Post B", "READY"), header=header
    )
    result = hootsuite(second, "--yes", "--delete-removed")
    assert result.exit_code == 0, result.output
    assert "Row 2 is kept back, its post stays scheduled" in " ".join(result.output.split())
    assert texts(sandbox) == ["Post A", "Post B"]


def test_posts_are_counted_alike_everywhere(books, hootsuite, sandbox, profiles):
    """A row for two profiles is two posts: in the table, the facts and the calendar."""
    both = f"{profiles['FACEBOOKPAGE']};{profiles['TWITTER']}"
    page = books.folder / "plan.html"
    result = hootsuite(
        books.xlsx((1, MORNING, "Post A", both), header=HEADER), "--dry-run", "--preview", page
    )
    assert "1 good, 0 bad; 2 posts" in result.output
    assert "2 new, 0 replaced" in result.output
    assert "2 posts on 1 day" in page.read_text(encoding="utf-8")


def test_pictures_by_link_need_a_named_host(books, hootsuite, profiles):
    """The refusal names the option with the host, in words of somebody who schedules."""
    link = "https://images.example.com/a.png"
    path = plan_of(books, profiles, (1, "Post A", link), header=(*HEADER, "Media"))
    result = hootsuite(path, "--dry-run")
    said = " ".join(result.output.split())
    assert "say --media-hosts images.example.com" in said
    assert "media_url_hosts" not in said
    result = hootsuite(path, "--dry-run", "--media-hosts", "images.example.com")
    assert "--media-hosts" not in result.output


def test_options_are_kept_beside_the_plan(books, hootsuite, sandbox, profiles):
    """Encoding, layout, zone, aliases and profiles are said once; the command line goes first."""
    (books.folder / "names.yml").write_text(f"page: {profiles['FACEBOOKPAGE']}\n")
    path = books.csv("Date,Text,Profiles\n14/03/2026 09:30,Grüße,page\n", "cp1252")
    given = ("--encoding", "cp1252", "--date-format", "DD/MM/YYYY HH:mm")
    given = (*given, "--aliases", books.folder / "names.yml", "--timezone", "UTC")
    assert hootsuite(path, "--dry-run", "--keep-options", *given).exit_code == 0
    kept = (books.folder / "plan.options.yml").read_text(encoding="utf-8")
    assert "alias_file: names.yml" in kept
    result = hootsuite(path, "--dry-run")
    assert result.exit_code == 0, result.output
    assert "1 good, 0 bad" in result.output
    result = hootsuite(path, "--dry-run", "--encoding", "utf-8")
    assert result.exit_code == 1


@pytest.mark.parametrize("content", ["- a\n", "client_secret: x\n", "a: [", "timezone: [1]\n"])
def test_kept_options_that_make_no_sense_are_refused(books, hootsuite, profiles, content):
    """With the name of the file or of the setting; a secret has no place in it."""
    path = plan_of(books, profiles, (1, "Post A"))
    (books.folder / "plan.options.yml").write_text(content)
    result = hootsuite(path, "--dry-run")
    assert result.exit_code == 1
    assert "plan.options.yml" in result.output or "--timezone" in result.output
