"""The group of all commands; each is imported when it is called, so that `--help` stays quick."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, cast

import click

from hootsuite_api.errors import HootsuiteError
from hootsuite_api.redact import scrub

#: Command name -> where its click command lives, and what `hootsuite --help` says about it.
COMMANDS: dict[str, tuple[str, str]] = {
    "login": ("hootsuite_cli.login:login", "Sign in with the browser and keep the tokens."),
    "logout": ("hootsuite_cli.logout:logout", "Forget the tokens of a sign-in."),
    "check": ("hootsuite_cli.check:check", "Who am I, what may I do, what does it cost?"),
    "schedule": ("hootsuite_cli.schedule:schedule", "From a spreadsheet to scheduled posts."),
    "results": ("hootsuite_cli.results:results", "What became of every row."),
    "sandbox": ("hootsuite_cli.sandbox:sandbox", "Start the emulated platform."),
}
USAGE = 64  # wrong words on the command line (EX_USAGE); 2 means rejected rows


class Failure(click.ClickException):
    """Something went wrong that a person can understand: one line, no stack trace."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(scrub(message))
        self.exit_code = exit_code


class LazyGroup(click.Group):
    """A group whose commands are named in a table and imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        return cast("click.Command", getattr(importlib.import_module(module), name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what we raise on purpose becomes a message."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            error.exit_code = USAGE
            raise
        except HootsuiteError as error:
            raise Failure(str(error)) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="meltano-hootsuite", prog_name="hootsuite")
def main() -> None:
    """Sign in to Hootsuite, check the account, schedule posts, see what became of them.

    Exit codes: 0 well, 1 failed, 2 and 3 as the command's help says, 64 wrong usage.
    """


def run(arguments: Sequence[str]) -> None:
    """Run a command line inside this process."""
    main.main(list(arguments))
