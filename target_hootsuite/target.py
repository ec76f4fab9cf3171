"""The target: reads Singer messages, runs the writes, emits STATE and an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import FrameType
from typing import IO, TYPE_CHECKING, Any, ClassVar, NoReturn

from singer_sdk import Target
from singer_sdk.exceptions import (
    InvalidInputLine,
    MapExpressionError,
    RecordsWithoutSchemaException,
)
from singer_sdk.helpers.capabilities import (
    CapabilitiesEnum,
    PluginCapabilities,
)
from singer_sdk.plugin_base import _ConfigInput

from hootsuite_api import redact
from hootsuite_api.errors import HootsuiteError
from hootsuite_api.plugin import CheckedPlugin
from hootsuite_api.settings import parse
from target_hootsuite import settings
from target_hootsuite.errors import RowRejected, TargetError
from target_hootsuite.log import logger
from target_hootsuite.singer.input import Interrupted, Reader, Unreadable
from target_hootsuite.singer.output import write_state
from target_hootsuite.sink import HootsuiteSink
from target_hootsuite.unforeseen import FAULTS

if TYPE_CHECKING:
    from target_hootsuite.intake import Intake
    from target_hootsuite.results import Result


class HootsuiteTarget(CheckedPlugin, Target):
    """Schedules posts, uploads media, decides reviews and provisions people on Hootsuite."""

    name = "target-hootsuite"
    package_name = "meltano-hootsuite"
    config_jsonschema: ClassVar[dict[str, Any]] = settings.CONFIG
    default_sink_class = HootsuiteSink
    message_reader_class = Reader
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    def __init__(
        self, *, on_result: Callable[[Result], None] | None = None, **options: Any
    ) -> None:
        # The journal's database and the readers of media are not needed for --version.
        from target_hootsuite.run import Job  # noqa: PLC0415

        redact.guard_logs()
        super().__init__(**options)
        complete = settings.complete(self.config)
        parse(complete)
        redact.register(settings.journal_url(complete))
        self._job = Job(complete, write_state, settings.journal_url(complete), on_result)

    @property
    def intake(self) -> Intake:
        """Where rows go."""
        return self._job.intake

    @property
    def exit_code(self) -> int:
        """The exit code of the run."""
        return self._job.exit_code

    @classmethod
    def append_builtin_config(cls, config_jsonschema: dict[str, Any]) -> None:
        """Add the settings of stream maps only: load methods and batches mean nothing here."""
        super(Target, cls).append_builtin_config(config_jsonschema)

    # Messages

    def _process_record_message(self, message_dict: dict[str, Any]) -> None:
        """Hand a row over. If a stream map fails on it, the row is refused, not lost."""
        self._assert_line_requires(message_dict, requires={"stream", "record"})
        record, stream = message_dict["record"], message_dict["stream"]
        if not isinstance(record, dict):
            self.intake.add(stream, record)
            return
        if isinstance(record, Unreadable):
            error = RowRejected(f"It holds a value that is {record.reason}.", code="unreadable")
            if record.field is not None:
                error = RowRejected(f"is {record.reason}.", field=record.field, code="unreadable")
            self.intake.refuse(self._job.gate.row(), stream, dict(record), error)
            return
        taken = len(self.intake.taken) + len(self.intake.refused)
        try:
            super()._process_record_message(message_dict)
        except (*FAULTS, MapExpressionError) as error:
            if taken != len(self.intake.taken) + len(self.intake.refused):
                raise
            number = self._job.gate.row()
            msg = f"The row can't be mapped ({type(error).__name__})."
            self.intake.refuse(number, stream, record, RowRejected(msg, code="unmappable"))

    def _process_state_message(self, message_dict: dict[str, Any]) -> None:
        """Keep a STATE behind the rows before it; the SDK would let it out too early."""
        self._assert_line_requires(message_dict, requires={"value"})
        reader = self.message_reader
        value = reader.raw("value") if isinstance(reader, Reader) else None
        self._job.gate.state(json.dumps(message_dict["value"]) if value is None else value)

    def _process_activate_version_message(self, message_dict: dict[str, Any]) -> None:
        """Ignore it: versions are for tables that are written anew."""
        logger.info("ACTIVATE_VERSION of %s is ignored.", message_dict.get("stream"))

    def _process_batch_message(self, message_dict: dict[str, Any]) -> NoReturn:
        """Refuse it: the SDK would acknowledge rows that nobody read."""
        msg = f"Stream {message_dict.get('stream')!r} sends BATCH files; send RECORD messages."
        raise TargetError(msg)

    def process_endofpipe(self) -> None:
        """Write what was read.

        Raises:
            TargetError: It could not begin.
        """
        try:
            self._job.execute()
        except (HootsuiteError, TargetError):
            raise
        except Exception as error:
            msg = f"An unexpected {type(error).__name__}; this is a fault of target-hootsuite."
            raise TargetError(msg) from error
        super().process_endofpipe()

    # Running

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Start no further unit; the run still waits for requests in flight."""
        self._job.stop(f"signal {signum}")
        if isinstance(self.message_reader, Reader):
            self.message_reader.stop()

    def run(self, file_input: IO[str] | None = None) -> int:
        """Listen to the end and say how it went.

        Returns:
            The exit code.
        """
        try:
            self.listen(file_input)
        except Interrupted:
            return self._abort("A signal came while rows were read; nothing was attempted.")
        except (HootsuiteError, TargetError) as error:
            logger.debug("", exc_info=True)
            return self._abort(str(error))
        except InvalidInputLine:
            return self._abort(self._line_fault("lacks a part that messages of its type have."))
        except RecordsWithoutSchemaException:
            what = "is a RECORD whose stream had no SCHEMA yet. Look at the tap's log."
            return self._abort(self._line_fault(what))
        except Exception as error:  # noqa: BLE001 - an unreadable line: its content stays private
            logger.debug("", exc_info=True)
            return self._abort(f"The input can't be read ({type(error).__name__}).")
        return self.exit_code

    def _line_fault(self, what: str) -> str:
        reader = self.message_reader
        number = reader.number if isinstance(reader, Reader) else "?"
        return f"Line {number} of the input {what}"

    def _abort(self, reason: str) -> int:
        """End a run that could not begin: every row is deferred to the next one."""
        logger.critical("%s", redact.scrub(reason))
        self._job.defer_all(reason)
        return 1

    @classmethod
    def invoke(  # type: ignore[override]
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: _ConfigInput | None = None,
        file_input: IO[str] | None = None,
    ) -> None:
        """Run the command line: one message per error, and an exit code."""
        if about:
            cls.print_about(about_format)
            return
        given = config or _ConfigInput()
        try:
            target = cls(config=given.config, parse_env_config=given.parse_env)
        except HootsuiteError as error:
            logger.critical("%s", error)
            sys.exit(1)
        sys.exit(target.run(file_input))


if __name__ == "__main__":
    HootsuiteTarget.cli()
