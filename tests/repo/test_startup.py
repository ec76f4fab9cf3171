"""Programs answer quickly: what `--help` and `--version` don't need is imported later."""

import subprocess
import sys

import pytest

from benchmarks.startup import least_cpu, programs
from hootsuite_cli.main import COMMANDS

_HEAVY = ("singer_sdk", "sqlalchemy", "pendulum", "PIL", "rich", "python_calamine", "starlette")


def imported(code):
    """Which heavy libraries are there after some code."""
    code = (
        f"import sys\ntry:\n    {code}\nexcept SystemExit: pass\n"
        f"print(sorted(m for m in {_HEAVY!r} if m in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", [*COMMANDS, None])
def test_help_imports_no_heavy_library(command):
    """Neither the SDK nor a database nor readers of files."""
    words = [command, "--help"] if command else ["--help"]
    assert imported(f"from hootsuite_cli.main import main; main({words!r})") == "[]"


@pytest.mark.parametrize(
    "plugin",
    ["target_hootsuite.target:HootsuiteTarget", "tap_hootsuite.tap:TapHootsuite"],
)
def test_a_plugins_version_imports_the_sdk_alone(plugin):
    """The journal's database and the readers of media wait until there is a row."""
    module, _, name = plugin.partition(":")
    assert imported(f"from {module} import {name}; {name}.cli(['--version'])") == "['singer_sdk']"


def test_start_up_in_relation_to_the_sdk(tmp_path):
    """Every `--help` takes less CPU than `import singer_sdk`, every `--version` 1.5 times at most.

    A few programs in a few rounds; `python -m benchmarks startup` measures all of them.
    """
    names = ("import singer_sdk", "hootsuite schedule --help", "target-hootsuite --version")
    least = least_cpu({name: programs()[name] for name in names}, tmp_path, 3)
    floor, schedule, target = least.values()
    assert schedule < floor
    assert target <= 1.5 * floor
