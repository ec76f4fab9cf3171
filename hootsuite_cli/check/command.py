"""`hootsuite check`: the options of the command."""

from __future__ import annotations

import json

import click

from hootsuite_cli.account import Account, account_options
from hootsuite_cli.console import emit

_ATTENTION = 2


@click.command()
@account_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document, for programs.")
@click.pass_context
def check(ctx: click.Context, account: Account, *, as_json: bool) -> None:
    """Look at the account with reading requests only; nothing is written.

    Exit codes: 0 all well; 1 the account can't be used; 2 it works, but something needs a person:
    a profile to reconnect, rows of unknown fate, the day's quota, the tokens.
    """
    from hootsuite_cli.check import examine, report  # noqa: PLC0415 - so that --help stays quick

    found = examine.look(account.settings)
    if as_json:
        emit(json.dumps(found, indent=1))
    else:
        report.show(found)
    ctx.exit(_ATTENTION if found["attention"] else 0)
