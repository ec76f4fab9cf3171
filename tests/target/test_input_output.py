"""What comes in and what goes out: any bytes, any numbers, any depth; STATE as it came."""
# ruff: noqa: PLR0917 - fixtures are arguments

import contextlib
import io
import json
import os
import subprocess
import sys

import pytest

from hootsuite_api.contract import load
from target_hootsuite.singer.json_text import members
from target_hootsuite.target import HootsuiteTarget

DEEP = '{"a":' * 2000 + "1" + "}" * 2000
STATES = [
    '{"cost": 1.10, "rate": 1E+2}',
    '{"far": 1e999, "near": -1e-999}',
    '{"big": ' + "9" * 5000 + "}",
    '{"b": 1, "a": 2, "b": 3}',
    '{"name": "Gr\u00fc\u00dfe \\u00e9 \U0001f600 \\ud800", "x": "}{][,:\\""}',
    '{"odd": [NaN, Infinity]}',
    '{"exact": 1e99999999999999999999}',
    DEEP,
    "[1, 2]",
    "null",
]


def schema(stream="messages"):
    of = {"type": "object", "properties": {"external_id": {"type": ["string", "null"]}}}
    return json.dumps({"type": "SCHEMA", "stream": stream, "schema": of, "key_properties": []})


def record(text, stream="messages"):
    return f'{{"type": "RECORD", "stream": "{stream}", "record": {text}}}'


def state(text):
    return f'{{"type": "STATE", "value": {text}}}'


@pytest.fixture
def feed(target_config, tmp_path):
    """A function that feeds raw lines to a target in this process; gives code, stdout, results."""

    def run(*lines, **changes):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = HootsuiteTarget(config=target_config | changes).run(
                io.StringIO("".join(f"{line}\n" for line in lines))
            )
        results = (tmp_path / "results.jsonl").read_text().splitlines()
        return code, output.getvalue(), [json.loads(line) for line in results]

    return run


@pytest.mark.parametrize("text", STATES, ids=range(len(STATES)))
def test_state_comes_out_as_it_came_in(text, feed, make_rows, sandbox):
    """STATE is somebody else's: its text is passed on, whatever numbers and names it holds."""
    row = record(json.dumps(make_rows(1)[0]))
    code, output, _ = feed(schema(), row, state(text))
    assert (code, output) == (0, f"{text}\n")


def test_a_state_whose_value_comes_twice(feed):
    """As in any JSON object the last one counts, whatever stands around it."""
    line = '{"value": {"a": 1}, "type": "STATE", "value" : {"a":  2.50} , "more": []}'
    assert feed(line)[:2] == (0, '{"a":  2.50}\n')


@pytest.mark.parametrize("text", ["", "{", "}", '{"a"}', '{"a":}', '{"a": 1 2}', "[1]", '{"a": [}'])
def test_what_is_no_object_has_no_members(text):
    """Only an object has members; the rest is refused, not guessed."""
    with pytest.raises(ValueError, match=r"no |not "):
        members(text)


HOSTILE = [
    ("scheduled_send_time", '"9999-12-31T23:59:59Z"'),
    ("scheduled_send_time", '"0001-01-01T00:00:00Z"'),
    ("scheduled_send_time", '"0999-06-01T00:00:00Z"'),
    ("scheduled_send_time", '"9999-12-31T23:59:59-14:00"'),
    ("targeting", DEEP),
    ("targeting", '{"a":' * 900 + "1" + "}" * 900),
    ("targeting", '{"a": NaN}'),
    ("targeting", '{"a": 1e400}'),
    ("location", '{"latitude": -Infinity, "longitude": 1}'),
    ("location", '{"latitude": ' + "9" * 400 + ', "longitude": 1}'),
    ("privacy", '"{\\"a\\": 1e99999999999999999999}"'),
    ("text", "9" * 5000),
    ("text", "1e99999999999999999999"),
    ("text", '"half \\udc00"'),
    ("tags", "[" * 3000 + "]" * 3000),
]


@pytest.mark.parametrize(("field", "text"), HOSTILE, ids=range(len(HOSTILE)))
def test_one_hostile_row_stops_no_other(field, text, feed, make_rows, posts):
    """Of four rows the one that nobody foresaw is rejected with its field; three go out."""
    rows = [json.dumps(row) for row in make_rows(4)]
    bad = make_rows(2)[1]
    bad.pop(field, None)
    rows[1] = json.dumps(bad)[:-1] + f', "{field}": {text}}}'
    lines = [part for n, row in enumerate(rows) for part in (record(row), state(f'{{"n": {n}}}'))]
    code, output, results = feed(schema(), *lines)
    bad = [one for one in results if one["status"] != "done"]
    assert [(one["key"], one["status"]) for one in bad] == [("k1", "rejected")]
    assert field in bad[0]["error_message"]
    assert (code, sum(posts().values())) == (2, 3)
    assert output.splitlines()[-1] == '{"n": 3}'


def test_a_rule_that_fails_for_one_row(feed, make_rows, posts, monkeypatch):
    """Whatever raises while all are prepared is tried with each row alone."""
    from target_hootsuite.lookup import listing  # noqa: PLC0415 - patched here

    inner = listing.api_time

    def moody(moment):
        if moment.minute == 3:
            raise KeyError("three")
        return inner(moment)

    monkeypatch.setattr(listing, "api_time", moody)
    rows = make_rows(3)
    rows[1]["scheduled_send_time"] = "2026-03-04T10:03:30Z"
    code, _, results = feed(schema(), *(record(json.dumps(row)) for row in rows))
    assert [one["key"] for one in results if one["status"] == "rejected"] == ["k1"]
    assert (code, sum(posts().values())) == (2, 2)


LIES = [
    ("list_social_profiles", '{"data": null}', "data is null"),
    ("list_social_profiles", '{"data": [{"type": "TWITTER"}]}', "data[0].id is missing"),
    ("list_social_profiles", '{"data": [{"id": "1"}]}', "type"),
    ("list_social_profiles", '{"data": "text"}', "text"),
    ("list_messages", '{"data": {"id": "1"}}', "an object"),
    ("list_messages", '{"data": [[]]}', "no object"),
    ("list_messages", '{"data": [{"id": "1", "scheduledSendTime": 5}]}', "message 1"),
    ("list_messages", '{"data": [{"id": "1", "scheduledSendTime": "soon"}]}', "message 1"),
    ("list_messages", '{"data": [{"id": "1", "socialProfile": "x"}]}', "message 1"),
    ("list_messages", '{"data": [], "metadata": {"cursor": []}}', "cursor"),
    ("list_messages", '{"data": [], "metadata": {"cursor": {"next": ["x"]}}}', "cursor"),
]


@pytest.mark.parametrize(("operation", "body", "words"), LIES)
def test_a_list_that_lies(operation, body, words, feed, make_rows, posts, sandbox, caplog):
    """One sentence names operation, what was wrong and the trace; nothing is sent or rejected."""
    headers = {"X-Request-Id": "trace-77"}
    fault = {"kind": "status", "status": 200, "body": body, "headers": headers, "times": 0}
    sandbox.faults(operation=operation, **fault)
    rows = [record(json.dumps(row)) for row in make_rows(2)]
    code, output, results = feed(schema(), *rows, state("{}"))
    assert (code, output, {one["status"] for one in results}) == (1, "", {"deferred"})
    message = results[0]["error_message"]
    assert operation in message or load().operations[operation].path in message
    assert words in message
    assert "trace-77" in message
    assert "can't be read" not in caplog.text
    assert not posts()


def spawn(config, tmp_path, data, *, stdout=subprocess.PIPE, close=(), **env):
    """The target as a process; gives it when it has ended."""
    path = tmp_path / "config.json"
    path.write_text("\ufeff" + json.dumps(config), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "target_hootsuite.target", "--config", str(path)],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=os.environ | env,
        preexec_fn=(lambda: [os.close(one) for one in close]) if close else None,  # noqa: PLW1509
    )
    output, errors = process.communicate(data, timeout=120)
    return process.returncode, output, errors.decode()


@pytest.mark.parametrize("encoding", ["cp1252", "cp437"])
def test_input_is_utf_8_whatever_the_locale(encoding, target_config, make_rows, tmp_path, posts):
    """Singer is UTF-8: no code page of the machine changes a text; marks at the start are fine."""
    text = "Gr\u00fc\u00dfe \u201cquoted\u201d \U0001f600"
    row = json.dumps(make_rows(1, text=text)[0], ensure_ascii=False)
    lines = f"\ufeff{schema()}\n{record(row)}\n{state(STATES[4])}\n"
    code, output, errors = spawn(
        target_config, tmp_path, lines.encode(), PYTHONIOENCODING=encoding, PYTHONUTF8="0"
    )
    assert code == 0, errors
    assert [posted for posted, _ in posts()] == [text]
    assert output.decode() == f"{STATES[4]}\n"


@pytest.mark.parametrize("case", ["closed", "full", "left"])
def test_nobody_reads_the_state(case, target_config, make_rows, tmp_path, posts):
    """A stdout that is closed or full is called that; what was done is kept, the exit code is 1."""
    lines = [schema(), *(record(json.dumps(row)) for row in make_rows(3)), state('{"n": 3}')]
    data = "".join(f"{line}\n" for line in lines).encode()
    options = {}
    reading = None
    if case == "closed":
        options = {"stdout": None, "close": (1,)}
    elif case == "full":
        options = {"stdout": open("/dev/full", "wb")}  # noqa: SIM115, PTH123 - closed below
    else:
        reading, writing = os.pipe()
        os.close(reading)
        options = {"stdout": writing}
    code, _, errors = spawn(target_config, tmp_path, data, **options)
    if case == "full":
        options["stdout"].close()
    if case == "left":
        os.close(options["stdout"])
    said = [line for line in errors.splitlines() if "stdout" in line]
    assert (code, len(said)) == (1, 1), errors
    assert "STATE can't be written to stdout" in said[0]
    assert "can't be read" not in errors
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors
    assert sum(posts().values()) == 3
