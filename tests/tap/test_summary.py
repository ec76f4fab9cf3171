"""What a run says of itself at its end."""

import json
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
    assert lines.keys() == {one.name for one in stream_classes() if one.selected_by_default}
    assert rows == sum(one for one, _, _ in lines.values()) > 0
    assert requests == sum(one for _, one, _ in lines.values()) == len(sandbox.requests())
    assert share == round(requests / 1000, 2)  # of 100,000, as a percentage


def test_a_deselected_stream_has_no_line(summary, only):
    """Only what was asked for is accounted for."""
    assert summary(catalog=only("team_members")).keys() == {"team_members", "total"}


def test_a_failed_run_says_what_it_cost(sandbox, config, tmp_path, capsys, caplog):
    """The account of the requests comes before the sentence on what went wrong."""
    sandbox.faults(operation="list_messages", kind="status", status=500, times=0)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    caplog.set_level("INFO")
    with pytest.raises(SystemExit):
        TapHootsuite.cli(["--config", str(path)])
    capsys.readouterr()
    said = [record.getMessage() for record in caplog.records]
    costs = [found[1] for one in said if (found := LINE.fullmatch(one))]
    assert costs[-1] == "total"
    assert "members" in costs
    assert "/v1/messages" in said[-1]
