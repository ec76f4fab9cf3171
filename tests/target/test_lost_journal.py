"""What holds when the journal is lost, rolled back or another account's: see docs/journal.md."""
# ruff: noqa: PLR0917 - fixtures are arguments

import json
import shutil

import pytest

SOON = "2026-01-20T12:00:00Z"


@pytest.fixture
def lose(tmp_path):
    """A function that loses the journal, or puts an older copy in its place."""
    journal, copy = tmp_path / "journal.db", tmp_path / "copy.db"

    def lose(how):
        if how == "copied":
            shutil.copy(journal, copy)
        elif how == "rolled back":
            shutil.copy(copy, journal)
        else:
            journal.unlink()

    return lose


@pytest.fixture
def standing(sandbox):
    """A function that gives the texts which stand."""
    before = {one["id"] for one in sandbox.truth("messages")}

    def texts():
        there = sandbox.truth("messages")
        return sorted(one["text"] for one in there if one["id"] not in before)

    return texts


@pytest.mark.parametrize("how", ["lost", "rolled back"])
def test_unchanged_rows_are_adopted(how, run_target, make_rows, lose, standing):
    """Holds: a row that says what stands is adopted, and its message is not posted again."""
    rows = make_rows(2)
    run_target(make_rows(1, external_id="earlier", text="Earlier"))
    lose("copied")
    assert run_target(rows).statuses == {"done": 2}
    lose(how)
    assert run_target(rows).statuses == {"adopted": 2}
    assert standing() == ["Earlier", "Post 0", "Post 1"]


@pytest.mark.parametrize("how", ["lost", "rolled back"])
def test_a_changed_row_leaves_its_older_version(how, run_target, make_rows, lose, standing):
    """Does not hold: the platform echoes no key, so that an older version can't be recognised."""
    rows = make_rows(1)
    run_target(make_rows(1, external_id="earlier", text="Earlier"))
    lose("copied")
    run_target(rows)
    lose(how)
    assert run_target([rows[0] | {"text": "New"}]).statuses == {"done": 1}
    assert standing() == ["Earlier", "New", "Post 0"]


def test_lost_while_the_message_is_hidden(run_target, make_rows, lose, standing, sandbox, caplog):
    """Does not hold: what the platform still hides can't be adopted. The run says what it lacks."""
    sandbox.settings(lag_seconds=40)
    rows = make_rows(1)
    run_target(rows)
    lose("lost")
    assert run_target(rows).statuses == {"done": 1}
    assert standing() == ["Post 0", "Post 0"]
    assert "A new journal was made" in caplog.text


def test_require_journal_guards_against_a_loss(run_target, make_rows, lose, standing):
    """Holds: `require_journal` sends nothing where the journal is gone."""
    rows = make_rows(1)
    run_target(rows)
    lose("lost")
    run = run_target([rows[0] | {"text": "New"}], require_journal=True)
    assert (run.code, run.statuses) == (1, {"deferred": 1})
    assert standing() == ["Post 0"]


@pytest.mark.parametrize("changed", [False, True])
def test_another_account_is_warned_of(changed, run_target, make_rows, standing, sandbox, caplog):
    """Another `auth_method` is another account: said in every run until it has rows of its own."""
    row = make_rows(1)[0]
    run_target([row])
    assert "The journal has no row of this account" not in caplog.text
    new = [row | {"text": "New"}] if changed else [row]
    run = run_target(new, auth_method="organization_app")
    assert run.statuses == ({"done": 1} if changed else {"adopted": 1})
    assert standing() == (["New", "Post 0"] if changed else ["Post 0"])
    member = f"(member:{sandbox.ready['member_id']})"
    assert [member in one for one in caplog.messages if "no row of this account" in one] == [True]
    caplog.clear()
    run_target(new, auth_method="organization_app")
    assert "no row of this account" not in caplog.text


@pytest.mark.parametrize(
    ("nth", "policy"),
    [
        pytest.param(nth, policy, marks=() if nth % 2 == own else pytest.mark.soak)
        for nth in range(1, 7)
        for own, policy in enumerate(("hold", "resend"))
    ],
)
def test_killed_in_an_adoption(
    nth, policy, lab, run_target, make_rows, target_config, lines, lose, tmp_path, standing
):
    """Holds: an adoption sends nothing, so that one which died half way settles itself."""
    rows = make_rows(1)
    run_target(rows)
    lose("lost")
    given = tmp_path / "input"
    given.write_text("".join(json.dumps(line) + "\n" for line in lines(rows)))
    kill = {"point": "after commit", "nth": nth}
    config = target_config | {"results_path": str(tmp_path / "dead.jsonl")}
    lab(config=config, input=str(given), output=str(tmp_path / "output"), kill=kill)
    run = run_target(rows, on_unknown=policy, settle_seconds=120)
    assert set(run.statuses) <= {"adopted", "unchanged"}
    assert (run.code, standing()) == (0, ["Post 0"])
