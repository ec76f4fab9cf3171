"""Messages and the streams derived from them: history, media, deletions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from hootsuite_api.records import utc
from tap_hootsuite.base import ID, TIME, Row, Stage
from tap_hootsuite.message_details import Detail
from tap_hootsuite.message_stream import MessageStream
from tap_hootsuite.windows import instant

RETENTION = timedelta(days=90)  # after its use the platform deletes a media file


class Messages(MessageStream):
    """Messages, one per social profile."""

    name = "messages"
    primary_keys = ("id",)
    replication_key = "scheduled_send_time"
    stage = Stage.MESSAGES
    operation = "list_messages"
    refreshable = True
    also = ("get_message",)
    component = "Message"


class DeletedMessages(MessageStream):
    """Messages that two successive runs found gone while their profile was still visible."""

    name = "deleted_messages"
    primary_keys = ("message_id",)
    replication_key = "confirmed_at"
    operation = "get_message"
    extra = {  # noqa: RUF012 - a ClassVar of the base
        "message_id": ID,
        "social_profile_id": ID,
        "scheduled_send_time": TIME,
        "last_state": ID,
        "missing_since": TIME,
        "confirmed_at": TIME,
    }


class MessageHistory(MessageStream):
    """Review history of a message: actions of reviewers and the system, oldest first."""

    name = "message_history"
    primary_keys = ("message_id", "sequence")
    replication_key = "timestamp"
    operation = "get_message_history"
    refreshable = True
    component = "ReviewAction"
    nothing = frozenset({4000})  # never reviewed
    extra = {"message_id": ID, "sequence": {"type": ["integer", "null"]}}  # noqa: RUF012 - as above

    def wanted(self, message: Any) -> Iterable[str]:
        """Request it only for messages with signs of a review: others answer 400/4000."""
        signs = (
            message.sequence_number is not None
            or message.reviewers
            or message.state in ("PENDING_APPROVAL", "REJECTED")
        )
        return (message.id,) if signs or self.run.options.every_history else ()

    def ask(self, key: str) -> Any:
        """Request one message's history."""
        return self.run.send(self.operation, {"messageId": key}).data

    def detail(self, key: str, data: Any) -> Detail:
        """Number the actions."""
        actions = sorted(data.get("actions") or (), key=lambda one: utc(one.get("timestamp")) or "")
        rows = [
            {"message_id": key, "sequence": number, **self.row({}, action)}
            for number, action in enumerate(actions, 1)
        ]
        return Detail(rows, settled=True)

    @property
    def bookmark(self) -> str | None:
        """The bookmark; None if the scope has become wider, which is read from the start."""
        narrow = self.run.options.every_history and not self.stream_state.get("every")
        return None if narrow else super().bookmark

    def moved(self) -> None:
        """Store the scope that the table was built with."""
        self.stream_state["every"] = self.run.options.every_history


class Media(MessageStream):
    """Media of messages, as long as the platform keeps them."""

    name = "media"
    primary_keys = ("id",)
    operation = "get_media"
    component = "MediaStatus"

    def wanted(self, message: Any) -> Iterator[str]:
        """Request the media of messages used within 90 days."""
        media, time = message.media, message.scheduled_send_time
        if media and (not time or instant(time) >= self.run.start - RETENTION):
            yield from (str(one["id"]) for one in media if one.get("id"))

    def ask(self, key: str) -> Any:
        """Request one media file."""
        return self.run.send(self.operation, {"mediaId": key}).data

    def detail(self, key: str, data: Any) -> Detail:
        """Return its row; the next run requests a file again that is not ready yet."""
        row: Row = self.row({}, {"id": key, **data})
        return Detail([row], settled=row["state"] == "READY")
