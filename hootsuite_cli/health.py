"""The state of what lies on this machine: the token store and the journal."""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Mapping
from typing import Any

from hootsuite_api.errors import HootsuiteError
from hootsuite_api.keyring_store import open_store
from hootsuite_api.redact import scrub
from hootsuite_api.settings import KEYRING, Settings
from hootsuite_api.tokens import entry_key
from hootsuite_cli.journals import journal_path, reading
from target_hootsuite.errors import TargetError

_OTHERS = 0o077


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
        entry = open_store(settings.token_store, threading.Event()).read(entry_key(settings)) or {}
    except HootsuiteError as error:
        return found | {"problem": str(error)}
    return found | _age(entry)


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
    if chains and not newest.get("refresh_token"):
        aged["problem"] = "the sign-in can't be renewed: hootsuite login --scope offline"
    return aged


def of_journal(settings: Mapping[str, Any]) -> dict[str, Any]:
    """How the journal is; one that does not exist is not created."""
    path = journal_path(settings)
    found: dict[str, Any] = {"place": str(path) if path else "a database", "problem": None}
    if path is not None and not path.exists():
        return found | {"exists": False, "entries": {}}
    try:
        with reading(settings) as report:
            return found | {"exists": True, "entries": report.counts()}
    except TargetError as error:
        return found | {"exists": True, "entries": {}, "problem": scrub(str(error))}
