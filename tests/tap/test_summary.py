"""What a run says of itself at its end."""

import re

import pytest

from tap_hootsuite.tap import TapHootsuite, stream_classes

LINE = re.compile(r"(\w+): (\d+) rows, (\d+) requests, \d+\.\d s, (\d+\.\d\d) % of the day's quota")


@pytest.fixture
def summary(config, caplog, capsys):
    """Run the tap to its end; return its lines, as `name -> (rows, requests, share)`."""

    def once(catalog=None):
        caplog.set_level("INFO")
        tap = TapHootsuite(config=config, catalog=catalog)
        tap.sync_all()
        tap.conclude()
        tap.run.close()
        capsys.readouterr()
        found = (LINE.fullmatch(record.getMessage()) for record in caplog.records)
        return {m[1]: (int(m[2]), int(m[3]), float(m[4])) for m in found if m}

    return once


def test_each_stream_and_the_whole_say_what_they_cost(sandbox, summary):
    """Rows, requests, seconds and share; all requests are somebody's, and none is forgotten."""
    lines = summary()
    rows, requests, share = lines.pop("total")
    assert lines.keys() == {stream.name for stream in stream_classes()}
    assert rows == sum(one for one, _, _ in lines.values()) > 0
    assert requests == sum(one for _, one, _ in lines.values()) == len(sandbox.requests())
    assert share == round(requests / 1000, 2)  # of 100,000, as a percentage


def test_a_deselected_stream_has_no_line(summary, only):
    """Only what was asked for is accounted for."""
    assert summary(catalog=only("team_members")).keys() == {"team_members", "total"}
