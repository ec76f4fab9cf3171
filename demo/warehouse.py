"""Reads the loaded tables and compares them with the sandbox's truth, row by row."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import sqlalchemy as sa

Row = dict[str, Any]
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass(frozen=True)
class Table:
    """One loaded table: its rows without the loader's own columns, and its key columns."""

    rows: Sequence[Row]
    key: tuple[str, ...]

    def by_key(self) -> dict[tuple[str, ...], Row]:
        """Return the rows by their key."""
        return {self.key_of(row): row for row in self.rows}

    def key_of(self, row: Row) -> tuple[str, ...]:
        """Return a row's key, as text whatever the columns' types."""
        return tuple(str(row[name]) for name in self.key)


def read_tables(url: str, schema: str) -> dict[str, Table]:
    """Return every table of `schema`, by name."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            found = sa.inspect(connection)
            return {
                name: Table(
                    _rows(connection, schema, name),
                    tuple(found.get_pk_constraint(name, schema)["constrained_columns"]),
                )
                for name in sorted(found.get_table_names(schema))
            }
    finally:
        engine.dispose()


def read_duckdb(path: str, schema: str, keys: Mapping[str, Sequence[str]]) -> dict[str, Table]:
    """Return every table of `schema` in a DuckDB file, by name.

    Args:
        path: The file.
        schema: The schema.
        keys: The key columns of each table, which the file does not know.
    """
    with duckdb.connect(path, read_only=True) as link:
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = ?"
        names = sorted(name for (name,) in link.execute(query, [schema]).fetchall())
        return {
            name: Table(_documents(link, f"{schema}.{name}"), tuple(keys[name])) for name in names
        }


def _documents(link: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    found = link.execute(rf"SELECT * NOT LIKE '\_sdc\_%' ESCAPE '\' FROM {table}")  # noqa: S608 - our own names
    heads = [(column[0], str(column[1]) == "JSON") for column in found.description]
    return [
        {
            name: json.loads(value) if document and value is not None else value
            for (name, document), value in zip(heads, row, strict=True)
        }
        for row in found.fetchall()
    ]


def drop_schema(url: str, schema: str) -> None:
    """Forget an earlier demonstration's tables."""
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(sa.schema.DropSchema(schema, cascade=True, if_exists=True))
    finally:
        engine.dispose()


def _rows(connection: sa.Connection, schema: str, name: str) -> list[Row]:
    table = sa.Table(name, sa.MetaData(), schema=schema, autoload_with=connection)
    columns = [column for column in table.columns if not column.name.startswith("_sdc_")]
    return [dict(row._mapping) for row in connection.execute(sa.select(*columns))]  # noqa: SLF001  # the documented way


def flatten(document: Mapping[str, Any]) -> Row:
    """Write one API object as a row: the interface's naming rule, spelled out on its own.

    This does not use the tap's code, so that it can find it wrong.
    """
    row: Row = {}
    for name, value in document.items():
        column = _HUMP.sub("_", name).lower()
        if isinstance(value, Mapping) and "id" in value and set(value) <= {"id", "externalURL"}:
            row |= {f"{column}_{_HUMP.sub('_', k).lower()}": v for k, v in value.items()}
        else:
            row[column] = value
    return row


def differences(
    truth: Iterable[Mapping[str, Any]],
    table: Table,
    *,
    ignore: Iterable[str] = (),
    absent: Iterable[tuple[str, ...]] = (),
    earlier: Iterable[Mapping[str, Any]] = (),
) -> list[str]:
    """Say in words where a table differs from the truth; an empty list is equality.

    Args:
        truth: the API's objects.
        table: what was loaded.
        ignore: columns that cannot be equal, such as signed addresses.
        absent: keys that may be in the table although the API no longer has them.
        earlier: the API's objects before the table was loaded; their values are as right.
    """
    loaded = table.by_key()
    expected = {table.key_of(row): row for row in map(flatten, truth)}
    before = {table.key_of(row): row for row in map(flatten, earlier)}
    said = [f"missing {key}" for key in expected.keys() - loaded.keys()]
    said += [f"surplus {key}" for key in loaded.keys() - expected.keys() - set(absent)]
    for key in expected.keys() & loaded.keys():
        cells = _cells(key, expected[key], loaded[key], frozenset(ignore))
        if cells and key in before and not _cells(key, before[key], loaded[key], frozenset(ignore)):
            continue
        said += cells
    return said


def _cells(key: tuple[str, ...], truth: Row, row: Row, ignore: frozenset[str]) -> list[str]:
    return [
        f"{key} {name}: API {truth.get(name)!r}, table {value!r}"
        for name, value in row.items()
        if name not in ignore and plain(truth.get(name)) != plain(value)
    ]


def plain(value: Any) -> Any:
    """Bring a value of the API and one of the database to the same form."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and _TIME.match(value):
        return datetime.fromisoformat(value).astimezone(UTC).replace(microsecond=0)
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def changes(before: Table | None, after: Table) -> tuple[int, int]:
    """Count the rows that a second load added, and those that it changed."""
    old = before.by_key() if before else {}
    new = after.by_key()
    added = new.keys() - old.keys()
    return len(added), sum(new[key] != old[key] for key in new.keys() & old.keys())
