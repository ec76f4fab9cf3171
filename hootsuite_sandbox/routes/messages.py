"""`/v1/messages`: lists, reads and deletes messages; see also `composing` and `reviews`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hootsuite_sandbox.clock import parse_instant
from hootsuite_sandbox.domain import access, views
from hootsuite_sandbox.domain.message_store import Key
from hootsuite_sandbox.domain.records import Document, Message
from hootsuite_sandbox.errors import ApiError, absent
from hootsuite_sandbox.operations import Context, Result, operation

WIDEST_WINDOW = 28 * 86_400
DEFAULT_LIMIT = 50
LARGEST_LIMIT = 100
_CURSOR = re.compile(r"([0-9]{1,15}):([0-9]{1,19}):([01])")
_DELETABLE = frozenset({"SCHEDULED", "PENDING_APPROVAL", "REJECTED", "SEND_FAILED_PERMANENTLY"})
# Observed answers to a successful deletion, besides the documented empty envelope.
_DELETED_BODIES: tuple[Any, ...] = ({}, {"data": {}}, {"data": []}, b"", b"Message deleted")


@operation("get_message")
def get_message(ctx: Context) -> Document:
    """Answer with one message; in recordings it is wrapped in a list.

    Documented: it may be unavailable for a while during the upload to the network.
    """
    message = access.message(ctx)
    if message.state == "SUBMITTED" and ctx.now < (message.time or 0) + ctx.options.lag_seconds:
        raise absent("message", message.id)
    shown = views.show_message(ctx.world, message)
    return {"data": [shown] if ctx.recorded else shown}


@operation("delete_message")
def delete_message(ctx: Context) -> Document | Result:
    """Delete a message; its post on the network stays."""
    message = access.message(ctx)
    if message.state not in _DELETABLE:
        raise ApiError(
            400,
            40003,
            "The message cannot be deleted in its state.",
            {"type": "message", "id": message.id},
        )
    if not _may_delete(ctx, message):
        raise access.denied(ctx)
    ctx.world.messages.remove(message)
    ctx.commit("message_deleted", message_id=message.id, social_profile_id=message.profile_id)
    if not ctx.recorded:
        return {"data": {}}
    body = _DELETED_BODIES[message.number % len(_DELETED_BODIES)]
    return Result(200, body, media_type="text/plain" if isinstance(body, bytes) else None)


def _may_delete(ctx: Context, message: Message) -> bool:
    grant = access.grant_on(ctx, message.profile_id)
    rights = grant.permissions if grant else ()
    waiting = message.state == "PENDING_APPROVAL"
    return access.PUBLISH in rights or (waiting and access.PUBLISH_WITH_APPROVAL in rights)


@operation("list_messages")
def list_messages(ctx: Context) -> Document:
    """Answer with a page of messages with `startTime <= time < endTime`.

    It is not published whether the end is included; half-open ranges can be adjacent.
    """
    search = _search(ctx)
    rows, more = search.page(ctx)
    return {
        "data": [views.show_message(ctx.world, row) for row in rows],
        "metadata": {"cursor": _cursors(ctx, search, rows, more=more)},
    }


@dataclass(frozen=True, slots=True)
class _Search:
    """The filters of a message list.

    Messages without a time sort before all others, as if sent in 1970, so that cursors work for
    them. `include_unscheduled` includes rejected ones, too: nothing else lists them.
    """

    start: int
    end: int
    state: str | None
    profiles: frozenset[str]
    limit: int
    include_unscheduled: bool
    after: Key | None
    before: Key | None

    def page(self, ctx: Context) -> tuple[list[Message], bool]:
        """Return the rows of the page, and whether there are more in the reading direction."""
        wanted = self.limit + 1
        rows = self._backward(ctx, wanted) if self.before else self._forward(ctx, wanted)
        if len(rows) < wanted:
            return rows, False
        return (rows[1:] if self.before else rows[:-1]), True

    def _forward(self, ctx: Context, wanted: int) -> list[Message]:
        rows = [m for m in self._unscheduled(ctx) if self.after is None or _key(m) > self.after]
        rows = rows[:wanted]
        return [*rows, *self._scheduled(ctx, wanted - len(rows))]

    def _backward(self, ctx: Context, wanted: int) -> list[Message]:
        rows = self._scheduled(ctx, wanted)
        earlier = [m for m in self._unscheduled(ctx) if self.before and _key(m) < self.before]
        missing = wanted - len(rows)
        return [*earlier[-missing:], *rows] if missing else rows

    def _scheduled(self, ctx: Context, limit: int) -> list[Message]:
        after, before = self.after, self.before
        if limit <= 0 or (before and before[0] <= self.start):
            return []
        return ctx.world.messages.scan(
            self.start,
            self.end,
            limit=limit,
            state=self.state,
            profiles=self.profiles,
            after=after if after and after[0] >= self.start else None,
            before=min(before, (self.end, 0)) if before else None,
        )

    def _unscheduled(self, ctx: Context) -> list[Message]:
        if not self.include_unscheduled:
            return []
        return [
            message
            for message in ctx.world.messages.unscheduled()
            if message.profile_id in self.profiles and self.state in (None, message.state)
        ]


def _search(ctx: Context) -> _Search:
    query = ctx.query
    start, end = _instant(ctx, "startTime"), _instant(ctx, "endTime")
    if end < start:
        raise ApiError(400, 4000, "endTime must not lie before startTime.")
    if end - start > WIDEST_WINDOW:
        raise ApiError(400, 40020, "The time range must not exceed four weeks.")
    place, direction = _place(query.get("cursor"))
    reachable = frozenset(profile.id for profile in access.visible(ctx))
    chosen = query.getlist("socialProfileIds")
    return _Search(
        start=start,
        end=end,
        state=query.get("state"),
        profiles=reachable.intersection(chosen) if chosen else reachable,
        limit=int(query.get("limit", DEFAULT_LIMIT)),
        include_unscheduled=query.get("includeUnscheduledReviewMsgs", "").lower() == "true",
        after=place if direction == "0" else None,
        before=place if direction == "1" else None,
    )


def _instant(ctx: Context, name: str) -> int:
    try:
        return parse_instant(ctx.query[name])
    except ValueError as error:
        raise ApiError(400, 4000, f"{name} must be a UTC time ending in Z.") from error


def _place(cursor: str | None) -> tuple[Key | None, str]:
    if cursor is None:
        return None, ""
    parts = _CURSOR.fullmatch(cursor)
    if parts is None:
        raise ApiError(400, 3020, "The format of the cursor is invalid.")
    return (int(parts[1]) // 1000, int(parts[2])), parts[3]


def _cursors(
    ctx: Context, search: _Search, rows: list[Message], *, more: bool
) -> dict[str, str | None]:
    following = more if search.before is None else True
    preceding = more if search.before is not None else search.after is not None
    if ctx.options.truncate_lists and len(rows) == LARGEST_LIMIT:
        following = False
    return {
        "next": _cursor(rows[-1], 0) if rows and following else None,
        "previous": _cursor(rows[0], 1) if rows and preceding else None,
    }


def _cursor(message: Message, direction: int) -> str:
    time, number = _key(message)
    return f"{time * 1000}:{number}:{direction}"


def _key(message: Message) -> Key:
    return message.time or 0, message.number
