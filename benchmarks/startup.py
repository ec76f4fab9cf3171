"""CPU until a program has said what it was asked: `--help` of commands, `--version` of plugins."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.figures import Figure, Place, at_most
from benchmarks.measure import Program
from hootsuite_cli.main import COMMANDS

_ROUNDS = 5  # the least of them counts: other programs can only add to it
_PLUGINS = ("tap-hootsuite", "target-hootsuite", "tap-hootsuite-sheet")
_HELP, _VERSION = 1.0, 1.5  # times the CPU of `import singer_sdk`

Commands = Mapping[str, Sequence[str]]


def ratios(place: Place) -> Iterator[Figure]:
    """Start every program, and compare it with `import singer_sdk`, which plugins need anyway.

    All are started in turns, so that a busy moment of the machine meets each of them.
    """
    commands = programs()
    least = least_cpu(commands, place.folder, 3 if place.quick else _ROUNDS)
    floor = least["import singer_sdk"]
    peer = f"import singer_sdk {1000 * floor:.0f} ms"
    for name, cpu in least.items():
        if name != "import singer_sdk":
            bar = _VERSION if name.endswith("--version") else _HELP
            yield at_most(f"start-up, {name} / import singer_sdk", cpu / floor, bar, "", peer)


def programs() -> Commands:
    """What is started, by name."""
    folder = Path(sys.executable).parent
    helps = {f"hootsuite {name} --help": (name, "--help") for name in COMMANDS}
    return {
        "import singer_sdk": (sys.executable, "-c", "import singer_sdk"),
        "hootsuite --help": (sys.executable, "-m", "hootsuite_cli", "--help"),
        **{name: (sys.executable, "-m", "hootsuite_cli", *words) for name, words in helps.items()},
        **{f"{name} --version": (str(folder / name), "--version") for name in _PLUGINS},
    }


def least_cpu(commands: Commands, folder: Path, rounds: int) -> dict[str, float]:
    """The least CPU seconds that each command took."""
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            took[name].append(Program(command, folder / "out", {}).end().cpu)
    return {name: min(seconds) for name, seconds in took.items()}
