"""Dagster: an asset for each account and organization, and one for each plan of posts.

The secret of an account's app is in the environment: HOOTSUITE_ACME_CLIENT_SECRET for `acme`.
"""

import os

import dagster as dg

import fleet


def asset(run: fleet.Run) -> dg.AssetsDefinition:
    """Make an asset of one Meltano run."""

    @dg.asset(
        key=["hootsuite", run.account, run.name],
        group_name=run.account,
        pool=f"hootsuite_{run.account}",  # dagster.yaml lets one run of a pool go at a time
        kinds={"meltano"},
    )
    def meltano(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        secret = os.environ[f"HOOTSUITE_{run.account.upper()}_CLIENT_SECRET"]
        pipe = dg.PipesSubprocessClient(env={**run.env, run.secret: secret})
        done = pipe.run(context=context, command=run.command, cwd=fleet.PROJECT)
        return done.get_materialize_result()

    return meltano


loads = [asset(run) for run in fleet.loads()]
plans = [asset(run) for run in fleet.plans()]
nightly = dg.define_asset_job("nightly", dg.AssetSelection.assets(*loads))
publish = dg.define_asset_job("publish", dg.AssetSelection.assets(*plans))
definitions = dg.Definitions(
    assets=[*loads, *plans],
    jobs=[nightly, publish],
    schedules=[
        dg.ScheduleDefinition(job=nightly, cron_schedule="0 2 * * *"),
        dg.ScheduleDefinition(job=publish, cron_schedule="0 * * * *"),
    ],
)
