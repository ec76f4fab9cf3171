"""Where the journal of an account lies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hootsuite_api.settings import state_folder
from target_hootsuite.journal_engine import sqlite_path


def journal_url(settings: Mapping[str, Any]) -> str:
    """The journal's SQLAlchemy URL: the setting, or the target's default."""
    return str(settings.get("journal_url") or f"sqlite:///{state_folder() / 'journal.db'}")


def journal_path(settings: Mapping[str, Any]) -> Path | None:
    """The journal's file, if it is one."""
    url = journal_url(settings)
    return sqlite_path(url) if url.startswith("sqlite") else None
