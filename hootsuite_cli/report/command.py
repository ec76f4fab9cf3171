"""`hootsuite report`: the command and its options."""

from __future__ import annotations

import datetime as dt
import os
import webbrowser
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import click

from hootsuite_cli.console import emit
from hootsuite_cli.errors import Failure
from hootsuite_cli.report.data import NEEDED, Packer
from hootsuite_cli.report.packing import Choices
from hootsuite_cli.report.page import render
from hootsuite_cli.report.warehouse import Warehouse, check_marts, connect, identifier


@click.command()
@click.option(
    "--period",
    default=90,
    show_default=True,
    type=click.IntRange(7, 400),
    help="Days to look back.",
)
@click.option("--profile", default="", help="Show one social profile first: its id or name.")
@click.option("--network", default="", help="Show one network first, such as facebook or x.")
@click.option(
    "--output",
    default=Path("report.html"),
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write the page to.",
)
@click.option("--open", "open_it", is_flag=True, help="Open the page in the browser.")
@click.option("--no-text", is_flag=True, help="Leave the texts of posts out.")
@click.option("--no-names", is_flag=True, help="Leave the names of members out.")
@click.option(
    "--as-of",
    envvar="HOOTSUITE_AS_OF",
    type=click.DateTime(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"]),
    help="The report's current time, in UTC, for a warehouse loaded earlier.",
)
@click.option(
    "--config",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A .env file with the loader's settings. A .env in this folder is read anyway.",
)
def report(  # noqa: PLR0917 - one parameter per option
    period: int,
    profile: str,
    network: str,
    output: Path,
    open_it: bool,  # noqa: FBT001 - click passes flags so
    no_text: bool,  # noqa: FBT001
    no_names: bool,  # noqa: FBT001
    as_of: dt.datetime | None,
    files: tuple[Path, ...],
) -> None:
    """Make a page about publishing: what was sent, what is scheduled, what needs attention.

    The warehouse is the loader's: TARGET_POSTGRES_SQLALCHEMY_URL, else TARGET_DUCKDB_PATH. The page
    is one file that works offline. Build the marts first: meltano run ... dbt-postgres:build.
    """
    now = as_of or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with connect(_variables(files)) as (warehouse, schema):
        check_marts(warehouse, schema, NEEDED)
        choices = Choices(
            period=period,
            profile=_known(
                warehouse,
                schema,
                "social_profile_id",
                profile,
                ("social_profile_id", "name", "label"),
            ),
            network=_known(
                warehouse, schema, "network", network, ("network", "network_label", "type")
            ),
            text=not no_text,
            names=not no_names,
            as_of=now,
        )
        text = render(Packer(warehouse, schema, choices).pack(), _title(warehouse, schema))
    _write(output, text)
    emit(f"The report is in {output}")
    if open_it:
        webbrowser.open(output.resolve().as_uri())


def _variables(files: tuple[Path, ...]) -> Mapping[str, str]:
    from dotenv import dotenv_values  # noqa: PLC0415 - only this command needs it

    found: dict[str, str] = {}
    for path in files or (Path(".env"),):
        if path.is_file():
            values = dotenv_values(stream=StringIO(path.read_text("utf-8-sig")), interpolate=False)
            found |= {name: value for name, value in values.items() if value}
    return found | {name: value for name, value in os.environ.items() if value}


def _known(
    warehouse: Warehouse, schema: str, wanted: str, given: str, columns: tuple[str, ...]
) -> str:
    """Return the value of one column that matches the user's input, ignoring case."""
    if not given:
        return ""
    names = ", ".join((wanted, *columns))
    query = f"select {names} from {identifier(schema + '_marts')}.dim_social_profile"  # noqa: S608 - names of ours
    known: set[str] = set()
    for value, *spellings in warehouse.rows(query):
        words = {str(one) for one in spellings if one is not None}
        if given.casefold() in {one.casefold() for one in words}:
            return str(value)
        known.add(str(spellings[-1] if wanted == "social_profile_id" else value))
    listed = ", ".join(sorted(known)[:20]) or "none"
    what = "network" if wanted == "network" else "social profile"
    raise Failure(f"The warehouse knows no {what} {given!r}. It knows: {listed}")


def _title(warehouse: Warehouse, schema: str) -> str:
    staging = identifier(f"{schema}_staging")
    query = f"select name from {staging}.stg_hootsuite__organizations order by name limit 3"  # noqa: S608 - names of ours
    names = [str(name) for (name,) in warehouse.rows(query) if name]
    return " · ".join(["Publishing", ", ".join(names)]) if names else "Publishing"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"The page can't be written to {path} ({error.strerror})") from error
