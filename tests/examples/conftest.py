"""A fleet as the examples know it: two accounts, a PostgreSQL, a copied Meltano project."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from demo.postgres import database
from hootsuite_sandbox.testing import SandboxProcess

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
UV = str(BIN / "uv")
# As strict as the platform: 20 requests a second, counted by the server.
WORLD = {"messages": 80, "members": 6, "teams": 2, "profiles": 4, "requests_per_second": 20}


@dataclass
class Place:
    """Where an example runs: its folder, its environment variables, and what was said there."""

    folder: Path
    env: dict[str, str]
    log: Path = field(init=False)

    def __post_init__(self):
        self.log = self.folder / "log.txt"

    def __call__(self, *command, code=0, **env):
        """Run a program here; return what it said. Another exit code fails the test."""
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        with self.log.open("a") as log:
            log.write(done.stdout)
        assert done.returncode == code, done.stdout[-6000:]
        return done.stdout


@dataclass
class Fleet:
    """Two accounts, each a platform of its own, one PostgreSQL and one Meltano project."""

    place: Place
    accounts: dict[str, SandboxProcess]
    url: str
    project: Path

    def organizations(self, account):
        return [str(one["id"]) for one in self.accounts[account].truth("organizations")]

    def lose_disks(self):
        """Forget what a worker has on its disk: tokens, budget, plugins, catalogs."""
        shutil.rmtree(self.project / ".meltano")


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """The package as an index would have it, since the examples name a version."""
    folder = tmp_path_factory.mktemp("wheels")
    subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", folder], cwd=ROOT, check=True)
    return folder


@pytest.fixture(scope="session")
def environment():
    """Make an example's own environment, as its requirements.txt says; return its programs."""

    def make(name):
        venv = ROOT / ".examples" / name
        if not venv.exists():
            subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, venv], check=True)
        wanted = ROOT / "examples" / name / "requirements.txt"
        subprocess.run([UV, "pip", "sync", "--quiet", "--python", venv, wanted], check=True)
        return venv / "bin"

    return make


@pytest.fixture
def place(tmp_path, wheels):
    """A folder, and an environment with no telemetry, no settings of ours and Meltano at hand."""
    ours = ("MELTANO_", "TAP_", "TARGET_", "HOOTSUITE_", "AIRFLOW", "DAGSTER", "PYTHON")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return Place(
        tmp_path,
        env
        | {
            "PATH": f"{BIN}{os.pathsep}{env['PATH']}",
            "UV_FIND_LINKS": str(wheels),
            "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
            "NO_COLOR": "1",
        },
    )


@pytest.fixture
def project(tmp_path):
    """The example project, copied as a user would, with the models."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "examples" / "meltano", folder, ignore=shutil.ignore_patterns(".*"))
    made = shutil.ignore_patterns(".*", "target", "logs")
    shutil.copytree(ROOT / "transform", folder / "transform", ignore=made)
    return folder


@pytest.fixture
def fleet(tmp_path, place, project):
    """A fleet of an account with two organizations and a plan, and one with one."""
    with (
        SandboxProcess(**WORLD, seed=7, organizations=2) as acme,
        SandboxProcess(**WORLD, seed=8) as globex,
        database() as url,
    ):
        made = Fleet(place, {"acme": acme, "globex": globex}, url, project)
        place.env |= {
            "HOOTSUITE_ACCOUNTS": str(_accounts(tmp_path, made)),
            "MELTANO_PROJECT_ROOT": str(project),
            "MELTANO_DATABASE_URI": url,
            "TARGET_POSTGRES_SQLALCHEMY_URL": url,
            "TARGET_HOOTSUITE_JOURNAL_URL": url,
            "PYTHONPATH": str(ROOT / "examples" / "fleet"),
            # Whatever the machine says: without compiled modules each program takes seconds longer.
            "PYTHONDONTWRITEBYTECODE": "",
        }
        yield made


def _accounts(folder, fleet):
    entries = [
        {
            "name": name,
            "settings": {
                "api_url": sandbox.url,
                "client_id": sandbox.ready["client_id"],
                "member_id": sandbox.ready["member_id"],
            },
            "organizations": fleet.organizations(name),
        }
        for name, sandbox in fleet.accounts.items()
    ]
    entries[0]["plan"] = "plan.csv"
    profile = fleet.accounts["acme"].truth("my_social_profiles")[0]["id"]
    rows = "".join(f"row-{day},2026-02-{day}T09:00:00Z,Post {day},{profile}\n" for day in (10, 11))
    (folder / "plan.csv").write_text("ID,Date,Text,Profiles\n" + rows)
    path = folder / "accounts.yml"
    path.write_text(yaml.safe_dump({"accounts": entries}))
    return path


@pytest.fixture
def secrets(fleet):
    """The secret of each account's app: what no log may hold."""
    return {name: one.ready["client_secret"] for name, one in fleet.accounts.items()}


@pytest.fixture
def connections(secrets):
    """The secrets as Airflow takes connections from the environment."""
    return {
        f"AIRFLOW_CONN_HOOTSUITE_{name.upper()}": json.dumps(
            {"conn_type": "generic", "password": secret}
        )
        for name, secret in secrets.items()
    }
