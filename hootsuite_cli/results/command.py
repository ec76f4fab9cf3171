"""`hootsuite results`: the options of the command."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from hootsuite_cli.account import Account, account_options
from target_hootsuite.statuses import ResultStatus

_AGO = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Moment(click.ParamType[datetime | timedelta]):
    """A date, a time with its zone, or how long ago: 30m, 24h, 7d."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it, as a time in UTC; how long ago counts by the platform's clock."""
        if ago := _AGO.fullmatch(str(value)):
            return timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        try:
            found = datetime.fromisoformat(str(value))
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            self.fail("write 2026-01-31, 2026-01-31T12:00:00Z, or 24h for a day ago", param, ctx)


@click.command()
@account_options
@click.option("--run", "run_id", default="", help="Of this run; `last` for the newest.")
@click.option("--stream", default="", help="Of this stream.")
@click.option(
    "--status",
    type=click.Choice([status.value for status in ResultStatus]),
    help="With this status.",
)
@click.option("--key", default="", help="With this key.")
@click.option("--scope", default="", help="Of this platform and account, as the journal calls it.")
@click.option("--since", type=Moment(), help="From this time on; also 30m, 24h, 7d.")
@click.option("--until", type=Moment(), help="Before this time.")
@click.option("--format", "shape", type=click.Choice(["table", "jsonl", "csv"]), default="table")
@click.option(
    "--settle", "look", is_flag=True, help="Look for unknown ones on the platform and show them."
)
@click.option("--resolve", "verdicts", multiple=True, metavar="KEY=sent:ID|KEY=not-sent")
@click.option("--social-profile", default="", help="With --resolve: which one of several.")
@click.option("--user", default="", help="With --resolve: who decides.  [default: the login name]")
@click.option("--all", "every", is_flag=True, help="Show every row, however many there are.")
@click.option("--retry-rejected", is_flag=True, help="Print rejected rows as Singer lines.")
@click.pass_context
def results(
    ctx: click.Context, /, account: Account, verdicts: tuple[str, ...], **options: Any
) -> None:
    """Say what became of every row that target-hootsuite was given.

    Of many rows a summary is shown, with those that need somebody; --all, --status and --key show
    rows, and so do the formats for programs.

    Exit codes, for the rows that are shown: 0 all settled well, 1 some are deferred (or the command
    failed), 3 some are unknown, 2 some were rejected; 1 goes before 3 before 2.
    """
    from hootsuite_cli.results import listing  # noqa: PLC0415 - so that --help stays quick

    ctx.exit(listing.run(account, verdicts, options))
