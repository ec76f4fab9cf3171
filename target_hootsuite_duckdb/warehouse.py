"""The DuckDB file: opened, written in transactions; what fails ends in one sentence."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from singer_sdk.exceptions import SingerSDKError

# Readers of the file may have an older DuckDB than the loader: this is the oldest that works.
_STORAGE = {"storage_compatibility_version": "v1.2.0"}
# What DuckDB says, and what a person has to know: {path} and what the pattern has caught.
_SENTENCES = {
    r"lock on file.*PID (\d+)": "{path} is open in process {0}: close it there, then run again.",
    r"lock on file": "{path} is open in another program: close it there, then run again.",
    r"we can only read": "{path} is of a newer DuckDB: install that one here, or change `path`.",
    r"not a valid DuckDB": "{path} is not a DuckDB file: name another one in `path`.",
    r"Cannot open.*No such file": "The folder of {path} does not exist: make it, then run again.",
    r"No space left|File too large": "The disk of {path} is full: make room, then run again.",
    r"([^\n]*)": "{path} can't be loaded: {0}",
}


class WarehouseError(SingerSDKError):
    """The load can't go on; the message says what happened and what to do."""


class Warehouse:
    """An open DuckDB file.

    Args:
        path: The file; it is made when it does not exist.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            self._duckdb: Any = import_module("duckdb")
            self.link: Any = self._duckdb.connect(path, config=_STORAGE)
        except ModuleNotFoundError as error:
            msg = 'DuckDB is not installed: pip install "meltano-hootsuite[duckdb]"'
            raise WarehouseError(msg) from error
        except self._duckdb.Error as error:
            raise WarehouseError(self._sentence(error)) from error
        self.execute("SET TimeZone = 'UTC'")

    def execute(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        found: list[tuple[Any, ...]] = self.link.execute(sql, list(values)).fetchall()
        return found

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block does, all of it or nothing.

        Raises:
            WarehouseError: DuckDB could not do it; the file is as it was before.
        """
        try:
            self.execute("BEGIN")
            yield
            self.execute("COMMIT")
        except self._duckdb.Error as error:
            raise WarehouseError(self._sentence(error)) from error

    def _sentence(self, error: Exception) -> str:
        found = ((re.search(one, str(error)), text) for one, text in _SENTENCES.items())
        return next(text.format(*one.groups(), path=self._path) for one, text in found if one)
