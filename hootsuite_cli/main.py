"""The group of all commands; each is imported when it is called, so that `--help` stays quick."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, cast

import click

from hootsuite_api.errors import HootsuiteError
from hootsuite_cli.console import emit
from hootsuite_cli.errors import Failure, WrongUsage

#: Command name -> where its click command lives, and what `hootsuite --help` says about it.
COMMANDS: dict[str, tuple[str, str]] = {
    "login": ("hootsuite_cli.signin.login:login", "Sign in with the browser and keep the tokens."),
    "logout": ("hootsuite_cli.signin.logout:logout", "Forget the tokens of a sign-in."),
    "check": ("hootsuite_cli.check.command:check", "Who am I, what may I do, what does it cost?"),
    "schedule": ("hootsuite_cli.plan.command:schedule", "From a spreadsheet to scheduled posts."),
    "results": ("hootsuite_cli.results.command:results", "What became of every row."),
    "report": (
        "hootsuite_cli.report.command:report",
        "A page about publishing, from the warehouse.",
    ),
    "models": ("hootsuite_cli.report.models:models", "The report's dbt models, as a folder."),
    "sandbox": ("hootsuite_sandbox.cli:main", "Start the emulated platform."),
}

_EXTRAS = {
    "starlette": "sandbox",
    "uvicorn": "sandbox",
    "keyring": "keyring",
    "duckdb": "duckdb",
    "psycopg": "postgres",
}


@contextmanager
def _plainly() -> Iterator[None]:
    """Turn what we raise on purpose into messages for a person."""
    try:
        yield
    except (WrongUsage, click.exceptions.NoArgsIsHelpError):
        raise
    except click.UsageError as error:
        raise WrongUsage(error.format_message(), error.ctx) from error
    except HootsuiteError as error:
        raise Failure(str(error)) from error
    except ModuleNotFoundError as error:
        if error.name not in _EXTRAS:
            raise
        extra = f'pip install "meltano-hootsuite[{_EXTRAS[error.name]}]"'
        raise Failure(f"{error.name} is not installed: {extra}") from error


def _print_anything() -> None:
    """Show letters that the output lacks as escapes: a name must not end a run half-way."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant, or name the one that may have been."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name.lower(), COMMANDS, n=1)
            meant = f"Did you mean {near[0]}?" if near else f"There are {', '.join(COMMANDS)}."
            ctx.fail(f"No such command '{name}'. {meant}")
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the group's own words."""
        with _plainly():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        _print_anything()
        with _plainly():
            return super().invoke(ctx)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(package_name="meltano-hootsuite", prog_name="hootsuite")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Sign in to Hootsuite, check the account, schedule posts, see what became of them.

    Exit codes: 0 well, 1 failed, 2 and 3 as the command's help says, 64 wrong usage.
    """
    if ctx.invoked_subcommand is None:
        emit(ctx.get_help())
