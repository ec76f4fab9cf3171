"""Which runs a fleet of accounts needs: a load and a build per organization, one per plan of posts.

Both examples, Dagster's and Airflow's, read `accounts.yml` by this module. What every run needs
comes from the workers' environment, since their disks are not kept: MELTANO_DATABASE_URI (state),
TARGET_POSTGRES_SQLALCHEMY_URL (warehouse), TARGET_HOOTSUITE_JOURNAL_URL (journal), all PostgreSQL.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

ACCOUNTS = Path(os.environ.get("HOOTSUITE_ACCOUNTS", Path(__file__).with_name("accounts.yml")))
PROJECT = os.environ.get(
    "MELTANO_PROJECT_ROOT", str(Path(__file__).resolve().parents[1] / "meltano")
)
_SCHEMA = "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA"


@dataclass(frozen=True)
class Run:
    """One `meltano run`.

    Args:
        account: whose request budget it uses; runs of one account go one after the other.
        name: unique within the account.
        command: program and arguments.
        env: settings, without secrets.
        secret: the variable that must hold the secret of the account's app; empty if it needs none.
        organization: whose load or build it is; empty for others.
    """

    account: str
    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    secret: str
    organization: str = ""


def preparation() -> Run:
    """Return the run that must end before all others begin.

    Every Meltano brings the tables of its database up to date when it starts. Two that do so at the
    same time, in a new database or after an upgrade of Meltano, get in each other's way.
    """
    command = ("meltano", "upgrade", "database")
    return Run("fleet", "prepare", command, _own("fleet"), secret="")


def loads() -> Iterator[Run]:
    """Yield the nightly loads: one for each organization of each account."""
    for account in _accounts():
        for organization in account["organizations"]:
            env = _settings(account, "TAP_HOOTSUITE") | {
                "TAP_HOOTSUITE_ORGANIZATION_IDS": json.dumps([organization]),
                # A complete reading replaces tables, so no two organizations may share them.
                _SCHEMA: f"{account['name']}_{organization}",
            }
            pipeline = ("tap-hootsuite", "target-postgres")
            run = _run(account, f"load_{organization}", pipeline, env, "TAP_HOOTSUITE")
            yield replace(run, organization=organization)


def marts(load: Run) -> Run:
    """Return the run that builds an organization's marts, in schemas beside that of its load."""
    own = _own(load.account)
    # dbt keeps notes of its last build, which two organizations must not share.
    notes = f"{own['MELTANO_SYS_DIR_ROOT']}/dbt/{load.organization}"
    return Run(
        account=load.account,
        name=f"marts_{load.organization}",
        command=("meltano", "run", "dbt-postgres:build"),
        env={**own, _SCHEMA: load.env[_SCHEMA], "DBT_TARGET_PATH": notes, "DBT_LOG_PATH": notes},
        secret="",
        organization=load.organization,
    )


def plans() -> Iterator[Run]:
    """Yield the runs that schedule posts: one for each account with a plan."""
    for account in _accounts():
        if "plan" in account:
            env = _settings(account, "TARGET_HOOTSUITE") | {
                "TAP_HOOTSUITE_SHEET_PATH": str(ACCOUNTS.parent / account["plan"]),
            }
            pipeline = ("tap-hootsuite-sheet", "target-hootsuite")
            yield _run(account, "publish", pipeline, env, "TARGET_HOOTSUITE")


def _accounts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(ACCOUNTS.read_text(encoding="utf-8"))["accounts"]
    return found


def _settings(account: Mapping[str, Any], plugin: str) -> dict[str, str]:
    return {f"{plugin}_{name.upper()}": str(text) for name, text in account["settings"].items()}


def _run(
    account: Mapping[str, Any],
    name: str,
    pipeline: tuple[str, str],
    env: Mapping[str, str],
    plugin: str,
) -> Run:
    state_id = f"{account['name']}_{name}"
    return Run(
        account=account["name"],
        name=name,
        command=("meltano", "run", "--state-id-suffix", state_id, *pipeline),
        env={**_own(account["name"]), **env},
        secret=f"{plugin}_CLIENT_SECRET",
    )


def _own(account: str) -> dict[str, str]:
    folder = f"{PROJECT}/.meltano/{account}"
    return {
        "MELTANO_ENVIRONMENT": "prod",
        # Concurrent runs of an extractor must not share a catalog file, so each account has its
        # own folder; `meltano run` installs there what is missing.
        "MELTANO_SYS_DIR_ROOT": folder,
        "XDG_STATE_HOME": f"{folder}/state",  # the account's tokens and request budget
    }
