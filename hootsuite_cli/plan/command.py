"""`hootsuite schedule`: the command and its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hootsuite_cli.account import Account, account_options

_PATH = click.Path(path_type=Path)


@click.command()
@account_options
@click.argument("file", required=False)
@click.option("--dry-run", is_flag=True, help="Check and show everything, send nothing.")
@click.option("--yes", is_flag=True, help="Don't ask; for scripts.")
@click.option("--skip-bad", is_flag=True, help="Send the good rows even if others are bad.")
@click.option("--preview", type=_PATH, metavar="FILE", help="Write a calendar of the plan (HTML).")
@click.option("--template", "new", type=_PATH, metavar="FILE", help="Write an empty plan (XLSX).")
@click.option("--delete-removed", is_flag=True, help="Delete posts whose rows left the plan.")
@click.option(
    "--keep-options",
    is_flag=True,
    help="Save the options for reading beside the plan, for the next runs.",
)
@click.option("--add-ids", is_flag=True, help="Write a copy in which every row has an ID.")
@click.option("--sheet", help="The sheet's name.  [default: the first that is visible]")
@click.option("--timezone", help="Time zone of times without one, such as Europe/Berlin.")
@click.option(
    "--date-format", multiple=True, help="Format of dates in text: DD.MM.YYYY HH:mm. Repeatable."
)
@click.option("--to", "profiles", multiple=True, help="Profile for rows without one. Repeatable.")
@click.option("--aliases", type=_PATH, metavar="FILE", help="Your names for profiles (YAML).")
@click.option(
    "--column",
    multiple=True,
    metavar="FIELD=HEADER",
    help='Header of a field, as in "text=Post copy".',
)
@click.option("--encoding", help="Encoding of a CSV file that is not UTF-8, such as cp1252.")
@click.option(
    "--as-is",
    multiple=True,
    metavar="ROW",
    help="Accept the text of a row that looks garbled: its ID, else its number. Repeatable.",
)
@click.option(
    "--composer", metavar="LAYOUT", help="Read a bulk composer file with dates like this."
)
@click.option("--same-plan", metavar="NAME", help="Name of the plan, if it is not the file's.")
@click.option(
    "--google-credentials", type=_PATH, metavar="FILE", help="Key file of a Google service account."
)
@click.option(
    "--media-root",
    type=_PATH,
    metavar="FOLDER",
    help="Folder of the pictures.  [default: beside the plan]",
)
@click.option(
    "--media-hosts",
    multiple=True,
    metavar="HOST",
    help="Host to fetch pictures from, such as images.example.com. Repeatable.",
)
@click.option(
    "--results",
    "results_file",
    type=_PATH,
    metavar="FILE",
    help="File for the result of each row.  [default: beside the plan]",
)
@click.option(
    "--edited-rows-are-new", is_flag=True, help="Post changed rows without an ID as new posts."
)
@click.option("--post-again", is_flag=True, help="Post rows that another plan has scheduled, too.")
@click.pass_context
def schedule(ctx: click.Context, /, account: Account, file: str | None, **given: Any) -> None:
    """Schedule the posts of a plan: an .xlsx, .ods or .csv FILE with a row per post.

    FILE may also be the address of a Google sheet; it needs --google-credentials.

    Every row is checked before anything is sent. You see what will happen and are asked. The result
    of each row is written into a copy of the plan, beside it. Run the same plan as often as you
    like: what was scheduled is not posted again.

    Columns: Date (and Time), Text, Profiles; optional are Media, Link, Tags, Board, Location, Time
    zone, Status and ID. Status holds a row back (draft, hold, idea ...) or releases it (approved,
    ready ...). With an ID a row can be edited and scheduled again, and its post is replaced.

    Exit codes: 0 all rows are scheduled, 1 it failed or rows are still to be sent, 2 some rows
    can't be sent, 3 it is unknown whether some were sent.
    """
    from hootsuite_cli.plan import dispatch  # noqa: PLC0415 - so that --help stays quick

    ctx.exit(dispatch.run(account, file, given))
