"""Plans whose posts are scheduled already: from another plan, in another run, at another time."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections import Counter

import pytest

from hootsuite_api.clock import TEST_CLOCK_AHEAD

MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
HEADER = ("ID", "Date", "Text", "Profiles")


def posted(sandbox):
    return sum(one["operation"] == "create_message" for one in sandbox.ledger())


@pytest.fixture
def plan(books, profiles):
    """Write a plan: its name, its texts, and what its IDs begin with."""

    def write(name, *texts, ids="", rest=()):
        to = profiles["FACEBOOKPAGE"]
        days = [(n, MORNING + dt.timedelta(days=n), text) for n, text in enumerate(texts, 1)]
        rows = [(f"{ids}{n}", day, text, to) for n, day, text in days]
        return books.xlsx(*rows, *rest, header=HEADER, name=f"{name}.xlsx")

    return write


@pytest.mark.parametrize("how", [("--yes",), ("--dry-run",), ("--yes", "--skip-bad")])
def test_a_renamed_plan_is_stopped(plan, hootsuite, sandbox, how):
    """What another plan has scheduled is not posted twice without a word, not even with --yes."""
    assert hootsuite(plan("may", "One", "Two"), "--yes").exit_code == 0
    path = plan("may final", "One", "Two", "Three")
    page = path.with_suffix(".html")
    result = hootsuite(path, *how, "--preview", page)
    assert result.exit_code == 1, result.output
    for said in ("2 new posts are", "the plan may:", "--same-plan may", "--post-again"):
        assert said in result.output
    assert "the same post from the plan may already, message" in result.output
    assert "--same-plan may" in page.read_text(encoding="utf-8")
    assert posted(sandbox) == 2


def test_a_renamed_plan_goes_on_as_the_person_decides(plan, hootsuite, sandbox):
    """Under its old name the new row alone is posted; as another plan, all of them."""
    assert hootsuite(plan("may", "One", "Two"), "--yes").exit_code == 0
    path = plan("final", "One", "Two", "Three")
    result = hootsuite(path, "--yes", "--same-plan", "may")
    assert (result.exit_code, posted(sandbox)) == (0, 3), result.output
    assert "--same-plan may" in hootsuite(path, "--yes").output
    path = plan("june", "One", "Two", "Three")
    result = hootsuite(path, "--yes", "--post-again")
    assert (result.exit_code, posted(sandbox)) == (0, 6), result.output
    assert hootsuite(path, "--yes").exit_code == 0
    assert posted(sandbox) == 6


def test_rows_that_got_other_ids_are_stopped(plan, hootsuite, sandbox):
    """Neither their old ID nor their plan is in the file, but their posts stand."""
    assert hootsuite(plan("may", "One", "Two"), "--yes").exit_code == 0
    path = plan("may", "One", "Two", ids="A")
    result = hootsuite(path, "--yes", "--edited-rows-are-new")
    assert (result.exit_code, posted(sandbox)) == (1, 2), result.output
    assert "under another ID" in result.output
    assert "--same-plan" not in result.output


def test_a_row_that_becomes_anothers_post_is_stopped(plan, hootsuite, sandbox):
    """A correction that says what another plan's post says already is a second post, too."""
    assert hootsuite(plan("may", "From 19"), "--yes").exit_code == 0
    assert hootsuite(plan("june", "From 29"), "--yes").exit_code == 0
    result = hootsuite(plan("may", "From 29"), "--yes")
    assert (result.exit_code, posted(sandbox)) == (1, 2), result.output
    assert "the same post from the plan june already" in result.output


def test_equal_rows_of_one_plan_are_refused(plan, hootsuite, sandbox, profiles):
    """Each has an ID, and still both would be one post twice: the second row is bad."""
    assert hootsuite(plan("may", "One"), "--yes").exit_code == 0
    again = ("again", MORNING + dt.timedelta(days=1), "One", profiles["FACEBOOKPAGE"])
    result = hootsuite(plan("may", "One", rest=[again]), "--yes")
    assert (result.exit_code, posted(sandbox)) == (2, 1), result.output
    assert "is the same post as row 2" in result.output


def test_a_post_that_was_replaced_is_nobodys_twin(plan, hootsuite, sandbox):
    """Its old text may be posted from another plan: it stands nowhere any more."""
    assert hootsuite(plan("may", "One"), "--yes").exit_code == 0
    assert hootsuite(plan("may", "Uno"), "--yes").exit_code == 0
    result = hootsuite(plan("june", "One"), "--yes")
    assert (result.exit_code, posted(sandbox)) == (0, 3), result.output


def test_posts_that_move_are_shown_with_both_times(plan, hootsuite):
    """A forgotten --timezone moves every post; the person sees from when to when."""
    path = plan("may", "One", "Two")
    assert hootsuite(path, "--yes").exit_code == 0
    result = hootsuite(path, "--dry-run", "--timezone", "America/Toronto")
    assert "0 new, 2 replaced" in result.output
    moved = "row 2: Sun 15 Mar 2026 04:30 -> Sun 15 Mar 2026 09:30 America/Toronto"
    assert f"Replaced: {moved}" in result.output
    result = hootsuite(plan("may", "Uno", "Two"), "--dry-run")
    assert "1 replaced" in result.output
    assert "04:30 ->" not in result.output  # the text changed, no time did


def test_a_file_that_is_uploaded_already_is_not_counted(
    books, hootsuite, sandbox, profiles, monkeypatch
):
    """The journal knows files by their content, whatever they are called."""
    from PIL import Image  # noqa: PLC0415 - only here

    def counted():
        rows = [(n, MORNING + dt.timedelta(days=n), f"Post {n}", to, name) for n, name in files]
        path = books.xlsx(*rows, header=(*HEADER, "Media"))
        output = hootsuite(path, "--yes").output
        return next(line for line in output.splitlines() if line.startswith("To be uploaded"))

    sandbox.settings(media_seconds=0)
    to = profiles["FACEBOOKPAGE"]
    for name, colour in (("a.png", "teal"), ("same.png", "teal"), ("b.png", "red")):
        Image.new("RGB", (60, 40), colour).save(books.folder / name)
    files = [(1, "a.png")]
    assert counted().endswith(" 1 file")
    files += [(2, "same.png")]
    assert counted().endswith(" 0 files")
    files += [(3, "b.png")]
    assert counted().endswith(" 1 file")
    operations = Counter(one["operation"] for one in sandbox.ledger())
    assert (operations["create_media"], operations["create_message"]) == (2, 3)
    monkeypatch.setenv(TEST_CLOCK_AHEAD, str(90 * 86_400))  # ours alone says that all are too old
    files += [(4, "b.png")]
    assert counted().endswith(" 1 file")


def test_two_runs_at_once_post_each_row_once(plan, sandbox, hootsuite):
    """Whichever is faster, the other finds the post scheduled; the ledger has each text once."""
    texts = [f"Post {n}" for n in range(8)]
    path = plan("may", *texts)
    sandbox.reset(latency_ms=40)
    command = [sys.executable, "-m", "hootsuite_cli", "schedule", str(path), "--yes"]
    runs = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ)
        for _ in range(2)
    ]
    outputs = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], outputs
    standing = Counter(one["text"] for one in sandbox.truth("messages"))
    assert {text: standing[text] for text in texts} == dict.fromkeys(texts, 1)
    assert posted(sandbox) == len(texts)
    assert "nothing to send" in hootsuite(path).output


def test_the_same_text_on_the_same_day_is_told(plan, hootsuite, sandbox, books, profiles):
    """A post an hour away with the text of a row is named with its id; a day away it is not."""
    assert hootsuite(plan("may", "One"), "--yes").exit_code == 0
    (message,) = [one for one in sandbox.truth("messages") if one["text"] == "One"]
    for hours, told in ((25, True), (48, False)):
        row = (7, MORNING + dt.timedelta(hours=hours), "One", profiles["FACEBOOKPAGE"])
        result = hootsuite(books.xlsx(row, header=HEADER, name="june.xlsx"), "--dry-run")
        assert result.exit_code == 0, result.output
        said = f"has a post with the same text that day already (message {message['id']})"
        assert (said in result.output) == told
