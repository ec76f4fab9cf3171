"""Bad input gives one sentence that says what to do, no stack trace and no secret."""

import contextlib
import io
import json
import logging
import subprocess

import pytest
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.plugin_base import _ConfigInput

from tap_hootsuite.tap import TapHootsuite, stream_classes


def in_soak(option):
    """A case for soak alone: all options are read by one function, and each costs a process."""
    return pytest.param(option, marks=pytest.mark.soak)


SECRETS = ("sandbox-secret", "not-the-secret-42", "spent-token-77")


WRONG = [
    ({"start_date": "yesterday"}, "start_date is not a date"),
    ({"start_date": None}, "start_date"),
    ({"start_date": "2026-01-10T00:00:00"}, "start_date is a time without its zone"),
    ({"end_date": "2026-01-10 00:00"}, "end_date is a time without its zone"),
    ({"end_date": "2020-01-01"}, "end_date is not after start_date"),
    ({"lookback_days": "seven"}, "lookback_days must be a whole number"),
    ({"lookback_days": -1}, "lookback_days must be at least 0"),
    ({"on_forbidden": "ignore"}, "on_forbidden must be one of skip, fail"),
    ({"message_states": ["DRAFT"]}, "no state of a message"),
    ({"social_profile_ids": ["my page"]}, "which is no id"),
    ({"interactions": [{"social_network_type": "x"}]}, "target_social_network_id"),
    ({"auth_method": "password"}, "auth_method must be one of"),
    ({"client_secret": ["not-the-secret-42"]}, "client_secret must be a text"),
    ({"client_secret": ""}, "client_secret"),
    ({"client_secret": "not-the-secret-42"}, "client_secret"),
    ({"api_url": "http://127.0.0.1:9"}, "127.0.0.1"),
    ({"api_url": "http://platform.example"}, "api_url"),
    ({"auth_method": "refresh_token", "refresh_token": "spent-token-77"}, "hootsuite login"),
    ({"auth_method": "access_token", "access_token": "not-the-secret-42"}, "access_token"),
]


@pytest.fixture
def invoke(config, caplog):
    """Run the command in this process; return its exit code and its errors."""

    def once(**changes):
        given = _ConfigInput({**config, **changes})
        output = io.TextIOWrapper(io.BytesIO())
        with contextlib.redirect_stdout(output), pytest.raises(SystemExit) as ended:
            TapHootsuite.invoke(config=given)
        said = [one.getMessage() for one in caplog.records]
        errors = [one for one in caplog.records if one.levelno >= logging.ERROR]
        assert not any(one.exc_info for one in errors), "a stack trace"
        return ended.value.code, [one.getMessage() for one in errors], said

    return once


@pytest.mark.parametrize(("wrong", "words"), WRONG)
def test_one_sentence_no_trace_no_secret(invoke, wrong, words):
    """A wrong value is named with what to do about it; the exit code is not 0."""
    code, errors, said = invoke(**wrong)
    assert code == 1
    (sentence,) = errors
    assert words in sentence
    for secret in SECRETS:
        assert secret not in "".join(said)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"client_secret": ["not-the-secret-42"]}, "client_secret must be a text"),
        ({"client_secret": "not-the-secret-42"}, "client_secret"),
    ],
)
def test_the_command_line_says_no_more(command, wrong, words):
    """The same through the real command line."""
    done = command(**wrong)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if "| ERROR" in line]) == 1
    for secret in SECRETS:
        assert secret not in done.stderr + done.stdout


def test_a_revoked_token_is_named(sandbox, invoke):
    """When the app is uninstalled, the message says that the platform doesn't let us in."""
    sandbox.mutate("install_app", installed=False)
    sandbox.mutate("revoke_tokens")
    code, (sentence,), _ = invoke()
    assert code == 1
    assert "installation in Hootsuite" in sentence


@pytest.mark.parametrize("option", ["config", *map(in_soak, ("state", "catalog"))])
def test_unreadable_files_are_named(command, tmp_path, option):
    """A file that is no JSON is no reason for a stack trace."""
    arguments = command.arguments()
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    arguments = (
        [*arguments[:1], "--config", str(broken)]
        if option == "config"
        else [*arguments, f"--{option}", str(broken)]
    )
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"{broken} can't be read: it is not JSON" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", ["state", *map(in_soak, ("config", "catalog"))])
def test_missing_files_are_named(command, tmp_path, option):
    """A file that is not there is named, with the reason and exit code 1."""
    missing = tmp_path / "nope.json"
    done = subprocess.run(
        [*command.arguments(), f"--{option}", str(missing)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"{missing} can't be read: No such file or directory" in done.stderr
    assert "None" not in done.stderr


@pytest.mark.parametrize("option", ["catalog", *map(in_soak, ("config", "state"))])
def test_files_of_another_shape_are_named(command, tmp_path, option):
    """JSON that is no object is a sentence, not a stack trace."""
    other = tmp_path / "other.json"
    other.write_text("[1]")
    done = subprocess.run(
        [*command.arguments(), f"--{option}", str(other)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"{other} can't be read: it is not a JSON object" in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_settings_are_named(config, caplog):
    """A misspelt setting is no error, but it is named together with the one that is near."""
    given = {**config, "lookbak_days": 3, "load_method": "append-only", "_catalog": "x"}
    TapHootsuite(config=given)
    (said,) = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert said == "The setting is not known and ignored: lookbak_days (is lookback_days meant?)."


def test_missing_settings_are_one_sentence():
    """Two missing settings are said once, in the plural, each with an example."""
    with pytest.raises(ConfigValidationError) as caught:
        TapHootsuite(config={})
    (sentence,) = caught.value.errors
    assert sentence == (
        "The settings auth_method and start_date are missing. "
        "For example: auth_method member_app, start_date 2025-01-01."
    )


def test_an_unknown_organization_is_named(extract, only, caplog):
    """A filter that lets nothing through says which id is at fault."""
    extract(catalog=only("organizations"), organization_ids=["999"])
    assert "organization_ids names 999, which the caller does not see" in caplog.text


def test_a_start_beyond_the_horizon_is_named(extract, only, caplog):
    """A run that can't read anything says why."""
    extract(catalog=only("messages"), start_date="2093-01-01")
    assert "nothing is read: start_date 2093-01-01T00:00:00Z lies after" in caplog.text


def test_discovery_needs_nothing(tmp_path, command):
    """`--discover` works without a configuration and without a network."""
    arguments = command.arguments()[:1]
    done = subprocess.run(
        [*arguments, "--discover"], capture_output=True, text=True, check=True, timeout=60
    )
    assert len(json.loads(done.stdout)["streams"]) == len(stream_classes())


def test_about_describes_every_setting(command):
    """Every setting has a title, a description and an example; secrets are marked."""
    done = command("--about", "--format=json")
    properties = json.loads(done.stdout)["settings"]["properties"]
    own = {
        n: p for n, p in properties.items() if not n.startswith(("stream_map", "flatt", "faker"))
    }
    for name, setting in own.items():
        assert setting["title"], name
        assert setting["description"], name
        assert setting["examples"], name
    secret = {name for name, setting in own.items() if setting.get("secret")}
    assert secret == {"client_secret", "refresh_token", "access_token"}


def test_the_version_is_known(command):
    """An editable installation reports its version too."""
    done = command("--version")
    assert done.stdout.startswith("tap-hootsuite v")
    assert "could not be detected" not in done.stdout


def test_settings_come_from_the_environment(command, monkeypatch, sandbox):
    """Integers, booleans and arrays survive the way through environment variables."""
    monkeypatch.setenv("TAP_HOOTSUITE_LOOKBACK_DAYS", "3")
    monkeypatch.setenv("TAP_HOOTSUITE_TRACK_DELETIONS", "false")
    monkeypatch.setenv("TAP_HOOTSUITE_MESSAGE_STATES", '["SENT"]')
    interactions = [{"social_network_type": "twitter", "target_social_network_id": "1"}]
    monkeypatch.setenv("TAP_HOOTSUITE_INTERACTIONS", json.dumps(interactions))
    tap = TapHootsuite(config=command.config, parse_env_config=True)
    assert tap.run.options.lookback.days == 3
    assert tap.run.options.track_deletions is False
    assert tap.run.options.states == {"SENT"}
    assert tap.run.options.interactions == tuple(interactions)
