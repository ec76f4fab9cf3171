"""Notes in the journal: last run, clock difference, and posts that left a plan.

The first two are for people who read the journal later. Results have whole seconds, and before the
platform has answered they carry this machine's time, so that the order of runs can't be told from
them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

import sqlalchemy as sa

from target_hootsuite.errors import JournalFault
from target_hootsuite.journal.schema import ABOUT, CLOCK_AHEAD, ENTRIES, LAST_RUN
from target_hootsuite.journal.store import Journal


def last_run(connection: sa.Connection) -> str:
    """The id of the run that last started to report; empty if there is none."""
    return _read(connection, LAST_RUN)


def clock_ahead(connection: sa.Connection) -> timedelta:
    """How far the platform's clock was ahead of the clock of the machine that last wrote here."""
    return timedelta(seconds=float(_read(connection, CLOCK_AHEAD) or 0))


def known_ahead(journal: Journal) -> timedelta:
    """How far the platform's clock was ahead, as a starting run reads it from the journal."""
    with journal.database.read() as connection:
        return clock_ahead(connection)


def other_accounts(journal: Journal, scope: str) -> list[str]:
    """Other accounts of this platform in the journal, if the journal has no row of this account.

    Args:
        journal: The journal.
        scope: This platform and account.
    """
    mine = sa.select(ENTRIES.c.id).where(ENTRIES.c.scope == scope).limit(1)
    platform = scope.rpartition("|")[0] + "|"
    with journal.database.read() as connection:
        if connection.scalar(mine) is not None:
            return []
        scopes = connection.scalars(sa.select(ENTRIES.c.scope).distinct())
        return sorted(one.removeprefix(platform) for one in scopes if one.startswith(platform))


def left_plan(connection: sa.Connection, scope: str, plan: str) -> frozenset[str]:
    """Keys of posts that left a plan for good: no new row of the plan is an edit of them."""
    return frozenset(json.loads(_read(connection, _left(scope, plan)) or "[]"))


def keep_left_plan(journal: Journal, scope: str, plan: str, keys: Iterable[str]) -> None:
    """Note which posts left a plan for good, in place of what was noted before.

    Raises:
        JournalFault: It can't be written.
    """
    journal.note(_left(scope, plan), json.dumps(sorted(keys)))


def _left(scope: str, plan: str) -> str:
    return f"left_plan|{scope}|{plan}"


def keep_clock(journal: Journal, platform: datetime) -> None:
    """Note what the platform's clock says now."""
    seconds = round(platform.timestamp() - journal.own.time())
    with suppress(JournalFault):  # a convenience: it must not make a run fail
        journal.note(CLOCK_AHEAD, str(seconds))


def _read(connection: sa.Connection, name: str) -> str:
    return str(connection.scalar(sa.select(ABOUT.c.value).where(ABOUT.c.name == name)) or "")
