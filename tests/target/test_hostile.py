"""What must not spoil a run: hostile rows, a full disk under the results, failing looks."""
# ruff: noqa: PLR0917 - fixtures are arguments

import io
import json
import os
import signal

import pytest

from hootsuite_api.budget import Turn
from target_hootsuite.target import HootsuiteTarget


@pytest.mark.parametrize(
    ("stream", "record"),
    [
        ("half a pair \ud800", {"id": 1}),
        ("nul \x00", {"id": 1}),
        (
            "messages",
            {"external_id": "x", "targeting": json.loads('{"a":' * 700 + "1" + "}" * 700)},
        ),
    ],
)
def test_a_hostile_row_stops_no_other(stream, record, run_target, lines, make_rows):
    """Whatever a row or its stream's name holds, it is rejected and the next rows go on."""
    run = run_target(messages=[*lines([record], stream), *lines(make_rows(1))])
    assert (run.code, run.statuses) == (2, {"rejected": 1, "done": 1})


def test_a_profile_that_is_none_spoils_no_listing(run_target, make_rows, sandbox):
    """Rule 15: only profiles that the caller sees are listed; another is refused by itself."""
    rows = make_rows(2)
    rows[0]["social_profile_ids"] = ["no-number"]
    sandbox.faults(
        operation="list_messages", kind="status", status=400, code=4000, contains="no-number"
    )
    assert run_target(rows).statuses == {"rejected": 1, "done": 1}


class Endless(io.StringIO):
    """An input that sends this process a signal while a line is worked on, and goes on and on."""

    def __init__(self, text):
        super().__init__(text)
        self.more = 0

    def readline(self, *args):
        self.more += 1
        line = super().readline(*args)
        return line or (self.getvalue().splitlines(keepends=True)[-2] if self.more < 100 else "")


def test_a_signal_between_two_lines(target_config, make_rows, lines, monkeypatch, sandbox):
    """Rule 24: a tap that writes without a pause can't keep the target from ending."""
    target = HootsuiteTarget(config=target_config)
    inner = target.intake.add

    def add(stream, record):
        os.kill(os.getpid(), signal.SIGTERM)
        inner(stream, record)

    monkeypatch.setattr(target.intake, "add", add)
    rows = Endless("".join(json.dumps(line) + "\n" for line in lines(make_rows(1))))
    handler = signal.getsignal(signal.SIGTERM)
    try:
        code = target.run(rows)
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert code == 1
    assert rows.more == 2, "not a line more"
    assert sandbox.ledger() == []


def test_a_signal_ends_a_long_wait(target_config, make_rows, lines, monkeypatch, tmp_path, sandbox):
    """Rule 24: what waits for its turn after a 429 is not in flight; it is not sent later."""
    sandbox.faults(
        operation="create_message",
        kind="status",
        status=429,
        times=0,
        headers={"Retry-After": "60"},
    )
    inner = Turn.refused

    def refused(turn, seconds):
        inner(turn, seconds)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Turn, "refused", refused)
    target = HootsuiteTarget(config=target_config | {"max_concurrency": 1})
    handler = signal.getsignal(signal.SIGTERM)
    try:
        code = target.run(
            io.StringIO("".join(json.dumps(line) + "\n" for line in lines(make_rows(2))))
        )
    finally:
        signal.signal(signal.SIGTERM, handler)
    results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert (code, [one["status"] for one in results]) == (1, ["deferred"] * 2)
    assert sandbox.stats()["requests"]["create_message"] == 1


class Full:
    """A file on a disk that takes two lines."""

    def __init__(self):
        self.lines = 0

    def write(self, _text):
        self.lines += 1
        if self.lines > 2:
            raise OSError(28, "No space left on device")

    def flush(self):
        pass

    def close(self):
        raise OSError(28, "No space left on device")


def test_results_on_a_full_disk(
    run_target, make_rows, monkeypatch, caplog, sandbox, target_config, lines
):
    """The run stops with one sentence; the journal has the results, and the next run goes on."""
    with monkeypatch.context() as patch:
        patch.setattr("target_hootsuite.results._open", lambda _path: Full())
        target = HootsuiteTarget(config=target_config | {"max_concurrency": 1})
        text = "".join(json.dumps(line) + "\n" for line in lines(make_rows(6)))
        assert target.run(io.StringIO(text)) == 1
    said = [one.getMessage() for one in caplog.records if "results" in one.getMessage()]
    assert len(said) == 1
    assert "No space left on device" in said[0]
    assert "fault of target-hootsuite" not in caplog.text
    assert len(sandbox.ledger()) == 3
    assert run_target(make_rows(6)).statuses == {"unchanged": 3, "done": 3}


def test_an_unknown_that_no_entry_holds_keeps_state_back(run_target, sandbox):
    """Rule 24: people have no open entries; only their row, sent again, settles them."""
    organization = sandbox.ready["organization_id"]
    row = {"email": "new@larkspur.example", "full_name": "New", "organization_ids": [organization]}
    sandbox.faults(operation="create_member", kind="close", times=1)
    run = run_target([row], "members")
    assert (run.code, run.statuses, run.states) == (3, {"unknown": 1}, [])
    run = run_target([row], "members")
    assert (run.code, run.statuses, run.states) == (0, {"done": 1}, [{"rows": 1}])


def test_a_deletion_waits_for_a_message_of_unknown_fate(run_target, make_rows, sandbox):
    """Rule 24: it was not attempted, so STATE stays before it until the post is proved."""
    sandbox.settings(lag_seconds=60)
    sandbox.faults(operation="create_message", kind="close", when="after", times=1)
    assert run_target(make_rows(1)).statuses == {"unknown": 1}
    row = {"external_id": "k0"}
    run = run_target([row], "message_deletions")
    assert (run.code, run.statuses, run.states) == (1, {"deferred": 1}, [])
    sandbox.advance(61)
    run_target(make_rows(1))
    assert run_target([row], "message_deletions").statuses == {"done": 1}
