"""Stream maps, filters and selection: counted as emitted, and explained where they are wrong."""

import contextlib
import io
import logging
import re

import pytest
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.plugin_base import _ConfigInput

from tap_hootsuite.tap import TapHootsuite, stream_classes


def test_the_summary_counts_what_was_emitted(extract, only, caplog):
    """A row that `__filter__` leaves out is not counted."""
    caplog.set_level(logging.INFO)
    maps = {"messages": {"__filter__": "record['state'] == 'SENT'"}}
    output = extract(catalog=only("messages"), stream_maps=maps)
    rows = output.rows("messages")
    assert rows
    assert {row["state"] for row in rows} == {"SENT"}
    told = [re.search(r"messages: (\d+) rows", one.getMessage()) for one in caplog.records]
    counts = {int(one[1]) for one in told if one}
    metrics = [
        re.search(r'"record_count","value":(\d+)', one.getMessage()) for one in caplog.records
    ]
    assert counts | {int(one[1]) for one in metrics if one} == {len(rows)}


@pytest.mark.parametrize(
    ("name", "says"),
    [("mesages", "mesages (is messages meant?)"), ("posts_of_mine", "posts_of_mine")],
)
def test_a_map_for_an_unknown_stream_is_named(config, name, says):
    """The SDK would ignore it; here it is one sentence."""
    with pytest.raises(ConfigValidationError) as caught:
        TapHootsuite(config={**config, "stream_maps": {name: {"a": "id"}, "__else__": None}})
    assert caught.value.errors == [f"stream_maps names no stream: {says}."]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"text": "record['text'"}, "A stream map is wrong: "),
        ({"text": "nothing_like_this(id)"}, "map"),
        ({"new": "unknown_name + 1"}, "map"),
        ({"__filter__": "record["}, "A stream map is wrong: "),
        ({"post_id": "record['post_id'] + 1"}, "The stream map of messages fails on a row: TypeEr"),
        ({"post_id": "record['nothing']"}, "fails on a row: KeyError"),
    ],
)
def test_a_wrong_expression_is_one_sentence(config, only, caplog, changes, says):
    """It names the stream map and the expression; there is no stack trace."""
    del only
    given = _ConfigInput({**config, "stream_maps": {"messages": changes, "__else__": None}})
    output = io.TextIOWrapper(io.BytesIO())
    with contextlib.redirect_stdout(output), pytest.raises(SystemExit) as ended:
        TapHootsuite.invoke(config=given)
    assert ended.value.code == 1
    (error,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert error.exc_info is None
    assert says in error.getMessage()
    assert "\n" not in error.getMessage()


def test_every_column_says_what_it_means(config):
    """The catalog describes each column, and lists the known values of those that have some."""
    catalog = TapHootsuite(config=config).catalog_dict["streams"]
    assert len(catalog) == len(stream_classes())
    for stream in catalog:
        for name, column in stream["schema"]["properties"].items():
            assert column.get("description"), (stream["tap_stream_id"], name)
    columns = {one["tap_stream_id"]: one["schema"]["properties"] for one in catalog}
    state = columns["messages"]["state"]["description"]
    assert "EXPIRE" in state
    assert "Known values: SCHEDULED, SUBMITTED" in state
    assert "SENDFAIL" in columns["message_history"]["action_type"]["description"]
