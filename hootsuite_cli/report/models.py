"""`hootsuite models`: the dbt package that builds the report's marts, as a folder of the user's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import click

from hootsuite_cli.console import say
from hootsuite_cli.errors import Failure

#: Seeds that people fill: a newer version's must not take their place.
YOURS = ("seeds/profile_time_zones.csv", "seeds/metric_meanings.csv")
_HERE = Path(__file__).resolve()
_PROJECT = "dbt_project.yml"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="transform")
def models(folder: Path) -> None:
    """Write the dbt models into FOLDER (default: transform), or bring those there up to date.

    Seeds that you have filled stay as they are.
    """
    source = _source()
    try:
        if folder.is_dir() and any(folder.iterdir()) and not _is_copy(folder, source):
            raise Failure(f"{folder} holds other files: name an empty folder, or one with models")
        kept = [name for name in YOURS if _differs(folder / name, source / name)]
        for name in _names(source):
            if name.as_posix() not in kept:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / name, folder / name)
    except OSError as error:
        where = error.filename or folder
        raise Failure(f"The models can't be written: {where} ({error.strerror})") from error
    say(f"The models are in {folder}" + (f"; kept: {', '.join(kept)}" if kept else ""))


def _source() -> Path:
    """Return the models of this version: in a wheel beside the commands, in a clone at the top."""
    packed = _HERE.parents[1] / "transform"
    return packed if packed.is_dir() else _HERE.parents[2] / "transform"


def _is_copy(folder: Path, source: Path) -> bool:
    project = folder / _PROJECT
    first = (source / _PROJECT).read_text(encoding="utf-8").splitlines()[0]
    return project.is_file() and first in project.read_text(encoding="utf-8").splitlines()


def _differs(path: Path, other: Path) -> bool:
    return path.is_file() and path.read_bytes() != other.read_bytes()


def _names(source: Path) -> Iterator[Path]:
    """Yield the files of the package, without what dbt writes into a clone's folder."""
    made = {"target", "logs", "dbt_packages", ".user.yml"}
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        if path.is_file() and not made & set(name.parts):
            yield name
