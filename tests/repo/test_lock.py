import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tools.lockcheck import strangers

ROOT = Path(__file__).resolve().parents[2]


def test_lock_names_pypi_only():
    """The lock file of this repository can be installed from on any machine."""
    assert strangers((ROOT / "uv.lock").read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        'url = "https://mirror.example/six.whl"',
        'source = { registry = "http://10.0.0.1/simple" }',
        'source = { path = "../six" }',
        'source = { git = "git+ssh://git@example.org/six" }',
    ],
)
def test_lock_check_sees_strangers(line):
    """Each way to name another source is refused."""
    assert strangers(line)


def test_audit_covers_every_locked_package():
    """Also what only other systems and other Pythons install: they get the same release."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    make = [shutil.which("make"), "-n", "--no-print-directory", "-o", ".venv/.ready", "audit"]
    recipe = subprocess.check_output(make, cwd=ROOT, text=True)
    audit = [shutil.which("sh"), "-ec", f"{recipe.rstrip()} --dry-run"]
    done = subprocess.run(audit, cwd=ROOT, capture_output=True, text=True, check=True)
    counted = re.search(r"would have audited (\d+) packages", done.stderr)
    assert counted
    assert int(counted[1]) == len(packages) - 1  # all but the project itself
