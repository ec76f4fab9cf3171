"""Airflow: a task for each account and organization, and one for each plan of posts.

One more prepares what they share, before any of them begins.

The secret of an account's app is the password of a connection: `hootsuite_acme` for `acme`. Tasks
of one account share its 20 requests a second, so each account has a pool of one slot.
"""

import shlex
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

import fleet


def task(run: fleet.Run, pool: str) -> BashOperator:
    """Make a task of one Meltano run."""
    secret = {run.secret: f"{{{{ conn.hootsuite_{run.account}.password }}}}"} if run.secret else {}
    return BashOperator(
        task_id=f"{run.account}_{run.name}",
        bash_command=shlex.join(run.command),
        env={**run.env, **secret},
        append_env=True,
        cwd=fleet.PROJECT,
        pool=pool,
    )


def dag(name: str, schedule: str, runs: Iterable[fleet.Run]) -> DAG:
    """Make a DAG of Meltano runs that depend on one that prepares what they share, only."""
    defaults = {"retries": 2, "retry_delay": timedelta(minutes=10)}  # any run may be repeated
    with DAG(
        name,
        schedule=schedule,
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        default_args=defaults,
    ) as made:
        prepared = task(fleet.preparation(), pool="default_pool")
        for run in runs:
            prepared >> task(run, pool=f"hootsuite_{run.account}")
    return made


nightly = dag("hootsuite_nightly", "0 2 * * *", fleet.loads())
publish = dag("hootsuite_publish", "0 * * * *", fleet.plans())
