"""Writes STATE to stdout, as the unchanged text of the input."""

from __future__ import annotations

import contextlib
import os
import sys

from target_hootsuite.errors import OutputFault


def write_state(text: str) -> None:
    """Write one STATE, in UTF-8 whatever the locale.

    Args:
        text: Its value, as JSON on one line.

    Raises:
        OutputFault: Stdout can't be written.
    """
    stream = sys.stdout
    if stream is None:
        raise OutputFault(_told("it is closed"))
    try:
        stream.flush()
        raw = getattr(stream, "buffer", None)
        if raw is None:
            stream.write(f"{text}\n")
        else:
            raw.write(f"{text}\n".encode())
        stream.flush()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is closed"
        _discard()
        raise OutputFault(_told(reason or type(error).__name__)) from error


def _told(reason: str) -> str:
    return (
        f"STATE can't be written to stdout ({reason}). The journal keeps what was done: run again, "
        "with a reader that stays to the end."
    )


def _discard() -> None:
    """Point stdout to the null device, so that its buffer can't fail when the process ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
