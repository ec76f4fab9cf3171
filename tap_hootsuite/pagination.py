"""Pagination of the message list: which page to request next. Sends nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hootsuite_api.cursor_guard import CursorGuard, ListingFault
from hootsuite_api.listed import Listed
from tap_hootsuite.windows import SECOND, Window, instant, stamp

PAGE = 100  # the most rows in one answer of the platform
MANY = 100  # profiles in one request: keeps the URL short enough for any proxy


@dataclass(frozen=True, slots=True)
class Scope:
    """The filters of a message list.

    Attributes:
        visible: All profiles, for reading profile by profile if one second has more rows than a
            page.
        profiles: Only these profiles; None for all that the caller sees.
        states: Only these states; empty for all.
        beyond: Not these states (for the backfill of a wider filter).
    """

    visible: tuple[str, ...] = ()
    profiles: tuple[str, ...] | None = None
    states: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()

    def takes(self, state: str | None) -> bool:
        """Whether the filters include a message in this state."""
        return (not self.states or state in self.states) and state not in self.beyond

    @property
    def state(self) -> str | None:
        """The state to filter by on the platform, if there is exactly one that it supports."""
        if len(self.states) != 1 or "SUBMITTED" in self.states:  # 40019
            return None
        return next(iter(self.states))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the window that is still to be read."""

    window: Window
    profiles: tuple[str, ...] | None = None
    review: bool = False


@dataclass(slots=True)
class WindowPagination:
    """Reads one window page by page, and does not trust that a full page is the last.

    `query` returns the next request, `accept` takes its answer and returns the rows. A full page
    without a cursor may hide rows (the platform was seen to cut lists silently). So the rest of the
    window is split in two, down to one second, then by profile.

    Args:
        window: The window.
        scope: The filters.
        review: Also request send-now messages in review, which have no time.
    """

    window: Window
    scope: Scope = field(default_factory=Scope)
    review: bool = False
    _parts: list[Part] = field(init=False)
    _cursor: str | None = field(init=False, default=None)
    _guard: CursorGuard = field(init=False)
    _seen: set[str] | None = field(init=False, default=None)
    _tail: set[str] = field(init=False, default_factory=set)  # ids in the last row's second
    _last: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Create the parts: one, or one per hundred profiles."""
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
        """Return the query of the next request, or None if the window is complete."""
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
        """Take the answer to `query` and return its new rows.

        Raises:
            ListingFault: If a cursor repeats, if pages bring nothing new, or if one profile has
                more rows in one second than a page holds.
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
        """Split a part whose last page was full; its earlier pages had a cursor: complete."""
        found = (one.row.scheduled_send_time for one in page)
        times = sorted(instant(time).replace(microsecond=0) for time in found if time)
        window = part.window
        if times and not first:
            window = Window(min(max(times[0], window.start), window.end - SECOND), window.end)
        if window.length > SECOND:
            # Nine tenths of the page in one part, the rest and possible hidden rows in the other: a
            # page that was full by chance needs only two more requests.
            dense = times[len(times) * 9 // 10] if times else None
            pieces = [replace(part, window=half) for half in window.halves(dense)]
        else:
            pieces = [replace(part, window=window, profiles=(one,)) for one in self._each(part)]
        # Messages in review have no time: the first part requests them again, `_seen` drops them.
        return [replace(one, review=part.review and i == 0) for i, one in enumerate(pieces)]

    def _each(self, part: Part) -> tuple[str, ...]:
        among = part.profiles if part.profiles is not None else self.scope.visible
        if not among or (part.profiles is not None and len(part.profiles) == 1):
            raise ListingFault(
                f"More than {PAGE} messages stand at {stamp(part.window.start)} and the platform "
                "gives no cursor to read on"
            )
        return among
