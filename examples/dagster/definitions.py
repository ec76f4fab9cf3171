"""Dagster: the tables and the marts of each organization as assets, and one for each plan of posts.

A load makes the tables that dbt's models call sources, so the lineage goes from the platform to the
marts. One more asset prepares what all runs share, before any of them begins.

The secret of an account's app is in the environment: HOOTSUITE_ACME_CLIENT_SECRET for `acme`.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import dagster_dbt

import fleet

# dbt lies beside Dagster, whether or not somebody has activated their environment.
os.environ["PATH"] += os.pathsep + str(Path(sys.executable).parent)
TRANSFORM = Path(fleet.PROJECT, "transform")
PROJECT = dagster_dbt.DbtProject(TRANSFORM, profiles_dir=TRANSFORM / "profiles", target="postgres")
PROJECT.prepare_if_dev()
if not PROJECT.manifest_path.exists():
    PROJECT.preparer.prepare(PROJECT)
SOURCES = dagster_dbt.dbt_manifest.validate_manifest(PROJECT.manifest_path)["sources"]
# Each step is a process: forked from one that has imported what takes seconds, it starts at once.
FORKS = {"start_method": {"forkserver": {"preload_modules": ["dagster_dbt"]}}}
EXECUTION = {"execution": {"config": {"multiprocess": FORKS}}}


class Keys(dagster_dbt.DagsterDbtTranslator):
    """Names tables and models of one organization.

    Args:
        run: its load or its build.
    """

    def __init__(self, run: fleet.Run) -> None:
        super().__init__()
        self._run = run

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return such as hootsuite/acme/814001/fct_post."""
        name = dbt_resource_props["name"]
        return dg.AssetKey(["hootsuite", self._run.account, self._run.organization, name])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:  # noqa: ARG002
        """Return the account: the name of the group that holds all of its assets."""
        return self._run.account


def asset(
    run: fleet.Run, keys: Iterable[dg.AssetKey], after: Iterable[dg.AssetKey] = ()
) -> dg.AssetsDefinition:
    """Make the assets of one Meltano run, which begins after others."""

    @dg.multi_asset(
        specs=[
            dg.AssetSpec(key, deps=after, group_name=run.account, kinds={"meltano"}) for key in keys
        ],
        **_common(run),
    )
    def meltano(context: dg.AssetExecutionContext) -> Iterator[Any]:
        secret = f"HOOTSUITE_{run.account.upper()}_CLIENT_SECRET"
        own = {run.secret: os.environ[secret]} if run.secret else {}
        pipe = dg.PipesSubprocessClient(env={**run.env, **own})
        done = pipe.run(context=context, command=run.command, cwd=fleet.PROJECT)
        yield from done.get_results()

    return meltano


def marts(run: fleet.Run) -> dg.AssetsDefinition:
    """Make the assets of one build, which begins after the load of its sources."""

    @dagster_dbt.dbt_assets(
        manifest=PROJECT.manifest_path,
        project=PROJECT,
        dagster_dbt_translator=Keys(run),
        **_common(run),
    )
    def build(context: dg.AssetExecutionContext) -> Iterator[Any]:
        os.environ.update(run.env)  # each step is a process of its own; dbt reads the schema there
        dbt = dagster_dbt.DbtCliResource(PROJECT)
        notes = Path(run.env["DBT_TARGET_PATH"])
        yield from dbt.cli(["build"], context=context, target_path=notes).stream()

    return build


def _common(run: fleet.Run) -> dict[str, Any]:
    return {
        "name": _key(run).to_python_identifier(),
        "pool": f"hootsuite_{run.account}",  # dagster.yaml lets one run of a pool go at a time
        "retry_policy": dg.RetryPolicy(max_retries=2, delay=10),  # any run may be repeated
    }


def _key(run: fleet.Run) -> dg.AssetKey:
    return dg.AssetKey(["hootsuite", run.account, run.name])


def _load(run: fleet.Run) -> dg.AssetsDefinition:
    tables = [Keys(run).get_asset_key(source) for source in SOURCES.values()]
    return asset(run, tables, after=[_key(fleet.preparation())])


def _plan(run: fleet.Run) -> dg.AssetsDefinition:
    return asset(run, [_key(run)], after=[_key(fleet.preparation())])


prepared = asset(fleet.preparation(), [_key(fleet.preparation())])
loads = [_load(run) for run in fleet.loads()]
builds = [marts(fleet.marts(run)) for run in fleet.loads()]
plans = [_plan(run) for run in fleet.plans()]
nightly = dg.define_asset_job(
    "nightly", dg.AssetSelection.assets(prepared, *loads, *builds), config=EXECUTION
)
publish = dg.define_asset_job(
    "publish", dg.AssetSelection.assets(prepared, *plans), config=EXECUTION
)
definitions = dg.Definitions(
    assets=[prepared, *loads, *builds, *plans],
    jobs=[nightly, publish],
    schedules=[
        dg.ScheduleDefinition(job=nightly, cron_schedule="0 2 * * *"),
        dg.ScheduleDefinition(job=publish, cron_schedule="0 * * * *"),
    ],
)
