"""Base class of all streams: schema, records, gaps, state, table versions, summary line."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, ClassVar

import msgspec
from singer_sdk import Stream, Tap
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform, StreamMap
from singer_sdk.singerlib import Catalog

from hootsuite_api.contract import load
from hootsuite_api.errors import (
    Cancelled,
    ConfigError,
    HootsuiteError,
    QuotaExhausted,
    TornBody,
    Where,
)
from hootsuite_api.naming import snake
from hootsuite_api.records import builder
from tap_hootsuite.answers import Path
from tap_hootsuite.progress import Progress
from tap_hootsuite.refusals import Gaps
from tap_hootsuite.run import Run
from tap_hootsuite.stream_schema import resolve
from tap_hootsuite.writer import BufferedWriter

Row = dict[str, Any]
Record = Row | msgspec.Struct  # the fields of a struct are the columns
ID: Mapping[str, Any] = {"type": ["string", "null"]}
TIME: Mapping[str, Any] = {"type": ["string", "null"], "format": "date-time"}


class StreamTap(Tap):
    """What a stream needs of its tap.

    Attributes:
        message_writer: Where all Singer messages go.
    """

    message_writer: BufferedWriter

    @property
    def run(self) -> Run:
        """What the streams of one run share."""
        raise NotImplementedError


class Stage(IntEnum):
    """The order in which streams run: cheap and often needed first, long scans last."""

    ACCOUNT = 1
    PEOPLE = 2
    MESSAGES = 3
    MESSAGE_DETAILS = 4
    LATER = 5
    DERIVED = 6
    SCANS = 7


class HootsuiteStream(Stream):
    """A stream of the platform.

    A subclass sets attributes; it needs methods only for its own rules.

    Attributes:
        operation: The operation that is requested.
        also: Further operations, for data that the first one does not show.
        component: The component of the contract that describes the objects in the answer; None for
            references.
        reference: The column for the id in a reference.
        over: The parents that get one request each, one of `parents.PARENTS`.
        extra: Schemas of columns that are not in the answer's objects.
        without: Columns of the component that the stream leaves out.
        replaces: Whether a complete reading replaces the whole table.
        refreshed: How it is refreshed, for the documents, if the class doesn't tell it otherwise.
    """

    name: str
    primary_keys: ClassVar[Sequence[str]]
    replication_key: ClassVar[str | None] = None
    stage: ClassVar[Stage] = Stage.ACCOUNT
    operation: ClassVar[str] = ""
    also: ClassVar[Sequence[str]] = ()
    component: ClassVar[str | None] = None
    reference: ClassVar[str | None] = None
    over: ClassVar[str | None] = None
    extra: ClassVar[Mapping[str, Any]] = {}
    without: ClassVar[frozenset[str]] = frozenset()
    replaces: ClassVar[bool] = True
    refreshed: ClassVar[str] = ""
    # Rows already fit the schema (tests/tap/test_full.py proves it); conforming would only cost.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    def __init__(self, tap: StreamTap) -> None:
        super().__init__(tap)
        self.run: Run = tap.run
        self.writer = tap.message_writer
        self.gaps = Gaps(skip=True)
        self.emitted = self.cost = 0
        self.seconds = 0.0
        self._plain: bool | None = None

    # ------------------------------------------------------------------ what subclasses say

    def pages(self) -> Iterator[list[Row]]:
        """Yield rows, many at a time."""
        raise NotImplementedError

    def finish(self) -> None:
        """Store in the state that the reading is complete."""

    # ------------------------------------------------------------------ schema and rows

    @property
    def schema(self) -> dict[str, Any]:
        """Columns, from the contract."""
        return self.table_schema()

    @classmethod
    @functools.cache  # the SDK asks for it with every record
    def table_schema(cls) -> dict[str, Any]:
        """Columns of the stream's table: ids of the path, the component's, and its own."""
        columns = {name: dict(ID) for name in cls.path_columns()}
        if cls.reference:
            columns[cls.reference] = dict(ID)
        columns |= {name: dict(column) for name, column in cls.extra.items()}
        return resolve(cls.__name__, cls.component, columns, cls.without)

    @classmethod
    def path_columns(cls) -> tuple[str, ...]:
        """Columns that hold the ids of the operation's path."""
        if cls.over is None:
            return ()
        parameters = load().operations[cls.operation].parameters
        return tuple(snake(one.name) for one in parameters if one.location == "path")

    def row(self, path: Path, data: Any) -> Row:
        """Build one row from an object of the answer."""
        row: Row = dict(zip(self.path_columns(), path.values(), strict=False))
        if self.reference:
            row[self.reference] = data["id"] if isinstance(data, Mapping) else data
        if self.component:
            row = builder(self.component)(data) | row
        return row

    # ------------------------------------------------------------------ one reading

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[Row]:
        """Yield rows one by one, for the SDK's interface; our own code reads `pages`."""
        del context
        return (row for page in self.pages() for row in page)

    def get_batch_config(self, config: Mapping[str, Any]) -> None:
        """No batch files: they were measured to be slower than records."""

    @property
    def emit_activate_version_messages(self) -> bool:
        """False: the SDK would write them before the first record; see `activate`."""
        return False

    @property
    def is_timestamp_replication_key(self) -> bool:
        """False: every stream keeps its own bookmark, so the SDK must not write bookmarks."""
        return False

    def _sync_records(
        self, context: Mapping[str, Any] | None = None, *, write_messages: bool = True
    ) -> Generator[dict[str, Any], Any, Any]:
        del context, write_messages
        if not self.run.halted and self.name not in self.run.done:
            with self.measured(), self.get_record_counter() as counter, self.get_sync_timer():
                self._guarded()
                counter.increment(self.emitted)
        yield from ()

    def prepare(self) -> None:
        """Write the SCHEMA message, and set how refusals are handled."""
        self.gaps = Gaps(skip=self.run.options.skip_forbidden)
        self._write_schema_message()

    def _guarded(self) -> None:
        self.prepare()
        try:
            self.read()
        except QuotaExhausted as reason:
            self.run.pause(reason)
        except Cancelled:
            if self.run.signal is None:
                raise
        finally:
            self.writer.flush()
        self.say_gaps()
        self.save()

    def read(self) -> None:
        """Read the stream from its state to its end."""
        version = self.next_version() if self.replaces else None
        for page in self.pages():
            self.write(page, version)
            self.run.check()
        self.finish()
        if version is not None and not self.gaps:
            self.activate(version)

    # ------------------------------------------------------------------ writing

    def write(self, rows: Sequence[Record], version: int | None = None) -> None:
        """Write rows, on the fast path if they need no change."""
        if not rows:
            return
        self._check_keys(rows)
        if self.ABORT_AT_RECORD_COUNT is not None or not self._is_plain():
            self._write_each(rows, version)
        else:
            alias = self.stream_maps[0].stream_alias
            self.writer.write_records(alias, rows, version, datetime.now(UTC))
            self.emitted += len(rows)
        self.state_manager.is_flushed = False

    def _check_keys(self, rows: Sequence[Record]) -> None:
        """Refuse a row without its key: no loader can write it."""
        for key in self.primary_keys:
            place = next((n for n, row in enumerate(rows, 1) if _value(row, key) is None), None)
            if place is not None:
                operation = load().operations[self.operation]
                trace = self.run.newest_trace(self.operation)
                where = Where(operation.method, operation.path, trace_id=trace)
                what = f"got a row without its {key} (row {place} of {len(rows)})"
                raise TornBody(f"The stream {self.name} {what}", where)

    def _write_each(self, rows: Sequence[Record], version: int | None) -> None:
        self._stream_version = version
        for row in map(as_row, rows):
            self._check_max_record_limit(self.emitted)
            before = self.writer.records
            try:
                self._write_record_message(row)
            except (HootsuiteError, OSError):
                raise
            except Exception as error:
                raise ConfigError(
                    f"The stream map of {self.name} fails on a row: {type(error).__name__}: "
                    f"{str(error)[:200]}",
                    advice="Correct the expression in stream_maps; a column may be null",
                ) from error
            self.emitted += self.writer.records - before  # a stream map may drop rows

    @property
    def stream_maps(self) -> list[StreamMap]:
        """What changes the records, see `TapHootsuite.setup_mapper`."""
        mapper = self._tap.mapper
        if self.name not in mapper.stream_maps:
            entry = {self.name: self._tap.catalog[self.name]}
            mapper.register_raw_streams_from_catalog(Catalog(entry))
        return super().stream_maps

    def _is_plain(self) -> bool:
        """Whether selection, stream maps and flattening leave every record as it is."""
        if self._plain is None:
            maps = self.stream_maps
            self._plain = (
                all(self.mask.values())
                and len(maps) == 1
                and type(maps[0]) is SameRecordTransform
                and not maps[0].flattening_enabled
                and self.effective_schema["properties"].keys() >= self.schema["properties"].keys()
            )
        return self._plain

    def _generate_record_messages(self, record: Row) -> Generator[Any, None, None]:
        known = self.effective_schema["properties"]
        if not known.keys() >= record.keys():  # an older catalog knows fewer columns
            record = {name: value for name, value in record.items() if name in known}
        yield from super()._generate_record_messages(record)

    def _write_schema_message(self) -> None:
        if self.name not in self.run.announced:  # streams read together write it once
            self.run.announced.add(self.name)
            super()._write_schema_message()

    # ------------------------------------------------------------------ state and versions

    @property
    def full(self) -> bool:
        """Whether the catalog asks for a full refresh of an incremental stream."""
        return not self.replaces and self.forced_replication_method == "FULL_TABLE"

    @property
    def bookmark(self) -> str | None:
        """The time up to which earlier runs have read."""
        found = self.stream_state.get("replication_key_value")
        return None if self.full else found

    def set_bookmark(self, value: str) -> None:
        """Move the bookmark."""
        self.stream_state["replication_key"] = self.replication_key
        self.stream_state["replication_key_value"] = value

    def save(self) -> None:
        """Write the state of all streams, after all rows that it covers."""
        self.writer.flush()
        self._tap.state_writer.write_state(self.tap_state)
        self.state_manager.is_flushed = True

    def next_version(self) -> int:
        """Return a table version above every earlier one, even if the clock was set back."""
        last = int(self.stream_state.get("version") or 0)
        return max(self._initialized_at // 1000, last + 1)

    def activate(self, version: int) -> None:
        """Tell the target that rows of older versions are gone."""
        self.stream_state["version"] = version
        if self.run.options.activate:
            self._write_activate_version_message(version)

    # ------------------------------------------------------------------ what a person is told

    def measured(self) -> Measure:
        """Count the requests and the time of a block for this stream."""
        return Measure(self)

    def say_gaps(self) -> None:
        """Warn of what was skipped, and of answers that are not credible."""
        self.gaps.log(self.name, self.logger)

    def progress(self, unit: str, total: int, done: int = 0) -> Progress:
        """Show a progress line, if standard error is a terminal."""
        return Progress(self.name, unit, total, done)

    def log_sync_costs(self) -> None:
        """Write the stream's line of the summary."""
        if not self.selected:
            return
        self.logger.info("%s", self.run.costs(self.name, self.emitted, self.cost, self.seconds))

    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        """Log, but errors only as DEBUG: one message at the end of the run reports them."""
        super().log(
            message, *args, level=logging.DEBUG if level >= logging.ERROR else level, **kwargs
        )


class Measure:
    """Adds the requests and seconds of a block to a stream's costs.

    Args:
        stream: The stream.
    """

    def __init__(self, stream: HootsuiteStream) -> None:
        self._stream = stream
        self._requests = self._began = 0.0

    def __enter__(self) -> None:
        """Begin."""
        self._requests, self._began = self._stream.run.requests, time.monotonic()

    def __exit__(self, *_: object) -> None:
        """End."""
        self._stream.cost += int(self._stream.run.requests - self._requests)
        self._stream.seconds += time.monotonic() - self._began


def _value(record: Record, column: str) -> Any:
    return record.get(column) if isinstance(record, dict) else getattr(record, column)


def as_row(record: Record) -> Row:
    """Return a record as a dictionary."""
    return msgspec.structs.asdict(record) if isinstance(record, msgspec.Struct) else record
