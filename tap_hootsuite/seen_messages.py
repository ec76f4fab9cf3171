"""Messages that earlier runs have seen, packed into short strings of the state.

State is written to files, databases and pipes after every window, and some stores merge it deeply.
A string is small, is replaced as a whole, and is cheap to copy.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from tap_hootsuite.writer import encode

_STATES = {
    "SCHEDULED": "c",
    "SUBMITTED": "u",
    "PENDING_APPROVAL": "p",
    "SENT": "s",
    "SEND_FAILED_PERMANENTLY": "f",
    "REJECTED": "r",
}
# Signs that JSON may be longer than `encode` would write it.
_LOOSE = (b"\\u", b"\\/", b'": ', b'" :', b"\n", b"\t", b"\r")
_NAMES = {short: name for name, short in _STATES.items()}


def order(ident: str) -> tuple[int, str]:
    """Sort key of ids: as numbers, though they are text."""
    return len(ident), ident


def pack(ids: Iterable[str]) -> str:
    """Return a set of ids as one string, in a stable order."""
    return ",".join(sorted(ids, key=order))


def unpack(text: str | None) -> set[str]:
    """Read the result of `pack`; None or an empty text is an empty set."""
    return set(text.split(",")) if text else set()


def digest_of(source: bytes | msgspec.Raw) -> str:
    """Return a digest that tells versions of a message apart.

    Args:
        source: The message as JSON, as received. Blanks and escapes don't change the digest.
    """
    content = bytes(source)
    if any(sign in content for sign in _LOOSE):
        content = encode(msgspec.json.decode(content))
    return f"{zlib.crc32(content):x}"


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as last seen.

    Attributes:
        time: Its send time, in seconds since 1970; None for one in review without a time.
        profile: Its social profile.
        state: Its state.
        digest: Changes whenever the message does; empty if its history or media must be read again
            anyway.
        missing: When it was first missing, in seconds since 1970.
    """

    time: int | None
    profile: str
    state: str
    digest: str = ""
    missing: int | None = None

    def write(self) -> str:
        """Pack it into about 30 characters."""
        time = "" if self.time is None else self.time
        state = _STATES.get(self.state, self.state)
        text = f"{time}:{self.profile}:{state}:{self.digest}"
        return text if self.missing is None else f"{text}:{self.missing}"

    @classmethod
    def read(cls, text: str) -> Seen:
        """Read the result of `write`."""
        time, profile, state, digest, missing = (text.split(":") + [""] * 4)[:5]
        return cls(_number(time), profile, _NAMES.get(state, state), digest, _number(missing))


class SeenMessages(MutableMapping[str, Seen]):
    """Messages as last seen, each kept as the text that the state will hold.

    There may be a hundred thousand: texts need a third of the memory of objects.

    Args:
        text: The result of `pack`.
    """

    def __init__(self, text: str | None = None) -> None:
        pairs = (entry.partition(":") for entry in text.split(",")) if text else ()
        self._texts = {ident: rest for ident, _, rest in pairs}

    def __getitem__(self, ident: str) -> Seen:
        return Seen.read(self._texts[ident])

    def get(self, ident: str, default: Any = None) -> Any:
        """Return a message or the default; faster than the inherited method for new messages."""
        text = self._texts.get(ident)
        return default if text is None else Seen.read(text)

    def __setitem__(self, ident: str, seen: Seen) -> None:
        self._texts[ident] = seen.write()

    def __delitem__(self, ident: str) -> None:
        del self._texts[ident]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def before(self, cutoff: int) -> list[str]:
        """Ids of messages with a time before `cutoff`, in seconds since 1970."""
        return [
            ident
            for ident, text in self._texts.items()
            if (time := text.partition(":")[0]) and int(time) < cutoff
        ]

    def pack(self) -> str:
        """Return all as one string, joined piece by piece to save memory."""
        entries = (f"{ident}:{text}" for ident, text in self._texts.items())
        return ",".join(iter(lambda: ",".join(islice(entries, 1000)), ""))


def seconds(moment: datetime) -> int:
    """Return a time as whole seconds since 1970."""
    return int(moment.timestamp())


def moment(since: int) -> datetime:
    """Return whole seconds since 1970 as a time."""
    return datetime.fromtimestamp(since, UTC)


def _number(text: str) -> int | None:
    return int(text) if text else None
