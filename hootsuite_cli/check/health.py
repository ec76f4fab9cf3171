"""Checks the files on this machine: settings, token store and journal."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from singer_sdk.plugin_base import JSONSchemaValidator

from hootsuite_api.config_errors import explain, unknown
from hootsuite_api.errors import HootsuiteError
from hootsuite_api.keyring_store import open_store
from hootsuite_api.redact import scrub
from hootsuite_api.settings import KEYRING, Settings
from hootsuite_api.tokens import entry_key
from hootsuite_cli.results.journals import journal_path, reading
from tap_hootsuite import settings as tap_settings
from tap_hootsuite_sheet import settings as sheet_settings
from target_hootsuite import settings as target_settings
from target_hootsuite.errors import TargetError

_OTHERS = 0o077
_BROKEN = ("spent", "unclear", "sent")  # of a chain of refresh tokens


def of_tokens(settings: Settings) -> dict[str, Any]:
    """How the token store is: where, whether others may read it, whether the sign-in lasts."""
    place = str(settings.token_store)
    found: dict[str, Any] = {"store": place, "problem": None, "age_seconds": None}
    if settings.auth_method == "access_token":
        return found | {"store": None}
    if not KEYRING.fullmatch(place) and settings.token_store.exists():
        mode = stat.S_IMODE(settings.token_store.stat().st_mode)
        if mode & _OTHERS:
            found["problem"] = f"others may read {place}: chmod 600 {place}"
    try:
        entry = _entry(settings)
    except HootsuiteError as error:
        return found | {"problem": str(error)}
    return found | _age(entry)


def _entry(settings: Settings) -> Mapping[str, Any]:
    """What is stored of an account, when nobody is about to renew it."""
    store = open_store(settings.token_store, threading.Event())
    if not KEYRING.fullmatch(str(settings.token_store)) and not settings.token_store.exists():
        return {}
    with store.locked():
        return store.read(entry_key(settings)) or {}


def _age(entry: Mapping[str, Any]) -> dict[str, Any]:
    chains = [one for one in entry.get("chains", {}).values() if one.get("issued_at")]
    newest = max(chains, key=lambda one: float(one["issued_at"]), default=entry)
    if not newest.get("issued_at"):
        return {}
    now = time.time()
    aged: dict[str, Any] = {
        "age_seconds": round(now - newest["issued_at"]),
        "renewed_in_seconds": round(newest["renew_at"] - now),
    }
    if newest.get("state") in _BROKEN:
        aged["problem"] = "the sign-in can't be renewed, its refresh token is used up: "
        aged["problem"] += "hootsuite login"
    elif chains and not newest.get("refresh_token"):
        aged["problem"] = "the sign-in can't be renewed: hootsuite login --scope offline"
    return aged


def _can_be_written(path: Path) -> bool:
    """Whether a file can be made or changed, as far as its permissions tell."""
    if path.exists():
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    there = next(one for one in path.absolute().parents if one.exists())
    return there.is_dir() and os.access(there, os.W_OK)


def of_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the plugins would refuse, or not know, of the settings that are given."""
    schemas = (tap_settings.CONFIG, target_settings.CONFIG, sheet_settings.JSON_SCHEMA)
    known: dict[str, Any] = {}
    problems: list[str] = []
    for schema in schemas:
        known |= schema["properties"]
        given = {"properties": schema["properties"]}
        problems += explain(JSONSchemaValidator(given).iter_errors(settings), given)
    problems += _missing_files(settings)
    if not problems:
        problems += _implausible(settings)
    if ignored := unknown(settings, {"properties": known}):
        problems.append(ignored)
    return {"problems": [one.rstrip(".") for one in dict.fromkeys(problems)]}


def _missing_files(settings: Mapping[str, Any]) -> Iterator[str]:
    root, results = settings.get("media_root"), settings.get("results_path")
    if root and not Path(str(root)).is_dir():
        yield f"media_root {root} is no folder"
    if results and not _can_be_written(Path(str(results))):
        yield f"results_path {results} can't be written"


def _implausible(settings: Mapping[str, Any]) -> Iterator[str]:
    checks: list[Callable[[Mapping[str, Any]], Any]] = [target_settings.complete]
    if settings.get("start_date"):
        checks.append(tap_settings.options)
    for check in checks:
        try:
            check(settings)
        except HootsuiteError as error:
            yield str(error)


def of_journal(settings: Mapping[str, Any]) -> dict[str, Any]:
    """How the journal is; one that does not exist is not created."""
    path = journal_path(settings)
    found: dict[str, Any] = {"place": str(path) if path else "a database", "problem": None}
    found["not_tested"] = [] if path else ["whether the journal's database can be written"]
    if path is not None and not _can_be_written(path):
        found["problem"] = f"the journal at {path} can't be written: a run could not begin"
    if path is not None and not path.exists():
        return found | {"exists": False, "entries": {}}
    try:
        with reading(settings) as report:
            return found | {"exists": True, "entries": report.counts()}
    except TargetError as error:
        return found | {"exists": True, "entries": {}, "problem": scrub(str(error))}
