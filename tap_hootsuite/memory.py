"""What a run remembers for the next one, packed into short strings.

State travels through files, databases and pipes after every window, and some stores merge it
deeply. A string is small, is replaced as a whole, and costs nothing to copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

_STATES = {
    "SCHEDULED": "c",
    "SUBMITTED": "u",
    "PENDING_APPROVAL": "p",
    "SENT": "s",
    "SEND_FAILED_PERMANENTLY": "f",
    "REJECTED": "r",
}
_NAMES = {short: name for name, short in _STATES.items()}


def order(ident: str) -> tuple[int, str]:
    """Sort ids as numbers although they are text: shorter ones first."""
    return len(ident), ident


def pack(ids: Iterable[str]) -> str:
    """Write a set of ids in one line, in a stable order."""
    return ",".join(sorted(ids, key=order))


def unpack(text: str | None) -> set[str]:
    """Read what `pack` wrote; nothing at all is the empty set."""
    return set(text.split(",")) if text else set()


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it was when last seen.

    Attributes:
        time: When it is or was to be sent, as seconds since 1970; None for one in review without a
            time.
        profile: Its social profile.
        state: Its state.
        digest: Changes whenever the message does; empty when its history or media must be read
            again whatever happens.
        missing: When it was first found gone, as seconds since 1970.
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
        """Read what `write` wrote."""
        time, profile, state, digest, missing = (text.split(":") + [""] * 4)[:5]
        return cls(_number(time), profile, _NAMES.get(state, state), digest, _number(missing))


def pack_messages(messages: Mapping[str, Seen]) -> str:
    """Write remembered messages in one line."""
    return ",".join(f"{ident}:{seen.write()}" for ident, seen in messages.items())


def unpack_messages(text: str | None) -> dict[str, Seen]:
    """Read what `pack_messages` wrote."""
    pairs = (entry.partition(":") for entry in text.split(",")) if text else ()
    return {ident: Seen.read(rest) for ident, _, rest in pairs}


def seconds(moment: datetime) -> int:
    """Return a time as whole seconds since 1970."""
    return int(moment.timestamp())


def moment(since: int) -> datetime:
    """Return whole seconds since 1970 as a time."""
    return datetime.fromtimestamp(since, UTC)


def _number(text: str) -> int | None:
    return int(text) if text else None
