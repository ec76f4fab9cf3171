"""The Singer tap: what leaves it, what it says about itself, and that it sends nothing by half."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys

import pytest

from tap_hootsuite_sheet.tap import Messages, TapHootsuiteSheet

MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
ACCEPTED = {
    *("as_is", "plan_name"),
    *("external_id", "text", "social_profile_ids", "scheduled_send_time", "media", "tags"),
    *("targeting", "privacy", "location", "email_notification", "webhook_urls", "extended_info"),
    *("send_now", "pinterest_board_id", "destination_url"),
}


def run(folder, config, *arguments):
    path = folder / "config.json"
    path.write_text(json.dumps(config))
    return subprocess.run(
        [sys.executable, "-m", "tap_hootsuite_sheet", "--config", str(path), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def messages(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_plan_leaves_as_records(books):
    """Every row becomes a record of `messages` under its key; stdout holds nothing else."""
    header = ("ID", "Date", "Text", "Profiles", "Boss")
    path = books.xlsx((1, MORNING, "Hello", 1001, "ok"), header=header)
    result = run(books.folder, {"path": str(path), "timezone": "Europe/Berlin"})
    assert result.returncode == 0, result.stderr
    schema, record, state = messages(result)
    assert schema["key_properties"] == ["external_id"]
    assert record["stream"] == "messages"
    assert record["record"] == {
        "external_id": "plan/1",
        "text": "Hello",
        "social_profile_ids": ["1001"],
        "scheduled_send_time": "2026-03-14T08:30:00Z",
        "plan_name": "plan",
    }
    assert state["type"] == "STATE"
    assert "ignored: Boss" in result.stderr


def test_a_plan_with_a_bad_row_emits_nothing(books):
    """Not even a schema leaves before the last row was checked, and the exit code says so."""
    path = books.xlsx((MORNING, "Hello", 1001), ("soon", 42, ""))
    result = run(books.folder, {"path": str(path), "timezone": "Europe/Berlin"})
    assert (result.returncode, result.stdout) == (1, "")
    for reason in ("row 3, column A", "a number, not text", "no profile", "Nothing was sent"):
        assert reason in result.stderr
    assert "Traceback" not in result.stderr


def test_bad_rows_can_be_skipped(books):
    """With `skip_bad` the good rows leave and the bad ones are named."""
    path = books.xlsx((MORNING, "Hello", 1001), ("soon", "Hello", 1001))
    config = {"path": str(path), "timezone": "Europe/Berlin", "skip_bad": True}
    result = run(books.folder, config)
    assert [m["type"] for m in messages(result)].count("RECORD") == 1
    assert "Skipped: Plan, row 3" in result.stderr


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({}, "set path, or google_sheet_id"),
        ({"path": "none.xlsx"}, "There is no file"),
        ({"google_sheet_id": "x"}, "needs google_credentials_file"),
        ({"path": "none.xlsx", "alias_file": "none.yml"}, "There is no file none.yml"),
    ],
)
def test_a_plan_that_cannot_be_read_ends_in_one_line(books, config, reason):
    """What is wrong is one line on stderr, without a stack trace."""
    result = run(books.folder, config)
    assert result.returncode == 1
    assert reason in result.stderr
    assert "Traceback" not in result.stderr


def test_discovery_needs_no_plan(books):
    """The catalog is known before there is a file."""
    result = run(books.folder, {}, "--discover")
    (stream,) = json.loads(result.stdout)["streams"]
    assert stream["tap_stream_id"] == "messages"


def test_a_wrong_setting_is_named_and_never_shown(books):
    """A secret of the wrong type stays out of the log, which says what the setting must be."""
    result = run(books.folder, {"path": "plan.csv", "client_secret": {"was": "canary"}})
    assert (result.returncode, result.stdout) == (1, "")
    assert "The setting client_secret must be a text." in result.stderr
    assert "canary" not in result.stderr


def test_a_configuration_that_is_not_there_ends_in_one_line(books):
    """The file is named, and no trace hides its name."""
    result = run(books.folder, {}, "--config", "missing.json")
    assert result.returncode == 1
    assert "The configuration missing.json can't be read" in result.stderr
    assert "Traceback" not in result.stderr


def test_every_field_is_one_that_the_target_takes():
    """The tap speaks the words of the target's `messages` stream and no others."""
    assert set(Messages.schema["properties"]) <= ACCEPTED


def test_every_setting_has_a_title_and_a_description():
    """Settings are described where they are declared, and secrets are marked."""
    properties = TapHootsuiteSheet.config_jsonschema["properties"]
    for name, setting in properties.items():
        assert setting.get("title"), name
        assert setting.get("description"), name
    secrets = {name for name, setting in properties.items() if setting.get("secret")}
    assert secrets == {"client_secret", "refresh_token", "access_token"}
    assert TapHootsuiteSheet.package_name == "meltano-hootsuite"
