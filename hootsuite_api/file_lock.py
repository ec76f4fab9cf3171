"""A lock between processes that is taken twice for each request, so it has to be quick.

The library `filelock` opens and examines its file each time, which takes a tenth of the processor
time of a run. This one keeps the file open, and works together with `filelock` on the same file.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from pathlib import Path

import filelock

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None  # type: ignore[assignment]


class FileLock:
    """A lock that one process at a time holds; threads of a process have to take turns themselves.

    Args:
        path: The file. It is created when it is missing, also after somebody has removed it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._close: Callable[[], object] = lambda: None
        self._library = filelock.FileLock(path, timeout=0, mode=0o600) if fcntl is None else None

    def take(self) -> bool:
        """Take the lock without waiting; return whether it was free.

        Raises:
            OSError: If the file can't be used.
        """
        if self._library is not None:
            try:
                self._library.acquire()
            except filelock.Timeout:
                return False
            return True
        while True:
            file = self._opened()
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if self._is_at_its_place(file):
                return True
            self._close()  # removed, or replaced: others lock another file
            self._file = None

    def give_back(self) -> None:
        """Let the next process take it."""
        if self._library is not None:
            self._library.release()
        elif self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _opened(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            self._close = weakref.finalize(self, os.close, self._file)
        return self._file

    def _is_at_its_place(self, file: int) -> bool:
        try:
            return os.path.samestat(self._path.stat(), os.fstat(file))
        except FileNotFoundError:
            return False
