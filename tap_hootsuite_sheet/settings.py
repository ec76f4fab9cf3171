"""The tap's settings, each as flat as an environment variable can hold, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from singer_sdk import typing as th

from hootsuite_api.settings import AUTH_METHODS
from tap_hootsuite_sheet.account import Account
from tap_hootsuite_sheet.model import Options
from tap_hootsuite_sheet.profiles import load_aliases

_Strings = th.ArrayType(th.StringType)


def _text(name: str, title: str, description: str, **more: Any) -> th.Property[str]:
    return th.Property(name, th.StringType, title=title, description=description, **more)


def _secret(name: str, title: str, description: str) -> th.Property[str]:
    return _text(name, title, description, secret=True)


PLAN = (
    _text("path", "Plan", "The plan: an .xlsx, .ods or .csv file."),
    _text("google_sheet_id", "Google sheet", "The plan: a Google sheet, by its id or its address."),
    _text(
        "google_credentials_file",
        "Google credentials",
        "The key file of the service account with which the Google sheet is shared.",
    ),
    _text("sheet", "Sheet", "The sheet's name; by default the first that is visible."),
    _text("encoding", "Encoding", "Of a CSV file that is not UTF-8, such as cp1252."),
    _text(
        "delimiter",
        "Delimiter",
        "Of a CSV file; by default the one that makes the columns.",
        allowed_values=[",", ";", "\t"],
    ),
    th.Property(
        "columns",
        th.ObjectType(additional_properties=th.StringType),
        title="Columns",
        description='Headers of your own, as field and header: {"text": "Post copy (final)"}.',
    ),
    th.Property(
        "date_formats",
        _Strings,
        title="Date layouts",
        description="Layouts of dates written as text, such as DD.MM.YYYY HH:mm. Without one only "
        "date cells and ISO text are read.",
    ),
    _text("timezone", "Time zone", "The zone of times that name none, such as Europe/Berlin."),
    th.Property(
        "profiles",
        _Strings,
        title="Profiles",
        description="Profiles of rows that name none: ids, network and name, or aliases.",
    ),
    _text("alias_file", "Aliases", "A YAML file of own names for profiles."),
    _text(
        "composer_date_format",
        "Bulk composer layout",
        "The plan is a file for the dashboard's bulk composer (date, message, link, no header), "
        "and this is the layout of its dates, such as MM/DD/YYYY hh:mm.",
    ),
    _text(
        "plan_name",
        "Plan's name",
        "The name within which IDs are counted; by default the file's. Keep it when a file is "
        "renamed, or its posts are new posts.",
    ),
    th.Property(
        "skip_bad",
        th.BooleanType,
        default=False,
        title="Skip bad rows",
        description="Pass on the good rows of a plan that has bad ones.",
    ),
)
"""Settings of the plan itself."""

ACCOUNT = (
    _text(
        "api_url", "Platform", "Where the platform is.", default="https://platform.hootsuite.com"
    ),
    _text(
        "auth_method",
        "Sign-in",
        "How to sign in; needed only for profiles by name and for the member's time zone.",
        allowed_values=list(AUTH_METHODS),
    ),
    _text("client_id", "Client id", "The app's id."),
    _secret("client_secret", "Client secret", "The app's secret."),
    _text("member_id", "Member", "The member to act for (member_app)."),
    _text("organization_id", "Organization", "The organization to act for (organization_app)."),
    _secret("refresh_token", "Refresh token", "The token to start from (refresh_token)."),
    _secret("access_token", "Access token", "A token to use as it is (access_token)."),
    _text("scope", "Scope", "The scope to ask for."),
    _text("token_store", "Token store", "The file for rotated tokens."),
    _text("user_agent", "User agent", "What the requests call themselves."),
)
"""Settings shared with the other plugins; all of them optional here."""

NUMBERS = tuple(
    th.Property(name, th.IntegerType, title=title, description=description)
    for name, title, description in (
        ("requests_per_second", "Requests per second", "What the account is allowed."),
        ("daily_quota_percent", "Daily quota", "The share of the day's quota to use at most."),
        ("max_concurrency", "Concurrency", "Requests at a time."),
        ("request_timeout_seconds", "Time-out", "Seconds to wait for an answer."),
    )
)

JSON_SCHEMA = th.PropertiesList(*PLAN, *ACCOUNT, *NUMBERS).to_dict()


def options(config: Mapping[str, Any]) -> Options:
    """Return how the plan is to be read.

    Args:
        config: The settings.

    Raises:
        SheetError: The alias file cannot be used.
    """
    aliases = load_aliases(Path(config["alias_file"])) if config.get("alias_file") else {}
    return Options(
        sheet=config.get("sheet") or None,
        encoding=config.get("encoding") or None,
        delimiter=config.get("delimiter") or None,
        columns=config.get("columns") or {},
        date_formats=tuple(config.get("date_formats") or ()),
        timezone=config.get("timezone") or None,
        profiles=tuple(str(item) for item in config.get("profiles") or ()),
        aliases=aliases,
        composer_date_format=config.get("composer_date_format") or None,
        plan_name=config.get("plan_name") or None,
    )


def account(config: Mapping[str, Any]) -> Account | None:
    """Return the account to ask, None when no sign-in is configured."""
    return Account(config) if config.get("auth_method") else None
