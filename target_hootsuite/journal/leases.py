"""Leases: which process owns a journal entry, and whether it is alive.

An owner renews a lease by the database's clock, and by a clock of its machine that nobody can set.
A lease that ran out by all clocks that can be read is dead; so is a lease of a process on this
machine that no longer exists, which spares the next run the wait after a crash.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from hootsuite_api.clock import seconds_since_boot
from target_hootsuite.errors import JournalFault
from target_hootsuite.journal.clocks import clock
from target_hootsuite.journal.schema import OWNERS

_FORGET_SECONDS = 86_400


@dataclass(frozen=True)
class Owner:
    """One running target process."""

    id: str
    host: str
    process: str


def this_process() -> Owner:
    """Describe this process so that its death can be noticed."""
    return Owner(uuid.uuid4().hex, _host(), _process(os.getpid()) or str(os.getpid()))


def _host() -> str:
    parts = [socket.gethostname()]
    for source in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        path = Path(source)
        if path.exists():
            parts.append(str(path.readlink()) if path.is_symlink() else path.read_text().strip())
    return "|".join(parts)


def _process(pid: int) -> str | None:
    """A process as `pid:start`, since process ids are reused; None if it has ended."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        fields = stat.read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else f"{pid}:{fields[19]}"
    try:
        os.kill(pid, 0)
    except OSError:
        return None
    return str(pid)


def is_gone(host: str, process: str) -> bool:
    """Whether an owner is certainly dead: it ran on this machine and its process has ended."""
    if host != _host():
        return False
    try:
        return _process(int(process.partition(":")[0])) != process
    except (OSError, ValueError, IndexError):
        return True


def is_awake(host: str, until: float | None) -> bool:
    """Whether a lease is still valid by this machine's monotonic clock."""
    return until is not None and host == _host() and until > seconds_since_boot()


class Lease:
    """A lease that a thread renews until it is closed.

    Args:
        owner: Whose lease.
        seconds: How long one renewal lasts.
        write: Runs a statement in a committed transaction.
        dialect: The database's name.
    """

    def __init__(
        self,
        owner: Owner,
        seconds: float,
        write: Callable[[sa.Executable], None],
        dialect: str,
    ) -> None:
        self.owner = owner
        self.seconds = seconds
        self._write = write
        self._until = clock(dialect) + seconds
        self._renewed = float("-inf")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="journal-lease", daemon=True)

    def start(self) -> None:
        """Take the lease and keep it."""
        asked = seconds_since_boot()
        who = {"host": self.owner.host, "process": self.owner.process}
        self._write(OWNERS.delete().where(OWNERS.c.lease_until < self._until - _FORGET_SECONDS))
        until = {"lease_until": self._until, "awake_until": asked + self.seconds}
        self._write(OWNERS.insert().values(id=self.owner.id, **until, **who))
        self._renewed = asked
        self._thread.start()

    def holds(self) -> bool:
        """Whether the lease is valid with a safety margin; does not query the database."""
        return seconds_since_boot() - self._renewed < self.seconds * 0.8

    def renew(self) -> None:
        """Renew the lease, counted from the time before the write, since that may take long."""
        asked = seconds_since_boot()
        mine = OWNERS.c.id == self.owner.id
        values = {"lease_until": self._until, "awake_until": asked + self.seconds}
        self._write(OWNERS.update().where(mine).values(values))
        self._renewed = asked

    def close(self) -> None:
        """Stop renewing and give the lease up."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
            with contextlib.suppress(JournalFault):  # it runs out by itself
                self._write(OWNERS.delete().where(OWNERS.c.id == self.owner.id))

    def _keep(self) -> None:
        while not self._stop.wait(self.seconds / 3):
            try:
                self.renew()
            except Exception:  # noqa: BLE001, S112 - `holds` turns false by itself; next beat tries
                continue
