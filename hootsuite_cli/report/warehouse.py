"""Reads the marts: from a DuckDB file, or from a PostgreSQL by its SQLAlchemy URL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from hootsuite_api.redact import scrub
from hootsuite_cli.errors import Failure

_BATCH = 10_000
# The page reads one table after the other; DuckDB's default would take most of the memory.
_SMALL: dict[str, str | bool | int | float | list[str]] = {"memory_limit": "150MB", "threads": 1}
BUILD = "meltano run tap-hootsuite target-postgres dbt-postgres:build"


class Warehouse(Protocol):
    """A connection to the data warehouse."""

    def rows(self, query: str) -> Iterator[Sequence[Any]]:
        """Run a query and yield its rows."""


class _Link:
    """A warehouse on any driver, by the function that runs its queries."""

    def __init__(self, run: Callable[[str], Any]) -> None:
        self._run = run

    def rows(self, query: str) -> Iterator[Sequence[Any]]:
        """Run a query and yield its rows."""
        found = self._run(query)
        while batch := found.fetchmany(_BATCH):
            yield from batch


def connect(variables: Mapping[str, str]) -> AbstractContextManager[tuple[Warehouse, str]]:
    """Connect to the warehouse that the loaders' own settings name.

    Args:
        variables: `TARGET_POSTGRES_SQLALCHEMY_URL`, else `TARGET_DUCKDB_PATH`; their schemas.

    Returns:
        The warehouse, and the schema that the loader writes to.

    Raises:
        Failure: It can't be reached.
    """
    if url := variables.get("TARGET_POSTGRES_SQLALCHEMY_URL"):
        schema = variables.get("TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA") or "hootsuite"
        return _postgres(url, schema)
    path = Path(variables.get("TARGET_DUCKDB_PATH") or "warehouse.duckdb")
    return _duckdb(path, variables.get("TARGET_DUCKDB_DEFAULT_TARGET_SCHEMA") or "hootsuite")


@contextmanager
def _duckdb(path: Path, schema: str) -> Iterator[tuple[Warehouse, str]]:
    if not path.is_file():
        raise Failure(
            f"There is no warehouse: {path} does not exist. Load and build one ({BUILD}), or name "
            "yours: TARGET_POSTGRES_SQLALCHEMY_URL or TARGET_DUCKDB_PATH, in the environment or in "
            "--config .env"
        )
    import duckdb  # noqa: PLC0415 - an extra, and slow to import

    try:
        link = duckdb.connect(str(path), read_only=True, config=_SMALL)
    except duckdb.Error as error:
        raise Failure(f"The warehouse {path} can't be opened: {_first_line(error)}") from error
    try:
        yield _Link(link.execute), schema
    finally:
        link.close()


@contextmanager
def _postgres(url: str, schema: str) -> Iterator[tuple[Warehouse, str]]:
    import sqlalchemy as sa  # noqa: PLC0415 - slow to import

    try:
        engine = sa.create_engine(url, connect_args={"connect_timeout": 10})
    except (sa.exc.ArgumentError, ValueError) as error:
        # The driver's own message could contain the password.
        raise Failure("TARGET_POSTGRES_SQLALCHEMY_URL is not a database URL") from error
    except ModuleNotFoundError as error:
        raise Failure(
            f"TARGET_POSTGRES_SQLALCHEMY_URL needs the driver {error.name}, which is not "
            "installed: install it, or begin the URL with postgresql+psycopg://"
        ) from error
    try:
        link = engine.connect()
    except sa.exc.OperationalError as error:
        raise Failure(
            f"The PostgreSQL at {engine.url.host or 'its socket'} can't be reached or refuses the "
            "sign-in: check TARGET_POSTGRES_SQLALCHEMY_URL"
        ) from error
    try:
        with link:
            # Before results are streamed: a server-side cursor takes queries only.
            link.exec_driver_sql("set time zone 'UTC'")
            link.execution_options(stream_results=True)
            yield _Link(link.exec_driver_sql), schema
    finally:
        engine.dispose()


def check_marts(warehouse: Warehouse, schema: str, needed: Mapping[str, Sequence[str]]) -> set[str]:
    """Check that the marts exist and have the columns that the page needs.

    Args:
        warehouse: The connection to the marts.
        schema: The loader's schema; the marts are in `SCHEMA_marts`.
        needed: Columns by mart.

    Returns:
        The names of all existing marts.

    Raises:
        Failure: They are missing or older than this command.
    """
    query = (
        "select table_name, column_name from information_schema.columns "  # noqa: S608 - a quoted literal
        f"where table_schema = '{_literal(schema)}_marts'"
    )
    found: dict[str, set[str]] = {}
    for table, column in warehouse.rows(query):
        found.setdefault(str(table), set()).add(str(column))
    if not found:
        raise Failure(f"There are no marts in {schema}_marts. Build them: {BUILD}")
    for table, columns in needed.items():
        missing = set(columns) - found.get(table, set())
        if missing:
            raise Failure(
                f"The marts are older than this command: {table} lacks "
                f"{', '.join(sorted(missing))}. Build them again: {BUILD}"
            )
    return set(found)


def _literal(text: str) -> str:
    return text.replace("'", "''")


def identifier(text: str) -> str:
    """Quote a name for SQL."""
    return '"' + text.replace('"', '""') + '"'


def _first_line(error: Exception) -> str:
    return scrub(str(error).split("\n", 1)[0])
