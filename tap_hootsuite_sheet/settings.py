"""Settings of the tap, and how they become reading options."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hootsuite_api.settings_schema import SHARED, flag, row, schema, text, texts
from tap_hootsuite_sheet import kept_options
from tap_hootsuite_sheet.account import Account
from tap_hootsuite_sheet.model import Options
from tap_hootsuite_sheet.problems import SettingError
from tap_hootsuite_sheet.profiles import load_aliases

_PLAN = {
    "path": text("Plan", "The plan: an .xlsx, .ods or .csv file.", "/srv/campaigns/plan.xlsx"),
    "google_sheet_id": text(
        "Google sheet",
        "The plan: a Google sheet, by its id or its address.",
        "https://docs.google.com/spreadsheets/d/SHEET-ID/edit",
    ),
    "google_credentials_file": text(
        "Google credentials",
        "The key file of the service account with which the Google sheet is shared.",
        "/etc/meltano/google-key.json",
    ),
    "sheet": text("Sheet", "The sheet's name; by default the first that is visible.", "October"),
    "encoding": text("Encoding", "Of a CSV file that is not UTF-8, such as cp1252.", "cp1252"),
    "delimiter": text(
        "Delimiter",
        "Of a CSV file; by default the one that makes the columns.",
        ";",
        enum=[",", ";", "\t"],
    ),
    "columns": row(
        "object",
        "Columns",
        'Headers of your own, as field and header: {"text": "Post copy (final)"}.',
        {"text": "Post copy (final)"},
        properties={},
        additionalProperties={"type": ["string"]},
    ),
    "date_formats": texts(
        "Date layouts",
        "Layouts of dates written as text, such as DD.MM.YYYY HH:mm. Without one only date cells "
        "and ISO text are read.",
        "DD.MM.YYYY HH:mm",
    ),
    "timezone": text(
        "Time zone", "The zone of times that name none, such as Europe/Berlin.", "Europe/Berlin"
    ),
    "profiles": texts(
        "Profiles",
        "Profiles of rows that name none: ids, network and name, or aliases.",
        "130000001",
        "linkedin: ACME",
    ),
    "alias_file": text(
        "Aliases", "A YAML file of own names for profiles.", "/srv/campaigns/profiles.yml"
    ),
    "composer_date_format": text(
        "Bulk composer layout",
        "The plan is a file for the dashboard's bulk composer (date, message, link, no header), "
        "and this is the layout of its dates, such as MM/DD/YYYY hh:mm.",
        "MM/DD/YYYY hh:mm",
    ),
    "plan_name": text(
        "Plan's name",
        "The name within which IDs are counted; by default the file's. Keep it when a file is "
        "renamed, or its posts are new posts.",
        "october-launch",
    ),
    "as_is": texts(
        "Rows as they are",
        "Rows whose text is right although it looks garbled, by their ID (by their row's number "
        "where they have none).",
        "17",
    ),
    "skip_bad": flag(
        "Skip bad rows", "Pass on the good rows of a plan that has bad ones.", default=False
    ),
}

_SIGN_IN = {
    **SHARED["auth_method"],
    "type": ["string", "null"],
    "description": "How to sign in; needed only for profiles by name and for the member's time "
    "zone.",
}

JSON_SCHEMA = schema({**_PLAN, **SHARED, "auth_method": _SIGN_IN})


def options(config: Mapping[str, Any]) -> Options:
    """Return how the plan is to be read.

    Args:
        config: The settings.

    Raises:
        SheetError: A setting is of the wrong type, or the alias file cannot be used.
    """
    if config.get("path"):
        kept = kept_options.read(Path(config["path"]))
        config = {**kept, **{name: value for name, value in config.items() if value is not None}}
    for name in _PLAN:
        _check(name, config.get(name))
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
        as_is=frozenset(str(item) for item in config.get("as_is") or ()),
    )


def _check(name: str, value: Any) -> None:
    """Refuse a value that is not of its setting's type; it is not shown, as it may be a secret.

    Raises:
        SheetError: It is not.
    """
    wanted = _PLAN[name]["type"]
    if value is None or name == "skip_bad":
        return
    if "array" in wanted:
        if not (isinstance(value, (list, tuple)) and all(_fits(name, item) for item in value)):
            raise SettingError("must be a list of texts.", setting=name)
    elif "object" in wanted:
        if not (isinstance(value, Mapping) and all(isinstance(v, str) for v in value.values())):
            raise SettingError('must be written as {"text": "Post copy"}.', setting=name)
    elif not isinstance(value, (str, Path)):
        raise SettingError("must be a text: put it in quotes.", setting=name)


def _fits(name: str, item: object) -> bool:
    """Whether a list may hold something; ids of profiles are often written as numbers."""
    number = name in {"profiles", "as_is"} and isinstance(item, int) and not isinstance(item, bool)
    return number or isinstance(item, str)


def account(config: Mapping[str, Any]) -> Account | None:
    """Return the account to ask, None when no sign-in is configured."""
    return Account(config) if config.get("auth_method") else None
