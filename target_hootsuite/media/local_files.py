"""Opens a file that a row names, and never a file outside `media_root`.

The path is opened folder by folder from `media_root` with `O_NOFOLLOW`, so a symlink is never
followed, even if it exists only for a moment. The file is opened once: the same descriptor is
checked, hashed and sent.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from target_hootsuite.errors import Deferred, RowRejected

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_MAX_PATH = 4096
_OF_THE_PATH = frozenset(
    {
        *(errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EMLINK),
        *(errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.ENXIO),
    }
)
"""Errors that say what the path is; all others say how this machine fares."""


def open_under(root: str | None, path: str, field: str) -> BinaryIO:
    """Open a regular file under `media_root` for reading.

    Args:
        root: The `media_root` setting.
        path: As the row has it: relative to the root, or absolute and inside it.
        field: The column, for messages.

    Raises:
        RowRejected: The setting is missing, or the path is not such a file.
        Deferred: The folder is not there (a share that is not mounted), or this machine can't open
            a file just now.
    """
    if not root:
        raise RowRejected("Files need the `media_root` setting.", field=field, code="media_path")
    parts = _parts(root, path, field)
    try:
        return _walk(root, parts, field)
    except OSError as error:
        msg = f"{path!r} can't be opened in {_shown(root)} ({error.strerror})."
        if error.errno in _OF_THE_PATH:
            raise RowRejected(msg, field=field, code="media_path") from None
        raise Deferred(f"{field}: {msg}", code="media_path") from None


def _parts(root: str, path: str, field: str) -> tuple[str, ...]:
    refused = RowRejected(f"{path!r} is no file in {_shown(root)}.", field=field, code="media_path")
    if not path or len(path) > _MAX_PATH or "\x00" in path or "\\" in path:
        raise refused
    pure = PurePosixPath(path)
    if pure.is_absolute():
        try:
            pure = pure.relative_to(PurePosixPath(Path(root).absolute()))
        except ValueError:
            raise refused from None
    if not pure.parts or any(part in ("..", "~") for part in pure.parts):
        raise refused
    return pure.parts


def _shown(root: str) -> str:
    return f"the folder {Path(root).absolute()} (`media_root`)"


def _root(root: str, field: str) -> int:
    try:
        return os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        msg = f"{field}: {_shown(root)} can't be opened ({error.strerror})."
        raise Deferred(msg, code="media_root") from None


def _walk(root: str, parts: tuple[str, ...], field: str) -> BinaryIO:
    folder = _root(root, field)
    try:
        for part in parts[:-1]:
            inner = _open_composed(part, _FOLDER, folder)
            os.close(folder)
            folder = inner
        descriptor = _open_composed(parts[-1], _FILE, folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise RowRejected("is not a regular file.", field=field, code="media_path")
    return os.fdopen(descriptor, "rb")


def _open_composed(name: str, flags: int, folder: int) -> int:
    """Open a name in a folder, also where one of the two is in decomposed Unicode, as on macOS."""
    try:
        return os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        if name.isascii():
            raise
        wanted = unicodedata.normalize("NFC", name)
        alike = [one for one in os.listdir(folder) if unicodedata.normalize("NFC", one) == wanted]
        if len(alike) != 1:
            raise
        return os.open(alike[0], flags, dir_fd=folder)
