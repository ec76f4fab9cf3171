"""What ends a command: a message for a person and an exit code."""

from __future__ import annotations

import click

from hootsuite_api.redact import scrub


class Failure(click.ClickException):
    """Something went wrong that a person can understand: one line, no stack trace."""

    def __init__(self, message: str) -> None:
        super().__init__(scrub(message))


class WrongUsage(click.UsageError):
    """The command line itself is wrong."""

    exit_code = 64  # EX_USAGE; click's own 2 would read as "some rows rejected"
