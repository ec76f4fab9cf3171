import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

from tap_hootsuite.tap import stream_classes

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
UV = str(BIN / "uv")
PACKAGES = {
    "hootsuite_api",
    "hootsuite_cli",
    "hootsuite_sandbox",
    "tap_hootsuite",
    "tap_hootsuite_sheet",
    "target_hootsuite",
    "target_hootsuite_duckdb",
}
ACCOUNT = {"access_token": "x", "auth_method": "access_token"}
pytestmark = pytest.mark.xdist_group("package")  # built and installed once
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def run(*command, cwd=ROOT, **env):
    """Run one of our programs; its standard output. An exit code other than 0 is a failure."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """What `uv build` makes: the sdist, and the wheel from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(UV, "build", "--quiet", "--out-dir", folder)
    return folder


@pytest.fixture(scope="module")
def installed(dist, tmp_path_factory):
    """The programs of an empty environment with nothing but the wheel, at the locked versions."""
    folder = tmp_path_factory.mktemp("empty")
    export = (UV, "export", "--quiet", "--locked", "--no-dev", "--no-emit-project", "--no-hashes")
    locked = folder / "constraints.txt"
    locked.write_text(run(*export, "--extra", "sandbox"))
    run(UV, "venv", "--quiet", "--python", sys.executable, folder / "venv")
    wheel = next(dist.glob("*.whl"))
    python = ("--python", folder / "venv" / "bin" / "python")
    run(UV, "pip", "install", "--quiet", *python, "-c", locked, f"{wheel}[sandbox]")
    return folder / "venv" / "bin"


def test_wheel_holds_the_packages_and_nothing_else(dist):
    """The wheel has each package with its type marker, and the contract as data."""
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == PACKAGES
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    assert "hootsuite_api/contract/openapi.yaml" in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_sdist_holds_no_junk(dist):
    """The sdist has only files of the repository: no environment, cache, test or output."""
    with tarfile.open(next(dist.glob("*.tar.gz"))) as sdist:
        names = [name.partition("/")[2] for name in sdist.getnames()]
    extra = {"CHANGELOG.md", "SECURITY.md", "README.md", "LICENSE", "pyproject.toml"}
    models = {name for name in names if name.startswith("transform/")}
    tracked = run("git", "ls-files", "transform").split()
    assert models == set(tracked)  # nothing that dbt has written there
    names = [name for name in names if name not in models]
    own = {name for name in names if name.split("/")[0] not in PACKAGES}
    assert own == extra | {".gitignore", "PKG-INFO"}  # the last two are the build backend's
    kinds = (".py", "py.typed", "contract/openapi.yaml", ".j2", ".css", ".js")
    kinds += ("echarts.json", "echarts.LICENSE")
    assert [name for name in set(names) - own if not name.endswith(kinds)] == []


def test_build_is_reproducible(dist, tmp_path):
    """The same tree gives the same bytes, so that anybody can check a release."""
    run(UV, "build", "--quiet", "--out-dir", tmp_path)
    for made in (*dist.glob("*.whl"), *dist.glob("*.tar.gz")):
        again = (tmp_path / made.name).read_bytes()
        assert hashlib.sha256(again).digest() == hashlib.sha256(made.read_bytes()).digest()


@pytest.mark.parametrize("plugin", ["tap-hootsuite", "target-hootsuite", "tap-hootsuite-sheet"])
def test_plugins_run_in_an_empty_environment(installed, tmp_path, plugin):
    """Each plugin tells about itself, with the version of the package."""
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    about = json.loads(run(installed / plugin, "--about", "--format=json", cwd=tmp_path))
    assert about["name"] == plugin
    assert about["version"] == version[1]


@pytest.mark.parametrize(
    ("tap", "streams", "config"),
    [
        ("tap-hootsuite", len(stream_classes()), ACCOUNT),
        ("tap-hootsuite-sheet", 1, {"path": "plan.csv"}),
    ],
)
def test_taps_discover_in_an_empty_environment(installed, tmp_path, tap, streams, config):
    """A catalog needs no account: the contract came along."""
    settings = tmp_path / "config.json"
    settings.write_text(json.dumps({"start_date": "2026-01-01", **config}))
    catalog = json.loads(run(installed / tap, "--config", settings, "--discover", cwd=tmp_path))
    assert len(catalog["streams"]) == streams


def test_models_come_with_the_wheel(installed, tmp_path):
    """Whoever has only the wheel gets the dbt models by a command, all of them."""
    run(installed / "hootsuite", "models", cwd=tmp_path)
    tracked = {ROOT / name for name in run("git", "ls-files", "transform").split()}
    written = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {path.relative_to(ROOT) for path in tracked}
    for name in written:
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()


@pytest.mark.parametrize("program", ["hootsuite", "hootsuite-sandbox"])
def test_commands_help_in_an_empty_environment(installed, tmp_path, program):
    """The commands for people start, the sandbox with its extra."""
    assert "Usage: " in run(installed / program, "--help", cwd=tmp_path)


def test_sbom_lists_what_the_lock_installs(tmp_path):
    """The CycloneDX document of a release names each locked package with its version."""
    target = tmp_path / "sbom.json"
    run("make", "--silent", "--old-file=.venv/.ready", "sbom", f"SBOM={target}")
    sbom = json.loads(target.read_text())
    locked = run(
        *(UV, "export", "--quiet", "--locked", "--no-dev", "--no-emit-project", "--all-extras"),
        *("--no-hashes", "--no-annotate", "--no-header"),
    )
    wanted = {line.split(";")[0].strip().replace("==", "@") for line in locked.splitlines()}
    assert sbom["bomFormat"] == "CycloneDX"
    assert {f"{one['name']}@{one['version']}" for one in sbom["components"]} == wanted


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_are_pinned_and_modest(path):
    """Every action is pinned by commit; rights start at reading; no step echoes untrusted text."""
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    uses = re.findall(r"uses:\s*(\S+)(.*)", text)
    assert uses
    for action, comment in uses:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action
    assert workflow["permissions"] in ({}, {"contents": "read"})
    assert "${{ github.event" not in text
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"]
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_only_the_publishing_job_may_speak_for_the_project():
    """One job gets an identity token, it runs no code of the repository, and it is gated."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8"))
    entitled = {
        name for name, job in workflow["jobs"].items() if "id-token" in job.get("permissions", {})
    }
    assert entitled == {"publish"}
    publish = workflow["jobs"]["publish"]
    assert publish["environment"]["name"] == "pypi"
    assert publish["permissions"] == {"id-token": "write"}
    assert all("run" not in step for step in publish["steps"])
    assert publish["steps"][-1]["with"]["attestations"] is True
