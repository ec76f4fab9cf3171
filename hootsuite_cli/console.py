"""The terminal: everything that the commands print passes here, or `tables`, and is escaped there.

What others wrote (names, keys, file names, a server's words) can hold control characters that
steer a terminal, and line breaks that forge a line of ours.
"""

from __future__ import annotations

import click

from hootsuite_api.printable import one_line


def say(line: str = "", *, err: bool = False) -> None:
    """Print one line for a person."""
    click.echo(one_line(line), err=err)


def emit(document: str) -> None:
    """Print JSON for programs as it is: JSON escapes control characters itself."""
    click.echo(document)
