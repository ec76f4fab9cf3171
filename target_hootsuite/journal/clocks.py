"""The journal's clocks (database, own machine) and the time that passed by two clocks."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from hootsuite_api.clock import OwnClock


def clock(dialect: str) -> sa.ColumnElement[float]:
    """The database's own clock in epoch seconds: the only one that all owners share."""
    if dialect == "sqlite":
        return (sa.func.julianday("now") - 2440587.5) * 86400.0
    return sa.cast(sa.func.extract("epoch", sa.func.clock_timestamp()), sa.Float)


def own_now(connection: sa.Connection, own: OwnClock) -> float:
    """Our own clock in epoch seconds: the database's clock if several machines may share it.

    Args:
        connection: Read from where the database is shared.
        own: This machine's clock.
    """
    dialect = connection.dialect.name
    if dialect == "sqlite":
        return own.time()
    return own.moved + float(connection.scalar(sa.select(clock(dialect))) or 0)


@dataclass(frozen=True)
class Instant:
    """One instant as two clocks showed it, in epoch seconds.

    Args:
        platform: By the platform's.
        own: By our own; None where it was not noted.
    """

    platform: float
    own: float | None

    def is_older(self, seconds: float, now: Instant) -> bool:
        """Whether at least this many seconds have passed since the instant, by either clock."""
        if now.platform - self.platform > seconds:
            return True
        return self.own is not None and now.own is not None and now.own - self.own > seconds
