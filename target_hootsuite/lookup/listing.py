"""Lists the messages already on the platform, window by window, indexed by place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hootsuite_api import moments
from hootsuite_api.calls import Call
from hootsuite_api.client import HootsuiteClient
from hootsuite_api.cursor_guard import CursorGuard
from hootsuite_api.errors import TornBody
from hootsuite_api.replies import Reply
from target_hootsuite.lookup import answers
from target_hootsuite.rows.identity import plain_text
from target_hootsuite.rows.times import api_time

_PAGE = 100
_WINDOW = timedelta(days=28) - timedelta(seconds=2)
_MARGIN = timedelta(seconds=1)
_PROFILES = 50


def comparable(text: str | None) -> str:
    """Normalise text for the comparison of two messages."""
    return plain_text(text or "").strip()


@dataclass(frozen=True)
class Found:
    """A message on the platform, reduced to the fields that identify it.

    Args:
        id: Its id.
        profile: Its social profile.
        at: When it is or was sent, epoch seconds; None for one that waits for review without time.
        text: Comparable text.
        creator: Who made it, where known.
        state: Its state.
    """

    id: str
    profile: str
    at: float | None
    text: str
    creator: str | None
    state: str


def found_of(message: dict[str, Any]) -> Found:
    """Reduce a message of the API.

    Raises:
        LookupError: Its profile is missing. A field of another type raises other errors.
    """
    profile = message["socialProfile"]["id"]
    if profile is None:
        raise LookupError
    sent = message.get("scheduledSendTime")
    return Found(
        str(message["id"]),
        str(profile),
        moments.parse(sent).timestamp() // 1 if sent else None,
        comparable(message.get("text")),
        _maybe((message.get("createdByMember") or {}).get("id")),
        str(message.get("state")),
    )


def _maybe(value: Any) -> str | None:
    return None if value is None else str(value)


@dataclass(frozen=True)
class Place:
    """A profile and a time span in which a message is searched.

    Args:
        profile: The social profile.
        since: Epoch seconds.
        until: Epoch seconds; the same second for a scheduled message.
        unscheduled: Whether messages that wait for review without a time count.
    """

    profile: str
    since: float
    until: float
    unscheduled: bool = False


@dataclass
class Listing:
    """The messages found in the searched places, indexed by profile and second."""

    _found: dict[str, dict[float | None, dict[str, Found]]] = field(default_factory=dict)

    def add(self, message: Found) -> None:
        """Keep a message."""
        seconds = self._found.setdefault(message.profile, {})
        seconds.setdefault(message.at, {})[message.id] = message

    def at(self, place: Place) -> list[Found]:
        """Messages in a place, oldest id first."""
        inside = [one for second in self._seconds(place) for one in second.values()]
        return sorted(inside, key=lambda one: (len(one.id), one.id))

    def _seconds(self, place: Place) -> Iterator[dict[str, Found]]:
        seconds = self._found.get(place.profile, {})
        if place.unscheduled and None in seconds:
            yield seconds[None]
        if place.since == place.until:
            yield seconds.get(place.since, {})
            return
        for at, found in seconds.items():
            if at is not None and place.since <= at <= place.until:
                yield found


def windows(spans: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Return the fewest windows of at most four weeks that cover the spans but not the gaps."""
    start = end = None
    for low, high in sorted(spans):
        while start is None or end is None or high > end:
            if start is None or end is None or low > start + _WINDOW:
                if start is not None and end is not None:
                    yield start, end
                start = end = low
            end = max(end, min(high, start + _WINDOW))
            low = end + timedelta(seconds=1)  # noqa: PLW2901 - the rest of a span
    if start is not None and end is not None:
        yield start, end


def read(client: HootsuiteClient, places: Sequence[Place]) -> Listing:
    """List all messages in some places.

    Args:
        client: Asks the platform.
        places: Where to look.

    Raises:
        HootsuiteError: The complete list can't be read.
    """
    listing = Listing()
    profiles = sorted({place.profile for place in places})
    unscheduled = any(place.unscheduled for place in places)
    spans = {(_moment(place.since), _moment(place.until)) for place in places}
    for start, end in windows(spans):
        for at in range(0, len(profiles), _PROFILES):
            query = {"socialProfileIds": profiles[at : at + _PROFILES]}
            if unscheduled:
                query["includeUnscheduledReviewMsgs"] = True  # type: ignore[assignment]
            for message in _window(client, start - _MARGIN, end + _MARGIN, query):
                listing.add(found_of(message))
    return listing


def check(place: Place) -> None:
    """Compute the windows of a place as `read` does, without a request.

    Raises:
        OverflowError: No window can hold them.
    """
    for start, end in windows([(_moment(place.since), _moment(place.until))]):
        api_time(start - _MARGIN)
        api_time(end + _MARGIN)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), tz=UTC)


def _window(
    client: HootsuiteClient, start: datetime, end: datetime, query: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """All messages of a window. If a page is full but has no cursor, read the window in halves."""
    times = {"startTime": api_time(start), "endTime": api_time(end), "limit": _PAGE}
    guard = CursorGuard("list_messages", "messages")
    cursor = None
    while True:
        call = Call("list_messages", query={**query, **times, "cursor": cursor})
        reply = client.send(call)
        if reply.errors:
            raise answers.torn(call, reply, "it carries errors, so that the list may be incomplete")
        page, cursor = answers.objects(call, reply, reply.data), answers.cursor_of(call, reply)
        if not cursor and len(page) >= _PAGE:
            yield from _halves(client, start, end, query)
            return
        yield from (_checked(call, reply, message) for message in page)
        if not cursor:
            return
        guard.accept(page, cursor, reply.headers.get("X-Request-Id"))


def _checked(call: Call, reply: Reply, message: dict[str, Any]) -> dict[str, Any]:
    """Return a message after checking that its time, text and references can be read.

    Raises:
        TornBody: They can't.
    """
    try:
        found_of(message)
    except (AttributeError, LookupError, TypeError, ValueError, OverflowError) as error:
        what = f"message {message['id']} has a field of another kind ({type(error).__name__})"
        raise answers.torn(call, reply, what) from error
    return message


def _halves(
    client: HootsuiteClient, start: datetime, end: datetime, query: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    if end - start > timedelta(seconds=1):
        middle = start + timedelta(seconds=(end - start).total_seconds() // 2)
        yield from _window(client, start, middle, query)
        yield from _window(client, middle, end, query)
        return
    profiles = query["socialProfileIds"]
    if len(profiles) == 1:
        raise TornBody("The message list is cut: more messages in one second than it shows")
    for profile in profiles:
        yield from _window(client, start, end, {**query, "socialProfileIds": [profile]})
