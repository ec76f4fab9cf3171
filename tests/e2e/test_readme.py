"""Every command that the README prints is run, and every command that is run is printed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
# Commands of Meltano, run with these very words by test_pipeline.py.
PIPELINES = {
    ".venv/bin/meltano install",
    ".venv/bin/meltano run tap-hootsuite target-postgres",
    ".venv/bin/meltano run tap-postgres target-hootsuite",
}


def commands():
    """The lines of the README's shell blocks, without comments; settings stand apart."""
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    lines = [re.sub(r"\s+#.*", "", line) for line in lines if line]
    return [line for line in lines if not re.match(r"[A-Z_]+=", line)]


@pytest.fixture
def folder(sandbox, tmp_path):
    """A folder like the repository, whose sample configuration names this test's sandbox."""
    config = json.loads((ROOT / "sample_config.json").read_text()) | {"api_url": sandbox.url}
    (tmp_path / "sample_config.json").write_text(json.dumps(config))
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    return tmp_path


def run(folder, line, code=0):
    """Run one line in the folder, as a shell would, with this environment's programs."""
    done = subprocess.run(
        ["/bin/sh", "-c", line.replace(".venv/bin", str(BIN))],
        cwd=folder,
        env=os.environ | {"NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_every_command_is_run():
    """A command that nobody runs, or that the README lost, is noticed."""
    assert set(commands()) == PIPELINES | {
        "make setup",
        ".venv/bin/hootsuite-sandbox",
        ".venv/bin/tap-hootsuite --config sample_config.json > rows.jsonl",
        ".venv/bin/hootsuite schedule examples/plan.csv --dry-run --config sample_config.json",
    }


def test_pipelines_are_run_with_the_same_words():
    """What test_pipeline.py runs are the README's commands of Meltano."""
    code = "".join(
        (ROOT / name).read_text()
        for name in ("tests/e2e/test_pipeline.py", "demo/load.py", "demo/writeback.py")
    )
    for line in PIPELINES:
        words = [f'"{word}"' for word in line.split()[2:]]
        assert ", ".join(words) in code


def test_the_tap_reads_the_sample(sandbox, folder):
    """The tap's command writes the sandbox's messages, and nothing but Singer."""
    run(folder, ".venv/bin/tap-hootsuite --config sample_config.json > rows.jsonl")
    lines = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    rows = [one for one in lines if one["type"] == "RECORD" and one["stream"] == "messages"]
    # The sample starts a day or two after the sandbox's first message.
    assert sandbox.count("messages") - len(rows) < 5


def test_the_sample_plan_is_checked(sandbox, folder):
    """The dry run names both bad rows and writes nothing."""
    line = ".venv/bin/hootsuite schedule examples/plan.csv --dry-run --config sample_config.json"
    sandbox.reset(profiles=12)
    run(folder, line, code=2)
    assert sandbox.ledger() == []


def test_the_settings_file_serves_check(sandbox, folder):
    """The .env of the README, filled in, is what `hootsuite check --config .env` reads."""
    names = re.findall(r"^ +(TAP_HOOTSUITE_\w+)=", (ROOT / "README.md").read_text(), re.MULTILINE)
    values = dict.fromkeys(names, "") | {
        "TAP_HOOTSUITE_AUTH_METHOD": "member_app",
        "TAP_HOOTSUITE_CLIENT_ID": sandbox.ready["client_id"],
        "TAP_HOOTSUITE_CLIENT_SECRET": sandbox.ready["client_secret"],
        "TAP_HOOTSUITE_MEMBER_ID": sandbox.ready["member_id"],
        "TAP_HOOTSUITE_START_DATE": "2025-01-01T00:00:00Z",
    }
    assert set(values) == set(names)
    env = {**values, "TAP_HOOTSUITE_API_URL": sandbox.url}
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in env.items()))
    report = json.loads(run(folder, ".venv/bin/hootsuite check --config .env --json"))
    assert report["caller"]["id"] == sandbox.ready["member_id"]
