"""The replay rule of `media`, and how messages find the media that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from target_hootsuite.context import RunContext
from target_hootsuite.errors import Deferred, RowRejected
from target_hootsuite.journal.entries import Intent
from target_hootsuite.model import Outcome, Row, Rule, Unit
from target_hootsuite.statuses import EntryStatus, ResultStatus


class MediaRule(Rule[RunContext]):
    """Uploaded once per content and account; a repeated upload harms nobody."""

    def content(self, context: RunContext, row: Row, profile: str | None) -> Mapping[str, Any]:  # noqa: ARG002
        """The content of the file, by its hash."""
        _one_source(row)
        return {"sha256": context.media.look(row, "media").digest}

    def remember(self, context: RunContext, unit: Unit) -> None:
        """Keep the unit, because messages may refer to its key."""
        context.media_units.setdefault(unit.identity.key, unit)

    def act(self, context: RunContext, unit: Unit) -> Outcome:
        """Upload the file unless the journal has this row with the same content."""
        current = unit.current
        if current is not None and context.same(unit, current):
            return Outcome(ResultStatus.UNCHANGED, "none", current.remote_id)
        context.about_to("upload")
        now = context.now()
        media_id = context.media.upload(unit.row, "media", now)
        unit.attempts += 1
        kept = {"sha256": unit.content["sha256"]}
        intent = Intent(
            unit.identity, unit.fingerprint, kept, now.timestamp(), "upload", previous=unit.newest
        )
        outcome = Outcome(ResultStatus.DONE, "upload", media_id, journalled=True)
        entry = context.journal.begin(intent)
        context.journal.settle(
            entry, EntryStatus.DONE, context.book.line(unit, outcome), remote_id=media_id
        )
        return outcome


def _one_source(row: Row) -> None:
    if len([name for name in ("path", "url") if row.get(name)]) != 1:
        raise RowRejected("give exactly one of path and url.", field="path", code="media_source")


def digest_of(context: RunContext, key: str, field: str) -> str:
    """The content hash of a `media` row, of this run or of an earlier one.

    Raises:
        RowRejected: No such row is known.
    """
    unit = context.media_units.get(key.strip())
    if unit is not None:
        return str(unit.content["sha256"])
    for entry in context.journal.by_key(context.scope, "media", key.strip()):
        if entry.status == EntryStatus.DONE:
            return str(entry.content["sha256"])
    msg = f"names media {key!r}, which is no row of `media` that was uploaded."
    raise RowRejected(msg, field=f"{field}.external_id", code="unknown_media")


def attach(context: RunContext, row: Row) -> list[str]:
    """Ids of a row's media, all of them READY on the platform.

    Raises:
        RowRejected: A file can't be used.
        Deferred: One is not READY yet.
    """
    now = context.now()
    found = []
    for place, item in enumerate(row.get("media", [])):
        field = f"media[{place}]"
        if item.get("id"):
            found.append(str(item["id"]))
        elif item.get("external_id"):
            found.append(_of_row(context, item["external_id"].strip(), field))
        else:
            found.append(context.media.upload(item, field, now))
    return found


def _of_row(context: RunContext, key: str, field: str) -> str:
    """The id of a `media` row's upload: looked up, or made again if the platform lost it."""
    unit = context.media_units.get(key)
    if unit is not None:
        if unit.result is not None and unit.result.status == ResultStatus.REJECTED:
            msg = f"waits for media {key!r}, which was rejected: {unit.result.error_message}"
            raise RowRejected(msg, field=field, code="media_rejected")
        return context.media.upload(unit.row, field, context.now())
    for entry in context.journal.by_key(context.scope, "media", key):
        if entry.status == EntryStatus.DONE:
            known = context.media.reusable(entry.content["sha256"], context.now())
            if known is not None:
                return known
    raise Deferred(f"{field}: media {key!r} is gone from the platform; send its row again.")
