"""The replay rule of `media`, and how messages find the media that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from target_hootsuite.desk import Desk
from target_hootsuite.errors import Deferred, RowRejected
from target_hootsuite.journal_entries import Intent
from target_hootsuite.rules import Rule
from target_hootsuite.units import Outcome, Row, Unit


class MediaRule(Rule):
    """Uploaded once per content and account; a repeated upload harms nobody."""

    def content(self, desk: Desk, row: Row, profile: str | None) -> Mapping[str, Any]:  # noqa: ARG002
        """The content of the file, by its hash."""
        _one_source(row)
        return {"sha256": desk.media.look(row, "media").digest}

    def act(self, desk: Desk, unit: Unit) -> Outcome:
        """Upload unless this content is there."""
        current = unit.current
        if current is not None and desk.same(unit, current):
            return Outcome("unchanged", "none", current.remote_id)
        desk.about_to("upload")
        now = desk.now()
        media_id = desk.media.upload(unit.row, "media", now)
        unit.attempts += 1
        kept = {"sha256": unit.content["sha256"]}
        intent = Intent(
            unit.identity, unit.fingerprint, kept, now.timestamp(), "upload", previous=unit.newest
        )
        outcome = Outcome("done", "upload", media_id, journalled=True)
        entry = desk.journal.begin(intent)
        desk.journal.settle(entry, "done", desk.result(unit, outcome), remote_id=media_id)
        return outcome


def _one_source(row: Row) -> None:
    if len([name for name in ("path", "url") if row.get(name)]) != 1:
        raise RowRejected("give exactly one of path and url.", field="path", code="media_source")


def digest_of(desk: Desk, key: str, field: str) -> str:
    """The content hash of a `media` row, of this run or of an earlier one.

    Raises:
        RowRejected: No such row is known.
    """
    unit = desk.media_units.get(key.strip())
    if unit is not None:
        return str(unit.content["sha256"])
    for entry in desk.journal.by_key(desk.scope, "media", key.strip()):
        if entry.status == "done":
            return str(entry.content["sha256"])
    msg = f"names media {key!r}, which is no row of `media` that was uploaded."
    raise RowRejected(msg, field=f"{field}.external_id", code="unknown_media")


def attach(desk: Desk, row: Row) -> list[str]:
    """Ids of a row's media, all of them READY on the platform.

    Raises:
        RowRejected: A file can't be used.
        Deferred: One is not READY yet.
    """
    now = desk.now()
    found = []
    for place, item in enumerate(row.get("media", [])):
        field = f"media[{place}]"
        if item.get("id"):
            found.append(str(item["id"]))
        elif item.get("external_id"):
            found.append(_of_row(desk, item["external_id"].strip(), field))
        else:
            found.append(desk.media.upload(item, field, now))
    return found


def _of_row(desk: Desk, key: str, field: str) -> str:
    """The id of a `media` row's upload: looked up, or made again if the platform lost it."""
    unit = desk.media_units.get(key)
    if unit is not None:
        if unit.result is not None and unit.result.status == "rejected":
            msg = f"waits for media {key!r}, which was rejected: {unit.result.error_message}"
            raise RowRejected(msg, field=field, code="media_rejected")
        return desk.media.upload(unit.row, field, desk.now())
    for entry in desk.journal.by_key(desk.scope, "media", key):
        if entry.status == "done":
            known = desk.media.reusable(entry.content["sha256"], desk.now())
            if known is not None:
                return known
    raise Deferred(f"{field}: media {key!r} is gone from the platform; send its row again.")
