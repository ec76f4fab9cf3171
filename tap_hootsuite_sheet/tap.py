"""The Singer tap: a plan's rows as the stream `messages`, as target-hootsuite takes it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from singer_sdk.helpers.types import Context

from hootsuite_api.errors import HootsuiteError
from hootsuite_api.plugin import CheckedPlugin
from tap_hootsuite_sheet import google, settings
from tap_hootsuite_sheet.plan import Plan, build, read_plan
from tap_hootsuite_sheet.problems import SHOWN, PlanError, SheetError

_MEDIA = th.ObjectType(
    th.Property("path", th.StringType, description="A file."),
    th.Property("url", th.StringType, description="A web address."),
    th.Property("id", th.StringType, description="Media that was uploaded before."),
)
_PLACE = th.ObjectType(
    th.Property("latitude", th.NumberType), th.Property("longitude", th.NumberType)
)


class Messages(Stream):
    """The rows of the plan, one post each."""

    name = "messages"
    primary_keys: ClassVar[Sequence[str]] = ("external_id",)
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("external_id", th.StringType, required=True, description="The row's key."),
        th.Property("text", th.StringType, description="What is posted."),
        th.Property("social_profile_ids", th.ArrayType(th.StringType), description="Where."),
        th.Property("scheduled_send_time", th.DateTimeType, description="When, in UTC."),
        th.Property("media", th.ArrayType(_MEDIA), description="Pictures and videos."),
        th.Property("tags", th.ArrayType(th.StringType), description="Hootsuite's tags."),
        th.Property("location", _PLACE, description="Latitude and longitude."),
        th.Property("pinterest_board_id", th.StringType, description="The board of a pin."),
        th.Property("destination_url", th.StringType, description="Where a pin leads."),
        th.Property("as_is", th.BooleanType, description="The text is right as it is."),
        th.Property("plan_name", th.StringType, description="The plan's name."),
    ).to_dict()

    def __init__(self, tap: TapHootsuiteSheet) -> None:
        super().__init__(tap)
        self._sheet_tap = tap

    def get_records(self, context: Context | None) -> Iterable[dict[str, Any]]:  # noqa: ARG002 - SDK's
        yield from self._sheet_tap.plan().records


class TapHootsuiteSheet(CheckedPlugin, Tap):
    """Reads a plan of posts from a spreadsheet."""

    name = "tap-hootsuite-sheet"
    package_name = "meltano-hootsuite"
    config_jsonschema: ClassVar[dict[str, Any]] = settings.JSON_SCHEMA
    _plan: Plan | None = None

    def discover_streams(self) -> Sequence[Stream]:
        """Return the only stream; its schema is known without the plan."""
        return [Messages(self)]

    def plan(self) -> Plan:
        """Return the plan, read once.

        Raises:
            SheetError: It cannot be used, or has bad rows and `skip_bad` is off.
        """
        if self._plan is None:
            self._plan = self._read()
        return self._plan

    def _read(self) -> Plan:
        options = settings.options(self.config)
        account = settings.account(self.config)
        try:
            if self.config.get("google_sheet_id"):
                plan = build(self._google_sheet(), options, account)
            elif self.config.get("path"):
                plan = read_plan(Path(self.config["path"]), options, account)
            else:
                raise SheetError("No plan is named: set path, or google_sheet_id.")
        finally:
            if account is not None:
                account.close()
        return self._checked(plan)

    def _google_sheet(self) -> Any:
        credentials = self.config.get("google_credentials_file")
        if not credentials:
            raise SheetError("A Google sheet needs google_credentials_file.")
        session = google.open_session(Path(credentials))
        return google.read_google(session, self.config["google_sheet_id"], self.config.get("sheet"))

    def _checked(self, plan: Plan) -> Plan:
        for note in plan.notes:
            self.logger.warning(note)
        for row, warnings in sorted(plan.warnings.items())[:SHOWN]:
            for said in warnings:
                self.logger.warning("Row %d: %s.", row, said)
        if not self.config.get("skip_bad"):
            plan.require_clean()
        for line in plan.problems.lines():
            self.logger.warning("Skipped: %s", line)
        return plan

    def sync_all(self) -> None:  # type: ignore[misc]  # nothing may leave before the plan is read
        """Emit the plan; a plan with bad rows emits nothing at all."""
        try:
            self.plan()
        except (SheetError, HootsuiteError) as error:
            for line in str(error).splitlines():
                self.logger.critical(line)
            sys.exit(1)
        super().sync_all()


__all__ = ["PlanError", "TapHootsuiteSheet"]
