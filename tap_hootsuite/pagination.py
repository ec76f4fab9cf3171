"""Pagination of the message list: which page to request next. Sends nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hootsuite_api.cursor_guard import CursorGuard, ListingFault
from hootsuite_api.listed import Listed
from tap_hootsuite.windows import SECOND, Window, instant, stamp

PAGE = 100  # the most rows that the platform gives at once
MANY = 100  # profiles named in one request: keeps the address short enough for any proxy


@dataclass(frozen=True, slots=True)
class Scope:
    """Which messages a listing is about.

    Attributes:
        visible: The profiles to fall back to when a second holds more rows than a page.
        profiles: Only these profiles; None asks for all that the caller sees.
        states: Only these states; empty for all.
        beyond: Not these states (what a widened filter adds to them).
    """

    visible: tuple[str, ...] = ()
    profiles: tuple[str, ...] | None = None
    states: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()

    def takes(self, state: str | None) -> bool:
        """Whether a message in this state belongs to it."""
        return (not self.states or state in self.states) and state not in self.beyond

    @property
    def state(self) -> str | None:
        """The one state that the platform itself can filter by, if that is enough."""
        if len(self.states) != 1 or "SUBMITTED" in self.states:  # 40019
            return None
        return next(iter(self.states))


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the window still to be read."""

    window: Window
    profiles: tuple[str, ...] | None = None
    review: bool = False


@dataclass(slots=True)
class WindowPagination:
    """Reads one window page by page and never trusts that a page was the last.

    `query` says what to ask, `accept` takes the answer and returns its rows. A full page
    without a cursor may hide rows (the platform was seen to cut silently), so what is left of
    the window is cut in two, down to one second, then by profile.

    Args:
        window: What to read.
        scope: Which messages.
        review: Also ask for send-now messages in review, which have no time.
    """

    window: Window
    scope: Scope = field(default_factory=Scope)
    review: bool = False
    _parts: list[Part] = field(init=False)
    _cursor: str | None = field(init=False, default=None)
    _guard: CursorGuard = field(init=False)
    _seen: set[str] | None = field(init=False, default=None)
    _tail: set[str] = field(init=False, default_factory=set)  # ids that share the last row's second
    _last: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Lay out the parts: one, or one for every hundred profiles."""
        span = f"messages from {stamp(self.window.start)} to {stamp(self.window.end)}"
        self._guard = CursorGuard("list_messages", span)
        whole = Part(self.window, self.scope.profiles, self.review)
        if self.scope.profiles is None:
            self._parts = [whole]
        else:
            ids = self.scope.profiles
            groups = [ids[i : i + MANY] for i in range(0, len(ids), MANY)]
            self._parts = [replace(whole, profiles=group) for group in reversed(groups)]
            self._seen = set() if self.review and len(groups) > 1 else None

    def query(self) -> dict[str, Any] | None:
        """Return the query of the next request, or None when the window is read."""
        if not self._parts:
            return None
        part = self._parts[-1]
        query: dict[str, Any] = {
            "startTime": stamp(part.window.start),
            "endTime": stamp(part.window.end),
            "limit": PAGE,
        }
        if part.profiles is not None:
            query["socialProfileIds"] = list(part.profiles)
        if self.scope.state:
            query["state"] = self.scope.state
        if part.review:
            query["includeUnscheduledReviewMsgs"] = True
        if self._cursor:
            query["cursor"] = self._cursor
        return query

    def accept(
        self, rows: Sequence[Listed], cursor: str | None, trace: str | None = None
    ) -> list[Listed]:
        """Take the answer to `query` and return the rows that were not there before.

        Raises:
            ListingFault: If a cursor repeats, if cursors lead nowhere, or if one profile has more
                rows in one second than a page holds.
        """
        first = self._cursor is None
        self._guard.accept_keys([one.row.id for one in rows], cursor, trace)
        self._cursor = cursor
        fresh = self._fresh(rows)
        if cursor:
            self._remember_tail(rows)
            return fresh
        part = self._parts.pop()
        if len(rows) >= PAGE:
            if self._seen is None:
                self._seen = self._tail.union(one.row.id for one in rows)
            self._parts += reversed(self._split(part, rows, first=first))
        return fresh

    def _remember_tail(self, rows: Sequence[Listed]) -> None:
        last = rows[-1].row.scheduled_send_time if rows else self._last
        if last != self._last:
            self._last, self._tail = last, set()
        for one in reversed(rows):
            if one.row.scheduled_send_time != last:
                break
            self._tail.add(one.row.id)

    def _fresh(self, rows: Sequence[Listed]) -> list[Listed]:
        if self._seen is None:
            return list(rows)
        fresh = [one for one in rows if one.row.id not in self._seen]
        self._seen.update(one.row.id for one in fresh)
        return fresh

    def _split(self, part: Part, page: Sequence[Listed], *, first: bool) -> list[Part]:
        """Cut a part whose last page was full; pages with a cursor before it are sure."""
        found = (one.row.scheduled_send_time for one in page)
        times = sorted(instant(time).replace(microsecond=0) for time in found if time)
        window = part.window
        if times and not first:
            window = Window(min(max(times[0], window.start), window.end - SECOND), window.end)
        if window.length > SECOND:
            # Nine tenths of the page in one piece, the tenth and what may be hidden in the other:
            # a page that was full by chance is settled by two requests.
            dense = times[len(times) * 9 // 10] if times else None
            pieces = [replace(part, window=half) for half in window.halves(dense)]
        else:
            pieces = [replace(part, window=window, profiles=(one,)) for one in self._each(part)]
        # Messages in review have no time: the first piece asks for them again, `_seen` drops them.
        return [replace(one, review=part.review and i == 0) for i, one in enumerate(pieces)]

    def _each(self, part: Part) -> tuple[str, ...]:
        among = part.profiles if part.profiles is not None else self.scope.visible
        if not among or (part.profiles is not None and len(part.profiles) == 1):
            raise ListingFault(
                f"More than {PAGE} messages stand at {stamp(part.window.start)} and the platform "
                "gives no cursor to read on"
            )
        return among
