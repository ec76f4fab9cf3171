"""Media of rows: inspected once per run, uploaded once per content and account."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from hootsuite_api import errors
from hootsuite_api.calls import Call
from hootsuite_api.client import HootsuiteClient
from target_hootsuite.errors import Deferred, RowRejected
from target_hootsuite.journal.clocks import Instant
from target_hootsuite.journal.store import Journal
from target_hootsuite.lookup import answers
from target_hootsuite.lookup.cache import Cache
from target_hootsuite.media.download import Fetcher
from target_hootsuite.media.inspect import Media, inspect
from target_hootsuite.media.local_files import open_under
from target_hootsuite.media.mp4 import MP4, QUICKTIME

logger = logging.getLogger("target-hootsuite")
KEPT_SECONDS = 89 * 86_400
_CREATE_TRIES = 3
_PUT_TRIES = 2
_REFUSED = 403  # what the storage answers when an upload URL has expired
_DEADLINES = {MP4: 600.0, QUICKTIME: 600.0}
_DEADLINE = 120.0
_FIRST_WAIT = 0.2
_LONGEST_WAIT = 5.0
Source = Mapping[str, Any]


@dataclass
class MediaStore:
    """Opens, inspects and uploads media.

    Args:
        client: Uploads.
        journal: Remembers uploads.
        scope: Platform and account.
        settings: `media_root` and `media_url_hosts`.
        wait: Sleeps; returns true when the run is stopped.
    """

    client: HootsuiteClient
    journal: Journal
    scope: str
    settings: Mapping[str, Any]
    wait: Callable[[float], bool]

    def __post_init__(self) -> None:
        self._inspected = Cache()
        self._ready: dict[str, str] = {}
        self._locks = Cache()
        hosts = frozenset(self.settings.get("media_url_hosts") or ())
        seconds = self.settings["request_timeout_seconds"]
        self._fetcher = Fetcher(hosts, timeout=seconds, watchdog=self.client.watchdog)

    def look(self, source: Source, field: str) -> Media:
        """Open and inspect the file of a path or URL.

        Raises:
            RowRejected: It can't be read or may not be used.
        """
        key = (source.get("path"), source.get("url"))
        media: Media = self._inspected.get(key, lambda: self._look(source, field))
        return media

    def _look(self, source: Source, field: str) -> Media:
        with self._open(source, field) as file:
            media = inspect(file, field)
        for note in media.warnings:
            logger.warning("%s: %s", source.get("path") or source.get("url"), note)
        return media

    def _open(self, source: Source, field: str) -> BinaryIO:
        if source.get("url"):
            return self._fetcher.fetch(source["url"], f"{field}.url")
        return open_under(self.settings.get("media_root"), source["path"], f"{field}.path")

    def upload(self, source: Source, field: str, now: datetime) -> str:
        """Return the platform's id of a READY file; upload it first if needed.

        Raises:
            RowRejected: The content changed since it was inspected.
            Deferred: It was not READY in time, or the run was stopped.
            HootsuiteError: The platform refused it.
        """
        media = self.look(source, field)
        lock = self._locks.get(media.digest, threading.Lock)
        with lock:
            if media.digest not in self._ready:
                known = self.reusable(media.digest, now)
                self._ready[media.digest] = known or self._send(source, media, field, now)
            return self._ready[media.digest]

    def reusable(self, digest: str, now: datetime) -> str | None:
        """An earlier upload, if the platform still has it."""
        known = self.journal.uploads.find(self.scope, digest)
        if known is None:
            return None
        both = Instant(now.timestamp(), self.journal.now())
        used = known["used_at"] and Instant(known["used_at"], known["own_used_at"])
        if used and used.is_older(KEPT_SECONDS, both):  # uploading anew is safe
            return None
        try:
            state = self._state(known["media_id"])
        except (errors.NotFound, errors.ValidationRejected) as error:
            if not error.not_written:  # a proxy's 404, perhaps
                raise
            return None
        if state != "READY":
            return None
        return str(known["media_id"])

    def _state(self, media_id: str) -> str:
        call = Call("get_media", {"mediaId": media_id})
        return str(answers.one(self.client, call, "state")["state"])

    def _send(self, source: Source, media: Media, field: str, now: datetime) -> str:
        with self._open(source, field) as file:
            again = inspect(file, field)  # this descriptor is what is sent
            if again.digest != media.digest:
                msg = "changed while it was read; run again when it is at rest."
                raise RowRejected(msg, field=field, code="media_changed")
            media_id = self._put(media, file)
        self._await_ready(media_id, media, field)
        at = now.timestamp()
        values = {"media_id": media_id, "mime_type": media.mime_type, "uploaded_at": at}
        self.journal.uploads.keep(self.scope, media.digest, **values)
        return media_id

    def _put(self, media: Media, file: BinaryIO) -> str:
        """Announce the file and send it at once: the upload URL is valid for about ten minutes.

        If the storage refuses the URL after a slow first try, the file is announced again.
        """
        for attempt in range(1, _PUT_TRIES + 1):
            created = self._create(media)
            try:
                self.client.upload(created["uploadUrl"], file, media.size, media.mime_type)
            except errors.ValidationRejected as error:
                if error.status != _REFUSED or attempt == _PUT_TRIES:
                    raise
            else:
                return str(created["id"])
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _create(self, media: Media) -> dict[str, Any]:
        """Announce the file. Nobody can see it yet, so an unanswered call is safely repeated."""
        body = {"sizeBytes": media.size, "mimeType": media.mime_type}
        for attempt in range(1, _CREATE_TRIES + 1):
            try:
                call = Call("create_media", body=body)
                created = answers.one(self.client, call, "uploadUrl")
            except errors.OutcomeUnknown as error:
                if attempt == _CREATE_TRIES:  # deferred: the message that wants it was not tried
                    raise Deferred("The media could not be announced; run again.") from error
            else:
                return created
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _await_ready(self, media_id: str, media: Media, field: str) -> None:
        deadline = time.monotonic() + _DEADLINES.get(media.mime_type, _DEADLINE)
        pause = _FIRST_WAIT
        while self._state(media_id) != "READY":
            if time.monotonic() > deadline:
                raise Deferred(f"{field}: the platform has not finished this media; run again.")
            if self.wait(pause):
                raise Deferred("The run was stopped while media was processed.")
            pause = min(2 * pause, _LONGEST_WAIT)
