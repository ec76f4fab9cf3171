"""target-duckdb: Singer messages in, rows in a DuckDB file and STATE out."""

import contextlib
import decimal
import functools
import sys
from types import FrameType
from typing import Any, ClassVar

import msgspec
from singer_sdk import Target
from singer_sdk.contrib.msgspec import MsgSpecReader, enc_hook
from singer_sdk.exceptions import SingerSDKError
from singer_sdk.helpers import capabilities as sdk
from singer_sdk.singerlib.exceptions import InvalidInputLine
from singer_sdk.sinks import BatchSink

from hootsuite_api.plugin import CheckedPlugin
from target_hootsuite_duckdb.table import StreamTable
from target_hootsuite_duckdb.warehouse import Warehouse, WarehouseError

_encode = msgspec.json.Encoder(enc_hook=enc_hook, decimal_format="number").encode
_decode = msgspec.json.Decoder(dict[str, Any], float_hook=decimal.Decimal).decode
_PATH = {"type": ["string"], "title": "Database file", "examples": ["warehouse.duckdb"]}
_VALIDATE = sdk.TARGET_VALIDATE_RECORDS_CONFIG["properties"]["validate_records"]
_SETTINGS = {
    "path": {**_PATH, "description": "It is made when it does not exist; its folder is not."},
    **sdk.TARGET_SCHEMA_CONFIG["properties"],
    **sdk.TARGET_HARD_DELETE_CONFIG["properties"],
    **sdk.TARGET_BATCH_SIZE_ROWS_CONFIG["properties"],
    "validate_records": {**_VALIDATE, "default": False},  # DuckDB refuses what doesn't fit
}
_CONFIG = {"type": "object", "required": ["path"], "properties": _SETTINGS}
_CAPABILITIES = (sdk.PluginCapabilities.ACTIVATE_VERSION, sdk.TargetCapabilities.HARD_DELETE)
_LOST = "Rows of earlier loads are missing in the new table %s of %s: run once with --full-refresh."


class DuckDBSink(BatchSink):
    """Collects rows and writes each batch in one transaction."""

    include_sdc_metadata_properties = True  # ACTIVATE_VERSION goes by them

    def __init__(self, target: Any, *arguments: Any, **named: Any) -> None:
        self._load = target
        super().__init__(target, *arguments, **named)

    def setup(self) -> None:
        """Make the table, or bring it in step with the schema."""
        self._load.drain_earlier()
        place = self._load.place(self.stream_name)
        with self._load.warehouse.transaction():
            columns, keys = self.schema["properties"], self.key_properties
            self._table = StreamTable(self._load.warehouse, place, columns, keys)
        self._renamed = {name: new for name, new in self._table.names.items() if name != new}
        if self._table.made:
            self._load.warn_of_lost_table(self.stream_name)

    def _validate_and_parse(self, record: dict[str, Any]) -> dict[str, Any]:
        """Validate if asked for; times stay text, which DuckDB reads."""
        if self._validator is not None:
            self._validator.validate(record)
        return record

    def process_record(self, record: dict[str, Any], context: dict[str, Any]) -> None:
        """Keep a row as a line of JSON until its batch is full."""
        if unknown := record.keys() - self._table.names.keys() - self._warned_missing_fields:
            self._warned_missing_fields |= unknown
            self.logger.warning("Not in the schema, so not loaded: %s", ", ".join(sorted(unknown)))
        for name, column in self._renamed.items():
            record[column] = record.pop(name, None)
        context.setdefault("lines", []).append(_encode(record).decode())

    def process_batch(self, context: dict[str, Any]) -> None:
        """Write a batch, all of it or nothing."""
        for record in context.get("records", ()):  # of a BATCH file
            self.process_record(record, context)
        with self._load.warehouse.transaction():
            self._table.write(context["lines"])
            self._purge()
        self._load.written = True

    def activate_version(self, new_version: int) -> None:
        """Let rows that a complete reading no longer has disappear, or mark them."""
        self._load.drain_all()  # the rows that it has
        with self._load.warehouse.transaction():
            self._table.end(new_version)
            self._purge()

    def _purge(self) -> None:
        if self.config["hard_delete"]:
            self._table.purge()


class Reader(MsgSpecReader):
    """Reads messages; the SDK's own would log the content of a line that is not JSON."""

    def deserialize_json(self, line: str) -> dict[str, Any]:
        """Return the message of a line."""
        try:
            return _decode(line)
        except msgspec.DecodeError as error:
            raise WarehouseError("The input is not JSON: look at the tap's log.") from error


class DuckDBTarget(CheckedPlugin, Target):
    """Loads the rows of any Singer tap into a DuckDB file."""

    name = "target-duckdb"
    package_name = "meltano-hootsuite"
    default_sink_class = DuckDBSink
    message_reader_class = Reader
    max_parallelism = 1  # one file, one connection, one transaction at a time
    config_jsonschema: ClassVar[dict[str, Any]] = _CONFIG
    capabilities: ClassVar[list[Any]] = [*Target.capabilities, *_CAPABILITIES]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._places: dict[tuple[str, str], str] = {}
        self._known: set[str] = set()
        self.written = False  # since STATE was let out
        # Exit code of a signal; DuckDB turns the exit itself into an error of its own.
        self.stopped = 0

    @functools.cached_property
    def warehouse(self) -> Warehouse:
        """The open file."""
        return Warehouse(self.config["path"])

    @classmethod
    def append_builtin_config(cls, config_jsonschema: dict[str, Any]) -> None:
        """Add the settings of stream maps only: there is one load method, upsert."""
        super(Target, cls).append_builtin_config(config_jsonschema)

    def place(self, stream: str) -> tuple[str, str]:
        """Return schema and table of a stream.

        Raises:
            WarehouseError: Another stream's rows are there.
        """
        first, _, table = stream.rpartition("-")
        schema = self.config.get("default_target_schema") or first.rpartition("-")[2] or "main"
        owner = self._places.setdefault((schema.lower(), table.lower()), stream)
        if owner != stream:
            raise WarehouseError(f"{owner} and {stream} have one table: rename one by stream_maps.")
        return schema, table

    def drain_earlier(self) -> None:
        """Write rows that came under an earlier schema before any newer one of the same key."""
        for sink in self._sinks_to_clear:
            self.drain_one(sink)

    def warn_of_lost_table(self, stream: str) -> None:
        """Warn if a table is new although the tap carries on where an earlier load ended."""
        if stream in self._known:
            self._known.clear()  # once is enough
            self.logger.warning(_LOST, stream, self.config["path"])

    def _process_state_message(self, message_dict: dict[str, Any]) -> None:
        """Let STATE out when rows are in the file that it stands for, after the rest of them."""
        super()._process_state_message(message_dict)
        # Where a stream stands before it has sent anything: an earlier load has its rows.
        marks = (message_dict["value"] or {}).get("bookmarks") or {}
        self._known |= {one for one in marks if marks[one] and one not in self.mapper.stream_maps}
        if self.written:
            self.drain_all()
            self.written = False

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """End at once: what is not committed is read again, since its STATE is not out."""
        self.stopped = 128 + signum
        self.logger.warning("Stopped by a signal; the next run carries on at the last state.")
        sys.exit(self.stopped)

    @classmethod
    def invoke(cls, **options: Any) -> None:
        """Load everything; what a person can act on ends in one sentence."""
        super(Target, cls).invoke(**options)
        target = cls(config=options["config"].config, parse_env_config=options["config"].parse_env)
        try:
            with contextlib.closing(target.warehouse.link):
                target.listen(options["file_input"])
        except (SingerSDKError, InvalidInputLine, RuntimeError) as error:
            if target.stopped:
                sys.exit(target.stopped)
            if isinstance(error, RuntimeError):
                raise
            target.logger.critical("%s", error)
            sys.exit(1)
