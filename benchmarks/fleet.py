"""A fleet of accounts on Dagster, against sandboxes: `python -m benchmarks.fleet --help`.

It runs the nightly job of the example over all accounts, some at a time, with state, rows, marts
and journals in one PostgreSQL. One account's sign-in is refused, one server is down, and one has no
quota left: these must be named, and all others must be loaded. Takes `make examples` to have run
once, for Dagster's environment.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa
import yaml

from benchmarks.figures import Figure, at_most, exactly, table
from demo.pipeline import ROOT
from demo.postgres import database
from hootsuite_sandbox.domain.clients import CLIENT_SECRET
from hootsuite_sandbox.testing import SandboxProcess

WORLD = {"messages": 80, "members": 6, "teams": 2, "profiles": 4, "requests_per_second": 0}
BIN = Path(sys.executable).parent
DAGSTER = ROOT / ".examples/dagster/bin/dagster"
_DURATIONS = """
select split_part(job_name, ':', 3), extract(epoch from ended_at - started_at)
from runs where state = 'SUCCESS'
"""
_SCHEMAS = "select table_schema from information_schema.tables where table_name = :name"
_STEP = re.compile(
    r"^(\S+ \S+) .* hootsuite__(\w+?)__(\w+) - (STEP_WORKER_STARTING|STEP_SUCCESS)", re.MULTILINE
)
_FAILED = re.compile(r"hootsuite__(\w+?)__load_\d+ - STEP_FAILURE")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the fleet and print its figures; return the exit code."""
    parser = argparse.ArgumentParser("python -m benchmarks.fleet", description=__doc__)
    parser.add_argument("--accounts", type=int, default=200, help="besides the three bad ones")
    parser.add_argument("--sandboxes", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=4)
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fleet-")))
        open_ = [
            stack.enter_context(SandboxProcess(**WORLD, seed=n)) for n in range(options.sandboxes)
        ]
        poor = stack.enter_context(SandboxProcess(**WORLD, daily_quota=30))
        url = stack.enter_context(database())
        accounts = list(_accounts(options.accounts, open_, poor))
        env = _environment(folder, accounts, url)
        seconds, said = _run(folder, env, options.at_once)
        figures = list(_figures(accounts, url, seconds, said))
    sys.stdout.write(table(figures) + "\n")
    return 0 if all(figure.met for figure in figures) else 1


def _accounts(
    count: int, sandboxes: Sequence[SandboxProcess], poor: SandboxProcess
) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield _account(f"good{number:03}", sandboxes[number % len(sandboxes)])
    yield _account("poor", poor)
    yield _account("refused", sandboxes[0])
    yield _account("down", sandboxes[0], api_url="http://127.0.0.1:9")


def _account(name: str, sandbox: SandboxProcess, **more: Any) -> dict[str, Any]:
    settings = {
        "api_url": sandbox.url,
        "client_id": sandbox.ready["client_id"],
        "member_id": sandbox.ready["member_id"],
    }
    organizations = [sandbox.ready["organization_id"]]
    return {"name": name, "settings": settings | more, "organizations": organizations}


def _environment(folder: Path, accounts: Sequence[Mapping[str, Any]], url: str) -> dict[str, str]:
    project, home, wheels = folder / "project", folder / "dagster", folder / "wheels"
    shutil.copytree(ROOT / "examples/meltano", project, ignore=shutil.ignore_patterns(".*"))
    made = shutil.ignore_patterns(".*", "target", "logs")
    shutil.copytree(ROOT / "transform", project / "transform", ignore=made)
    home.mkdir()
    shutil.copy(ROOT / "examples/dagster/dagster.yaml", home)
    (folder / "accounts.yml").write_text(yaml.safe_dump({"accounts": list(accounts)}))
    build = (BIN / "uv", "build", "--quiet", "--wheel", "--out-dir", wheels)
    subprocess.run(build, cwd=ROOT, check=True)
    secrets = {f"HOOTSUITE_{one['name'].upper()}_CLIENT_SECRET": _secret(one) for one in accounts}
    return secrets | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "UV_FIND_LINKS": str(wheels),
        "DAGSTER_HOME": str(home),
        "HOOTSUITE_ACCOUNTS": str(folder / "accounts.yml"),
        "MELTANO_PROJECT_ROOT": str(project),
        "MELTANO_DATABASE_URI": url,
        "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
        "TARGET_POSTGRES_SQLALCHEMY_URL": url,
        "TARGET_HOOTSUITE_JOURNAL_URL": url,
        "PYTHONPATH": str(ROOT / "examples/fleet"),
        "PYTHONDONTWRITEBYTECODE": "",  # or each process compiles its modules anew
    }


def _secret(account: Mapping[str, Any]) -> str:
    return "wrong-secret" if account["name"] == "refused" else CLIENT_SECRET


def _run(folder: Path, env: Mapping[str, str], at_once: int) -> tuple[float, str]:
    """Run the nightly job; return its seconds, and what Dagster said."""
    config = folder / "run.yaml"
    forks = {"forkserver": {"preload_modules": ["dagster_dbt"]}}  # as the example has it
    limit = {"multiprocess": {"max_concurrent": at_once, "start_method": forks}}
    config.write_text(yaml.safe_dump({"execution": {"config": limit}}))
    definitions = ROOT / "examples/dagster/definitions.py"
    begun = time.monotonic()
    done = subprocess.run(
        [DAGSTER, "job", "execute", "-f", definitions, "-j", "nightly", "--config", config],
        cwd=folder,
        env=os.environ | dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return time.monotonic() - begun, done.stdout


def _figures(
    accounts: Sequence[Mapping[str, Any]], url: str, seconds: float, said: str
) -> Iterator[Figure]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        loaded, built = (
            set(connection.execute(sa.text(_SCHEMAS), {"name": name}).scalars())
            for name in ("messages", "fct_post")
        )
        durations = {
            name: float(worked) for name, worked in connection.execute(sa.text(_DURATIONS))
        }
        kept = connection.execute(sa.text("select count(*) from state")).scalar_one()
    engine.dispose()
    good = {f"{one['name']}_{one['organizations'][0]}" for one in accounts[:-3]}
    yield exactly("good accounts that were loaded", len(good & loaded), len(good))
    marts = {f"{one}_marts" for one in good}
    yield exactly("good accounts whose marts were built", len(marts & built), len(good))
    yield exactly(
        "accounts named as failed", sorted(set(_FAILED.findall(said))), ["down", "refused"]
    )
    yield at_most("states that are kept apart, missing", max(len(good) - kept, 0), 0)
    hourly = len(accounts) / seconds * 3600
    yield Figure("accounts per hour on this machine", f"{hourly:,.0f}", "", met=True)
    yield from _parts(_steps(said), durations)


def _steps(said: str) -> dict[str, float]:
    """Return each step's seconds, from the start of its process on, to the second."""
    begun: dict[str, datetime] = {}
    took: dict[str, float] = {}
    for when, account, name, event in _STEP.findall(said):
        step = f"{account}_{name}"
        if event == "STEP_SUCCESS":
            took[step] = (datetime.fromisoformat(when) - begun[step]).total_seconds()
        else:
            begun[step] = datetime.fromisoformat(when)
    return took


def _parts(took: Mapping[str, float], worked: Mapping[str, float]) -> Iterator[Figure]:
    """Yield what a load takes, start-up included, what of it is not its work, and a build."""
    loads = {name: seconds for name, seconds in took.items() if name in worked}
    over = [seconds - worked[name] for name, seconds in loads.items()]
    builds = [seconds for name, seconds in took.items() if "_marts_" in name]
    for name, found in (
        ("a whole load of one account, start-up included, median", [*loads.values()]),
        ("of it before and after the work: Dagster, Meltano, installation", over),
        ("a whole build of one account's marts, median", builds),
    ):
        yield Figure(name, f"{median(found):.1f} s" if found else "none", "", met=bool(found))


if __name__ == "__main__":
    sys.exit(main())
