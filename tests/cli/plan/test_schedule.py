"""`hootsuite schedule`, judged by the sandbox's own ledger."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import openpyxl
import pytest
from click.testing import CliRunner

from hootsuite_cli.main import main
from hootsuite_cli.plan import in_process, report
from tap_hootsuite_sheet import account, google
from tap_hootsuite_sheet.columns import OURS
from tap_hootsuite_sheet.identity import LISTS_SHEET
from tap_hootsuite_sheet.profiles import Profile
from tap_hootsuite_sheet.sheet import Sheet

MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
HEADER = ("ID", "Date", "Text", "Profiles")


def is_post(entry):
    return entry["operation"] == "create_message"


def posted(sandbox):
    return sum(is_post(entry) for entry in sandbox.ledger())


def plan_of(books, profiles, *texts, **rest):
    facebook = profiles["FACEBOOKPAGE"]
    rows = [(n, MORNING + dt.timedelta(days=n), text, facebook) for n, text in enumerate(texts, 1)]
    return books.xlsx(*rows, header=HEADER, **rest)


def table(path):
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path).active.rows]


def test_a_plan_is_scheduled_and_its_copy_tells_so(books, hootsuite, sandbox, profiles):
    """Each row is posted once; the copy beside the plan has its status and message id."""
    path = plan_of(books, profiles, "One", "Two")
    result = hootsuite(path, "--yes")
    assert result.exit_code == 0, result.output
    assert posted(sandbox) == 2
    rows = table(books.folder / "plan.results.xlsx")
    assert rows[0][4:] == [*OURS, "Hootsuite key"]
    known = {str(message["id"]) for message in sandbox.truth("messages")}
    assert [row[4] for row in rows[1:]] == ["done", "done"]
    assert all(row[5] in known for row in rows[1:])
    assert [row[8] for row in rows[1:]] == ["plan/1", "plan/2"]


def test_running_it_again_posts_nothing(books, hootsuite, sandbox, profiles):
    """Neither the plan nor its results copy nor a copy with ids is posted again."""
    path = books.xlsx(
        (MORNING, "One", profiles["FACEBOOKPAGE"]), (MORNING, "Two", profiles["FACEBOOKPAGE"])
    )
    assert hootsuite(path, "--yes").exit_code == 0
    assert hootsuite(path, "--add-ids").exit_code == 0
    for name in ("plan.xlsx", "plan.results.xlsx", "plan.ids.xlsx"):
        result = hootsuite(books.folder / name)
        assert result.exit_code == 0, result.output
        assert "nothing to send" in result.output
    assert posted(sandbox) == 2


def test_one_bad_row_stops_the_plan(books, hootsuite, sandbox, profiles):
    """What the sheet and what the platform's rules forbid is reported at once; nothing is sent."""
    path = books.xlsx(
        (MORNING, "Good", profiles["FACEBOOKPAGE"]),
        ("soon", "Bad date", profiles["FACEBOOKPAGE"]),
        (MORNING, "Bad profile", "99"),
        (dt.datetime(2020, 1, 1, 9), "Past", profiles["FACEBOOKPAGE"]),  # noqa: DTZ001
    )
    result = hootsuite(path, "--yes")
    assert result.exit_code == 2
    for said in (
        "row 3, column A",
        "row 4, column C (Profiles): “99”",
        "row 5, column A",
        "Nothing was sent",
    ):
        assert said in result.output
    assert "date_formats" not in result.output
    assert posted(sandbox) == 0
    assert not (books.folder / "plan.results.xlsx").exists()


def test_skip_bad_sends_the_rest(books, hootsuite, sandbox, profiles):
    """The good rows go out; the copy says why the others did not."""
    path = books.xlsx(
        (MORNING, "Good", profiles["FACEBOOKPAGE"]), ("soon", "Bad", profiles["FACEBOOKPAGE"])
    )
    result = hootsuite(path, "--yes", "--skip-bad")
    assert result.exit_code == 2
    assert posted(sandbox) == 1
    rows = table(books.folder / "plan.results.xlsx")
    assert [row[3] for row in rows[1:]] == ["done", "not sent"]
    assert "only one way" in rows[2][6]


@pytest.mark.parametrize(
    ("interrupted", "end", "why"),
    [
        (False, "plan: not finished", "Why: Hootsuite can't be reached."),
        (True, "plan: interrupted", ""),
    ],
)
def test_a_run_that_breaks_off_says_so(read, books, capsys, interrupted, end, why):  # noqa: PLR0917 - pytest's
    """Rows that were not tried are no end: the cause is told, and what to do."""
    plan = read(books.csv("ID,Date,Text,Profiles\n1,2026-03-15 09:30,One,1001\n"))
    cause = "Hootsuite can't be reached."
    result = {"key": "plan/1", "status": "deferred", "error_message": cause}
    report.outcome(plan, in_process.Run(1, [result], interrupted=interrupted))
    said = "".join(capsys.readouterr())
    assert end in said
    assert why in said
    assert "Run the same command again: nothing is posted twice." in said


def test_without_a_terminal_nobody_is_asked(books, hootsuite, sandbox, profiles):
    """A script must say --yes; until then nothing is sent."""
    result = hootsuite(plan_of(books, profiles, "One"), input="y\n")
    assert result.exit_code == 1
    assert "say --yes" in result.output
    assert posted(sandbox) == 0


def test_a_dry_run_writes_nothing(books, hootsuite, sandbox, profiles):
    """Everything but the writing happens, the calendar included."""
    path = plan_of(books, profiles, "One", "Two")
    before = set(books.folder.iterdir())
    result = hootsuite(path, "--dry-run", "--preview", books.folder / "plan.html")
    assert result.exit_code == 0, result.output
    assert "2 new, 0 replaced" in result.output
    assert posted(sandbox) == 0
    names = {p.name for p in set(books.folder.iterdir()) - before}
    assert names <= {"plan.html", "state", "tokens"}
    assert "Two" in (books.folder / "plan.html").read_text(encoding="utf-8")


def test_a_conflict_is_told_before_it_happens(books, hootsuite, sandbox, profiles):
    """A post that stands at the same minute is named with its id."""
    assert hootsuite(plan_of(books, profiles, "One"), "--yes").exit_code == 0
    other = plan_of(books, profiles, "Another", name="other.xlsx")
    result = hootsuite(other, "--dry-run")
    assert "has another post at that time already" in result.output
    standing = sandbox.truth("messages")
    (message,) = [one for one in standing if one["text"] == "One"]
    assert str(message["id"]) in result.output


def test_an_edited_row_with_an_id_replaces_its_post(books, hootsuite, sandbox, profiles):
    """The first post is deleted and the new one made; there are never two."""
    assert hootsuite(plan_of(books, profiles, "One", "Two"), "--yes").exit_code == 0
    result = hootsuite(plan_of(books, profiles, "One", "Two, better"), "--yes")
    assert result.exit_code == 0, result.output
    assert "0 new, 1 replaced" in result.output
    standing = Counter(one["text"] for one in sandbox.truth("messages"))
    assert (standing["One"], standing["Two"], standing["Two, better"]) == (1, 0, 1)


def test_an_edited_row_without_an_id_is_stopped(books, hootsuite, sandbox, profiles):
    """Its first post would stay; with ids, which recognise it, the edit is an edit."""
    facebook = profiles["FACEBOOKPAGE"]
    path = books.xlsx((MORNING, "One", facebook), (MORNING, "Two", facebook))
    assert hootsuite(path, "--yes").exit_code == 0
    books.xlsx((MORNING, "One", facebook), (MORNING, "Two, better", facebook))
    result = hootsuite(path, "--yes")
    assert result.exit_code == 1
    assert "--add-ids" in result.output
    assert posted(sandbox) == 2
    assert hootsuite(path, "--add-ids").exit_code == 0
    result = hootsuite(books.folder / "plan.ids.xlsx", "--yes")
    assert result.exit_code == 0, result.output
    standing = Counter(one["text"] for one in sandbox.truth("messages"))
    assert (standing["One"], standing["Two"], standing["Two, better"]) == (1, 0, 1)


def test_ids_of_another_plan_are_other_posts(books, hootsuite, sandbox, profiles):
    """Row 1 of two plans is two posts; a renamed plan can say that it is the same."""
    assert hootsuite(plan_of(books, profiles, "One"), "--yes").exit_code == 0
    other = plan_of(books, profiles, "Uno", name="april.xlsx")
    assert hootsuite(other, "--yes").exit_code == 0
    assert posted(sandbox) == 2
    renamed = plan_of(books, profiles, "One", name="renamed.xlsx")
    assert "nothing to send" in hootsuite(renamed, "--same-plan", "plan").output
    assert posted(sandbox) == 2


def test_media_lie_beside_the_plan(books, hootsuite, sandbox, profiles):
    """A picture is named relative to the plan, uploaded once and attached."""
    from PIL import Image  # noqa: PLC0415 - only here

    sandbox.settings(media_seconds=0)
    Image.new("RGB", (600, 400), "teal").save(books.folder / "a.png")
    rows = [
        (MORNING + dt.timedelta(days=n), f"Post {n}", profiles["FACEBOOKPAGE"], "a.png")
        for n in range(3)
    ]
    path = books.xlsx(*rows, header=("Date", "Text", "Profiles", "Image"))
    result = hootsuite(path, "--yes")
    assert result.exit_code == 0, result.output
    operations = Counter(entry["operation"] for entry in sandbox.ledger())
    assert (operations["create_media"], operations["create_message"]) == (1, 3)


def test_a_plan_can_be_previewed_without_an_account(books, monkeypatch):
    """Who is not signed in sees the calendar and what the sheet alone tells."""
    path = books.xlsx((MORNING, "One", 1001))
    arguments = [
        "schedule",
        str(path),
        "--timezone",
        "UTC",
        "--preview",
        str(books.folder / "p.html"),
    ]
    result = CliRunner().invoke(main, [*arguments, "--dry-run"])
    assert result.exit_code == 0, result.output
    assert "not checked with Hootsuite" in result.output
    result = CliRunner().invoke(main, [*arguments, "--yes"])
    assert result.exit_code == 1
    assert "hootsuite login" in result.output


def test_a_template_is_never_written_over_a_file(books, hootsuite, sandbox):
    """A new file has a drop-down of the account's profiles; an old one is left alone."""
    path = books.folder / "new.xlsx"
    result = hootsuite("--template", path)
    assert result.exit_code == 0, result.output
    before = path.read_bytes()
    assert hootsuite("--template", path).exit_code == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "moment", [1, 3, *(pytest.param(n, marks=pytest.mark.soak) for n in (2, 4, 5, 6, 7))]
)
def test_killed_in_the_middle_and_run_again_posts_each_row_once(
    books, hootsuite, sandbox, profiles, moment
):
    """Whatever was under way at the kill, the second run settles the rest and doubles nothing."""
    texts = [f"Post {n}" for n in range(8)]
    path = plan_of(books, profiles, *texts)
    sandbox.reset(latency_ms=60)
    process = subprocess.Popen(
        [sys.executable, "-m", "hootsuite_cli", "schedule", str(path), "--yes"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ,
    )
    while posted(sandbox) < moment:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 0 < posted(sandbox) <= len(texts)
    for _ in range(3):
        result = hootsuite(path, "--yes")
        if result.exit_code == 0:
            break
    assert result.exit_code == 0, result.output
    standing = Counter(one["text"] for one in sandbox.truth("messages"))
    assert {text: standing[text] for text in texts} == dict.fromkeys(texts, 1)
    assert posted(sandbox) == len(texts)


def test_a_post_that_is_out_has_its_link(books, hootsuite, sandbox, profiles):
    """A later run, which posts nothing, finds the addresses of posts that are out."""
    path = plan_of(books, profiles, "One")
    assert hootsuite(path, "--yes").exit_code == 0
    assert table(books.folder / "plan.results.xlsx")[1][6] in {None, ""}
    sandbox.advance(90 * 86_400)
    assert "nothing to send" in hootsuite(path).output
    (message,) = [one for one in sandbox.truth("messages") if one["text"] == "One"]
    assert message["postUrl"]
    assert table(books.folder / "plan.results.xlsx")[1][6] == message["postUrl"]


def test_the_template_offers_what_can_be_published_to(books, hootsuite, monkeypatch):
    """Neither YouTube, which the API has no posts for, nor a profile to be reconnected."""
    known = [
        Profile("1", "TWITTER", "acme"),
        Profile("2", "YOUTUBECHANNEL", "acme"),
        Profile("3", "LINKEDIN", "acme", reconnect=True),
    ]
    monkeypatch.setattr(account.Account, "profiles", lambda _: known)
    path = books.folder / "new.xlsx"
    result = hootsuite("--template", path)
    offered = [row[0].value for row in openpyxl.load_workbook(path)[LISTS_SHEET].rows]
    assert offered == ["twitter: acme"]
    said = " ".join(result.output.split())
    assert "Left out of the list: youtube: acme (Hootsuite's API does not publish" in said
    assert "Left out of the list: linkedin: acme (it has to be reconnected in Hootsuite)" in said


@pytest.mark.parametrize("name", ["new.csv", "new.ods", "new"])
def test_the_template_is_a_workbook_by_its_name_too(books, hootsuite, name):
    """No spreadsheet program would open a workbook that is called otherwise."""
    result = hootsuite("--template", books.folder / name)
    assert (result.exit_code, "new.xlsx" in result.output) == (64, True)
    assert not (books.folder / name).exists()


def test_an_interrupt_at_the_question_says_that_nothing_was_sent(
    books, hootsuite, sandbox, profiles
):
    """Ctrl-C, or Ctrl-D as here, is an answer, too."""
    path = plan_of(books, profiles, "One")
    keyboard, terminal = os.openpty()
    os.write(keyboard, b"\x04")
    command = [sys.executable, "-m", "hootsuite_cli", "schedule", str(path)]
    run = subprocess.run(command, stdin=terminal, capture_output=True, check=False)
    os.close(keyboard)
    os.close(terminal)
    said = run.stderr
    assert b"Schedule 1 post?" in said
    assert (run.returncode, b"Interrupted. Nothing was sent." in said) == (1, True), said
    assert posted(sandbox) == 0


def test_an_interrupt_at_the_question_leaves_everything_alone(books, profiles, settings, tmp_path):
    """The rehearsal gives the signals back: Ctrl-C at the question ends the command."""
    before = signal.getsignal(signal.SIGINT)
    config = settings | {"journal_url": f"sqlite:///{tmp_path}/journal.db"}
    in_process.run(config, [{"external_id": "1", "text": "x"}], dry=True)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_while_rows_are_checked_ends_the_command(books, hootsuite, sandbox, profiles):
    """Ctrl-C in the dry run is no yes: nothing is sent, not even with --yes."""
    held = sandbox.hold("list_social_profiles")

    def interrupt():
        assert sandbox.wait_held(held)
        os.kill(os.getpid(), signal.SIGINT)
        sandbox.release(held)

    with ThreadPoolExecutor() as pool:
        interrupted = pool.submit(interrupt)
        result = hootsuite(plan_of(books, profiles, "One"), "--yes")
        interrupted.result()
    assert (result.exit_code, "Nothing was sent" in result.output) == (1, True), result.output
    assert posted(sandbox) == 0


def test_a_listener_that_hangs_up_does_not_cost_the_results(
    books, hootsuite, sandbox, profiles, monkeypatch
):
    """Who pipes the output into `head` has posted, and finds the copy beside the plan."""

    def hang_up(*_):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(report, "outcome", hang_up)
    assert hootsuite(plan_of(books, profiles, "One"), "--yes").exit_code == 1
    assert posted(sandbox) == 1
    assert table(books.folder / "plan.results.xlsx")[1][4] == "done"


@pytest.mark.parametrize("written", ["{}", "[{}]", '["{}"]'])
def test_the_environment_may_hold_a_plans_settings(
    books, hootsuite, profiles, monkeypatch, written
):
    """Profiles as one id or as a list, and the delimiter, as the tap takes them."""
    monkeypatch.setenv("HOOTSUITE_PROFILES", written.format(profiles["FACEBOOKPAGE"]))
    path = books.csv("Date|Text\n2026-03-14 09:30|One\n")
    for delimiter, said in (("|", "1 good, 0 bad"), ("||", "not one character")):
        monkeypatch.setenv("HOOTSUITE_DELIMITER", delimiter)
        assert said in hootsuite(path, "--dry-run").output


def test_both_ways_in_are_the_same(books, hootsuite, sandbox, profiles, settings):
    """What the pipeline scheduled, the command finds scheduled; and the other way round."""
    path = plan_of(books, profiles, "One", "Two")
    config = books.folder / "tap.json"
    config.write_text(json.dumps({"path": str(path), "timezone": "Europe/Berlin"}))
    target = books.folder / "target.json"
    target.write_text(json.dumps(settings))
    rows = subprocess.run(
        [sys.executable, "-m", "tap_hootsuite_sheet", "--config", str(config)],
        stdout=subprocess.PIPE,
        check=True,
    )
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-m", "target_hootsuite.target", "--config", str(target)],
            input=rows.stdout,
            check=True,
        )
    assert posted(sandbox) == 2
    result = hootsuite(path)
    assert result.exit_code == 0, result.output
    assert "nothing to send" in result.output
    assert posted(sandbox) == 2


def test_what_cannot_work_is_said_before_anything_is_sent(books, hootsuite, sandbox, profiles):
    """A wrong kind of results file, a wrong setting, a journal that can't be: nothing is sent."""
    path = plan_of(books, profiles, "One")
    assert hootsuite(path, "--yes", "--results", books.folder / "r.csv").exit_code == 64
    bad = {"HOOTSUITE_ON_CHANGE": "whatever"}
    result = hootsuite(path, "--yes", env=bad)
    assert (result.exit_code, "on_change must be one of" in result.output) == (1, True)
    result = hootsuite(path, "--yes", env={"HOOTSUITE_REQUIRE_JOURNAL": "true"})
    assert (result.exit_code, "journal" in result.output) == (1, True)
    (books.folder / "folder.xlsx").mkdir()
    wrong = ("--results", books.folder / "folder.xlsx", "--edited-rows-are-new")
    result = hootsuite(path, "--yes", *wrong)
    assert (result.exit_code, "can't be written" in result.output) == (1, True)
    assert posted(sandbox) == 0


def test_a_google_sheet_is_scheduled_like_a_file(
    hootsuite, sandbox, profiles, monkeypatch, tmp_path
):
    """Its results lie in the present folder as CSV; a second run posts nothing."""
    sheet = Sheet(
        "Plan v1.2", "March", [list(HEADER), ["1", MORNING, "One", profiles["FACEBOOKPAGE"]]]
    )
    monkeypatch.setattr(google, "open_session", lambda _: None)
    monkeypatch.setattr(google, "read_google", lambda *_: sheet)
    monkeypatch.chdir(tmp_path)
    address = "https://docs.google.com/spreadsheets/d/x"
    assert hootsuite(address, "--yes").exit_code == 64
    for said in ("done", "nothing to send"):
        result = hootsuite(address, "--yes", "--google-credentials", "key.json")
        assert result.exit_code == 0, result.output
        assert said in result.output
    assert posted(sandbox) == 1
    written = (tmp_path / "Plan v1.2.results.csv").read_text(encoding="utf-8-sig")
    assert '"Plan v1.2/1"' in written


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_files_of_people_have_the_mode_of_any_new_file(  # noqa: PLR0917 - pytest's
    books, hootsuite, sandbox, profiles, mask, mode
):
    """A colleague can open what lies in a shared folder; a mode that was set is kept."""
    path = plan_of(books, profiles, "One")
    before = os.umask(mask)
    try:
        new, page = books.folder / "new.xlsx", books.folder / "page.html"
        assert hootsuite("--template", new).exit_code == 0
        assert hootsuite(path, "--yes", "--preview", page, "--keep-options").exit_code == 0
        assert hootsuite(path, "--add-ids").exit_code == 0
    finally:
        os.umask(before)
    names = ("plan.results.xlsx", "plan.ids.xlsx", "plan.options.yml", page.name, new.name)
    modes = {name: (books.folder / name).stat().st_mode & 0o777 for name in names}
    assert modes == dict.fromkeys(names, mode)
    (books.folder / names[0]).chmod(0o640)
    assert hootsuite(path).exit_code == 0
    assert (books.folder / names[0]).stat().st_mode & 0o777 == 0o640


def test_the_help_reads_like_one(hootsuite):
    """The help names every option with its meaning and uses no word of the machinery below."""
    text = hootsuite("--help").output
    words = ("--skip-bad", "--preview", "--template", "--add-ids", "--same-plan", "Exit codes")
    for word in (*words, "Status"):
        assert word in text
    for word in ("Singer", "tap", "target", "stream", "journal"):
        assert word not in text.lower().split()
