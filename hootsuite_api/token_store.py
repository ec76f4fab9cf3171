"""Token store: a private file, replaced atomically, locked while a token changes."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from hootsuite_api.errors import Cancelled, ConfigError
from hootsuite_api.settings import private_folder

_VERSION = 1
_POLL_SECONDS = 0.02
_LOOK_UP_SECONDS = 0.25  # how often a wait for the lock checks for a stop
_ADVICE = "Move the file away, then sign in again (hootsuite login) or set the tokens anew"


class TokenStore:
    """A JSON file of token entries.

    A write goes to a second file, which is synced and then renamed over the first: a crash at any
    time leaves either the old or the new content.

    Args:
        path: The file; its folder is created, readable by its owner only.
        stop: Ends a wait for the lock when it is set.
        patience: Seconds to wait for another process that renews a token.
    """

    _room = 8192  # bytes: more than the tokens of any answer

    def __init__(self, path: Path, stop: threading.Event, patience: float = 300) -> None:
        private_folder(path.parent)
        self._path = path.resolve()  # a symbolic link stays: its target is replaced
        self._lock = FileLock(f"{self._path}.lock", mode=0o600, poll_interval=_POLL_SECONDS)
        self._stop = stop
        self._patience = patience

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock out other processes and threads while a token is read and renewed.

        Raises:
            ConfigError: If another process holds the lock too long, or the folder can't be written.
            Cancelled: If the stop event is set while waiting.
        """
        self._acquire()
        try:
            yield
        finally:
            self._lock.release()

    def read(self, key: str) -> dict[str, Any] | None:
        """The entry of a key, or None.

        Raises:
            ConfigError: If the file is damaged or can't be read.
        """
        entry = self._load()["entries"].get(key)
        return entry if isinstance(entry, dict) else None

    def write(self, key: str, entry: dict[str, Any], *, reserve: bool = False) -> None:
        """Replace the entry of a key; it is synced to disk before this returns.

        Args:
            key: Whose entry.
            entry: The new entry.
            reserve: Whether to reserve disk space for tokens that will be requested next.

        Raises:
            ConfigError: If the file is damaged or can't be written.
        """
        content = self._load()
        content["entries"][key] = entry
        room = b" " * self._room if reserve else b""
        try:
            self._replace(json.dumps(content, indent=1, sort_keys=True).encode() + room)
        except OSError as cause:
            raise ConfigError(
                f"The token store {self._path} can't be written ({cause.strerror})",
                advice="Make room or give the permission, or let token_store name another file",
            ) from cause

    def _acquire(self) -> None:
        waited = 0.0
        while waited < self._patience:
            if self._stop.is_set():
                raise Cancelled("Stopped while another process renews the token")
            try:
                self._lock.acquire(timeout=_LOOK_UP_SECONDS)
            except Timeout:
                waited += _LOOK_UP_SECONDS
            except OSError as cause:
                raise ConfigError(
                    f"The token store {self._path} can't be locked ({cause.strerror})",
                    advice="Let the setting token_store name a file on a local disk",
                ) from cause
            else:
                return
        raise ConfigError(
            f"Another process has kept the token store {self._path} locked for too long",
            advice="End that process, then run again",
        )

    def _load(self) -> dict[str, Any]:
        data = self._stored()
        if data is None:
            return {"version": _VERSION, "entries": {}}
        try:
            content = json.loads(data)
        except (ValueError, RecursionError) as cause:
            raise self._damaged() from cause
        if not isinstance(content, dict) or not isinstance(content.get("entries"), dict):
            raise self._damaged()
        if content.get("version") != _VERSION:
            raise ConfigError(
                f"The token store {self._path} was written by another version", advice=_ADVICE
            )
        return content

    def _damaged(self) -> ConfigError:
        return ConfigError(f"The token store {self._path} is damaged", advice=_ADVICE)

    def _stored(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as cause:
            raise ConfigError(
                f"The token store {self._path} can't be read ({cause.strerror})",
                advice="Give the permission, or let token_store name another file",
            ) from cause

    def _replace(self, data: bytes) -> None:
        temporary = f"{self._path}.tmp"
        with contextlib.suppress(FileNotFoundError):  # left by a killed process
            os.unlink(temporary)  # noqa: PTH108 - beside os.open, which pathlib lacks
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self._path)  # noqa: PTH105
        _sync_folder(self._path.parent)


def _sync_folder(folder: Path) -> None:
    """Sync the rename to disk, if the file system can.

    Some can't sync a folder. The new content is already in place, so an error would only lose a
    token.
    """
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
