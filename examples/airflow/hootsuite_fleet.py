"""Airflow: each organization's load, then its marts, and a task for each plan of posts.

One more prepares what they share, before any of them begins.

The secret of an account's app is the password of a connection: `hootsuite_acme` for `acme`. Tasks
of one account share its 20 requests a second, so each account has a pool of one slot.
"""

import shlex
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

import fleet


def task(run: fleet.Run, pool: str = "") -> BashOperator:
    """Make a task of one Meltano run, in the account's pool unless another is named."""
    secret = {run.secret: f"{{{{ conn.hootsuite_{run.account}.password }}}}"} if run.secret else {}
    return BashOperator(
        task_id=f"{run.account}_{run.name}",
        bash_command=shlex.join(run.command),
        env={**run.env, **secret},
        append_env=True,
        cwd=fleet.PROJECT,
        pool=pool or f"hootsuite_{run.account}",
    )


SHARED: dict[str, Any] = {
    "start_date": datetime(2026, 1, 1, tzinfo=UTC),
    "catchup": False,
    "max_active_runs": 1,
    # Any run may be repeated.
    "default_args": {"retries": 2, "retry_delay": timedelta(minutes=10)},
}

with DAG("hootsuite_nightly", schedule="0 2 * * *", **SHARED) as nightly:
    prepared = task(fleet.preparation(), pool="default_pool")
    for load in fleet.loads():
        # Each build waits for its own load only, so whoever fails holds up no other.
        prepared >> task(load) >> task(fleet.marts(load))

with DAG("hootsuite_publish", schedule="0 * * * *", **SHARED) as publish:
    prepared = task(fleet.preparation(), pool="default_pool")
    for plan in fleet.plans():
        prepared >> task(plan)
