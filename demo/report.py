"""The report on publishing: `hootsuite report` over the marts that Meltano built."""

import os
import subprocess
import sys
from pathlib import Path

from demo.load import SCHEMA
from demo.pipeline import PipelineError


def page(warehouse: Path, now: str, output: Path) -> None:
    """Make the page from a DuckDB file.

    Args:
        warehouse: The file, with its marts.
        now: When it was loaded, in UTC.
        output: Where the page is written.

    Raises:
        PipelineError: The command failed; the message carries what it said.
    """
    variables = {
        "TARGET_DUCKDB_PATH": str(warehouse),
        "TARGET_DUCKDB_DEFAULT_TARGET_SCHEMA": SCHEMA,
    }
    command = ("hootsuite", "report", "--as-of", now, "--output", str(output))
    done = subprocess.run(  # noqa: S603 - our own program, no shell
        [str(Path(sys.executable).with_name(command[0])), *command[1:]],
        cwd=warehouse.parent,
        env=os.environ | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PipelineError(f"`{' '.join(command)}` ended with {done.returncode}: {done.stderr}")
