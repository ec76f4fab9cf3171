"""The settings of the target: flat, typed, each with a title, a description and an example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_api.errors import ConfigError
from hootsuite_api.settings import state_folder
from hootsuite_api.settings_schema import (
    SHARED,
    choice,
    flag,
    number,
    schema,
    secret,
    text,
    texts,
)

_OWN = {
    "timezone": text(
        "Time zone",
        "IANA zone of times without an offset; without it such a row is rejected.",
        "Europe/Paris",
    ),
    "media_root": text(
        "Media folder", "Files that rows name must lie under this folder.", "/srv/campaigns/media"
    ),
    "media_url_hosts": texts(
        "Media hosts",
        "Hosts from which media may be fetched by https; without it no URL is.",
        "cdn.acme.example",
    ),
    "journal_url": secret(
        "Journal",
        "SQLAlchemy URL of the journal (SQLite or PostgreSQL). The default is a SQLite file in the "
        "user's state folder.",
        "sqlite:////var/lib/meltano/hootsuite-journal.db",
    ),
    "require_journal": flag(
        "Require a journal", "Refuse to run when the journal does not exist yet.", default=False
    ),
    "lease_seconds": number(
        "Lease",
        "Seconds of silence after which another process may take over what one was about to send.",
        60,
        default=30,
        minimum=1,
    ),
    "results_path": text(
        "Results file",
        "JSON Lines: what became of every row and profile.",
        "/var/lib/meltano/hootsuite-results.jsonl",
    ),
    "dry_run": flag(
        "Dry run", "Check and plan everything, write nothing, emit no STATE.", default=False
    ),
    "on_row_error": choice(
        "On a rejected row", "Go on with the next rows, or stop the run.", "continue", "stop"
    ),
    "on_change": choice(
        "On a changed row",
        "Replace the scheduled message (delete and create), reject the row, or leave the message "
        "as it is.",
        "replace",
        "reject",
        "ignore",
    ),
    "max_replacements": number(
        "Most replacements",
        "Stop before the first write if more messages would be replaced. The default is a quarter "
        "of the input, at least 20.",
        50,
        minimum=0,
    ),
    "max_removals": number(
        "Most removals",
        "Stop before the first write if rows of `scim_groups` would take more members out of their "
        "teams. The default is a quarter of these rows, at least 20.",
        50,
        minimum=0,
    ),
    "on_existing": choice(
        "On an equal message that nobody owns",
        "Take it as the row's own, reject the row, or post another.",
        "adopt",
        "reject",
        "post",
    ),
    "on_unknown": choice(
        "On a request without an answer",
        "Hold the row until the message is found or a person decides, or send again when it is "
        "absent from complete listings after settle_seconds.",
        "hold",
        "resend",
    ),
    "as_is": texts(
        "Rows as they are",
        "Keys of rows of `messages` whose text is right although it looks like UTF-8 that was read "
        "in another encoding; `*` for all.",
        "launch-1",
    ),
    "on_past": choice("On a time that is past", "Reject or ignore the row.", "reject", "ignore"),
    "on_quota": choice(
        "On a used-up quota",
        "Pause (the rest is deferred to the next run) or fail.",
        "pause",
        "fail",
    ),
    "settle_seconds": number(
        "Settling time",
        "How long the platform may hide what was written.",
        300,
        default=120,
        minimum=0,
    ),
    "min_lead_minutes": number(
        "Least lead",
        "A message must be scheduled at least so far ahead.",
        15,
        default=5,
        minimum=0,
    ),
    "scim_extension": flag(
        "SCIM extension",
        "Send the organization and team ids of scim_users rows in Hootsuite's SCIM extension.",
        default=False,
    ),
}
CONFIG = schema({**SHARED, **_OWN}, "auth_method")


def complete(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with all defaults; the time zone must exist.

    Raises:
        ConfigError: The time zone is unknown.
    """
    properties = CONFIG["properties"]
    settings = {name: schema.get("default") for name, schema in properties.items()}
    settings |= {name: value for name, value in config.items() if value is not None}
    if settings.get("timezone"):
        from target_hootsuite.rows.times import zone  # noqa: PLC0415 - pendulum is slow to import

        try:
            zone(settings["timezone"])
        except ValueError as error:
            raise ConfigError(str(error)) from error
    return settings


def journal_url(settings: Mapping[str, Any]) -> str:
    """The URL of the journal; a dry run without a journal gets a temporary one."""
    if settings.get("journal_url"):
        return str(settings["journal_url"])
    return f"sqlite:///{state_folder() / 'journal.db'}"
