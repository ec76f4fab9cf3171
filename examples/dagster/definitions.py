"""Dagster: an asset for each account and organization, and one for each plan of posts.

One more prepares what they share, before any of them begins.

The secret of an account's app is in the environment: HOOTSUITE_ACME_CLIENT_SECRET for `acme`.
"""

import os
from collections.abc import Iterable

import dagster as dg

import fleet


def asset(run: fleet.Run, after: Iterable[dg.AssetsDefinition] = ()) -> dg.AssetsDefinition:
    """Make an asset of one Meltano run, which begins after others."""

    @dg.asset(
        key=["hootsuite", run.account, run.name],
        group_name=run.account,
        deps=after,
        pool=f"hootsuite_{run.account}",  # dagster.yaml lets one run of a pool go at a time
        retry_policy=dg.RetryPolicy(max_retries=2, delay=10),  # any run may be repeated
        kinds={"meltano"},
    )
    def meltano(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        secret = f"HOOTSUITE_{run.account.upper()}_CLIENT_SECRET"
        own = {run.secret: os.environ[secret]} if run.secret else {}
        pipe = dg.PipesSubprocessClient(env={**run.env, **own})
        done = pipe.run(context=context, command=run.command, cwd=fleet.PROJECT)
        return done.get_materialize_result()

    return meltano


prepared = asset(fleet.preparation())
loads = [asset(run, [prepared]) for run in fleet.loads()]
plans = [asset(run, [prepared]) for run in fleet.plans()]
nightly = dg.define_asset_job("nightly", dg.AssetSelection.assets(prepared, *loads))
publish = dg.define_asset_job("publish", dg.AssetSelection.assets(prepared, *plans))
definitions = dg.Definitions(
    assets=[prepared, *loads, *plans],
    jobs=[nightly, publish],
    schedules=[
        dg.ScheduleDefinition(job=nightly, cron_schedule="0 2 * * *"),
        dg.ScheduleDefinition(job=publish, cron_schedule="0 * * * *"),
    ],
)
