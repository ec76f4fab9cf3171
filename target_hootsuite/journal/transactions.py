"""Transactions in the journal's database, for reading and for writing."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from target_hootsuite.journal import database


class Transactions:
    """An open database; its errors are raised as `JournalFault`.

    Args:
        url: SQLAlchemy URL; a secret.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._writing = threading.RLock()
        self.engine = database.connect(url)
        self.dialect = self.engine.dialect.name

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that is committed at the end of the block; threads take turns."""
        with (
            self._writing,
            database.faults("written", self._url),
            self.engine.begin() as connection,
        ):
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that takes no write lock."""
        with database.faults("read", self._url), self.engine.connect() as connection:
            reading = connection.execution_options(reading=True)
            with reading.begin():
                yield reading

    def execute(self, statement: sa.Executable) -> None:
        """Run one statement and commit it."""
        with self.write() as connection:
            connection.execute(statement)

    def upsert(
        self,
        table: sa.Table,
        key: Mapping[str, Any],
        row: Mapping[str, Any],
        kept: Mapping[str, Any] | None = None,
    ) -> sa.Executable:
        """Insert a row, or update the row with the same key.

        Args:
            table: The table.
            key: The columns of its primary key.
            row: The other columns of a new row.
            kept: The columns that are updated in an existing row; by default all of `row`.
        """
        names, update = list(key), row if kept is None else kept
        if self.dialect == "sqlite":
            statement = sqlite.insert(table).values(**key, **row)
            return statement.on_conflict_do_update(index_elements=names, set_=update)
        insert = postgresql.insert(table).values(**key, **row)
        return insert.on_conflict_do_update(index_elements=names, set_=update)
