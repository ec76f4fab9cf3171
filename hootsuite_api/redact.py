"""Masks secrets in every log line and every error message."""

from __future__ import annotations

import base64
import logging
import re
import threading
from typing import Any
from urllib.parse import quote, quote_plus

from hootsuite_api.printable import one_line

MASK = "***"
_SHORTEST = 6  # a shorter secret would mask ordinary words

_FIELDS = (
    r"access_token|refresh_token|id_token|client_secret|code_verifier|oauth_token|api_key|password"
    r"|authorization|signature|AWSAccessKeyId|X-Amz-[A-Za-z-]+|sig|token|secret"
)
# Ordinary words that follow "Basic" and "Bearer" in a sentence.
_WORDS = r"(?:authentication|authorization|credentials?|headers?|scheme|tokens?|usage)"
_ENDS = r"(?!\.?[A-Za-z0-9_~+/=%-])"
# Ordinary text after the name of a setting and a colon: "refresh_token: where it starts".
_PROSE = r"(?-i:\(|[a-z]{2,12} [a-z])"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            rf"(?i)\b(bearer|basic)(\s+|%20|\+)(?!{_WORDS}{_ENDS})[A-Za-z0-9._~+/=%-]{{4,}}"
        ),
        rf"\1\2{MASK}",
    ),
    # Our own messages write `user:password` as a placeholder.
    (re.compile(r"(?i)(://)(?!user:password@)[^/\s@:]+:[^/\s@]+@"), rf"\1{MASK}@"),
    (re.compile(rf"(?i)([?&;](?:{_FIELDS}|code|expires)=)[^&\s\"'<>]+"), rf"\1{MASK}"),
    (
        re.compile(rf"(?i)((?:{_FIELDS})\\?[\"']\s*[:=]\s*\\?[\"'])(?:\\.|[^\"'\\])+"),
        rf"\1{MASK}",
    ),
    (
        re.compile(
            rf"(?i)\b((?:{_FIELDS})\s*(?:=\s*|:(?=\S)|(?<=password):\s+|:\s+(?!{_PROSE})))"
            r"(?![\"'\s*])[^\s&,;\"'}\]]{4,}"
        ),
        rf"\1{MASK}",
    ),
)


class _Vault:
    """The secrets known to this process, in every encoding in which they could be printed."""

    def __init__(self) -> None:
        self._longest_first: tuple[str, ...] = ()
        self._lock = threading.Lock()

    def add(self, *spellings: str) -> None:
        with self._lock:
            fresh = {one for one in spellings if len(one) >= _SHORTEST}.difference(
                self._longest_first
            )
            if fresh:
                self._longest_first = tuple(
                    sorted((*self._longest_first, *fresh), key=len, reverse=True)
                )

    def mask(self, text: str) -> str:
        # Not a regular expression: compiling it anew for each new token gets slower and slower.
        for spelling in self._longest_first:
            if spelling in text:
                text = text.replace(spelling, MASK)
        return text


_vault = _Vault()


def register(secret: str | None) -> None:
    """Register a secret, so that `scrub` masks it everywhere.

    Args:
        secret: The value. Its percent-encoded, base64 and JSON-escaped forms are masked, too.
    """
    if not secret:
        return
    raw = secret.encode("utf-8", "surrogatepass")
    encoded = base64.b64encode(raw).decode("ascii")
    _vault.add(
        secret,
        quote(raw, safe=""),
        quote(raw),
        quote_plus(raw),
        encoded,
        quote(encoded, safe=""),
        base64.urlsafe_b64encode(raw).decode("ascii"),
        secret.encode("unicode_escape").decode("ascii"),
    )


def register_pair(identity: str, secret: str) -> None:
    """Register a client secret, and the Basic header of it and its client id."""
    register(secret)
    register(f"{identity}:{secret}")


def scrub(text: str) -> str:
    """Mask every secret in a text: registered ones, and what looks like one.

    Args:
        text: Text that will be shown: a log line, an error, a body from a server.

    Returns:
        The same text with each secret replaced by `***`.
    """
    text = _vault.mask(text)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


class ScrubFilter(logging.Filter):
    """A logging filter that scrubs the finished message, and the traceback with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace the record's message by its scrubbed form and let it pass."""
        record.msg = scrub(record.getMessage())
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = scrub(logging.Formatter().formatException(record.exc_info))
        return True


class SafeRecord(logging.LogRecord):
    """A log record of any logger, on one line without secrets and control characters."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.args and isinstance(self.msg, str):  # formatters may read msg itself
            self.msg = one_line(scrub(self.msg))

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        """Return the finished message."""
        return one_line(scrub(super().getMessage()))


def guard_logs() -> None:
    """Make every log record of this process safe, and keep libraries that log URLs at WARNING."""
    if logging.getLogRecordFactory() is logging.LogRecord:  # somebody has chosen another one
        logging.setLogRecordFactory(SafeRecord)
    own = logging.getLogger("hootsuite_api")
    if not any(isinstance(one, ScrubFilter) for one in own.filters):
        own.addFilter(ScrubFilter())
    for name in ("urllib3", "requests", "PIL"):
        library = logging.getLogger(name)
        if library.level < logging.WARNING:  # NOTSET too: the root may be opened up later
            library.setLevel(logging.WARNING)
