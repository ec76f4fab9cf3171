"""What must not spoil a run: hostile rows, a full disk under the results, failing looks."""
# ruff: noqa: PLR0917 - fixtures are arguments

import json

import pytest


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
