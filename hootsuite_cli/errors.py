"""What ends a command: a message for a person and an exit code."""

from __future__ import annotations

import click

from hootsuite_api.printable import one_line
from hootsuite_api.redact import scrub


class Failure(click.ClickException):
    """Something went wrong that a person can understand: a line or a few, no stack trace."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(one_line(scrub(line)) for line in lines))


class WrongUsage(click.UsageError):
    """The command line itself is wrong."""

    exit_code = 64  # EX_USAGE; click's own 2 would read as "some rows rejected"

    def __init__(self, message: str, ctx: click.Context | None = None) -> None:
        super().__init__(one_line(message), ctx)
