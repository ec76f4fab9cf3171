"""A spent refresh token says the same wherever it is met."""

import json
import subprocess
import sys

import pytest

from hootsuite_api.settings import state_folder

PROGRAMS = {
    "tap": "from tap_hootsuite.tap import TapHootsuite; TapHootsuite.cli()",
    "target": "from target_hootsuite.target import HootsuiteTarget; HootsuiteTarget.cli()",
    "command": "from hootsuite_cli.main import main; main(['check', *__import__('sys').argv[1:]])",
}
ROW = {
    "type": "RECORD",
    "stream": "messages",
    "record": {
        "external_id": "a",
        "text": "Hello",
        "social_profile_ids": ["130000012"],
        "scheduled_send_time": "2026-02-01T12:00:00Z",
    },
}
COLUMNS = {"type": "object", "properties": {"external_id": {"type": "string"}}}
SCHEMA = {"type": "SCHEMA", "stream": "messages", "schema": COLUMNS, "key_properties": []}


@pytest.fixture
def spent(settings, tmp_path):
    """A configuration whose refresh token is no longer good."""
    wanted = {name: settings[name] for name in ("api_url", "client_id", "client_secret")}
    wanted |= {"auth_method": "refresh_token", "refresh_token": "token-that-was-spent"}
    wanted |= {"token_store": settings["token_store"]}
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**wanted, "start_date": "2026-01-01"}))
    return path


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_spent_refresh_token_says_sign_in_again(program, spent):
    """One sentence, the command to type, exit code 1, no token, no stack trace."""
    lines = "\n".join(json.dumps(one) for one in (SCHEMA, ROW))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAMS[program], "--config", str(spent)],
        input=lines,
        text=True,
        capture_output=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Sign in again: hootsuite login" in said
    assert "token-that-was-spent" not in said
    assert "Traceback" not in said


def test_a_new_sign_in_mends_it(spent, run, browser, environment):
    """The configured token stays broken; the sign-in takes its place."""
    assert run("check", "--config", spent).exit_code == 1
    assert run("login", "--port", "0", "--config", spent).exit_code == 0
    result = run("check", "--json", "--config", spent)
    assert result.exit_code == 0, result.output
    assert not (state_folder() / "tokens.json").exists()
