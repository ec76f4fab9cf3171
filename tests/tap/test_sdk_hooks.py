"""The private hooks of the SDK that the tap overrides: they exist and mean what we think."""

import contextlib
import io
import json
from datetime import UTC, datetime

import pytest
from singer_sdk import Stream, Tap
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.plugin_base import PluginBase
from singer_sdk.singerlib.encoding import SimpleSingerWriter

from tap_hootsuite.base import HootsuiteStream
from tap_hootsuite.tap import TapHootsuite, stream_classes
from tap_hootsuite.writer import BufferedWriter
from tests.tap.conftest import SCOPE, everything

MAPS = {
    "messages": {"text": None, "shout": "state + '!'"},
    "members": {"__filter__": "is_active"},
    "teams": {"__alias__": "groups"},
    "media": None,
}


@pytest.mark.parametrize(
    ("owner", "hooks"),
    [
        (
            Stream,
            (
                "_sync_records",
                "_generate_record_messages",
                "_write_schema_message",
                "_write_record_message",
                "_write_activate_version_message",
                "_check_max_record_limit",
                "emit_activate_version_messages",
                "log_sync_costs",
                "get_batch_config",
                "state_manager",
                "effective_schema",
                "mask",
                "stream_maps",
            ),
        ),
        (Tap, ("streams", "cb_test", "invoke", "_handle_termination")),
        (PluginBase, ("_validate_config", "cb_config", "append_builtin_config")),
    ],
)
def test_the_hooks_are_still_there(owner, hooks):
    """What we override exists in the SDK under the same name."""
    assert [name for name in hooks if not hasattr(owner, name)] == []


def written(config, writer, *, plain, **settings):
    """What the tap writes: with everything fast, or all the SDK's own way."""
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    catalog = settings.pop("catalog", None)
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(output):
        patch.setattr(TapHootsuite, "message_writer_class", writer)
        if not plain:
            patch.setattr(HootsuiteStream, "_is_plain", lambda _: False)
            level = TypeConformanceLevel.RECURSIVE
            patch.setattr(HootsuiteStream, "TYPE_CONFORMANCE_LEVEL", level)
        tap = TapHootsuite(config={**config, **settings}, catalog=catalog)
        tap.sync_all()
        tap.message_writer.flush()
        tap.run.close()
    output.seek(0)
    lines = [json.loads(line) for line in output.read().splitlines()]
    return [cleaned(line) for line in lines if line["type"] != "STATE"]


def cleaned(line):
    """Without what differs from run to run."""
    line = {k: v for k, v in line.items() if k not in ("time_extracted", "version")}
    if "record" in line:
        line["record"].pop("download_url", None)
    return line


class SdkWriter(SimpleSingerWriter):
    """The SDK's own writer, with the method and the count more that ours has."""

    records = 0

    def flush(self):
        """Nothing waits."""


def test_the_fast_way_writes_what_the_sdk_writes(config):
    """Skipping conformance and selection and writing in bulk changes no byte of a record."""
    settings = {**SCOPE, "catalog": everything(config), "start_date": "2025-12-01"}
    fast = written(config, BufferedWriter, plain=True, **settings)
    assert fast == written(config, SdkWriter, plain=False, **settings)
    assert {line["stream"] for line in fast} == {stream.name for stream in stream_classes()}


@pytest.mark.parametrize(
    "extra", [{"stream_maps": MAPS}, {"flattening_enabled": True, "flattening_max_depth": 2}]
)
def test_maps_and_flattening_work(config, extra):
    """Stream maps and flattening give what the SDK gives."""
    ours = written(config, BufferedWriter, plain=True, **extra)
    assert ours == written(config, SdkWriter, plain=False, **extra)
    assert ours != written(config, BufferedWriter, plain=True)


def test_single_columns_can_be_selected(config, only):
    """A deselected column is left out; keys stay."""
    catalog = only("messages")
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if item["breadcrumb"] == ["properties", "text"]:
                item["metadata"]["selected"] = False
    lines = written(config, BufferedWriter, plain=True, catalog=catalog)
    rows = [line["record"] for line in lines if line["type"] == "RECORD"]
    assert rows
    assert all("text" not in row and "id" in row and "state" in row for row in rows)


def test_an_older_catalog_gets_its_own_columns(config, only):
    """A column that the catalog doesn't know is left out instead of breaking the target."""
    catalog = only("messages")
    for entry in catalog["streams"]:
        entry["schema"]["properties"].pop("reviewers", None)
    lines = written(config, BufferedWriter, plain=True, catalog=catalog)
    rows = [line["record"] for line in lines if line["type"] == "RECORD"]
    assert rows
    assert not any("reviewers" in row for row in rows)


def test_time_stamps_are_utc(extract):
    """`time_extracted` is RFC 3339 in UTC, as the SDK writes it."""
    records = [line for line in extract().lines if line["type"] == "RECORD"]
    assert all(line["time_extracted"].endswith("+00:00") for line in records)


def test_half_a_surrogate_is_no_disaster(capfdbinary):
    """U+FFFD stands for what UTF-8 can't hold, and the line stays valid JSON."""
    writer = BufferedWriter()
    writer.write_records("s", [{"text": "\ud83d"}, {"text": "ok"}], 7, datetime.now(UTC))
    writer.flush()
    first, second = map(json.loads, capfdbinary.readouterr().out.splitlines())
    assert first["record"]["text"] == "\ufffd"
    assert second["version"] == 7
