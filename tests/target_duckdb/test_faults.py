import contextlib
import json
import resource
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from target_hootsuite_duckdb.target import DuckDBTarget
from target_hootsuite_duckdb.warehouse import WarehouseError

TEXT = {"type": ["string", "null"]}
WHOLE = {"type": ["integer", "null"]}


def test_file_that_a_reader_has_open(said, load):
    """A file that another program has open is not touched, and the program is named."""
    load(load.schema(), load.record(id="a"))
    program = "import duckdb, sys; _ = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program, load.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        reader.stdout.readline()
        told = said(load.schema(), load.record(id="b"))
        reader.communicate(b"\n")
    assert told == f"{load.path} is open in process {reader.pid}: close it there, then run again."
    load(load.schema(), load.record(id="b"))
    assert load.rows("id") == [("a",), ("b",)]


def _checksum(page):
    found = 5381
    for place in range(0, len(page), 8):
        word = int.from_bytes(page[place : place + 8], "little")
        found ^= word * 0xBF58476D1CE4E5B9 & (2**64 - 1)
    return found.to_bytes(8, "little")


def test_file_of_a_newer_duckdb(said, load):
    """A file of a storage version yet to come is left alone."""
    load(load.schema())
    page = bytearray(load.path.read_bytes())
    page[12:20] = (500).to_bytes(8, "little")  # the version, in the first of the file's headers
    page[:8] = _checksum(page[8:4096])
    load.path.write_bytes(page)
    told = said(load.schema(), load.record(id="b"))
    assert told == f"{load.path} is of a newer DuckDB: install that one here, or change `path`."
    assert load.path.read_bytes() == page


def test_file_is_readable_for_older_duckdbs(load):
    """The file has the storage of DuckDB 1.2, whatever the loader's own version is."""
    load(load.schema())
    found = load.query("SELECT tags FROM duckdb_databases() WHERE NOT internal")
    assert found[0][0]["storage_version"] == "v1.2.0+"


def test_other_files_and_folders(said, load):
    """What is no DuckDB file, or lies nowhere, is said in one sentence."""
    load.path.write_text("id;text\n" * 1000)
    told = said(load.schema())
    assert told == f"{load.path} is not a DuckDB file: name another one in `path`."
    there = load.path.parent / "none" / "x.duckdb"
    told = said(load.schema(), path=str(there))
    assert told == f"The folder of {there} does not exist: make it, then run again."


def test_disk_that_is_full(load):
    """Rows for which no room is left are not half there, and the next run loads them."""
    load(load.schema(text=TEXT), load.record(id="0", text="x"))
    rows = [load.record(id=str(n), text=f"{n:032x}" * 40) for n in range(5000)]
    wanted = [load.schema(text=TEXT), *rows, load.state(posts={"replication_key_value": 1})]

    def small():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    done = load.run(load.lines(*wanted), preexec_fn=small)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"The disk of {load.path} is full: make room, then run again." in done.stderr
    assert "Traceback" not in done.stderr
    assert load.rows("id, text") == [("0", "x")]
    load(*wanted)
    assert load.rows("count(*)") == [(5000,)]


@pytest.mark.parametrize(
    ("properties", "value", "told"),
    [
        ({"n": WHOLE}, "x", "'x'"),
        ({"t": {"type": "string", "format": "date-time"}}, "yesterday", "yesterday"),
        ({"n": WHOLE}, 2**63, str(2**63)),
    ],
)
def test_values_that_a_column_cannot_hold(said, load, properties, value, told):
    """A value that doesn't fit is named; it never becomes null, and its batch is not loaded."""
    (name,) = properties
    sentence = said(
        load.schema(**properties), load.record(id="a"), load.record(id="b", **{name: value})
    )
    assert sentence.startswith(f"{load.path} can't be loaded: ")
    assert told in sentence
    assert load.rows() == []


def test_rows_are_validated_where_asked_for(said, load):
    """`validate_records` refuses a row by its schema, without it DuckDB decides."""
    messages = [load.schema(n=WHOLE | {"maximum": 5}), load.record(id="a", n=9)]
    assert "9 is greater than the maximum of 5" in said(*messages, validate_records=True)
    load(*messages)
    assert load.rows("n") == [(9,)]


def test_input_that_is_none(said, load):
    """Lines that are not in order, or not JSON, are one sentence, and no row or STATE is out."""
    early = said(load.record(id="a"))
    assert early.startswith("A record for stream 'posts' was encountered before")
    keyless = said(load.schema(), load.record(other="a"))
    assert keyless.startswith("Record is missing one or more key_properties")
    done = load.run('{"type": "SCHEMA", "secret": ')
    assert (done.returncode, done.stdout) == (1, "")
    assert "The input is not JSON: look at the tap's log." in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_lost_file_with_a_kept_state(load, caplog):
    """A new table for a stream that the tap's state knows is worth a warning, once."""
    told = "Rows of earlier loads are missing in the new table posts of"
    first = load.state(me={"version": 1}, posts={"replication_key_value": 5}, media={"x": 1})
    load(load.schema("me"), first, load.schema(), load.schema("media"))
    assert [one.message for one in caplog.records if told in one.message] == [
        f"{told} {load.path}: run once with --full-refresh."
    ]


def test_nothing_is_lost_where_nothing_was(load, caplog):
    """Neither a first load nor a later one is warned of."""
    nothing = {"posts": {}, "me": None}
    for bookmarks in (nothing, nothing | {"posts": {"replication_key_value": 5}}):
        load(load.schema("a"), load.state(**bookmarks), load.schema(), load.schema("me"))
    assert "missing" not in caplog.text


def test_states_of_any_tap(load, capsys):
    """A state is let out as it came, whatever a tap keeps in it."""
    states = [{"value": None}, {"value": {"bookmarks": {"a": "2026", "b": 5, "c": None}}}]
    load(load.schema(), load.record(id="a"), *[{"type": "STATE", **one} for one in states])
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert said[-1] == states[-1]["value"]


def test_duckdb_that_is_not_installed(said, load, monkeypatch):
    """Without the extra, a sentence says what to install."""
    monkeypatch.setitem(sys.modules, "duckdb", None)
    told = said(load.schema())
    assert told == 'DuckDB is not installed: pip install "meltano-hootsuite[duckdb]"'


class Interrupted(DuckDBTarget):
    """A target that gets a signal inside a statement of DuckDB."""

    fault = WarehouseError("INTERRUPT")

    def listen(self, file_input=None):  # noqa: ARG002
        with contextlib.suppress(SystemExit):  # as DuckDB does
            self._handle_termination(signal.SIGTERM, None)
        raise self.fault


@pytest.mark.parametrize("fault", [WarehouseError("INTERRUPT"), RuntimeError("interrupted")])
def test_signal_in_a_statement_keeps_its_code(load, monkeypatch, fault):
    """DuckDB makes an error of its own of the exit that a signal asks for; the code stays."""
    monkeypatch.setattr(Interrupted, "fault", fault)
    config = SimpleNamespace(config={"path": str(load.path)}, parse_env=False)
    with pytest.raises(SystemExit) as ended:
        Interrupted.invoke(config=config, file_input=None)
    assert ended.value.code == 128 + signal.SIGTERM


def test_signal_ends_without_state(load):
    """A signal ends the run at once: no STATE for rows that may not be in the file."""
    load(load.schema())
    config = load.config(batch_size_rows=2)
    with subprocess.Popen(
        [Path(sys.executable).with_name("target-duckdb"), "--config", config],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        rows = [load.record(id=name) for name in "abc"]
        bookmark = load.state(posts={"replication_key_value": 1})
        child.stdin.write(load.lines(load.schema(), rows[0], bookmark, *rows[1:]))
        child.stdin.flush()
        assert any("is full" in line for line in child.stderr)  # it writes a batch of two
        child.send_signal(signal.SIGTERM)
        out, _ = child.communicate(timeout=120)
    assert (child.returncode, out) == (128 + signal.SIGTERM, "")
    assert load.rows("id") in ([], [("a",), ("b",)])
