"""Posts that stand in Hootsuite and do not go out by themselves: waiting, refused, failed, gone."""

from __future__ import annotations

import datetime as dt
import json

import openpyxl
import pytest

MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
HEADER = ("ID", "Date", "Text", "Profiles")


def table(path):
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path).active.rows]


@pytest.fixture
def scheduled(books, hootsuite, profiles, sandbox):
    """Schedule one post; returns its plan and its message."""

    def schedule(kind="FACEBOOKPAGE"):
        path = books.xlsx((1, MORNING, "One", profiles[kind]), header=HEADER)
        result = hootsuite(path, "--yes")
        assert result.exit_code == 0, result.output
        (message,) = [one for one in sandbox.truth("messages") if one["text"] == "One"]
        return path, message, result.output

    return schedule


def test_a_post_that_waits_for_approval_is_no_scheduled_one(scheduled, hootsuite, books):
    """The run that posts it, the copy, the next run, its table and the preview say so."""
    path, _, said = scheduled("LINKEDINCOMPANY")
    assert "1 post waits for approval in Hootsuite" in said
    copy = books.folder / "plan.results.xlsx"
    assert table(copy)[1][4] == "done: waits for approval in Hootsuite"
    again = hootsuite(path)
    assert again.exit_code == 0
    assert "Everything is scheduled already" not in again.output
    assert "There is nothing to send: 1 post waits for approval in Hootsuite." in again.output
    assert table(copy)[1][4] == "unchanged: waits for approval in Hootsuite"
    page = books.folder / "plan.html"
    dry = hootsuite(path, "--dry-run", "--preview", page)
    assert dry.exit_code == 0
    assert "waiting" in dry.output
    assert "waits for approval in Hootsuite" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("state", "seconds", "words", "remedy"),
    [
        ("REJECTED", 0, "was rejected in Hootsuite", "ask who reviews"),
        ("REJECTED", 90 * 86_400, "was rejected or not approved in time", "new time"),
        ("SEND_FAILED_PERMANENTLY", 90 * 86_400, "could not be published", "new time"),
        ("", 0, "is not found in Hootsuite", "deleted it there"),
    ],
)
def test_a_post_that_does_not_go_out_says_so(  # noqa: PLR0917 - pytest's
    scheduled, hootsuite, books, sandbox, state, seconds, words, remedy
):
    """With what to do; the exit code stays, since the plan and the platform agree."""
    path, message, _ = scheduled()
    change = {"message_id": message["id"]}
    if state:
        sandbox.mutate("edit_message", **change, state=state, updated_by=sandbox.ready["member_id"])
    else:
        sandbox.mutate("delete_message", **change)
    sandbox.advance(seconds)
    result = hootsuite(path)
    assert result.exit_code == 0, result.output
    assert f"There is nothing to send: 1 post {words}" in result.output
    assert "Warning: row 2" in result.output
    assert remedy in " ".join(result.output.split())
    row = table(books.folder / "plan.results.xlsx")[1]
    assert row[4] == f"unchanged: {words}"
    assert remedy in row[7]
    dry = hootsuite(path, "--dry-run").output
    assert "stopped" in dry
    # What the person is told to do works: a new time makes a new post.
    later = books.xlsx(
        (1, MORNING + dt.timedelta(days=300), "One", message["socialProfile"]["id"]), header=HEADER
    )
    assert hootsuite(later, "--yes").exit_code == 0
    posts = [one for one in sandbox.ledger() if one["operation"] == "create_message"]
    assert len(posts) == 2


def test_states_are_counted_apart(books, hootsuite, profiles, sandbox):
    """The sentence at the end names each state with its number."""
    waiting, page = profiles["LINKEDINCOMPANY"], profiles["FACEBOOKPAGE"]
    days = [MORNING + dt.timedelta(days=n) for n in range(4)]
    rows = [
        (1, days[0], "A", waiting),
        (2, days[1], "B", waiting),
        (3, days[2], "C", page),
        (4, days[3], "D", f"{page}; {waiting}"),
    ]
    path = books.xlsx(*rows, header=HEADER)
    assert hootsuite(path, "--yes").exit_code == 0
    said = " ".join(hootsuite(path).output.split())
    assert (
        "There is nothing to send: 2 posts are scheduled, 3 posts wait for approval in Hootsuite."
        in said
    )
    assert "Already there 5: 3 wait for approval in Hootsuite" in said
    cell = table(books.folder / "plan.results.xlsx")[4][4]
    assert f"{page}: unchanged; {waiting}: unchanged: waits for approval in Hootsuite" == cell


def test_an_adopted_post_keeps_its_state(scheduled, hootsuite, books, tmp_path, sandbox):
    """What a new journal finds on the platform is no more scheduled than it was."""
    path, _, _ = scheduled("LINKEDINCOMPANY")
    result = hootsuite(
        path, "--yes", env={"HOOTSUITE_JOURNAL_URL": f"sqlite:///{tmp_path}/new.sqlite"}
    )
    assert result.exit_code == 0, result.output
    assert "waits for approval in Hootsuite" in result.output
    assert "waits for approval" in table(books.folder / "plan.results.xlsx")[1][4]


def test_a_network_that_the_platform_refuses_is_no_row_that_waits(
    books, hootsuite, profiles, sandbox
):
    """Its row is rejected with what to do, in every run; the others go out."""
    network = sandbox.mutate("add_profile", type="TIKTOKBUSINESS", username="acme")
    rows = [
        (1, MORNING, "One", network),
        (2, MORNING, "Two", profiles["FACEBOOKPAGE"]),
    ]
    path = books.xlsx(*rows, header=HEADER)
    for _ in range(2):
        result = hootsuite(path, "--yes")
        assert result.exit_code == 2, result.output
        first, second = table(books.folder / "plan.results.xlsx")[1:]
        assert (first[4], second[4] in {"done", "unchanged"}) == ("rejected", True)
        assert "name another profile" in first[7]
        assert "[5002]" in first[7]
        assert "deferred" not in result.output
    posts = [one for one in sandbox.ledger() if one["operation"] == "create_message"]
    assert len(posts) == 1


def test_results_of_the_target_tell_it_too(sandbox, settings, profiles, tmp_path):
    """A pipeline's results have a code and a sentence at a row that waits."""
    from hootsuite_cli.plan import in_process  # noqa: PLC0415 - as the command itself

    row = {
        "external_id": "a",
        "text": "Hello",
        "social_profile_ids": [profiles["LINKEDINCOMPANY"]],
        "scheduled_send_time": "2026-03-14T09:30:00Z",
    }
    journal = {"journal_url": f"sqlite:///{tmp_path}/journal.sqlite"}
    run = in_process.run({**settings, **journal}, [row], dry=False)
    (result,) = run.results
    assert (run.code, result["status"]) == (0, "done"), json.dumps(dict(result))
    assert result["error_code"] == "pending_approval"
    assert "waits for approval" in result["error_message"]
