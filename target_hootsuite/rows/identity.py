"""Identity of a row (which object it means) and fingerprint (its content).

Both outlive the process: they are stored in the journal and compared by later runs, so the
algorithm of the fingerprint carries a version and its values are pinned by tests.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from target_hootsuite.errors import JournalFault

ALGORITHM = 1
_UNORDERED = frozenset({"social_profile_ids", "tags"})


@dataclass(frozen=True)
class Identity:
    """The identity of one object that may exist at most once on a platform.

    Args:
        scope: Platform and account, as `scope_of` writes them.
        stream: The stream that the row came in.
        key: The key of the stream, as text.
        profile: The social profile, where the stream has one.
    """

    scope: str
    stream: str
    key: str
    profile: str | None = None

    @property
    def digest(self) -> str:
        """A fixed-length name for the journal's indexes."""
        parts = [self.scope, self.stream, self.key, self.profile]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def scope_of(api_url: str, account: str) -> str:
    """Name a platform and an account, so that entries of two accounts never mix."""
    parts = urlsplit(api_url)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}|{account}"


def address(text: str) -> str:
    """Normalise an email address or user name for comparison (RFC 7643, 4.1.1)."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def plain_text(text: str) -> str:
    """Normalise text for comparison: NFC, lines ended by LF."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def fingerprint(content: Mapping[str, Any], algorithm: int = ALGORITHM) -> str:
    """Digest the declared fields of a row, under one version of the algorithm.

    Raises:
        JournalFault: The version is unknown here: the journal was written by a newer target.
    """
    try:
        canonical = _CANONICAL[algorithm]
    except KeyError:
        msg = f"The journal uses fingerprint algorithm {algorithm}; update meltano-hootsuite."
        raise JournalFault(msg) from None
    text = json.dumps(canonical(content), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical_v1(content: Mapping[str, Any]) -> Any:
    ordered = {
        name: sorted(value, key=str) if name in _UNORDERED and isinstance(value, list) else value
        for name, value in content.items()
    }
    return _value_v1(ordered) or {}


def _value_v1(value: Any) -> Any:
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, float | Decimal):
        number = float(value)
        return int(number) if number.is_integer() else number
    if isinstance(value, Mapping):
        pairs = ((str(name), _value_v1(item)) for name, item in value.items())
        return {name: item for name, item in pairs if item is not None} or None
    if isinstance(value, list | tuple):
        return [item for item in map(_value_v1, value) if item is not None] or None
    return value


_CANONICAL: dict[int, Callable[[Mapping[str, Any]], Any]] = {1: _canonical_v1}
