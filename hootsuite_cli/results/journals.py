"""The journal of an account: where it lies, how it is opened for reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hootsuite_api.redact import register
from target_hootsuite import settings as target_settings
from target_hootsuite.errors import JournalFault
from target_hootsuite.journal.address import shown
from target_hootsuite.journal.database import sqlite_path
from target_hootsuite.journal.report import Report


def journal_url(settings: Mapping[str, Any]) -> str:
    """The journal's SQLAlchemy URL, a secret: the setting, or the target's default."""
    url = target_settings.journal_url(settings)
    register(url)
    return url


def journal_path(settings: Mapping[str, Any]) -> Path | None:
    """The journal's file, if it is one."""
    url = journal_url(settings)
    return sqlite_path(url) if url.startswith("sqlite") else None


@contextmanager
def reading(settings: Mapping[str, Any]) -> Iterator[Report]:
    """Open the journal for reading.

    Raises:
        JournalFault: If there is none (it isn't created), or it can't be read.
    """
    path = journal_path(settings)
    if path is not None and not path.exists():
        raise JournalFault(
            "Nothing was sent yet from this machine with these settings. "
            f"There is no journal at {shown(str(path))}; the first run of target-hootsuite makes "
            "it. If yours lies elsewhere, say so by `journal_url`."
        )
    report = Report(journal_url(settings))
    try:
        yield report
    finally:
        report.close()
