"""CONTRIBUTING.md is followed to the letter, in a scratch copy of the repository."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("contributing")  # copied and generated once
ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


# What holds for every stream and every action, by the names of the tests.
SUITES = ("tests/tap/test_suites.py", "tests/repo/test_documents.py", "tests/repo/test_imports.py")
OURS = "tests/target/test_team_archives.py"
WANTED = "team_members_again or team_archives or generated or staging or circle or action"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The repository as it lies here, with one more stream and one more action, generated anew."""
    skip = shutil.ignore_patterns(".venv", ".git", ".meltano", ".*_cache", ".demo", ".examples")
    folder = tmp_path_factory.mktemp("contributing") / "copy"
    shutil.copytree(ROOT, folder, ignore=skip, symlinks=True)
    add_stream(folder)
    add_action(folder)
    run(folder, "-m", "tools.generate")
    return folder


@pytest.fixture(scope="module")
def passed(copy):
    """The tests of the copy that passed; no other outcome is accepted."""
    said = run(
        copy, *("-m", "pytest", "-q", "-rp", "-p", "no:cacheprovider"), *SUITES, OURS, "-k", WANTED
    )
    return re.findall(r"^PASSED (\S+)", said, re.MULTILINE)


def run(folder, *words):
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def add_stream(folder):
    """Add the class of CONTRIBUTING, under another name."""
    block = next(one for one in BLOCKS if one.startswith("class "))
    renamed = block.replace("class TeamMembers(", "class TeamMembersAgain(").replace(
        '"team_members"', '"team_members_again"'
    )
    assert renamed.count("again") + renamed.count("Again") == 2
    module = folder / "tap_hootsuite/streams/teams.py"
    module.write_text(module.read_text() + "\n\n" + renamed)


def add_action(folder):
    """Add the row of CONTRIBUTING, and the test that it asks for."""
    block = next(one for one in BLOCKS if one.startswith("Action("))
    module = folder / "target_hootsuite/actions.py"
    text = module.read_text()
    mark = '            Action(\n                "teams",'
    assert text.count(mark) == 1
    lines = f"{block.rstrip()},".splitlines()  # the last of a tuple of actions has a comma
    indented = "".join(f"            {line}\n" for line in lines)
    module.write_text(text.replace(mark, indented + mark))
    (folder / OURS).write_text(
        "def test_the_action_writes(sandbox, settings, run_target):\n"
        '    organization = settings["organization_id"]\n'
        '    row = {"organization_id": organization, "name": "Archive"}\n'
        '    found = run_target([row], stream="team_archives")\n'
        '    assert found.statuses == {"done": 1}\n'
        '    assert "Archive" in {one["name"] for one in sandbox.truth("teams")}\n'
    )


def test_a_stream_is_one_class(copy, passed):
    """The class of CONTRIBUTING under another name: found, generated, and run by the suites."""
    assert (copy / "transform/models/staging/stg_hootsuite__team_members_again.sql").is_file()
    again = [one for one in passed if "team_members_again" in one]
    assert any(one.startswith("tests/tap/test_suites.py") for one in again)


def test_an_action_is_one_row(copy, passed):
    """The row of CONTRIBUTING: it has columns, a place in the documents, and does its work."""
    assert "`team_archives`" in (copy / "docs/actions.md").read_text()
    assert f"{OURS}::test_the_action_writes" in passed


@pytest.mark.parametrize("word", ["generated", "staging", "circle", "team_archives"])
def test_the_repositorys_own_rules_hold(passed, word):
    """Documents, staging models, imports and columns of the new action are in order."""
    assert [one for one in passed if word in one]
