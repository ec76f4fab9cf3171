"""Tables of the journal, and the way from older versions of them.

`open` is 1 or null, never 0: a unique index over (identity, open) then allows any number of
closed entries and one open one, on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from target_hootsuite.errors import JournalFault

META = sa.MetaData()
VERSION = 2
# Names in `hootsuite_journal`, beside its version.
LAST_RUN, CLOCK_AHEAD = "last_run", "clock_ahead"

ABOUT = sa.Table(
    "hootsuite_journal",
    META,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

OWNERS = sa.Table(
    "hootsuite_owners",
    META,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("lease_until", sa.Float, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("process", sa.Text, nullable=False),
    sa.Column("awake_until", sa.Float),  # by the clock of the machine that nobody can set
)

ENTRIES = sa.Table(
    "hootsuite_entries",
    META,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("identity", sa.String(64), nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("stream", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("profile", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("algorithm", sa.Integer, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("open", sa.Integer),
    sa.Column("owner", sa.Text),
    sa.Column("run_id", sa.Text, nullable=False),
    sa.Column("remote_id", sa.Text),
    sa.Column("claim", sa.Text),
    sa.Column("replaces", sa.Text),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("intent_at", sa.Float, nullable=False),
    sa.Column("settled_at", sa.Float),
    sa.Column("first_seen_at", sa.Float, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("error_code", sa.Text),
    sa.Column("error_message", sa.Text),
    sa.Column("trace_id", sa.Text),
    # Our own clock at `settled_at`, else at `intent_at`, which are the platform's.
    sa.Column("own_at", sa.Float),
    sa.UniqueConstraint("identity", "version", name="hootsuite_entry_version"),
    sa.UniqueConstraint("identity", "open", name="hootsuite_one_open_intent"),
    sa.UniqueConstraint("claim", name="hootsuite_unique_remote"),
    sa.Index("hootsuite_open_entries", "scope", "open"),
    sa.Index("hootsuite_entry_key", "scope", "stream", "key"),
)

MEDIA = sa.Table(
    "hootsuite_media",
    META,
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("media_id", sa.Text, nullable=False),
    sa.Column("mime_type", sa.Text, nullable=False),
    sa.Column("uploaded_at", sa.Float, nullable=False),
    sa.Column("used_at", sa.Float),
    sa.Column("own_used_at", sa.Float),
)

RESULTS = sa.Table(
    "hootsuite_results",
    META,
    sa.Column("identity", sa.String(64), primary_key=True),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("run_id", sa.Text, nullable=False),
    sa.Column("stream", sa.Text, nullable=False),
    sa.Column("key", sa.Text),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("remote_id", sa.Text),
    sa.Column("social_profile_id", sa.Text),
    sa.Column("error_code", sa.Text),
    sa.Column("error_message", sa.Text),
    sa.Column("trace_id", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("first_seen_at", sa.Text),
    sa.Column("settled_at", sa.Text),
    sa.Column("fingerprint", sa.Text),
    sa.Index("hootsuite_results_status", "scope", "status"),
)

ROWS = sa.Table(
    "hootsuite_rejected_rows",
    META,
    sa.Column("identity", sa.String(64), primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)

Migration = Callable[[sa.Connection], None]


def _add_own_clock(connection: sa.Connection) -> None:
    """Version 1 kept times of the platform's clock alone, and how far it was ahead of ours."""
    for table, name in (
        (ENTRIES, "own_at"),
        (MEDIA, "own_used_at"),
        (OWNERS, "awake_until"),
    ):
        kind = sa.Float().compile(connection.dialect)
        connection.execute(sa.text(f"ALTER TABLE {table.name} ADD COLUMN {name} {kind}"))
    noted = connection.scalar(sa.select(ABOUT.c.value).where(ABOUT.c.name == CLOCK_AHEAD))
    ahead = float(noted or 0)
    at = sa.func.coalesce(ENTRIES.c.settled_at, ENTRIES.c.intent_at)
    connection.execute(ENTRIES.update().values(own_at=at - ahead))
    connection.execute(MEDIA.update().values(own_used_at=MEDIA.c.used_at - ahead))


#: The step that leads from each older version to the next. Version 1 is the first.
MIGRATIONS: dict[int, Migration] = {1: _add_own_clock}


def prepare(connection: sa.Connection) -> bool:
    """Create the tables or bring them to this version.

    Args:
        connection: Inside a transaction that no other process can share.

    Returns:
        Whether the journal was created just now.

    Raises:
        JournalFault: The journal was written by a newer target.
    """
    if not sa.inspect(connection).has_table(ABOUT.name):
        META.create_all(connection)
        connection.execute(ABOUT.insert().values(name="version", value=str(VERSION)))
        return True
    found = connection.scalar(sa.select(ABOUT.c.value).where(ABOUT.c.name == "version"))
    version = int(found or 0)
    if version > VERSION:
        msg = f"The journal has version {version}, this target knows {VERSION}: update it."
        raise JournalFault(msg)
    for step in range(version, VERSION):
        MIGRATIONS[step](connection)
    if version < VERSION:
        connection.execute(
            ABOUT.update().where(ABOUT.c.name == "version").values(value=str(VERSION))
        )
    return False
