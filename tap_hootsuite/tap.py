"""The Singer tap: finds the stream classes, runs them in order, handles errors and signals."""

from __future__ import annotations

import contextlib
import functools
import importlib
import logging
import pkgutil
import signal
import sys
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from types import FrameType
from typing import IO, Any, ClassVar

import click
from singer_sdk import Tap
from singer_sdk.exceptions import ConfigValidationError, MappingError
from singer_sdk.helpers.capabilities import (
    CapabilitiesEnum,
    PluginCapabilities,
    TapCapabilities,
)
from singer_sdk.plugin_base import _ConfigInput

from hootsuite_api.config_files import document
from hootsuite_api.errors import ConfigError, HootsuiteError
from hootsuite_api.plugin import CheckedPlugin
from hootsuite_api.settings import parse
from tap_hootsuite import streams as surfaces
from tap_hootsuite.base import HootsuiteStream, StreamTap
from tap_hootsuite.run import Run
from tap_hootsuite.settings import CONFIG, options
from tap_hootsuite.writer import BufferedWriter, output_failed


class TapHootsuite(CheckedPlugin, StreamTap):
    """Singer tap for the Hootsuite platform."""

    name = "tap-hootsuite"
    package_name = "meltano-hootsuite"
    config_jsonschema: ClassVar[dict[str, Any]] = CONFIG
    message_writer_class = BufferedWriter
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        TapCapabilities.ACTIVATE_VERSION,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    @functools.cached_property
    def run(self) -> Run:
        """The state that all streams share."""
        return Run(self.config, self.logger)

    def setup_mapper(self) -> None:
        """Prepare what changes records; if nothing does, each stream's part when it begins."""
        if self.config.get("stream_maps") or self.config.get("flattening_enabled"):
            super().setup_mapper()
        else:
            super(Tap, self).setup_mapper()  # the SDK's tap would copy the schemas of all streams

    def discover_streams(self) -> Sequence[HootsuiteStream]:
        """Create all streams; needs neither settings nor network."""
        return [stream(self) for stream in stream_classes()]

    @property
    def streams(self) -> dict[str, HootsuiteStream]:  # type: ignore[override]
        """Streams in the order in which they run; the SDK would sort them by name."""
        if self._streams is None:
            found = super().streams
            self._streams = dict(sorted(found.items(), key=_turn))
        return self._streams  # type: ignore[return-value]

    def implausible(self) -> list[str]:
        """Return errors that a schema can't find: dates, states, the shared settings as a whole."""
        try:
            options(self._config)
            parse(self._config)
        except ConfigError as error:
            return [str(error)]
        return self._unknown_maps()

    def _unknown_maps(self) -> list[str]:
        """Return an error for stream maps of unknown streams, which the SDK would ignore."""
        maps = self._config.get("stream_maps") or {}
        names = [stream.name for stream in stream_classes()]
        unknown = [one for one in maps if one not in names and not one.startswith("__")]
        near = [get_close_matches(one, names, 1) for one in unknown]
        hints = [
            f"{one} (is {best[0]} meant?)" if best else one
            for one, best in zip(unknown, near, strict=True)
        ]
        return [f"stream_maps names no stream: {', '.join(hints)}."] if hints else []

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """Ask the streams to return; writing here could cut a line in two."""
        del frame
        signal.signal(signum, signal.SIG_DFL)  # a second signal ends the process at once
        self.run.stop(signum)

    # ------------------------------------------------------------------ the command line

    @classmethod
    def invoke(  # type: ignore[override]
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: _ConfigInput | None = None,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
    ) -> None:
        """Run the tap; every failure that is not a bug ends with one sentence and exit code 1."""
        if about:
            with _one_sentence(cls.logger), _standard_output():
                cls.print_about(about_format)
            return
        cls.print_version(print_fn=cls.logger.info)
        config = config or _ConfigInput()
        with _one_sentence(cls.logger):
            tap = cls(
                config=config.config,
                state=_read(state, "state"),
                catalog=_read(catalog, "catalog"),
                parse_env_config=config.parse_env,
            )
            try:
                tap.sync_all()
            except Exception:
                tap.tell_costs()  # the SDK logs the costs of streams only after success
                raise
            tap.conclude()

    @classmethod
    def get_singer_command(cls) -> click.Command:
        """Make an unreadable state or catalog end like an unreadable configuration."""
        command = super().get_singer_command()
        for option in command.params:
            if isinstance(option.type, click.File):
                option.type = _Document()
        return command

    def run_discovery(self) -> str:
        """Print the catalog; a failed write is an error."""
        with _one_sentence(self.logger), _standard_output():
            return super().run_discovery()

    @classmethod
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """Test each stream."""
        with _one_sentence(cls.logger):
            super().cb_test(ctx, param, value)

    def tell_costs(self) -> None:
        """Log the costs of a failed run, for each stream that it reached."""
        for stream in self.streams.values():
            if stream.cost:
                stream.log_sync_costs()
        self._tell_total()

    def conclude(self) -> None:
        """Log the costs of the run, and exit with the code for its outcome."""
        run = self.run
        self._tell_total()
        self.message_writer.flush()
        if run.signal is not None:
            self.logger.warning("Stopped by a signal; the last state says where to carry on.")
            sys.exit(128 + run.signal)

    def _tell_total(self) -> None:
        rows = sum(stream.emitted for stream in self.streams.values())
        seconds = sum(stream.seconds for stream in self.streams.values())
        self.logger.info("%s", self.run.costs("total", rows, self.run.requests, seconds))


class _Document(click.File):
    """A file to read; click's own type would exit with 2, the code for wrong usage."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Open it."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            reason = error.message.rpartition(": ")[2]
            what = param.name if param else "file"
            raise click.ClickException(f"The {what} {value} can't be read: {reason}") from None


@contextlib.contextmanager
def _standard_output() -> Iterator[None]:
    """Flush standard output, so that a failed write is noticed here."""
    try:
        yield
        sys.stdout.flush()
    except (OSError, AttributeError) as error:
        raise output_failed(error) from error


@functools.cache
def stream_classes() -> tuple[type[HootsuiteStream], ...]:
    """Find all streams: the classes in `tap_hootsuite.streams` with a name of their own."""
    found: list[type[HootsuiteStream]] = []
    for module in pkgutil.iter_modules(surfaces.__path__, f"{surfaces.__name__}."):
        members = vars(importlib.import_module(module.name)).values()
        own = [one for one in members if _is_stream(one) and one.__module__ == module.name]
        found += [one for one in own if "name" in vars(one)]
    return tuple(found)


def _is_stream(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, HootsuiteStream)


def _turn(item: tuple[str, Any]) -> tuple[int, str]:
    name, stream = item
    return stream.stage, name


def _read(file: IO[str] | None, what: str) -> dict[str, Any] | None:
    if file is None:
        return None
    return document(file.read(), what, file.name)


@contextlib.contextmanager
def _one_sentence(logger: logging.Logger) -> Iterator[None]:
    """Turn failures that people can act on into one message and exit code 1."""
    try:
        yield
    except HootsuiteError as error:
        logger.error("%s", error)  # noqa: TRY400 - the trace would only hide the sentence
    except ConfigValidationError as error:
        for sentence in error.errors:
            logger.error("%s", sentence)  # noqa: TRY400 - as above
    except MappingError as error:
        sentence = " ".join(str(error).split())
        logger.error("A stream map is wrong: %s", sentence)  # noqa: TRY400 - as above
    except BrokenPipeError as error:
        logger.error("%s", output_failed(error))  # noqa: TRY400 - as above
    else:
        return
    sys.exit(1)
