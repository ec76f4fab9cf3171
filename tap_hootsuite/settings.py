"""The settings of the tap: names, descriptions and checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hootsuite_api.contract import load
from hootsuite_api.errors import ConfigError
from hootsuite_api.settings_schema import (
    SHARED,
    choice,
    flag,
    number,
    row,
    schema,
    text,
    texts,
)
from tap_hootsuite.windows import instant

_INTERACTION = {
    "type": "object",
    "properties": {
        "social_network_type": {"type": ["string"]},
        "social_network_id": {"type": ["string", "null"]},
        "target_social_network_id": {"type": ["string"]},
    },
    "required": ["social_network_type", "target_social_network_id"],
    "additionalProperties": True,
}

_OWN = {
    "start_date": text(
        "Start date",
        "Messages from this time on are read: a date, or a time with its zone.",
        "2025-01-01",
        "2025-01-01T00:00:00Z",
        type=["string"],
    ),
    "end_date": text(
        "End date",
        "Messages are read up to this time. Without it, up to now and the horizon.",
        "2025-12-31",
    ),
    "lookback_days": number(
        "Lookback",
        "Days before the bookmark that every run reads again, for late changes.",
        7,
        default=7,
        minimum=0,
    ),
    "horizon_days": number(
        "Horizon",
        "Days ahead that every run reads, for scheduled messages.",
        364,
        default=364,
        minimum=0,
        maximum=3650,
    ),
    "organization_ids": texts(
        "Organizations",
        "Only these organizations and the profiles that they own. Default: all.",
        "814001",
    ),
    "social_profile_ids": texts(
        "Social profiles",
        "Only messages of these profiles. Default: all that the caller sees.",
        "130000001",
        "130000002",
    ),
    "message_states": texts(
        "Message states", "Only messages in these states. Default: all.", "SENT"
    ),
    "include_unscheduled_review_messages": flag(
        "Messages in review without a time",
        "Also read messages that are sent as soon as somebody approves them.",
        default=True,
    ),
    "track_deletions": flag(
        "Track deletions",
        "Remember messages from run to run and report those that were deleted.",
        default=True,
    ),
    "history_scope": choice(
        "History scope",
        "Read the history of messages with signs of a review, or of all messages.",
        "reviewed",
        "all",
    ),
    "interactions": row(
        "array",
        "Interactions",
        "Conversations to read: the network (facebook or twitter), the native id of the other "
        "account, and the native id of one's own account (without it: every own profile of that "
        "network).",
        [{"social_network_type": "twitter", "target_social_network_id": "5550001"}],
        items=_INTERACTION,
    ),
    "comment_ids": texts(
        "Comments",
        "Ids of the comments to read, as the comments webhook tells them; nothing lists comments.",
        "4138000001",
    ),
    "on_forbidden": choice(
        "When something is forbidden",
        "Skip what the caller may not read and go on, or fail.",
        "skip",
        "fail",
    ),
    "on_quota": choice(
        "When the quota is used",
        "End the run without an error and go on with the next run, or fail.",
        "pause",
        "fail",
    ),
    "scan_quota_percent": number(
        "Share of the quota for scans",
        "Percentage of the daily quota that long scans of permissions may use.",
        30,
        default=50,
        minimum=1,
        maximum=100,
    ),
    "scan_interval_days": number(
        "Scan interval", "Days until a long scan starts again.", 7, default=7, minimum=0
    ),
    "analytics": choice(
        "Analytics",
        "Read metrics of posts, profiles and ads: auto reads them if the token has the scope "
        "analytics:read, on always tries, off never.",
        "auto",
        "on",
        "off",
    ),
    "analytics_restate_days": number(
        "Analytics restatement",
        "Restatement window: days before the bookmark for which every run reads metrics again, "
        "since networks correct them.",
        35,
        default=35,
        minimum=0,
        maximum=700,
    ),
    "analytics_datatypes": texts(
        "Analytics data types",
        "Kinds of metrics: ORGANIC, PAID. Default: ORGANIC.",
        "ORGANIC",
        "PAID",
    ),
    "recheck_days": number(
        "Recheck",
        "Days after which all messages from start_date on are read again, for changes in old ones; "
        "within the share of the quota for scans. 0: never.",
        30,
        default=30,
        minimum=0,
    ),
    "full_refresh_deletes": flag(
        "Full refresh deletes",
        "After messages were read from start_date on without a state, tell the target that all "
        "other rows of messages and message_history are gone.",
        default=True,
    ),
    "emit_activate_version_messages": flag(
        "Activate versions",
        "Tell the target after a complete reading which rows of a table are gone.",
        default=True,
    ),
}

CONFIG = schema({**SHARED, **_OWN}, "auth_method", "start_date")


@dataclass(frozen=True, slots=True)
class Options:
    """The tap's own settings, parsed."""

    start: datetime
    end: datetime | None
    lookback: timedelta
    horizon: timedelta
    organizations: frozenset[str]
    profiles: frozenset[str]
    states: frozenset[str]
    review: bool
    track_deletions: bool
    every_history: bool
    interactions: tuple[Mapping[str, str], ...]
    comments: tuple[str, ...]
    skip_forbidden: bool
    pause_on_quota: bool
    scan_percent: int
    scan_interval: timedelta
    activate: bool
    recheck: timedelta
    analytics: str
    restate: timedelta
    datatypes: tuple[str, ...]
    full_refresh_deletes: bool


def options(config: Mapping[str, Any]) -> Options:
    """Parse the tap's own settings.

    Raises:
        ConfigError: For the first invalid value.
    """
    start, end = _moment(config, "start_date"), _moment(config, "end_date")
    if start is None:
        raise ConfigError("The setting start_date is missing", advice="For example 2025-01-01")
    if end is not None and end <= start:
        raise ConfigError(
            "The setting end_date is not after start_date", advice="Swap them, or leave it out"
        )
    return Options(
        start=start,
        end=end,
        lookback=timedelta(days=_or(config, "lookback_days", 7)),
        horizon=timedelta(days=_or(config, "horizon_days", 364)),
        organizations=frozenset(_ids(config, "organization_ids")),
        profiles=frozenset(_ids(config, "social_profile_ids")),
        states=_states(config),
        review=_or(config, "include_unscheduled_review_messages", default=True),
        track_deletions=_or(config, "track_deletions", default=True),
        every_history=config.get("history_scope") == "all",
        interactions=tuple(_interactions(config)),
        comments=tuple(dict.fromkeys(_ids(config, "comment_ids"))),
        skip_forbidden=_or(config, "on_forbidden", "skip") == "skip",
        pause_on_quota=_or(config, "on_quota", "pause") == "pause",
        scan_percent=_or(config, "scan_quota_percent", 50),
        scan_interval=timedelta(days=_or(config, "scan_interval_days", 7)),
        activate=_or(config, "emit_activate_version_messages", default=True),
        analytics=_or(config, "analytics", "auto"),
        restate=timedelta(days=_or(config, "analytics_restate_days", 35)),
        datatypes=_datatypes(config),
        recheck=timedelta(days=_or(config, "recheck_days", 30)),
        full_refresh_deletes=_or(config, "full_refresh_deletes", default=True),
    )


def _or(config: Mapping[str, Any], name: str, default: Any) -> Any:
    value = config.get(name)
    return default if value is None else value


def _moment(config: Mapping[str, Any], name: str) -> datetime | None:
    value = config.get(name)
    if value is None or value == "":
        return None
    try:
        found = instant(value)
        zoned = _is_date(value) or datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        raise ConfigError(
            f"The setting {name} is not a date: {str(value)[:40]!r}",
            advice="Write 2025-01-31 or 2025-01-31T12:00:00Z",
        ) from None
    if not zoned:
        raise ConfigError(
            f"The setting {name} is a time without its zone: {value[:40]!r}",
            advice=f"Write {value[:40]}Z for UTC, or an offset like +01:00 in place of the Z",
        )
    return found


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _ids(config: Mapping[str, Any], name: str) -> list[str]:
    found = [str(value) for value in config.get(name) or ()]
    if wrong := [one for one in found if not one.isascii() or not one.isdecimal()]:
        raise ConfigError(
            f"The setting {name} holds {wrong[0][:40]!r}, which is no id",
            advice="Ids are digits only",
        )
    return found


def _states(config: Mapping[str, Any]) -> frozenset[str]:
    asked = frozenset(config.get("message_states") or ())
    known = load().component("Message")["properties"]["state"].get("enum", ())
    if known and (wrong := sorted(asked.difference(known))):
        raise ConfigError(
            f"The setting message_states holds {wrong[0][:40]!r}, which is no state of a message",
            advice=f"Choose among {', '.join(known)}",
        )
    return asked


def _datatypes(config: Mapping[str, Any]) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(config.get("analytics_datatypes") or ("ORGANIC",)))
    if wrong := [one for one in asked if one not in ("ORGANIC", "PAID")]:
        raise ConfigError(
            f"The setting analytics_datatypes holds {str(wrong[0])[:40]!r}",
            advice="Choose among ORGANIC, PAID",
        )
    return asked


def _interactions(config: Mapping[str, Any]) -> list[Mapping[str, str]]:
    found = config.get("interactions") or []
    for one in found:
        if one["social_network_type"] not in ("facebook", "twitter"):
            raise ConfigError(
                "The setting interactions names a social_network_type that is not facebook or "
                "twitter",
                advice="Write it in lower case",
            )
    return found
