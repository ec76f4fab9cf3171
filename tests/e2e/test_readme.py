"""Every command that the README prints is run, and every command that is run is printed."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from demo.pipeline import target_settings
from demo.postgres import tap_url

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
# Commands of Meltano, run with these very words by the tests beside this and the demo.
PIPELINES = {
    "meltano install",
    "meltano run tap-hootsuite target-postgres",
    "meltano run tap-hootsuite target-postgres dbt-postgres:build",
    "meltano run tap-hootsuite-sheet target-hootsuite",
    "meltano run tap-postgres target-hootsuite",
}
REPORT = "hootsuite report --open"  # tests/cli/report
TAP = "tap-hootsuite --config sample_config.json > rows.jsonl"
CHECK = "hootsuite check --config sample_config.json"
LOGIN = "hootsuite login --config sample_config.json"
PLAN = "hootsuite schedule examples/plan.csv --dry-run --config sample_config.json"
# What a person does in the browser: allow, and follow where that leads.
BROWSER = """
import sys, urllib.request
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1] + "&decision=allow")
"""


def commands():
    """The lines of the README's shell blocks, without comments; settings stand apart."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", README, re.MULTILINE | re.DOTALL)
    lines = [re.sub(r"\s+#.*", "", line).strip() for one in blocks for line in one.splitlines()]
    return [line for line in lines if line and not re.match(r"[A-Z_]+=", line)]


@pytest.fixture
def folder(sandbox, tmp_path):
    """A folder like the repository, whose sample configuration names this test's sandbox."""
    config = json.loads((ROOT / "sample_config.json").read_text()) | {"api_url": sandbox.url}
    (tmp_path / "sample_config.json").write_text(json.dumps(config))
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / ".venv").symlink_to(BIN.parent)
    return tmp_path


def run(folder, line, code=0, **env):
    """Run one line in the folder, in a shell that was prepared as the README says."""
    done = subprocess.run(
        ["/bin/sh", "-c", f". .venv/bin/activate\n{line}"],
        cwd=folder,
        env=os.environ | {"NO_COLOR": "1", "XDG_STATE_HOME": str(folder / "state")} | env,
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
    programs = {"make setup", ". .venv/bin/activate", "hootsuite-sandbox", REPORT}
    assert set(commands()) == PIPELINES | programs | {TAP, CHECK, LOGIN, PLAN}


def test_pipelines_are_run_with_the_same_words():
    """What the tests here run are the README's commands of Meltano, and so is the crontab's."""
    files = (
        "tests/e2e/test_pipeline.py",
        "tests/e2e/test_warehouses.py",
        "demo/load.py",
        "demo/sheet.py",
        "demo/writeback.py",
    )
    code = "".join((ROOT / name).read_text() for name in files)
    for line in PIPELINES:
        words = [f'"{word}"' for word in line.split()[2:]]
        assert ", ".join(words) in code
    (table,) = re.findall(r"^```crontab\n(.*?)\n```", README, re.MULTILINE | re.DOTALL)
    assert re.search(r"&& \.venv/bin/(meltano run \S+ \S+) >>", table)[1] in PIPELINES


def test_the_tap_reads_the_sample(sandbox, folder):
    """The tap's command writes the sandbox's messages, and nothing but Singer."""
    run(folder, TAP)
    lines = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    rows = [one for one in lines if one["type"] == "RECORD" and one["stream"] == "messages"]
    # The sample starts a day or two after the sandbox's first message.
    assert sandbox.count("messages") - len(rows) < 5


def test_check_ends_with_two_on_a_fresh_sandbox(sandbox, folder):
    """A world of the usual size has a profile to be reconnected, as the README warns."""
    sandbox.reset(profiles=12)
    assert "has to be reconnected" in run(folder, CHECK, code=2)


def test_signing_in_at_the_sandbox(sandbox, folder):
    """The sample configuration serves the sign-in with a browser; any free port will do here."""
    (folder / "browser.py").write_text(BROWSER)
    env = {"BROWSER": f"{sys.executable} browser.py %s &"}
    assert sandbox.ready["member_id"] in run(folder, f"{LOGIN} --port 0", **env)


def test_the_sample_plan_is_checked(sandbox, folder):
    """The dry run names both bad rows and writes nothing."""
    sandbox.reset(profiles=12)
    run(folder, PLAN, code=2)
    assert sandbox.ledger() == []


def test_the_settings_file_serves_check(sandbox, folder):
    """The .env of the README, filled in, is what `hootsuite check --config .env` reads."""
    names = re.findall(r"^ +(TAP_HOOTSUITE_\w+)=", README, re.MULTILINE)
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
    report = json.loads(run(folder, "hootsuite check --config .env --json"))
    assert report["caller"]["id"] == sandbox.ready["member_id"]


@pytest.mark.xdist_group("meltano")  # one .meltano folder, so one test at a time
def test_the_tables_of_the_readme_are_written_back(sandbox, tmp_path, meltano, postgres_url):
    """The README's tables, made by its own SQL, become its two posts and its new member."""
    sandbox.reset(profiles=12)
    env = target_settings(sandbox.ready, tmp_path, requests_per_second="1000")
    env |= {"TARGET_HOOTSUITE_RESULTS_PATH": str(tmp_path / "results.jsonl")}
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.schema.DropSchema("plan", cascade=True, if_exists=True))
        for block in re.findall(r"^```sql\n(create .*?)^```", README, re.MULTILINE | re.DOTALL):
            connection.exec_driver_sql(block)
    engine.dispose()
    run = meltano.given(**env, TAP_POSTGRES_SQLALCHEMY_URL=tap_url(postgres_url))
    words = ("tap-postgres", "target-hootsuite")
    run("run", "--full-refresh", "--state-id-suffix", "readme", *words)
    results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    said = Counter((one["stream"], one["status"]) for one in results)
    assert said == {("messages", "done"): 2, ("members", "done"): 1}
    assert "ines@example.com" in {one["email"] for one in sandbox.truth("members")}
