"""The benchmarks measure what they say, and a missed bar fails the command."""

import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

import benchmarks.__main__ as command
from benchmarks import analytics, least
from benchmarks.figures import Figure, at_most, exactly, table
from benchmarks.job import UNLIMITED, Job, all_streams
from benchmarks.measure import Program

START = "2025-06-01T00:00:00Z"


def test_a_bar_is_met_at_its_own_value_and_missed_beyond():
    """Bounds count as met; verdicts follow from the value and from nothing else."""
    assert at_most("share", 0.4, 0.4).met
    assert not at_most("share", 0.401, 0.4).met
    assert exactly("refusals", 0, 0).met
    assert not exactly("refusals", 1, 0).met


def test_the_table_shows_every_figure_and_names_the_missed_ones():
    """One line per figure, below the head and its rule."""
    lines = table([at_most("small", 1, 2), at_most("large", 3, 2, " MB", "peer 9")]).splitlines()
    assert len(lines) == 4
    assert lines[2].endswith("ok")
    assert lines[3].split() == ["large", "3", "MB", "<=", "2", "MB", "peer", "9", "MISSED"]


@pytest.mark.parametrize(("met", "code"), [(True, 0), (False, 1)])
def test_a_missed_bar_is_the_exit_code(monkeypatch, capsys, met, code):
    """`make bench` fails when a bar is missed, and only then."""
    figure = Figure("one", "1", "<= 2", met)
    monkeypatch.setattr(command, "BENCHMARKS", {"one": lambda _: iter([figure])})
    assert command.main(["one"]) == code
    assert ("MISSED" in capsys.readouterr().out) is not met


def test_a_program_is_charged_for_its_own_memory_and_time(tmp_path):
    """Peak memory holds what the program held, and records can be left out of its output."""
    script = 'x = b\'x\' * 60_000_000; print(\'{"type":"RECORD"\'); print(\'{"type":"STATE"\')'
    out = tmp_path / "out.jsonl"
    cost = Program([sys.executable, "-c", script], out, {}, keep_records=False).end()
    assert 60 < cost.peak_mb < 120
    assert 0 < cost.cpu < cost.wall * 2
    assert out.read_text() == '{"type":"STATE"\n'


def test_a_program_that_fails_says_why(tmp_path):
    """A failure is never taken for a cheap run."""
    with pytest.raises(RuntimeError, match="out of luck"):
        Program([sys.executable, "-c", "exit('out of luck')"], tmp_path / "out", {}).end()


def test_the_least_number_of_requests_is_what_a_run_needs(sandbox, tmp_path):
    """In a small world the tap asks what the truth says must be asked, operation by operation.

    It may use one window more than the least: its windows are cut at now.
    """
    sandbox.reset(clock_rate=0.0)
    now = datetime.fromisoformat(sandbox.now())
    Job(sandbox, tmp_path, start_date=START, requests_per_second=UNLIMITED).run()
    sent = Counter(sandbox.stats()["requests"])
    begin = datetime.fromisoformat(START)
    fewest = least.requests(sandbox, all_streams(), begin, now + timedelta(days=364))
    extra = sent - fewest
    assert set(extra) <= {"list_messages"}
    assert extra.total() <= 1
    assert not fewest - sent


def test_empty_windows_cost_a_page_each(sandbox):
    """Three windows without messages are three pages, and a started window counts as whole."""
    begin = datetime(1999, 1, 1, tzinfo=UTC)
    assert least.message_pages(sandbox, begin, begin + timedelta(days=57)) == 3


def test_a_night_of_analytics_needs_what_the_benchmark_counts(tmp_path):
    """The tap asks no page more than the world has; how fast this machine is doesn't count here."""
    requests, _, too_many, _ = analytics._nightly(tmp_path, 7)
    assert requests.met, requests
    assert too_many.met
