"""Start times of an account's recent requests, in a file that all processes share."""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hootsuite_api.errors import Cancelled, ConfigError
from hootsuite_api.file_lock import FileLock
from hootsuite_api.settings import Settings, digest, private_folder, state_folder

CAPACITY = 16_384  # requests kept; more than any rate that the settings allow
_MAGIC = b"HSBUDGT1"
_HEAD = struct.Struct("<8sQdd")  # magic, requests so far, earliest next start, which boot
_SLOT = struct.Struct("<dd")  # sent at, counted by the server at (0: no answer yet)
_SIZE = _HEAD.size + CAPACITY * _SLOT.size
_POLL_SECONDS = 0.002  # the lock is held for microseconds
_SAME_BOOT = 5.0  # seconds by which a corrected wall clock may move the time of boot
_FARTHEST = 300.0  # seconds; no start is ever delayed for longer


def _boot() -> float:
    """A number that identifies this boot of the machine."""
    return _boot_id() or time.time() - time.monotonic()


@cache
def _boot_id() -> float | None:
    """Linux's id of this boot; unlike the time of boot it stays the same when the clock is set."""
    try:
        return float(int(Path("/proc/sys/kernel/random/boot_id").read_bytes()[:8], 16))
    except (OSError, ValueError):
        return None


@dataclass(slots=True)
class Slot:
    """One request: when it was sent, and when the server counted it at the latest."""

    number: int
    sent: float
    counted: float = 0.0


class MemorySlots:
    """Slots in memory, for this process only."""

    def __init__(self) -> None:
        self.count = 0
        self.next_start = 0.0
        self._slots: dict[int, Slot] = {}

    @contextmanager
    def open(self) -> Iterator[None]:
        """Begin and end a transaction; the caller holds its own lock."""
        yield

    def get(self, number: int) -> Slot | None:
        """Return the slot of a request, if it is still kept."""
        return self._slots.get(number % CAPACITY) if number >= 0 else None

    def put(self, slot: Slot) -> None:
        """Store a slot."""
        self._slots[slot.number % CAPACITY] = slot

    def reset(self) -> None:
        """Delete all slots."""
        self.count, self.next_start = 0, 0.0
        self._slots.clear()


class FileSlots:
    """Slots in a file, read and written only under its lock.

    Times are those of the monotonic clock, which all processes of a machine share and which starts
    anew with the machine; a number in the head tells one run of it from another.

    Args:
        path: The file; it is created when missing and rebuilt when it makes no sense.
        stop: Ends the wait for another process when it is set.
        patience: Seconds to wait for the lock, in case its holder was suspended.
    """

    def __init__(
        self, path: Path, stop: threading.Event | None = None, patience: float = 30
    ) -> None:
        self._path = path
        self._patience = patience
        self._stop = stop or threading.Event()
        self._lock = FileLock(Path(f"{path}.lock"))
        self._file = -1
        self.count = 0
        self.next_start = 0.0

    @contextmanager
    def open(self) -> Iterator[None]:
        """Hold the lock, with `count` and `next_start` fresh from the file, and write them back.

        Raises:
            ConfigError: If the file can't be used.
            Cancelled: If the run is stopped while another process holds the lock.
        """
        try:
            with self._locked(), self._opened():
                yield
        except OSError as cause:
            raise ConfigError(
                f"The request budget {self._path} can't be used ({cause.strerror})",
                advice="Let XDG_STATE_HOME or token_store name a folder on a local disk",
            ) from cause

    @contextmanager
    def _locked(self) -> Iterator[None]:
        deadline = time.monotonic() + self._patience
        while not self._lock.take():
            if self._stop.wait(_POLL_SECONDS):
                raise Cancelled("Stopped while another process held the budget")
            if time.monotonic() > deadline:
                raise ConfigError(
                    f"Another process keeps the request budget {self._path} locked",
                    advice="Let it run on or end it, then run again",
                )
        try:
            yield
        finally:
            self._lock.give_back()

    @contextmanager
    def _opened(self) -> Iterator[None]:
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._load()
            yield
            self._write(0, _HEAD.pack(_MAGIC, self.count, self.next_start, _boot()))
        finally:
            os.close(self._file)

    def get(self, number: int) -> Slot | None:
        """Return the slot of a request, if it is still kept."""
        if not 0 <= number < self.count or self.count - number > CAPACITY:
            return None
        os.lseek(self._file, self._offset(number), os.SEEK_SET)
        data = os.read(self._file, _SLOT.size)
        return Slot(number, *_SLOT.unpack(data)) if len(data) == _SLOT.size else None

    def put(self, slot: Slot) -> None:
        """Store a slot."""
        self._write(self._offset(slot.number), _SLOT.pack(slot.sent, slot.counted))

    def reset(self) -> None:
        """Delete all slots."""
        os.ftruncate(self._file, 0)
        os.ftruncate(self._file, _SIZE)
        self.count, self.next_start = 0, 0.0

    def _load(self) -> None:
        data = os.read(self._file, _HEAD.size)
        if len(data) == _HEAD.size and os.fstat(self._file).st_size == _SIZE:
            magic, self.count, self.next_start, boot = _HEAD.unpack(data)
            sane = 0 <= self.next_start <= time.monotonic() + _FARTHEST
            if magic == _MAGIC and sane and abs(boot - _boot()) < _SAME_BOOT:
                return
        self.reset()

    def _write(self, offset: int, data: bytes) -> None:
        os.lseek(self._file, offset, os.SEEK_SET)
        os.write(self._file, data)

    @staticmethod
    def _offset(number: int) -> int:
        return _HEAD.size + number % CAPACITY * _SLOT.size


def account_slots(settings: Settings, stop: threading.Event | None = None) -> FileSlots:
    """The slots of the settings' platform and account, in the user's state folder.

    Where that can't be written, as in a container with a read-only home, they lie beside the token
    store: processes that share it still share their budget.
    """
    name = f"{digest(f'{settings.api_url} {settings.account}')}.slots"
    try:
        folder = private_folder(state_folder() / "budget")
    except ConfigError:
        folder = private_folder(settings.token_store.parent)
    return FileSlots(folder / name, stop)
