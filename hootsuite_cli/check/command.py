"""`hootsuite check`: the options of the command."""

from __future__ import annotations

import json
from typing import Any

import click

from hootsuite_api.redact import scrub
from hootsuite_cli.account import Account, account_options
from hootsuite_cli.console import emit

_ATTENTION = 2
_JSON = "--json"


class _InJson(click.Command):
    """With --json a failure is a document, too; the message for people goes to stderr as ever."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the command line."""
        wanted = _JSON in args
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if wanted:
                _emit_error(error)
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, BrokenPipeError):
            raise
        except (Exception, KeyboardInterrupt) as error:
            if ctx.params.get("as_json"):
                _emit_error(error)
            raise


def _emit_error(error: BaseException) -> None:
    said = error.format_message() if isinstance(error, click.ClickException) else str(error)
    emit(json.dumps({"error": scrub(said) or type(error).__name__}, indent=1))


@click.command(cls=_InJson)
@account_options
@click.option(_JSON, "as_json", is_flag=True, help="One JSON document, for programs.")
@click.pass_context
def check(ctx: click.Context, account: Account, *, as_json: bool) -> None:
    """Look at the account with reading requests only; nothing is written.

    What the next run will need is tried, or listed as not tested. With --json a document is printed
    in any case; if the account can't be used, its `error` says why.

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
