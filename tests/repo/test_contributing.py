"""CONTRIBUTING.md is followed to the letter, in a scratch copy of the repository."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def copy(tmp_path):
    """The repository as it lies here, without what is made of it."""
    skip = shutil.ignore_patterns(".venv", ".git", ".meltano", ".*_cache", ".demo", ".examples")
    folder = tmp_path / "copy"
    shutil.copytree(ROOT, folder, ignore=skip, symlinks=True)
    return folder


def run(folder, *words):
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_stream_is_one_class(copy):
    """The class of CONTRIBUTING under another name: found, generated, and run by the suites."""
    block = next(one for one in BLOCKS if one.startswith("class "))
    renamed = block.replace("class TeamMembers(", "class TeamMembersAgain(").replace(
        '"team_members"', '"team_members_again"'
    )
    assert renamed.count("again") + renamed.count("Again") == 2
    module = copy / "tap_hootsuite/streams/teams.py"
    module.write_text(module.read_text() + "\n\n" + renamed)
    run(copy, "-m", "tools.generate")
    assert (copy / "transform/models/staging/stg_hootsuite__team_members_again.sql").is_file()
    said = run(
        copy,
        *("-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("tests/tap/test_suites.py", "tests/repo/test_documents.py", "tests/repo/test_imports.py"),
        *("-k", "team_members_again or generated or staging or circle"),
    )
    assert "passed" in said


def test_an_action_is_one_row(copy):
    """The row of CONTRIBUTING: it has columns, a place in the documents, and does its work."""
    block = next(one for one in BLOCKS if one.startswith("Action("))
    module = copy / "target_hootsuite/actions.py"
    text = module.read_text()
    mark = '            Action(\n                "teams",'
    assert text.count(mark) == 1
    lines = f"{block.rstrip()},".splitlines()  # the last of a tuple of actions has a comma
    indented = "".join(f"            {line}\n" for line in lines)
    module.write_text(text.replace(mark, indented + mark))
    run(copy, "-m", "tools.generate")
    assert "`team_archives`" in (copy / "docs/actions.md").read_text()
    test = copy / "tests/target/test_team_archives.py"
    test.write_text(
        "def test_the_action_writes(sandbox, settings, run_target):\n"
        '    organization = settings["organization_id"]\n'
        '    row = {"organization_id": organization, "name": "Archive"}\n'
        '    found = run_target([row], stream="team_archives")\n'
        '    assert found.statuses == {"done": 1}\n'
        '    assert "Archive" in {one["name"] for one in sandbox.truth("teams")}\n'
    )
    said = run(
        copy,
        *("-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("tests/target/test_team_archives.py", "tests/repo/test_documents.py"),
        *("-k", "team_archives or generated or action"),
    )
    assert "passed" in said
