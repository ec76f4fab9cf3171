import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from demo.pipeline import loader_settings, tap_settings
from demo.postgres import database
from demo.streams import compare
from demo.warehouse import read_tables
from tools import hub, tables

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PROJECT = yaml.safe_load((ROOT / "examples/meltano/meltano.yml").read_text(encoding="utf-8"))


def test_example_installs_this_version():
    """A copied project gets the version that it was written for."""
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    ours = [
        plugin["pip_url"]
        for plugins in PROJECT["plugins"].values()
        for plugin in plugins
        if plugin["name"] in tables.PLUGINS
    ]
    assert {address.partition("==")[2] for address in ours} == {version[1]}
    assert len(ours) == len(tables.PLUGINS)


def test_example_uses_the_loader_that_the_pipeline_is_tested_with():
    """The example and this repository's own meltano.yml name the same loader version."""
    own = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))

    def address(project):
        (loader,) = (
            one for one in project["plugins"]["loaders"] if one["name"] == "target-postgres"
        )
        return loader["pip_url"]

    assert address(PROJECT) == address(own)


def test_example_runs_dbt_as_this_repository_does():
    """The utilities are the same, so that a copied project builds with the versions tested here."""
    own = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    assert PROJECT["plugins"]["utilities"] == own["plugins"]["utilities"]


def test_dagster_runs_the_same_dbt():
    """Dagster's environment has the versions of dbt that the utility installs."""
    (utility, _) = PROJECT["plugins"]["utilities"]
    wanted = [word for word in utility["pip_url"].split() if "==" in word]
    pinned = (ROOT / "examples/dagster/requirements.txt").read_text(encoding="utf-8").split()
    assert len(wanted) == 2
    assert set(wanted) <= set(pinned)


@pytest.mark.parametrize("plugin", tables.PLUGINS)
def test_config_of_the_example_is_known(plugin):
    """Every setting that the example gives a plugin is one of the plugin's."""
    found = [
        one for plugins in PROJECT["plugins"].values() for one in plugins if one["name"] == plugin
    ]
    assert set(found[0].get("config", {})) <= set(tables.settings(plugin))


def test_fleet_names_every_run_once():
    """The accounts as shipped make a load and a build per organization and one run per plan."""
    program = (
        "import fleet; loads = [*fleet.loads()]; builds = [fleet.marts(one) for one in loads]\n"
        "print(*[(r.account, r.name) for r in (*loads, *builds, *fleet.plans())])\n"
        "name = 'TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA'\n"
        "assert [one.env[name] for one in loads] == [one.env[name] for one in builds]\n"
        "assert len({one.env[part] for one in builds for part in (name, 'DBT_TARGET_PATH')}) == 6"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ
        | {"PYTHONPATH": str(ROOT / "examples/fleet"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.count("'load_") == 3
    assert said.stdout.count("'marts_") == 3
    assert said.stdout.count("'publish'") == 1


def test_status_names_who_needs_attention(tmp_path):
    """The last run of each load and plan counts; those that failed or never ran come first."""
    url = f"sqlite:///{tmp_path / 'meltano.db'}"
    runs = [
        ("acme_load_814001", "FAIL", "2026-01-01"),
        ("acme_load_814001", "SUCCESS", "2026-01-02"),
        ("acme_load_814098", "SUCCESS", "2026-01-01"),
        ("acme_load_814098", "FAIL", "2026-01-02"),
        ("acme_load_814098", "STATE_EDIT", "2026-01-03"),
        ("acme_publish", "SUCCESS", "2026-01-02"),
    ]
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            sa.text("create table runs (job_name text, state text, started_at text)")
        )
        for name, state, when in runs:
            row = {"name": f"prod:tap-to-target:{name}", "state": state, "at": when}
            connection.execute(sa.text("insert into runs values (:name, :state, :at)"), row)
    engine.dispose()
    done = subprocess.run(
        [sys.executable, ROOT / "examples/fleet/status.py"],
        env=os.environ | {"MELTANO_DATABASE_URI": url, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "acme  load_814098  failed 2026-01-02",
        "globex  load_915001  never ran",
        "acme  load_814001  ok 2026-01-02",
        "acme  publish  ok 2026-01-02",
    ]


@pytest.mark.soak
@pytest.mark.xdist_group("airflow")
def test_copied_project_loads(sandbox, place, project):
    """The copied project installs the package, its scheduled job loads an equal account.

    After `meltano run --full-refresh`, a message that was deleted has left the table.
    """
    with database() as url:
        place.env |= tap_settings(sandbox.ready, place.folder, requests_per_second="1000")
        place.env |= loader_settings(url, "example") | {"MELTANO_ENVIRONMENT": "prod"}
        meltano = (BIN / "meltano", "--cwd", project)
        place(*meltano, "install")
        place(*meltano, "schedule", "run", "load-every-night")
        tables_ = read_tables(url, "example")
        tables_.pop("interactions", None)
        counts, wrong = compare(sandbox, tables_)
        assert wrong == {}
        assert counts["messages"] > 0
        gone = sandbox.truth("messages")[5]["id"]
        sandbox.mutate("delete_message", message_id=gone)
        pipeline = ("tap-hootsuite", "target-postgres")
        place(*meltano, "run", "--full-refresh", *pipeline)
        left = "select id from example.messages where _sdc_deleted_at is null"
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            ids = set(connection.execute(sa.text(left)).scalars())
        engine.dispose()
    assert ids == {one["id"] for one in sandbox.truth("messages")}
    assert gone not in ids


@pytest.mark.soak
@pytest.mark.xdist_group("airflow")
@pytest.mark.parametrize("plugin", tables.PLUGINS)
def test_meltano_takes_the_hub_definition(place, plugin):
    """`meltano add --from-ref` takes a definition, with every setting of the plugin."""
    project = place.folder / "empty"
    project.mkdir()
    (project / "meltano.yml").write_text("project_id: empty\n")
    (reference,) = (path for path, _ in hub.files(ROOT) if path.name == f"{plugin}.yml")
    kind = reference.parent.name
    place(
        *(BIN / "meltano", "--cwd", project, "add", "--no-install", "--from-ref", reference),
        *("--plugin-type", kind.removesuffix("s"), plugin),
    )
    (added,) = yaml.safe_load((project / "meltano.yml").read_text())["plugins"][kind]
    assert added["capabilities"] == hub.definition(plugin)["capabilities"]
    assert [one["name"] for one in added["settings"]] == list(tables.settings(plugin))
    assert {one["name"] for one in added["settings"] if one.get("sensitive")} == {
        name for name, field in tables.settings(plugin).items() if field.get("secret")
    }
