"""What the journal keeps about runs as such: which one reported last, how far the clocks are apart.

Both are for people who read the journal later. Results have whole seconds, and before the platform
has answered they carry this machine's time, so that the order of runs can't be told from them.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import sqlalchemy as sa

from target_hootsuite.errors import JournalFault
from target_hootsuite.journal.schema import ABOUT, CLOCK_AHEAD, ENTRIES, LAST_RUN
from target_hootsuite.journal.store import Journal


def last_run(connection: sa.Connection) -> str:
    """The run that was the last to begin to report; empty when none has."""
    return _read(connection, LAST_RUN)


def clock_ahead(connection: sa.Connection) -> timedelta:
    """How far the platform's clock was ahead of the clock of the machine that last wrote here."""
    return timedelta(seconds=float(_read(connection, CLOCK_AHEAD) or 0))


def known_ahead(journal: Journal) -> timedelta:
    """How far ahead the platform's clock was, as a run that begins finds it in the journal."""
    with journal._read() as connection:  # noqa: SLF001 - a part of it
        return clock_ahead(connection)


def other_accounts(journal: Journal, scope: str) -> list[str]:
    """Accounts of a platform that the journal has rows of, where it has none of this account.

    Args:
        journal: The journal.
        scope: This platform and account.
    """
    mine = sa.select(ENTRIES.c.id).where(ENTRIES.c.scope == scope).limit(1)
    platform = scope.rpartition("|")[0] + "|"
    with journal._read() as connection:  # noqa: SLF001 - a part of it
        if connection.scalar(mine) is not None:
            return []
        scopes = connection.scalars(sa.select(ENTRIES.c.scope).distinct())
        return sorted(one.removeprefix(platform) for one in scopes if one.startswith(platform))


def keep_clock(journal: Journal, platform: datetime) -> None:
    """Note what the platform's clock says now."""
    seconds = round(platform.timestamp() - journal.own.time())
    with suppress(JournalFault):  # a convenience: it must not make a run fail
        journal.note(CLOCK_AHEAD, str(seconds))


def _read(connection: sa.Connection, name: str) -> str:
    return str(connection.scalar(sa.select(ABOUT.c.value).where(ABOUT.c.name == name)) or "")
