"""`hootsuite results` over a journal that the target itself has written."""

import csv
import io
import json

import pytest

from hootsuite_api.settings import state_folder
from target_hootsuite.journal.entries import Intent
from target_hootsuite.journal.store import Journal
from target_hootsuite.rows.identity import Identity


@pytest.fixture
def member(environment, settings):
    """The settings of the same member for the commands."""
    environment.setenv("HOOTSUITE_MEMBER_ID", settings["member_id"])
    environment.setenv("HOOTSUITE_TOKEN_STORE", settings["token_store"])
    return environment


def listed(run, *arguments, code=0):
    result = run("results", "--format", "jsonl", *arguments)
    assert result.exit_code == code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def unanswered(write, sandbox, row):
    """A row that was posted and whose answer was lost, hidden by the platform for a while."""
    sandbox.settings(lag_seconds=600)
    sandbox.faults(operation="create_message", kind="close", when="after")
    assert write(row("lost")) == 3


def test_every_row_has_a_line(write, run, row):
    """As `interface.md` names the fields, with the exit code of the worst."""
    assert write(row("a"), row("b", scheduled_send_time="2026-13-01")) == 2
    rows = listed(run, code=2)
    assert {one["key"]: one["status"] for one in rows} == {"a": "done", "b": "rejected"}
    assert list(rows[0])[:4] == ["run_id", "stream", "key", "action"]


def test_filters(write, run, sandbox, row):
    """By status, key, stream, run and time."""
    write(row("a"))
    sandbox.advance(5)  # times have whole seconds
    write(row("b"), row("c", text=""))
    assert [one["key"] for one in listed(run, "--status", "done")] == ["a", "b"]
    assert [one["key"] for one in listed(run, "--key", "a")] == ["a"]
    assert listed(run, "--stream", "members") == []
    newest = listed(run, "--run", "last", code=2)
    assert {one["key"] for one in newest} == {"b", "c"}
    assert listed(run, "--run", newest[0]["run_id"], "--status", "done")[0]["key"] == "b"
    # The platform's clock counts: the sandbox's stands in January 2026.
    assert len(listed(run, "--since", "2026-01-15", "--status", "done")) == 2
    assert listed(run, "--until", "2026-01-15T00:00:00Z") == []


def test_a_row_that_is_right_again_is_shown_so(write, run, row):
    """A mistake that was taken back is no mistake any more: the newest run's word counts."""
    assert write(row("a")) == 0
    assert write(row("a", text="")) == 2
    assert [one["status"] for one in listed(run, code=2)] == ["rejected"]
    assert write(row("a")) == 0
    assert [one["status"] for one in listed(run)] == ["unchanged"]


def test_the_last_run_is_the_last_whatever_the_clocks_say(write, run, row):
    """A row that is refused before the platform answers carries this machine's time at first."""
    assert write(row("early", social_profile_ids=[])) == 2
    assert write(row("late")) == 0
    assert [one["key"] for one in listed(run, "--run", "last")] == ["late"]


def test_so_long_ago_by_the_platforms_clock(write, run, sandbox, row):
    """The sandbox's clock stands in January 2026: what was sent just now is five minutes young."""
    write(row("a"))
    assert [one["key"] for one in listed(run, "--since", "5m")] == ["a"]
    write(row("b", social_profile_ids=[]))  # refused before the platform says what time it is
    assert [one["key"] for one in listed(run, "--until", "2026-02-01", code=2)] == ["a", "b"]
    sandbox.advance(7200)
    write(row("c"))
    assert [one["key"] for one in listed(run, "--since", "1h")] == ["c"]


def test_csv(write, run, row):
    """One line per row; what we add is no formula, the row's own key stays as it is."""
    write(row("=1+1"), row("b", text=""))
    result = run("results", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {one["key"] for one in rows} == {"=1+1", "b"}
    assert {one["status"] for one in rows} == {"done", "rejected"}


def test_table(write, run, row):
    """For people, with the counts; markup in a key is text."""
    write(row("[red]x[/red]"))
    result = run("results")
    assert "[red]x[/red]" in result.stdout
    assert "1 done" in result.stdout


@pytest.mark.usefixtures("unanswered", "member")
def test_an_unknown_row_says_which_post_it_is(run, sandbox, profile, row):
    """Time, network, profile name and first words, in table and JSON: a person has to decide."""
    (one,) = [one for one in sandbox.truth("social_profiles") if one["id"] == profile]
    (found,) = listed(run, "--status", "unknown", code=3)
    assert found["scheduled_send_time"] == row("lost")["scheduled_send_time"]
    assert (found["network"], found["profile_name"]) == (one["type"], one["socialNetworkUsername"])
    assert found["text"] == "Hello from lost"
    table = run("results", "--status", "unknown").stdout
    for word in ("2026-02-01T12:00:00Z", one["type"], one["socialNetworkUsername"], "Hello from"):
        assert word in table
    (line,) = csv.DictReader(io.StringIO(run("results", "--format", "csv").stdout))
    assert line["text"] == "Hello from lost"


def test_an_unknown_row_without_a_platform(write, member, run, sandbox, row):
    """Without an answer the names stay empty; time and text come from the journal."""
    sandbox.faults(operation="create_message", kind="close", when="before")
    text = "A long text \x1b[2J with\nlines " + "and more words " * 20
    assert write(row("cut", text=text)) == 3
    member.setenv("HOOTSUITE_API_URL", "http://127.0.0.1:9")
    (found,) = listed(run, "--status", "unknown", code=3)
    assert (found["network"], found["profile_name"]) == (None, None)
    assert found["text"].startswith("A long text")
    assert len(found["text"]) <= 60
    assert found["text"].endswith("\N{HORIZONTAL ELLIPSIS}")
    assert "\n" not in found["text"]
    assert "\x1b" not in run("results").stdout


def test_settled_rows_ask_the_platform_nothing(write, member, run, sandbox, row):
    """Names are for rows that somebody has to decide about."""
    write(row("a"), row("b", text=""))
    before = len(sandbox.requests())
    (one, _) = listed(run, code=2)
    assert len(sandbox.requests()) == before
    assert one["text"] is None


def test_many_rows_are_summed_up(write, run, row):
    """Counts, and the rows that need somebody; --all, --status and the formats show every row."""
    rows = [row(f"fine-{number}") for number in range(40)]
    assert write(*rows, row("bad-1", text=""), row("bad-2", text="")) == 2
    summary = run("results")
    assert summary.exit_code == 2
    assert len(summary.stdout.splitlines()) < 20
    for word in ("40 done", "2 rejected", "bad-1", "bad-2", "--all"):
        assert word in summary.stdout
    assert "fine-7" not in summary.stdout
    for arguments in (("--all",), ("--status", "done"), ("--format", "csv")):
        shown = run("results", *arguments).stdout
        assert all(f"fine-{n}" in shown for n in range(40))
    assert len(listed(run, code=2)) == 42
    assert "fine-3" in run("results", "--key", "fine-3").stdout


def test_nothing_to_show(write, run, row):
    """No rows is an answer."""
    write(row("a"))
    assert "No rows." in run("results", "--status", "rejected").stdout


def test_without_a_journal(run, sandbox):
    """It is said, not made."""
    result = run("results")
    assert result.exit_code == 1
    assert "Nothing was sent yet" in result.stderr
    assert "There is no journal" in result.stderr
    assert not (state_folder() / "journal.db").exists()


def test_the_journals_password_stays_private(run, environment):
    """A wrong address is an error without the address."""
    environment.setenv("HOOTSUITE_JOURNAL_URL", "postgresql://u:pass-word-1@127.0.0.1:9/x")
    result = run("results")
    assert result.exit_code == 1
    assert "pass-word-1" not in result.output


def test_settle_finds_what_was_posted(unanswered, member, run, sandbox):
    """The message appears, the row becomes done; nothing is written for it."""
    assert listed(run, code=3)[0]["status"] == "unknown"
    assert listed(run, "--settle", code=3)[0]["status"] == "unknown"
    sandbox.advance(700)
    writes = len(sandbox.ledger())
    (found,) = listed(run, "--settle")
    assert found["status"] == "done"
    posted = [one for one in sandbox.truth("messages") if one["text"] == "Hello from lost"]
    assert [found["remote_id"]] == [one["id"] for one in posted]
    assert len(sandbox.ledger()) == writes


def test_settle_shows_what_was_looked_for(unanswered, member, run, write, row):
    """Not the whole journal: what is unknown, and how it came out."""
    assert write(row("fine")) == 0
    result = run("results", "--settle")
    assert result.exit_code == 3
    assert "fine" not in result.stdout
    assert "0 of 1 row of unknown fate are settled now, 1 is still unknown" in result.stderr


def test_nothing_to_settle(member, run, write, row, sandbox):
    """It is said, and the platform is not asked."""
    assert write(row("fine")) == 0
    before = sandbox.stats()["requests"]
    result = run("results", "--settle")
    assert (result.exit_code, result.stdout) == (0, "No rows.\n"), result.output
    assert "No row is of unknown fate" in result.stderr
    assert sandbox.stats()["requests"] == before


def test_settle_without_the_platform(unanswered, member, run, sandbox):
    """That it can't be asked is said, and nothing is decided."""
    sandbox.faults(operation="list_messages", kind="status", status=503, times=20)
    result = run("results", "--settle")
    assert result.exit_code == 1
    assert "could not be looked for" in result.stderr
    assert listed(run, code=3)[0]["status"] == "unknown"


def test_a_person_closes_a_rejected_row(write, run, row):
    """A row that its sheet no longer has must not spoil the exit code for ever."""
    assert write(row("old", text="")) == 2
    said = run("results", "--resolve", "old=not-sent", "--user", "ann")
    assert said.exit_code == 0, said.output
    (found,) = listed(run)
    assert (found["status"], found["error_code"]) == ("ignored", "decided")
    assert "Decided by ann at 20" in found["error_message"]
    assert run("results", "--retry-rejected").stdout == ""
    assert run("results", "--resolve", "old=sent:5").exit_code == 1
    assert write(row("old", text="")) == 2, "should it come again, it is judged again"


def test_a_person_says_it_was_sent(unanswered, run, sandbox, write, row):
    """The row is done, with the decision's time and user; the next run posts nothing."""
    (posted,) = [one for one in sandbox.truth("messages") if one["text"] == "Hello from lost"]
    said = run("results", "--resolve", f"lost=sent:{posted['id']}", "--user", "ann")
    assert said.exit_code == 0
    assert "Decided by ann at 20" in said.stdout
    (found,) = listed(run)
    assert (found["status"], found["remote_id"]) == ("done", posted["id"])
    assert found["error_message"].endswith(f"sent as {posted['id']}.")
    sandbox.advance(700)
    writes = len(sandbox.ledger())
    assert write(row("lost")) == 0
    assert len(sandbox.ledger()) == writes


def test_a_person_says_it_was_not_sent(write, run, sandbox, row):
    """The row may go out again: the next run posts it, once."""
    sandbox.faults(operation="create_message", kind="close", when="before")
    assert write(row("lost")) == 3
    assert run("results", "--resolve", "lost=not-sent").exit_code == 0
    (found,) = listed(run, code=1)
    assert found["status"] == "deferred"
    assert write(row("lost")) == 0
    assert [one["status"] for one in listed(run)] == ["done"]
    assert sum(one["text"] == "Hello from lost" for one in sandbox.truth("messages")) == 1


def test_one_message_belongs_to_one_row(write, run, sandbox, row):
    """A decision can't give away what another row owns; the row stays unknown."""
    assert write(row("mine")) == 0
    (mine,) = listed(run)
    sandbox.faults(operation="create_message", kind="close", when="before")
    assert write(row("lost")) == 3
    result = run("results", "--resolve", f"lost=sent:{mine['remote_id']}")
    assert (result.exit_code, "belongs to another row" in result.stderr) == (1, True)
    assert listed(run, "--key", "lost", code=3)[0]["status"] == "unknown"


def test_only_unknown_rows_are_decided(write, run, row):
    """A settled row is settled."""
    write(row("a"))
    result = run("results", "--resolve", "a=not-sent")
    assert (result.exit_code, "of unknown fate" in result.stderr) == (1, True)


def test_which_one_of_several(write, run, sandbox, row):
    """A row that went to two profiles has two fates."""
    ids = [one["id"] for one in sandbox.truth("social_profiles") if one["type"] != "PINTEREST"][:2]
    sandbox.faults(operation="create_message", kind="close", when="before", times=2)
    assert write(row("lost", social_profile_ids=ids)) == 3
    result = run("results", "--resolve", "lost=not-sent")
    assert (result.exit_code, "--social-profile" in result.stderr) == (1, True)
    chosen = run("results", "--resolve", "lost=not-sent", "--social-profile", ids[1])
    assert chosen.exit_code == 0
    fates = {one["social_profile_id"]: one["status"] for one in listed(run, code=1)}
    assert fates == {ids[0]: "unknown", ids[1]: "deferred"}


def test_a_live_owner_is_respected(run, sandbox):
    """While a target works on a row, nobody decides about it."""
    journal = Journal(f"sqlite:///{state_folder() / 'journal.db'}", "run1")
    journal.start()
    identity = Identity("here|me", "messages", "busy", "7")
    journal.begin(Intent(identity, "f" * 64, {}, 1_768_000_000.0))
    result = run("results", "--resolve", "busy=not-sent")
    journal.close()
    assert (result.exit_code, "is running" in result.stderr) == (1, True)


@pytest.mark.parametrize("text", ["key", "key=", "=sent:1", "key=sent:", "key=sent:1;2", "k=maybe"])
def test_a_decision_that_is_none(text, run):
    """Wrong words are wrong usage."""
    result = run("results", "--resolve", text)
    assert (result.exit_code, "KEY=sent:ID" in result.stderr) == (64, True)


def retried(run, code=0):
    result = run("results", "--retry-rejected")
    assert result.exit_code == code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_rejected_rows_come_back_as_singer_lines(write, run, sandbox, row):
    """Piped into the target they are sent: the row as it came."""
    sandbox.faults(operation="create_message", kind="status", status=400, code=4000)
    rows = {key: row(key, tags=["x"]) for key in ("a", "b")}
    assert write(*rows.values()) == 2
    schema, record = retried(run)
    assert (schema["type"], schema["stream"]) == ("SCHEMA", "messages")
    assert record["record"] == rows[record["record"]["external_id"]]
    assert write(record["record"]) == 0
    assert {one["status"] for one in listed(run)} == {"done"}
    assert retried(run) == []


def test_rows_that_were_refused_unread_come_back_too(write, run, row):
    """Whatever was wrong with it: a time, a type, an unknown column."""
    wrong = row("a", scheduled_send_time="2026-13-01")
    odd = row("b", text={"no": "text"})
    assert write(wrong, odd) == 2
    assert [one["record"] for one in retried(run)[1:]] == [wrong, odd]


def test_profiles_that_took_the_row_do_not_get_it_again(write, run, sandbox, row):
    """A row for two profiles that one refused comes back for that one."""
    ids = [one["id"] for one in sandbox.truth("social_profiles") if one["type"] != "PINTEREST"][:2]
    text = f'"{ids[1]}"'
    sandbox.faults(operation="create_message", kind="status", status=400, code=4000, contains=text)
    assert write(row("a", social_profile_ids=ids)) == 2
    assert retried(run)[1]["record"]["social_profile_ids"] == [ids[1]]


def test_rows_that_were_not_kept_are_named(write, run, profile):
    """A row that is no row can't be printed, and that is said."""
    write("not a row")
    result = run("results", "--retry-rejected")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "send its source again" in result.stderr


@pytest.mark.parametrize("time", ["yesterday", "0001-01-01T00:00:00+14:00"])
def test_a_wrong_time(time, run):
    """The forms are named."""
    result = run("results", "--since", time)
    assert (result.exit_code, "24h" in result.stderr) == (64, True)
