"""Uploads files to the signed address that `create_media` gives: no access token, no redirects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from hootsuite_api.classify import Answer
from hootsuite_api.errors import (
    HootsuiteError,
    ServerFault,
    ValidationRejected,
    Where,
)
from hootsuite_api.exchange import Mark, Watchdog
from hootsuite_api.settings import Settings, is_loopback
from hootsuite_api.transport import NoAuth, Outgoing, Transport, limits

_PATH = "the upload address"
_SECONDS = 600.0
_SLOWEST = 100_000  # bytes a second: a big file may take more than ten minutes


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload; `attempt` may be repeated, since it puts the same bytes.

    Attributes:
        url: The signed address.
        stream: A seekable file.
        size: Bytes to send.
        content_type: Part of the signature.
        settings: Time-out and user agent.
        watchdog: Ends the upload after `seconds`, and after a stop.
    """

    url: str
    stream: IO[bytes]
    size: int
    content_type: str
    settings: Settings
    watchdog: Watchdog

    @property
    def seconds(self) -> float:
        """How long one attempt may take, from the first byte sent to the last one received."""
        return max(_SECONDS, self.size / _SLOWEST)

    def attempt(self, _number: int) -> None:
        """Send the file once.

        Raises:
            ValidationRejected: If the storage refuses it, or the file is not of the declared size.
            ServerFault: If the storage failed.
            NetworkFault: If there was no answer.
        """
        if not self.url.startswith("https://") and not _local(self.url, self.settings):
            raise ValidationRejected("The upload address is not https", Where("PUT", _PATH))
        self.stream.seek(0)
        headers = {"Content-Type": self.content_type, "Content-Length": str(self.size)}
        body: Any = Exactly(self.stream, self.size)
        bounds = limits(self.settings.request_timeout_seconds, self.seconds)
        transport = Transport(self.url, 1, bounds, self.settings.user_agent, self.watchdog)
        try:
            out = Outgoing("PUT", self.url, _PATH, headers, body, fresh=True)
            answer = transport.exchange(out, NoAuth(), Mark())
        finally:
            transport.close()
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - the class of success
            raise _refusal(answer)


class Exactly:
    """Reads exactly `size` bytes of a file; a shorter file is an error."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self._left = size
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read(64 * 1024):
            yield chunk

    def read(self, size: int = -1) -> bytes:
        """Read like a file."""
        wanted = self._left if size < 0 else min(size, self._left)
        chunk = self._stream.read(wanted)
        if wanted and not chunk:
            raise ValidationRejected("The file is shorter than was declared", Where("PUT", _PATH))
        self._left -= len(chunk)
        return chunk


def _local(url: str, settings: Settings) -> bool:
    return url.startswith("http://") and is_loopback(url) and is_loopback(settings.api_url)


def _refusal(answer: Answer) -> HootsuiteError:
    where = Where("PUT", _PATH, answer.status)
    if answer.status >= 500:  # noqa: PLR2004 - the class of server faults
        return ServerFault("The storage for uploads failed", where)
    return ValidationRejected(
        "The storage refuses the file",
        where,
        advice="Type and size must be those declared, and the address must not have expired",
    )
