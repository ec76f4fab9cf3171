"""What a sign-in leaves for later commands: whose it was in a file, its secret by the tokens."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hootsuite_api.errors import ConfigError
from hootsuite_api.keyring_store import open_store
from hootsuite_api.settings import Settings, private_folder
from hootsuite_api.token_store import TokenStore
from hootsuite_api.tokens import entry_key

_KEPT = ("api_url", "client_id", "member_id", "scope", "token_store")
REDIRECT = "redirect_uri"  # of a client of our own; no setting of a plugin
_FILE = "account.json"
_LOGIN = "login"


def store_of(token_store: Path) -> TokenStore:
    """The store of tokens, in a file or in the keyring."""
    return open_store(token_store, threading.Event())


def remember(folder: Path, settings: Settings, redirect_uri: str = "") -> None:
    """Keep what later commands need to use the sign-in.

    The client's secret lies where the tokens lie, so that a keyring keeps both.

    Args:
        folder: Of the profile.
        settings: Of the sign-in.
        redirect_uri: Of a client that we registered ourselves; it is used again.
    """
    store = store_of(settings.token_store)
    kept = {name: str(getattr(settings, name)) for name in _KEPT}
    with store.locked():
        secret = {"client_secret": settings.client_secret}
        store.write(_client(kept), secret)
    path = private_folder(folder) / _FILE
    temporary = path.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
        known = {**kept, REDIRECT: redirect_uri}
        json.dump({name: value for name, value in known.items() if value}, file, indent=1)
    temporary.replace(path)


def recall(folder: Path) -> dict[str, Any]:
    """What was kept, without the secret.

    Raises:
        ConfigError: If the file can't be read.
    """
    path = folder / _FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"The file {path} can't be read", advice="Remove it, then: hootsuite login"
        ) from error
    return found if isinstance(found, dict) else {}


def secret_of(recalled: Mapping[str, Any]) -> str:
    """The client's secret of a sign-in; empty if it was not kept."""
    if not recalled.get("token_store"):
        return ""
    entry = store_of(Path(recalled["token_store"])).read(_client(recalled)) or {}
    return str(entry.get("client_secret") or "")


def forget(folder: Path, settings: Settings) -> bool:
    """Drop the tokens of an account, its client's secret and what was remembered.

    Returns:
        Whether there were tokens.
    """
    known = forget_tokens(settings)
    kept = {name: str(getattr(settings, name)) for name in _KEPT}
    store = store_of(settings.token_store)
    with store.locked():
        if store.read(_client(kept)):
            store.write(_client(kept), {})
    (folder / _FILE).unlink(missing_ok=True)
    return known


def forget_tokens(settings: Settings) -> bool:
    """Drop the tokens of an account; tells whether there were any."""
    store = store_of(settings.token_store)
    with store.locked():
        known = bool(store.read(entry_key(settings)))
        if known:
            store.write(entry_key(settings), {})
    return known


def lasts(settings: Settings) -> bool:
    """Whether the sign-in of an account can be renewed.

    Raises:
        ConfigError: If the store can't be read; asked before a sign-in, too, since tokens that
            can't be stored would be lost.
    """
    chains = (store_of(settings.token_store).read(entry_key(settings)) or {}).get("chains", {})
    return bool(chains.get(_LOGIN, {}).get("refresh_token"))


def _client(kept: Mapping[str, Any]) -> str:
    return f"{kept.get('api_url')} {kept.get('client_id')} client"
