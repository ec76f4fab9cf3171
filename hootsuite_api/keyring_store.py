"""Token store in the system's keyring instead of a file (extra `keyring`)."""

from __future__ import annotations

import importlib
import threading
from pathlib import Path
from typing import Any

from hootsuite_api.errors import ConfigError
from hootsuite_api.settings import KEYRING, state_folder
from hootsuite_api.token_store import TokenStore

_SERVICE = "meltano-hootsuite"


def open_store(path: Path, stop: threading.Event) -> TokenStore:
    """Open the store that the setting `token_store` names: a file, or `keyring:NAME`."""
    named = KEYRING.fullmatch(str(path))
    return KeyringStore(named[1], stop) if named else TokenStore(path, stop)


class KeyringStore(TokenStore):
    """A token store kept as one password of the keyring; only its lock is a file.

    Args:
        name: The store's name; stores of different names are independent.
        stop: Ends a wait for the lock when it is set.
    """

    _room = 0  # some keyrings hold passwords of 2,560 bytes

    def __init__(self, name: str, stop: threading.Event) -> None:
        super().__init__(state_folder() / f"keyring-{name}", stop)
        self._name = name
        try:
            self._keyring: Any = importlib.import_module("keyring")
        except ModuleNotFoundError as error:
            raise ConfigError(
                "The setting token_store names the keyring, but the package is not installed",
                advice='pip install "meltano-hootsuite[keyring]"',
            ) from error

    def _stored(self) -> bytes | None:
        found = self._ask("get_password", _SERVICE, self._name)
        return None if found is None else str(found).encode()

    def _replace(self, data: bytes) -> None:
        self._ask("set_password", _SERVICE, self._name, data.decode())

    def _ask(self, verb: str, *arguments: str) -> Any:
        try:
            return getattr(self._keyring, verb)(*arguments)
        except self._keyring.errors.KeyringError as error:
            raise ConfigError(
                f"The system's keyring can't be used ({type(error).__name__})",
                advice="Unlock it, or let token_store name a file",
            ) from error
