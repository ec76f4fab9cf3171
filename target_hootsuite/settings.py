"""The settings of the target: flat, typed, each with a title and a description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from hootsuite_api.errors import ConfigError
from hootsuite_api.settings import state_folder
from hootsuite_api.settings_schema import with_shared
from target_hootsuite.times import zone

_LIST = th.ArrayType(th.StringType)
_OWN = (
    th.Property(
        "timezone",
        th.StringType,
        title="Time zone",
        description="IANA zone of times without an offset; without it such a row is rejected.",
        examples=["Europe/Paris"],
    ),
    th.Property(
        "media_root",
        th.StringType,
        title="Media folder",
        description="Files that rows name must lie under this folder.",
    ),
    th.Property(
        "media_url_hosts",
        _LIST,
        title="Media hosts",
        description="Hosts from which media may be fetched by https; without it no URL is.",
    ),
    th.Property(
        "journal_url",
        th.StringType,
        secret=True,
        title="Journal",
        description="SQLAlchemy URL of the journal (SQLite or PostgreSQL). The default is a "
        "SQLite file in the user's state folder.",
    ),
    th.Property(
        "require_journal",
        th.BooleanType,
        default=False,
        title="Require a journal",
        description="Refuse to run when the journal does not exist yet.",
    ),
    th.Property(
        "lease_seconds",
        th.IntegerType(minimum=1),
        default=30,
        title="Lease",
        description="Seconds of silence after which another process may take over what one was "
        "about to send.",
    ),
    th.Property(
        "results_path",
        th.StringType,
        title="Results file",
        description="JSON Lines: what became of every row and profile.",
    ),
    th.Property(
        "dry_run",
        th.BooleanType,
        default=False,
        title="Dry run",
        description="Check and plan everything, write nothing, emit no STATE.",
    ),
    th.Property(
        "on_row_error",
        th.StringType,
        default="continue",
        allowed_values=["continue", "stop"],
        title="On a rejected row",
        description="Go on with the next rows, or stop the run.",
    ),
    th.Property(
        "on_change",
        th.StringType,
        default="replace",
        allowed_values=["replace", "reject", "ignore"],
        title="On a changed row",
        description="Replace the scheduled message (delete and create), reject the row, or leave "
        "the message as it is.",
    ),
    th.Property(
        "max_replacements",
        th.IntegerType(minimum=0),
        title="Most replacements",
        description="Stop before the first write if more messages would be replaced. The default "
        "is a quarter of the input, at least 20.",
    ),
    th.Property(
        "on_existing",
        th.StringType,
        default="adopt",
        allowed_values=["adopt", "reject", "post"],
        title="On an equal message that nobody owns",
        description="Take it as the row's own, reject the row, or post another.",
    ),
    th.Property(
        "on_unknown",
        th.StringType,
        default="hold",
        allowed_values=["hold", "resend"],
        title="On a request without an answer",
        description="Hold the row until the message is found or a person decides, or send again "
        "when it is absent from complete listings after settle_seconds.",
    ),
    th.Property(
        "on_past",
        th.StringType,
        default="reject",
        allowed_values=["reject", "ignore"],
        title="On a time that is past",
        description="Reject or ignore the row.",
    ),
    th.Property(
        "on_quota",
        th.StringType,
        default="pause",
        allowed_values=["pause", "fail"],
        title="On a used-up quota",
        description="Pause (the rest is deferred to the next run) or fail.",
    ),
    th.Property(
        "settle_seconds",
        th.IntegerType(minimum=0),
        default=120,
        title="Settling time",
        description="How long the platform may hide what was written.",
    ),
    th.Property(
        "min_lead_minutes",
        th.IntegerType(minimum=0),
        default=5,
        title="Least lead",
        description="A message must be scheduled at least so far ahead.",
    ),
    th.Property(
        "scim_extension",
        th.BooleanType,
        default=False,
        title="SCIM extension",
        description="Send the organization and team ids of scim_users rows in Hootsuite's SCIM "
        "extension.",
    ),
)
CONFIG: dict[str, Any] = with_shared(th.PropertiesList(*_OWN).to_dict())


def complete(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with all defaults, checked beyond their types.

    Raises:
        ConfigError: The time zone is unknown.
    """
    properties = CONFIG["properties"]
    settings = {name: schema.get("default") for name, schema in properties.items()}
    settings |= {name: value for name, value in config.items() if value is not None}
    if settings.get("timezone"):
        try:
            zone(settings["timezone"])
        except ValueError as error:
            raise ConfigError(str(error)) from error
    return settings


def journal_url(settings: Mapping[str, Any]) -> str:
    """Where the journal is; a dry run without a journal gets one that leaves no trace."""
    if settings.get("journal_url"):
        return str(settings["journal_url"])
    return f"sqlite:///{state_folder() / 'journal.db'}"
