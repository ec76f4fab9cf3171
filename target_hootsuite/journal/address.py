"""Parses `journal_url` and keeps its password out of messages.

A password with an unescaped @ : / # ? % or space moves a part of it into the host, the port or the
database's name, and drivers name those in their errors. So a driver's own words are passed on only
when the URL can be read in one way, and when they hold no piece of the secret.
"""

from __future__ import annotations

import re

import sqlalchemy as sa

from target_hootsuite.errors import JournalFault

NO_URL = (
    "`journal_url` is not an SQLAlchemy URL. Write sqlite:////srv/journal.db or "
    "postgresql+psycopg://user@host/database."
)
_HELD_BACK = (
    "the database's own words are held back, since `journal_url` can be read in two ways: write "
    "@ : / # ? % and spaces inside of a user or password as %40 %3A %2F %23 %3F %25 and %20"
)
_PATH = re.compile(r"(?:[A-Za-z]:)?[^@:?#%\n]+")
_PART = r"(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
_OPTION = r"(?:application_name|connect_timeout|host|port|sslmode|sslrootcert|target_session_attrs)"
_PLAIN = re.compile(
    rf"postgresql(?:\+\w+)?://(?:{_PART}(?::{_PART})?@)?[\w.-]*(?::\d+)?(?:/[\w.-]*)?"
    rf"(?:\?{_OPTION}=(?:[\w./-]|%2[Ff])+(?:&{_OPTION}=(?:[\w./-]|%2[Ff])+)*)?",
    re.ASCII,
)
_SHORTEST = 4  # so many letters of a password don't occur in a driver's message by chance


def parse(url: str) -> sa.URL:
    """Parse a `journal_url`.

    Raises:
        JournalFault: It is not a valid URL; the message repeats no part of it.
    """
    parsed = None
    try:
        parsed = sa.make_url(url)
        kind = parsed.get_backend_name()
    except (sa.exc.SQLAlchemyError, ValueError, TypeError):
        kind = ""
    if parsed is None or not kind:
        raise JournalFault(NO_URL)
    if kind not in {"sqlite", "postgresql"}:
        raise JournalFault("`journal_url` must be sqlite:/// or postgresql://.")
    if kind == "sqlite" and not _is_path(parsed):
        msg = "`journal_url` for SQLite is a path alone: sqlite:////srv/journal.db."
        raise JournalFault(msg)
    return parsed


def _is_path(parsed: sa.URL) -> bool:
    others = (parsed.username, parsed.password, parsed.host, parsed.query)
    return parsed.drivername in {"sqlite", "sqlite+pysqlite"} and not any(others)


def may_be_named(path: str) -> bool:
    """Whether a path is safe to show: it can't be a URL that was parsed as a path."""
    return bool(_PATH.fullmatch(path))


def reason(error: BaseException, url: str) -> str:
    """Why a database failed: the driver's message, if it holds no part of the URL's secret."""
    words = error.strerror if isinstance(error, OSError) else str(getattr(error, "orig", error))
    line = (words or type(error).__name__).strip().partition("\n")[0]
    return line if may_be_told(line, url) else _HELD_BACK


def shown(path: str) -> str:
    """Return a path for messages, or the setting's name if the path may be a URL."""
    return path if may_be_named(path) else "`journal_url`"


def may_be_told(words: str, url: str) -> bool:
    """Whether a database's error text holds no part of the secret in its URL."""
    try:
        parsed = parse(url)
    except JournalFault:
        return False
    if parsed.get_backend_name() == "sqlite":
        return parsed.database in {None, "", ":memory:"} or may_be_named(str(parsed.database))
    secret = parsed.password or parsed.username or ""  # a lone password is parsed as the user
    parts = {secret[at : at + _SHORTEST] for at in range(len(secret) - _SHORTEST + 1)}
    return bool(_PLAIN.fullmatch(url)) and not any(part in words for part in parts)
