"""A stream's table: made, kept in step with the stream's schema, and written to."""

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from target_hootsuite_duckdb.warehouse import Warehouse

_FORMATS = {"date-time": "TIMESTAMP", "date": "DATE", "time": "TIME"}
_SCALARS = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
# From narrow to wide; a file may have more kinds of numbers than are made here.
_FAMILIES = (("SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE"), ("DATE", "TIMESTAMP"))
_LARGEST = 2**63 - 1
Place = tuple[str, str]
Properties = Mapping[str, Mapping[str, Any]]
VERSION, DELETED = "_sdc_table_version", "_sdc_deleted_at"
_COLUMNS = """
SELECT column_name, data_type, comment FROM duckdb_columns() WHERE lower(schema_name) = lower(?)
AND lower(table_name) = lower(?) AND database_name = current_database() ORDER BY column_index"""
# Everything is read as text first: the reader would turn what it can't read as a number into null.
_ROWS = """
SELECT {values}, place FROM (SELECT from_json(line, {shape}) AS document, place FROM (
SELECT unnest($1::VARCHAR[]) AS line, generate_subscripts($1::VARCHAR[], 1) AS place))"""


class StreamTable:
    """The table of one stream.

    Args:
        warehouse: The open file.
        place: Schema and table.
        properties: The stream's properties, the loader's own among them.
        keys: Properties that tell rows apart; without any, rows are only added.
    """

    def __init__(
        self, warehouse: Warehouse, place: Place, properties: Properties, keys: Sequence[str]
    ) -> None:
        self._run, self._place = warehouse.execute, place
        lower = [name.lower() for name in properties]  # DuckDB takes `id` and `ID` for the same
        self.names = {
            one: one + "_" * lower[:n].count(lower[n]) for n, one in enumerate(properties)
        }
        self._columns = {self.names[name]: schema for name, schema in properties.items()}
        self._keys = [_quoted(self.names[key]) for key in keys]
        self._same = " AND ".join(f"old.{key} IS NOT DISTINCT FROM new.{key}" for key in self._keys)
        schema = ".".join(map(_quoted, (self._run("SELECT current_database()")[0][0], place[0])))
        self._table = f"{schema}.{_quoted(place[1])}"
        self.made = not self._found()
        if self.made:
            columns = (f"{_quoted(one)} {_column_type(s)}" for one, s in self._columns.items())
            self._run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            self._run(f"CREATE TABLE {self._table} ({', '.join(columns)})")
        self._follow()
        self._types = {name.lower(): kind for name, kind, _ in self._found()}

    def _found(self) -> list[tuple[Any, ...]]:
        return self._run(_COLUMNS, *self._place)

    def _follow(self) -> None:
        """Add columns, widen types and renew comments where the schema has changed."""
        found = {name.lower(): kind for name, kind, _ in self._found()}
        wider = {}
        for name, schema in self._columns.items():
            column, kind, old = _quoted(name), _column_type(schema), found.get(name.lower())
            if old is None:
                self._run(f"ALTER TABLE {self._table} ADD {column} {kind}")
            elif old != (wide := _common(old, kind)):
                wider[name.lower()] = f"{_converted(column, old, wide)} AS {column}"
        if wider:  # a new table, since keys and indexes of the old one forbid to change its types
            columns = (wider.get(name.lower(), _quoted(name)) for name, *_ in self._found())
            query = f"SELECT {', '.join(columns)} FROM {self._table}"
            self._run(f"CREATE OR REPLACE TABLE {self._table} AS {query}")
        comments = {name.lower(): comment for name, _, comment in self._found()}
        for name, schema in self._columns.items():
            text = schema.get("description", comments[name.lower()])
            if text != comments[name.lower()]:
                self._run(f"COMMENT ON COLUMN {self._table}.{_quoted(name)} IS {_literal(text)}")

    # ------------------------------------------------------------------ rows

    def write(self, lines: Sequence[str]) -> None:
        """Add rows, and replace those of the same key; of several in a batch the last one counts.

        Args:
            lines: A JSON object for each row.
        """
        self._run(f"CREATE OR REPLACE TEMP TABLE incoming AS {self._read()}", lines)
        if self._keys:
            self._run(f"DELETE FROM {self._table} AS old USING incoming AS new WHERE {self._same}")
        self._run(f"INSERT INTO {self._table} BY NAME FROM incoming")
        self._run("DROP TABLE incoming")

    def _read(self) -> str:
        """Return the query that turns lines into rows of the table."""
        kinds = {name: self._types[name.lower()] for name in self._columns}
        shape = {name: "JSON" if kind == "JSON" else "VARCHAR" for name, kind in kinds.items()}
        values = (
            f"{_converted(f'document.{_quoted(name)}', shape[name], kind)} AS {_quoted(name)}"
            for name, kind in kinds.items()
        )
        rows = _ROWS.format(values=", ".join(values), shape=_literal(json.dumps(shape)))
        if not self._keys:
            return f"SELECT new.* EXCLUDE (place) FROM ({rows}) AS new"
        # Columns that the stream no longer has keep what they hold.
        kept = (name for name in self._types if name not in {one.lower() for one in kinds})
        columns = "".join(f", old.{_quoted(name)}" for name in kept)
        old = f"LEFT JOIN {self._table} AS old ON {self._same}" if columns else ""
        keys = ", ".join(f"new.{key}" for key in self._keys)
        last = f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY place DESC) = 1"
        return f"SELECT new.* EXCLUDE (place){columns} FROM ({rows}) AS new {old} {last}"

    def end(self, version: int) -> None:
        """Mark the rows of earlier versions, which the last complete reading no longer had."""
        old = f"WHERE {DELETED} IS NULL AND coalesce({VERSION} < ?, true)"
        self._run(f"UPDATE {self._table} SET {DELETED} = now() AT TIME ZONE 'UTC' {old}", version)

    def purge(self) -> None:
        """Delete the rows that are marked."""
        self._run(f"DELETE FROM {self._table} WHERE {DELETED} IS NOT NULL")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# ------------------------------------------------------------------ types


def _column_type(schema: Mapping[str, Any]) -> str:
    """Return the type of the column for a property; what may be anything is JSON."""
    return functools.reduce(_common, _types(schema), "") or "JSON"


def _types(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield a column type for each type that a value may have, null apart."""
    variants = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    for variant in variants:
        yield from _types(variant)
    named = schema.get("type", () if variants else "object")
    for name in [named] if isinstance(named, str) else named:
        if name == "string":
            yield _FORMATS.get(schema.get("format", ""), "VARCHAR")
        elif name == "integer" and schema.get("maximum", 0) > _LARGEST:
            yield "HUGEINT"
        elif name != "null":
            yield _SCALARS.get(name, "JSON")


def _common(one: str, other: str) -> str:
    """Return the type that holds the values of both types."""
    both = {one or other, other}
    if len(both) == 1:
        return other
    for family in _FAMILIES:
        if both <= set(family):
            return max(both, key=family.index)
    return "JSON" if "JSON" in both else "VARCHAR"


def _converted(column: str, old: str, new: str) -> str:
    """Return the SQL that makes a value of one type one of another."""
    if new == "JSON":
        other = f"to_json({column})"
        text = f"CASE WHEN json_valid({column}) THEN CAST({column} AS JSON) ELSE {other} END"
        return text if old == "VARCHAR" else other
    if old == "JSON":
        column = f"json_extract_string({column}, '$')"
    if new == "TIMESTAMP" and old in {"JSON", "VARCHAR"}:  # whatever the offset, it holds UTC
        return f"CAST({column} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    return f"CAST({column} AS {new})"
