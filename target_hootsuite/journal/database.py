"""Opens the journal's database so that every commit is on disk.

SQLite: WAL and `synchronous=FULL`, never on a network file system (its locks lie there), and
readable by its owner only. PostgreSQL: `synchronous_commit=on`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import backoff
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from target_hootsuite.errors import JournalFault
from target_hootsuite.journal import address
from target_hootsuite.journal.schema import ABOUT

_NETWORK = frozenset(
    {
        *("nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ceph"),
        *("lustre", "beegfs", "ncpfs", "davfs", "gpfs", "glusterfs", "fuse.sshfs", "fuse.ceph"),
        *("fuse.glusterfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "fuse.davfs"),
    }
)
_MOUNTS = Path("/proc/self/mountinfo")
_WAIT_SECONDS = 60


def connect(url: str) -> sa.Engine:
    """Make the engine for a journal.

    Raises:
        JournalFault: The URL can't be used; the message never repeats it.
    """
    parsed = address.parse(url)
    maker = {"sqlite": _sqlite, "postgresql": _postgresql}[parsed.get_backend_name()]
    try:
        return maker(parsed)
    except ModuleNotFoundError as error:
        msg = "PostgreSQL needs psycopg: install meltano-hootsuite[postgres]."
        raise JournalFault(msg) from error


def sqlite_path(url: str) -> Path | None:
    """The file behind a SQLite URL, if it is one."""
    parsed = address.parse(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def exists(url: str) -> bool:
    """Whether there is a journal at a URL.

    Raises:
        JournalFault: The URL can't be used, or the database can't be reached.
    """
    path = sqlite_path(url)
    if path is not None:
        return path.exists()
    engine = connect(url)
    try:
        with faults("reached", url):
            return sa.inspect(engine).has_table(ABOUT.name)
    finally:
        engine.dispose()


def file_system(path: Path, mounts: str) -> str:
    """The type of the file system that holds a path.

    Args:
        path: An absolute path.
        mounts: The text of `/proc/self/mountinfo`.
    """
    best = ("", "")
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        where = left.split()[4].replace("\\040", " ")
        if path.is_relative_to(where) and len(where) >= len(best[0]):
            best = (where, right.split()[0])
    return best[1]


def _refuse_network(path: Path) -> None:
    if not _MOUNTS.exists():
        return
    kind = file_system(path.resolve(), _MOUNTS.read_text())
    if kind in _NETWORK:
        msg = (
            f"The journal may not lie on a network file system ({kind}): its locks are not "
            "reliable. Use a local path or PostgreSQL in `journal_url`."
        )
        raise JournalFault(msg)


def _private_file(path: Path) -> None:
    """Create the file for its owner only; WAL and SHM files copy its mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)
    except OSError as error:
        msg = f"The journal {address.shown(str(path))} can't be written: {error.strerror}."
        raise JournalFault(msg) from None  # the cause names the path


def _sqlite(url: sa.URL) -> sa.Engine:
    path = sqlite_path(url.render_as_string(hide_password=False))
    options: dict[str, Any] = {"connect_args": {"timeout": _WAIT_SECONDS, "isolation_level": None}}
    if path is None:
        options["connect_args"]["check_same_thread"] = False
        options["poolclass"] = StaticPool
    else:
        _refuse_network(path.parent)
        _private_file(path)
        options["pool_size"] = 20
    engine = sa.create_engine(url, hide_parameters=True, **options)
    sa.event.listen(engine, "connect", _durable)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _durable(connection: sqlite3.Connection, _record: Any) -> None:
    _write_ahead(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _is_locked(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_BUSY  # the low byte is the kind, the rest its variant


@backoff.on_exception(
    backoff.constant,
    sqlite3.OperationalError,
    interval=0.05,
    max_time=_WAIT_SECONDS,
    giveup=lambda error: not _is_locked(error),
    logger=None,
)
def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to WAL; SQLite does not wait here itself if two switch the same new file."""
    connection.execute("PRAGMA journal_mode=WAL")


def _begin(connection: sa.Connection) -> None:
    """Take the write lock at once: upgrading a read lock later can fail in mid-transaction."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _postgresql(url: sa.URL) -> sa.Engine:
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_size=20,
        connect_args={"options": "-c synchronous_commit=on", "connect_timeout": 10},
    )


@contextmanager
def faults(verb: str, url: str) -> Iterator[None]:
    """Turn the database's errors into ours; integrity errors of racing processes pass through.

    Args:
        verb: The action that failed, for the message.
        url: Its URL; no part of its secret gets into the error or its causes.
    """
    try:
        yield
    except sa.exc.IntegrityError:
        raise
    except (sa.exc.SQLAlchemyError, OSError) as error:
        told = address.may_be_told(str(error), url)
        fault = JournalFault(f"The journal can't be {verb}: {address.reason(error, url)}.")
        fault.__cause__ = error if told else None
    else:
        return
    raise fault  # raised outside `except`: a context would print the database's own message
