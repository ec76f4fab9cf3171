"""Uploaded media in the journal: content that was uploaded once need not be uploaded again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from target_hootsuite.journal.schema import MEDIA
from target_hootsuite.journal.transactions import Transactions


class Uploads:
    """The uploads that a journal knows.

    Args:
        database: The journal's database.
        now: Our own clock, in epoch seconds.
    """

    def __init__(self, database: Transactions, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def find(self, scope: str, digest: str) -> Mapping[str, Any] | None:
        """The upload of one content, if it was uploaded."""
        query = sa.select(MEDIA).where(MEDIA.c.scope == scope, MEDIA.c.digest == digest)
        with self._database.read() as connection:
            found = connection.execute(query).mappings().first()
        return dict(found) if found else None

    def keep(self, scope: str, digest: str, **values: Any) -> None:
        """Store the upload of one content; replace an older one."""
        row = {"used_at": None, "own_used_at": None, **values}
        key = {"scope": scope, "digest": digest}
        self._database.execute(self._database.upsert(MEDIA, key, row))

    def note_use(self, scope: str, media_ids: Sequence[str], at: float) -> None:
        """Store when a message first used the media: the platform deletes them 90 days later."""
        if media_ids:
            unused = (MEDIA.c.media_id.in_(media_ids), MEDIA.c.used_at.is_(None))
            values = {"used_at": at, "own_used_at": self._now()}
            change = MEDIA.update().where(MEDIA.c.scope == scope, *unused).values(values)
            self._database.execute(change)
