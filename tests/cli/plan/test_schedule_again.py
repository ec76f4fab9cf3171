"""A plan that is run again: what was posted is known, what is unknown is not called a success."""

from __future__ import annotations

import csv

import pytest

from hootsuite_cli.plan import in_process, report

FIRST = ("2026-03-15 09:30,One", "2026-03-16 09:30,Two")
EDITED = ("2026-03-15 09:30,One", '2026-03-16 09:30,"Two, better"')


@pytest.fixture
def linkedin(sandbox):
    """A profile whose network and name are its own."""
    known = sandbox.truth("social_profiles")
    return next(one for one in known if one["type"] == "LINKEDINCOMPANY")


def written(books, rows, profile, name="plan.csv"):
    lines = [f"{row},{profile}" for row in rows]
    return books.csv("\n".join(["Date,Text,Accounts", *lines]) + "\n", name=name)


def standing(sandbox):
    texts = (one["text"] for one in sandbox.truth("messages"))
    return sorted(text for text in texts if text in {"One", "Two", "Two, better"})


def column(path, title):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row[title] for row in csv.DictReader(file)]


@pytest.fixture(params=["name", "alias", "zone"])
def way(request, books, linkedin, monkeypatch, hootsuite):
    """How a plan leans on its account: profiles by name, by alias, or the member's time zone."""
    named = f"linkedincompany: {linkedin['socialNetworkUsername']}"
    if request.param == "alias":
        path = books.folder / "profiles.yml"
        path.write_text(f'acme: "{named}"\n')
        return "acme", ("--aliases", path)
    if request.param == "zone":
        monkeypatch.delenv("HOOTSUITE_TIMEZONE")
        return linkedin["id"], ()
    return named, ()


def test_an_edited_row_is_stopped_however_the_plan_leans_on_its_account(
    books, hootsuite, sandbox, way
):
    """The results copy is read with the account, like the plan: no row of it is lost."""
    profile, options = way
    path = written(books, FIRST, profile)
    result = hootsuite(path, "--yes", *options)
    assert result.exit_code == 0, result.output
    written(books, EDITED, profile)
    result = hootsuite(path, "--yes", *options)
    assert result.exit_code == 1, result.output
    assert "--add-ids" in result.output
    assert standing(sandbox) == ["One", "Two"]


def test_an_edited_row_keeps_its_key_however_the_plan_leans_on_its_account(
    books, hootsuite, sandbox, way
):
    """The copy with IDs replaces the post instead of adding one."""
    profile, options = way
    path = written(books, FIRST, profile)
    assert hootsuite(path, "--yes", *options).exit_code == 0
    written(books, EDITED, profile)
    result = hootsuite(path, "--add-ids", *options)
    assert result.exit_code == 0, result.output
    result = hootsuite(books.folder / "plan.ids.csv", "--yes", *options)
    assert result.exit_code == 0, result.output
    assert standing(sandbox) == ["One", "Two, better"]


def test_ids_are_not_given_where_the_account_is_missing(
    books, hootsuite, linkedin, monkeypatch, settings
):
    """Who signed out can't have an edit told from a new row, and is told so."""
    profile = f"linkedincompany: {linkedin['socialNetworkUsername']}"
    path = written(books, FIRST, profile)
    assert hootsuite(path, "--yes").exit_code == 0
    written(books, EDITED, profile)
    for name in settings:
        monkeypatch.delenv(f"HOOTSUITE_{name.upper()}")
    result = hootsuite(path, "--add-ids")
    assert result.exit_code == 1, result.output
    assert "hootsuite login" in result.output
    assert not (books.folder / "plan.ids.csv").exists()


@pytest.mark.parametrize("content", [b"\x00\x01", b"", b"Date,Text,Accounts\n1,2,3\n"])
def test_a_results_copy_that_cannot_be_read_stops_the_plan(
    books, hootsuite, sandbox, linkedin, content
):
    """Without it nobody knows what was posted; saying so beats posting twice."""
    path = written(books, FIRST, linkedin["id"])
    assert hootsuite(path, "--yes").exit_code == 0
    (books.folder / "plan.results.csv").write_bytes(content)
    written(books, EDITED, linkedin["id"])
    for arguments in (("--yes",), ("--add-ids",)):
        result = hootsuite(path, *arguments)
        assert result.exit_code == 1, result.output
        assert "plan.results.csv" in result.output
        assert "--edited-rows-are-new" in result.output
    assert standing(sandbox) == ["One", "Two"]


def test_a_row_of_unknown_fate_is_no_success(books, hootsuite, sandbox, linkedin):
    """Neither the dry run nor the next real one calls it scheduled; both end with 3."""
    path = written(books, FIRST, linkedin["id"])
    sandbox.faults(operation="create_message", kind="reset", when="before", nth=1)
    assert hootsuite(path, "--yes").exit_code == 3
    sandbox.clear_faults()
    for arguments in (("--dry-run",), ("--yes",)):
        result = hootsuite(path, *arguments)
        assert result.exit_code == 3, result.output
        assert "1, see hootsuite results" in result.output
        assert "Everything is scheduled" not in result.output
    statuses = column(books.folder / "plan.results.csv", "Hootsuite status")
    assert [one.partition(":")[0] for one in sorted(statuses)] == ["unchanged", "unknown"]


def test_the_next_run_settles_what_was_unknown(books, hootsuite, sandbox, linkedin):
    """The lost answer's post is found by the run after it, which posts nothing."""
    path = written(books, FIRST, linkedin["id"])
    sandbox.reset(lag_seconds=60)
    sandbox.faults(operation="create_message", kind="reset", when="after", nth=1)
    assert hootsuite(path, "--yes").exit_code == 3
    sandbox.clear_faults()
    sandbox.advance(120)
    assert "see hootsuite results" in hootsuite(path, "--dry-run").output
    result = hootsuite(path, "--yes")
    assert result.exit_code == 0, result.output
    assert standing(sandbox) == ["One", "Two"]
    assert "nothing to send" in hootsuite(path).output


def test_an_unknown_row_that_was_edited_is_stopped(books, hootsuite, sandbox, linkedin):
    """It may stand on the platform, so its edit may be a second post."""
    path = written(books, FIRST, linkedin["id"])
    sandbox.faults(operation="create_message", kind="reset", when="before", times=2)
    assert hootsuite(path, "--yes").exit_code == 3
    sandbox.clear_faults()
    written(books, EDITED, linkedin["id"])
    result = hootsuite(path, "--yes")
    assert (result.exit_code, "--add-ids" in result.output) == (1, True)


def test_an_edit_that_is_bad_is_not_left_out(books, hootsuite, sandbox, linkedin):
    """Skipped as bad, its post would be forgotten, and the corrected row be a second one."""
    path = written(books, FIRST, linkedin["id"])
    assert hootsuite(path, "--yes").exit_code == 0
    written(books, (FIRST[0], "soon,Two"), linkedin["id"])
    assert hootsuite(path, "--yes").exit_code == 2
    result = hootsuite(path, "--yes", "--skip-bad")
    assert (result.exit_code, "--add-ids" in result.output) == (1, True)
    written(books, (FIRST[0], "2026-03-17 09:30,Two"), linkedin["id"])
    assert hootsuite(path, "--yes").exit_code == 1
    assert standing(sandbox) == ["One", "Two"]


def test_a_wrong_time_zone_is_told_once(books, hootsuite, linkedin):
    """It is the option that is wrong, not the date of every row."""
    path = written(books, FIRST, linkedin["id"])
    result = hootsuite(path, "--timezone", "Europe/Lundon")
    assert result.exit_code == 1
    assert "--timezone Europe/Lundon is not a time zone" in result.output
    assert "row" not in result.output


def test_who_is_not_signed_in_is_told_once(books, hootsuite, monkeypatch, settings):
    """However many rows name profiles, the remedy is the same: sign in."""
    for name in settings:
        monkeypatch.delenv(f"HOOTSUITE_{name.upper()}")
    path = written(books, FIRST, "linkedin: ACME")
    result = hootsuite(path, "--dry-run")
    assert result.exit_code == 2
    assert "2 rows can't be sent" in result.output
    assert result.output.count("hootsuite login") == 1
    assert "configure" not in result.output


def test_errors_in_the_copy_name_their_value(books, hootsuite, linkedin):
    """The copy is read without the terminal beside it."""
    path = written(books, (FIRST[0], "2026-02-30 09:30,Two"), linkedin["id"])
    assert hootsuite(path, "--yes", "--skip-bad").exit_code == 2
    errors = column(books.folder / "plan.results.csv", "Hootsuite error")
    assert errors[0] == ""
    assert "2026-02-30 09:30" in errors[1]


def test_texts_are_whole_sentences(books, hootsuite, linkedin):
    """A refusal is set apart from its value, and what costs nothing says so."""
    path = written(books, ("2020-01-01 09:00,Past",), linkedin["id"])
    result = hootsuite(path, "--dry-run")
    assert "“2020-01-01 09:00” \N{EN DASH} 2020-01-01T08:00:00Z is past" in result.output
    path = written(books, FIRST, linkedin["id"])
    assert hootsuite(path, "--yes").exit_code == 0
    result = hootsuite(path)
    assert "nothing" in next(li for li in result.output.splitlines() if li.startswith("Cost"))
    path = written(books, FIRST, "linkedincompany: nobody", name="other.csv")
    assert "The account's profiles there are" in hootsuite(path).output


def test_a_composer_date_error_names_the_layout_given(books, hootsuite, linkedin):
    """The layout that counts is --composer's, so no other option is recommended."""
    path = books.csv("15.03.2026 09:30,One,\n")
    result = hootsuite(path, "--composer", "MM/DD/YYYY hh:mm", "--to", linkedin["id"])
    assert result.exit_code == 2, result.output
    assert "MM/DD/YYYY hh:mm" in result.output
    assert "date-format" not in result.output


def test_an_edited_row_of_a_composer_file_is_stopped(books, hootsuite, sandbox, linkedin):
    """Without a header our columns of the results copy are the last ones, in their order."""
    options = ("--yes", "--composer", "MM/DD/YYYY hh:mm", "--to", linkedin["id"])
    rows = "03/15/2026 09:30,One,\n03/16/2026 09:30,Two,https://example.org/two\n"
    path = books.csv(rows)
    result = hootsuite(path, *options)
    assert result.exit_code == 0, result.output
    before = standing(sandbox)
    assert hootsuite(path, *options).exit_code == 0
    path.write_text(rows.replace("One", "One, edited").replace("One, edited", '"One, edited"'))
    result = hootsuite(path, *options)
    assert result.exit_code == 1, result.output
    assert standing(sandbox) == before
    assert "delete the first post" in result.output
    assert "--add-ids" not in result.output
    assert "no column for IDs" in hootsuite(path, "--add-ids", *options).output


def test_no_file_of_the_person_is_written_over(books, hootsuite, linkedin):
    """Neither the plan by its calendar nor an edited copy with ids by a second one."""
    path = written(books, FIRST, linkedin["id"])
    before = path.read_bytes()
    results = books.folder / "plan.results.csv"
    for wrong in (path, results):
        assert hootsuite(path, "--dry-run", "--preview", wrong).exit_code == 64
    assert (path.read_bytes(), results.exists()) == (before, False)
    assert hootsuite(path, "--add-ids").exit_code == 0
    copy = books.folder / "plan.ids.csv"
    copy.write_bytes(edited := copy.read_bytes() + b"\n")
    result = hootsuite(path, "--add-ids")
    assert (result.exit_code, "move it away" in result.output) == (1, True)
    assert copy.read_bytes() == edited


def test_a_note_is_no_error(books, read, capsys):
    """A row that is done has nothing in its error column; what is worth knowing is printed."""
    plan = read(books.csv("ID,Date,Text,Profiles\n1,2026-03-15 09:30,One,1001\n"))
    result = {
        "key": "plan/1",
        "status": "done",
        "remote_id": "7",
        "social_profile_id": "1001",
        "error_message": "The approval starts anew.",
        "error_code": None,
        "trace_id": None,
    }
    run = in_process.Run(0, [result])
    cells = dict(report.columns(plan, run, {}))
    assert (cells["Hootsuite status"], cells["Hootsuite error"]) == ({2: "done"}, {2: ""})
    report.outcome(plan, run)
    assert "Note: The approval starts anew." in capsys.readouterr().err


def test_a_refusal_is_a_whole_sentence_in_the_copy(books, read):
    """Also where the column was left out or the cell is empty; the remedy fits the reason."""
    plan = read(books.csv("Date,Text,Profiles,Tags\n2026-03-15 09:30,One,1001,\n"))
    for message, code in (
        ("pinterest_board_id: is needed for a pin", "pinterest_board"),
        ("tags: Profile 1001 takes no tags", "40001"),
        ("social_profile_ids: Profile 1001 has to be reconnected", "reauth_required"),
    ):
        report.add_refusal(plan, 2, message, code)
    (said,) = dict(report.columns(plan, in_process.Run(0, []), {}))["Hootsuite error"].values()
    for sentence in (
        "Board is needed for a pin. Write the board's id into a column Board.",
        "D (Tags): Profile 1001 takes no tags. Correct the cell.",
        "“1001” \N{EN DASH} Profile 1001 has to be reconnected. Reconnect it",
    ):
        assert sentence in said
