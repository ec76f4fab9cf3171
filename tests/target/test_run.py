"""The run as a whole: STATE, exit codes, stopping, dry runs, and what the SDK would lose."""
# ruff: noqa: PLR0917 - fixtures are arguments

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from target_hootsuite.target import HootsuiteTarget


def test_state_follows_the_rows(run_target, make_rows):
    """STATE leaves when all rows before it are settled; the last one leaves at the end."""
    run = run_target(make_rows(5))
    assert run.states[-1] == {"rows": 5}


def test_state_stops_before_a_deferred_row(run_target, make_rows, sandbox):
    """Rule 24: STATE never passes a row that was not attempted."""
    rows = make_rows(6)
    rows[3]["social_profile_ids"] = ["999"]
    run = run_target(rows, on_row_error="stop", max_concurrency=1)
    assert run.code == 1
    assert run.statuses == {"done": 3, "rejected": 1, "deferred": 2}
    assert run.states == [{"rows": 4}]
    assert len(sandbox.ledger()) == 3


def test_state_may_pass_a_journalled_unknown(run_target, make_rows, sandbox):
    """Rule 24: an unknown row that is journalled is accounted for."""
    sandbox.faults(operation="create_message", kind="close", times=1)
    run = run_target(make_rows(3), max_concurrency=1)
    assert (run.code, run.statuses) == (3, {"unknown": 1, "done": 2})
    assert run.states[-1] == {"rows": 3}


@pytest.mark.parametrize(("policy", "code"), [("pause", 1), ("fail", 1)])
def test_quota(policy, code, run_target, make_rows, sandbox):
    """Rule 24: when the day's share is used the rest is deferred and the next run carries on."""
    rows = make_rows(12)
    sandbox.reset(daily_quota=20)
    run = run_target(rows, on_quota=policy, daily_quota_percent=50, max_concurrency=1)
    assert run.code == code
    assert run.statuses["deferred"]
    done = run.statuses["done"]
    assert run.states[-1] == {"rows": done}
    assert len(sandbox.ledger()) == done
    sandbox.settings(daily_quota=100_000)
    assert run_target(rows).statuses == {"done": 12 - done, "unchanged": done}


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        ([], 0),
        (["rejected"], 2),
        (["rejected", "unknown"], 3),
        (["rejected", "unknown", "deferred"], 1),
    ],
)
def test_exit_codes(faults, code, run_target, make_rows, sandbox):
    """Rule 27: 1 before 3 before 2 before 0."""
    rows = make_rows(4)
    if "rejected" in faults:
        rows[0]["social_profile_ids"] = ["999"]
    if "unknown" in faults:
        sandbox.faults(operation="create_message", kind="close", contains="Post 1")
    if "deferred" in faults:
        sandbox.faults(
            operation="create_message",
            kind="status",
            status=401,
            code=1032,
            contains="Post 3",
            times=0,
        )
    run = run_target(rows, max_concurrency=1)
    assert run.code == code
    assert set(faults) <= set(run.statuses)


def test_sdc_deleted_and_activate_version(run_target, make_rows, lines, sandbox):
    """Rule 26: rows deleted at the source are rejected, ACTIVATE_VERSION is passed over."""
    (row,) = make_rows(1, _sdc_deleted_at="2026-01-01T00:00:00Z")
    messages = [*lines([row]), {"type": "ACTIVATE_VERSION", "stream": "messages", "version": 1}]
    run = run_target(messages=messages)
    assert (run.code, run.statuses) == (2, {"rejected": 1})
    assert sandbox.ledger() == []


def test_batch_is_refused(run_target, make_rows, lines, sandbox):
    """Rule 26: BATCH is refused loudly, nothing before it is sent, no STATE leaves."""
    batch = {
        "type": "BATCH",
        "stream": "messages",
        "manifest": [],
        "encoding": {"format": "jsonl", "compression": "none"},
    }
    run = run_target(messages=[*lines(make_rows(2)), batch])
    assert (run.code, run.statuses, run.states) == (1, {"deferred": 2}, [])
    assert sandbox.ledger() == []


@pytest.mark.parametrize("record", [None, 5, "text", [1], {}])
def test_records_that_are_no_rows(record, run_target, lines, make_rows):
    """A record of any shape has its result; the SDK would drop or die of it."""
    run = run_target(messages=[*lines([record]), *lines(make_rows(1))[1:]])
    assert (run.code, run.statuses) == (2, {"rejected": 1, "done": 1})


def test_streams_that_nobody_writes(run_target, lines):
    """Rows of an unknown stream are rejected with the list of known ones."""
    run = run_target(messages=lines([{"id": 1}], "customers"))
    assert run.statuses == {"rejected": 1}
    assert "messages" in run.results[0]["error_message"]


def test_schema_types_of_the_tap_do_not_matter(run_target, make_rows):
    """Rule 2: neither the tap's key nor its types decide; dates stay as they came."""
    (row,) = make_rows(1)
    schema = {
        "type": "SCHEMA",
        "stream": "messages",
        "key_properties": ["uuid"],
        "schema": {
            "type": "object",
            "properties": {
                "uuid": {"type": "integer"},
                "text": {"type": "integer"},
                "scheduled_send_time": {"type": "string", "format": "date-time"},
            },
        },
    }
    run = run_target(messages=[schema, {"type": "RECORD", "stream": "messages", "record": row}])
    assert run.statuses == {"done": 1}


def test_a_schema_that_changes_loses_no_row(run_target, make_rows, lines):
    """A new SCHEMA in the middle keeps the rows before it."""
    first, second = lines(make_rows(2)[:1]), lines(make_rows(2)[1:])
    second[0]["schema"] = {"type": "object", "properties": {"x": {"type": "string"}}}
    assert run_target(messages=first + second).statuses == {"done": 2}


def test_stream_maps_apply(run_target, make_rows, lines):
    """Names are mapped before a row is understood; a row that can't be mapped is rejected."""
    (row,) = make_rows(1)
    maps = {"posts": {"__alias__": "messages", "text": "text.upper()"}}
    good, bad = lines([row], "posts"), lines([row | {"external_id": "x", "text": 5}], "posts")
    schema = good[0]["schema"]["properties"]
    schema |= {name: {} for name in row}
    run = run_target(messages=good + bad[1:], stream_maps=maps)
    assert sum(run.statuses.values()) == 2
    assert run.statuses["rejected"] == 1


def test_state_leaves_while_rows_are_under_way(run_target, make_rows, monkeypatch):
    """STATE leaves during the run, in order, each behind rows that are settled."""
    monkeypatch.setattr(
        "target_hootsuite.singer.state_gate.StateGate.__init__.__defaults__", (0.0,)
    )
    run = run_target(make_rows(10), max_concurrency=3)
    counts = [state["rows"] for state in run.states]
    assert counts == sorted(set(counts))
    assert len(counts) > 3
    assert counts[-1] == 10


def test_a_dry_run_writes_nothing(run_target, make_rows, sandbox, tmp_path):
    """Rule 25: GETs and the token request only, no STATE, not even a journal."""
    rows = make_rows(6, per_row=2)
    rows[0]["social_profile_ids"] = ["999"]
    dry = run_target(rows, dry_run=True)
    assert (dry.code, dry.statuses, dry.states) == (2, {"rejected": 1, "planned": 10}, [])
    assert not list(tmp_path.glob("journal.db*"))
    methods = {one["operation"] for one in sandbox.requests()}
    assert methods <= {"create_token", "get_me", "list_messages", "list_social_profiles"}
    real = run_target(rows)
    plan = {(one["key"], one["social_profile_id"]): one["action"] for one in dry.results}
    assert plan == {(one["key"], one["social_profile_id"]): one["action"] for one in real.results}


def test_unread_input_defers_all(target_config, make_rows, lines, tmp_path, sandbox):
    """A line that can't be read ends the run before anything is sent, without its content."""
    text = "".join(json.dumps(line) + "\n" for line in lines(make_rows(2))) + "{CANARY\n"
    target = HootsuiteTarget(config=target_config)
    assert target.run(io.StringIO(text)) == 1
    assert sandbox.ledger() == []
    results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert [one["status"] for one in results] == ["deferred"] * 2


class Waiting(io.StringIO):
    """An input that sends this process a signal and then never ends."""

    def __init__(self, text):
        super().__init__(text)
        self.never = threading.Event()

    def readline(self, *args):
        line = super().readline(*args)
        if not line:
            os.kill(os.getpid(), signal.SIGTERM)
            self.never.wait(5)
        return line


@pytest.fixture
def signals():
    """Signal handlers as they were before."""
    kept = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    yield
    for one, handler in kept.items():
        signal.signal(one, handler)


def test_a_signal_while_reading(target_config, make_rows, lines, signals, sandbox):
    """Rule 24: a signal while rows are read sends nothing and exits with 1."""
    text = "".join(json.dumps(line) + "\n" for line in lines(make_rows(2)))
    target = HootsuiteTarget(config=target_config)
    assert target.run(Waiting(text)) == 1
    assert sandbox.ledger() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_writing(number, target_config, make_rows, lines, tmp_path, sandbox):
    """Rule 24: what is in flight is awaited, the rest deferred, STATE behind the last settled.

    The answer comes when the signal was heard. In a process of its own nobody can tell when that
    is: on a busy machine it went on to post for a while.
    """
    fault = sandbox.hold("create_message", nth=4)
    target = HootsuiteTarget(config=target_config | {"max_concurrency": 1})

    def interrupt():
        assert sandbox.wait_held(fault)
        os.kill(os.getpid(), number)
        assert target._job._client.stop.wait(60)
        sandbox.release(fault)

    text = "".join(json.dumps(line) + "\n" for line in lines(make_rows(8)))
    output = io.StringIO()
    with ThreadPoolExecutor(1) as pool, contextlib.redirect_stdout(output):
        noticed = pool.submit(interrupt)
        assert target.run(io.StringIO(text)) == 1
        noticed.result(60)
    results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    statuses = Counter(one["status"] for one in results)
    assert statuses == {"done": 4, "deferred": 4}
    assert len(sandbox.ledger()) == 4
    assert json.loads(output.getvalue().splitlines()[-1]) == {"rows": 4}


def test_about_and_config_errors(tmp_path):
    """A wrong configuration is one message per mistake, without values or stack trace."""
    config = tmp_path / "config.json"
    config.write_text(
        json.dumps(
            {"auth_method": "CANARY", "client_secret": {"CANARY": 1}, "settle_seconds": "CANARY"}
        )
    )
    done = subprocess.run(
        [sys.executable, "-m", "target_hootsuite.target", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        input="",
    )
    assert done.returncode == 1
    assert "CANARY" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for name in ("auth_method", "client_secret", "settle_seconds"):
        assert name in done.stderr
    about = subprocess.run(
        [sys.executable, "-m", "target_hootsuite.target", "--about", "--format=json"],
        capture_output=True,
        text=True,
        check=True,
    )
    settings = json.loads(about.stdout)["settings"]["properties"]
    assert all(one.get("title") and one.get("description") for one in settings.values())


_SCHEMA = '{"type":"SCHEMA","stream":"messages","schema":{"properties":{}},"key_properties":[]}\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            _SCHEMA + '{"type":"RECORD","text":"CANARY",\n',
            (
                "Line 2 of the input is not JSON: the tap was cut off or printed other text. "
                "Look at its log."
            ),
        ),
        ("\n[1]\n", "Line 2 of the input is no Singer message: it is not an object with a `type`."),
        (
            '{"type":"SONG","text":"CANARY"}\n',
            (
                "Line 1 of the input has the type 'SONG', which is no Singer message. "
                "Look at the tap's log."
            ),
        ),
        (
            '{"type":"RECORD","stream":"messages","record":{"text":"CANARY"}}\n',
            (
                "Line 1 of the input is a RECORD whose stream had no SCHEMA yet. "
                "Look at the tap's log."
            ),
        ),
        (
            '{"type":"RECORD","stream":"CANARY"}\n',
            "Line 1 of the input lacks a part that messages of its type have.",
        ),
    ],
)
def test_a_line_that_is_no_message(text, says, target_config, caplog):
    """One sentence names the line and what to do; no trace, no content of the row."""
    assert HootsuiteTarget(config=target_config).run(io.StringIO(text)) == 1
    errors = [one for one in caplog.records if one.levelname in {"ERROR", "CRITICAL"}]
    assert [one.getMessage() for one in errors] == [says]
    assert not errors[0].exc_info
    assert "CANARY" not in caplog.text


def test_input_that_is_no_text(target_config, caplog):
    """Bytes that are not UTF-8 are a sentence too."""
    target = HootsuiteTarget(config=target_config)
    assert target.run(io.TextIOWrapper(io.BytesIO(b"\xff\xfe\n"), encoding="utf-8")) == 1
    assert "Line 1 of the input is not text in UTF-8" in caplog.text
    assert "Traceback" not in caplog.text


def test_results_that_cannot_be_written(target_config, make_rows, lines, tmp_path, caplog, sandbox):
    """A results file that can't be made ends the run with one sentence, before anything is sent."""
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "results.jsonl"
    target = HootsuiteTarget(config=target_config | {"results_path": str(path)})
    text = "".join(json.dumps(line) + "\n" for line in lines(make_rows(1)))
    assert target.run(io.StringIO(text)) == 1
    (said,) = [one.getMessage() for one in caplog.records if one.levelname == "CRITICAL"]
    assert said.startswith(f"The results can't be written to {path} (")
    assert sandbox.ledger() == []


def test_a_journal_that_is_no_url(target_config, make_rows, lines, caplog):
    """What to write in its place is said."""
    target = HootsuiteTarget(config=target_config | {"journal_url": "/path/j.db"})
    text = "".join(json.dumps(line) + "\n" for line in lines(make_rows(1)))
    assert target.run(io.StringIO(text)) == 1
    assert "Write sqlite:////srv/journal.db or postgresql+psycopg://user@host" in caplog.text


def test_rows_without_a_key_are_called_so(run_target, lines, caplog):
    """Neither log nor summary says None of a row that has no key."""
    caplog.set_level("INFO")
    run_target(messages=lines([{"id": 1}], "mesages"))
    assert "Rejected a row without a key of stream 'mesages': Stream 'mesages' is" in caplog.text
    assert "mesages: 1 rejected" in caplog.text


def test_a_row_without_its_key_is_named_by_its_place(run_target, make_rows):
    """There is nothing else by which a person could find it."""
    rows = [*make_rows(2), {"text": "Whose am I?"}]
    run = run_target(rows)
    assert run.statuses == {"done": 2, "rejected": 1}
    (error,) = [one["error_message"] for one in run.results if one["error_code"] == "no_key"]
    assert "Record 3 of the input has no key" in error


def test_unknown_settings_are_named(target_config, caplog):
    """A misspelt setting is no error, but it is named together with the one that is near."""
    HootsuiteTarget(config=target_config | {"timezne": "UTC", "batch_size_rows": 5})
    (said,) = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert said == "The setting is not known and ignored: timezne (is timezone meant?)."


@pytest.mark.parametrize("content", [None, "{", "[1]"])
def test_configuration_files_are_named(content, tmp_path):
    """A file that can't be used is named in one sentence; the exit code is 1."""
    config = tmp_path / "config.json"
    if content:
        config.write_text(content)
    done = subprocess.run(
        [sys.executable, "-m", "target_hootsuite.target", "--config", str(config)],
        capture_output=True,
        text=True,
        check=False,
        input="",
    )
    assert done.returncode == 1
    assert f"The configuration {config} can't be read: " in done.stderr
    assert "Traceback" not in done.stderr
