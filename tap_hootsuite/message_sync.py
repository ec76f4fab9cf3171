"""Syncs messages and the streams derived from them, one window of time after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hootsuite_api.listed import Listed
from tap_hootsuite import seen_messages
from tap_hootsuite.answers import ids
from tap_hootsuite.base import Row
from tap_hootsuite.deletions import Deletions
from tap_hootsuite.filters import Filters, Task, fingerprint, place, refresh_scope, widened
from tap_hootsuite.message_details import MessageDetails, detail_of
from tap_hootsuite.pagination import Scope, WindowPagination
from tap_hootsuite.prefetch import Page, pages
from tap_hootsuite.progress import Progress
from tap_hootsuite.recheck import Recheck
from tap_hootsuite.run import Run
from tap_hootsuite.seen_messages import Seen, digest_of
from tap_hootsuite.windows import Window, cut, instant, stamp

PAGE = 200  # rows of details written at once
Want = tuple[MessageDetails, str]


class MessageSync:
    """One sync of messages for streams that have the same bookmark and filters.

    Args:
        run: The run.
        streams: The streams to write; the state of the first one holds their common state.
    """

    def __init__(self, run: Run, streams: Sequence[MessageDetails]) -> None:
        self.run = run
        self.streams = streams
        self.leader = streams[0]
        self.rows_to = self._named("messages")
        self.deleted = self._named("deleted_messages")
        self.detail_streams = [s for s in streams if type(s).wanted is not MessageDetails.wanted]
        self.scope = self._scope()
        self.now = Filters.of(stamp(run.options.start), self.scope)
        self.before = Filters.read(self.leader.stream_state.get("filters"))
        self.tracks = run.options.track_deletions and bool(self.rows_to or self.deleted)
        self.refresh_scope = refresh_scope(self.now, run.options)
        self.filling = False
        self.seen = False
        self.remembered = seen_messages.SeenMessages()
        self.unresolved: set[str] = set()
        self._recall()

    def _named(self, name: str) -> MessageDetails | None:
        return next((stream for stream in self.streams if stream.name == name), None)

    # ------------------------------------------------------------------ what is read

    def _scope(self) -> Scope:
        options = self.run.options
        visible = ids(self.run.directory.profiles())
        chosen = [one for one in visible if one in options.profiles]
        for one in sorted(options.profiles.difference(visible), key=seen_messages.order):
            self.leader.logger.warning(
                "social_profile_ids names %s, which the caller does not see", one
            )
        restricted = bool(options.profiles)
        profiles = chosen if restricted else visible if options.organizations else None
        return Scope(
            visible=tuple(chosen if restricted else visible),
            profiles=None if profiles is None else tuple(profiles),
            states=options.states,
        )

    def read(self) -> None:
        """Read the main range, detect deletions, then backfill what wider filters add."""
        if self.scope.profiles == ():
            self.leader.logger.warning("%s: no social profile to read", self.leader.name)
            return
        options, start = self.run.options, self.run.start
        begin = options.start
        if self.leader.bookmark:
            begin = max(begin, instant(self.leader.bookmark) - options.lookback)
        end = min(options.end or datetime.max.replace(tzinfo=start.tzinfo), start + options.horizon)
        if options.start >= end:
            self.leader.logger.warning(
                "%s: nothing is read: start_date %s lies after what is read, which ends %s",
                *(self.leader.name, stamp(options.start), stamp(end)),
            )
            return
        for stream in self.streams:
            stream.begin_refresh(self.refresh_scope)
        self._main(begin, end)
        self._find_deletions(begin, end)
        self._close(begin)
        Recheck(self.run, self.leader).read(self, min(begin, start))

    def _main(self, begin: datetime, end: datetime) -> None:
        windows = list(cut(begin, end, self.run.start))
        # Messages in review without a time are in no window: the first window after now includes
        # them.
        with_review = next(
            (w for w in windows if w.start >= self.run.start), windows[-1] if windows else None
        )
        paginations = (
            WindowPagination(
                window, self.scope, review=self.run.options.review and window is with_review
            )
            for window in windows
        )
        self._follow(paginations, len(windows), self._window_done)

    def _follow(
        self, paginations: Iterator[WindowPagination], total: int, done: Callable[[Window], None]
    ) -> None:
        wants: dict[Want, list[str]] = {}
        edge: set[str] = set()  # ids read at the boundary with the window before
        coming: set[str] = set()
        with Progress(self.leader.name, "windows", total) as progress:
            for pagination, rows in pages(self.run.pool, self._fetch, paginations):
                self.run.check()
                if rows is not None:
                    self._take(pagination, _without(rows, pagination.window, edge), wants)
                    coming |= _on_edge(rows, pagination.window)
                    continue
                edge, coming = coming, set()
                self._details(wants)
                wants.clear()
                done(pagination.window)
                progress.step()

    def _fetch(self, query: dict[str, Any]) -> Page:
        reply = self.run.send("list_messages", rows="Message", **query)
        cursor = (reply.metadata.get("cursor") or {}).get("next")
        return reply.listed("Message"), cursor, reply.headers.get("X-Request-Id")

    # ------------------------------------------------------------------ rows and details

    def _take(
        self, pagination: WindowPagination, rows: list[Listed], wants: dict[Want, list[str]]
    ) -> None:
        taken = [one for one in rows if self._belongs(pagination.scope, one.row)]
        self.seen = self.seen or bool(taken)
        if self.rows_to:
            self.rows_to.write([one.row for one in taken])
        if self._remembers():
            cutoff = self._cutoff(pagination.window)
            for one in taken:
                self._note(one, pagination.scope, cutoff, wants)
        profiles = {one.row.social_profile_id for one in taken}
        self.run.directory.seen_profiles.update(one for one in profiles if one)

    def _belongs(self, scope: Scope, message: Any) -> bool:
        """Whether a message passes the filter on states, or did when it was last seen."""
        if scope.takes(message.state):
            return True
        self.unresolved.discard(message.id)
        return self.remembered.pop(message.id, None) is not None

    def _note(
        self, one: Listed, scope: Scope, cutoff: str | None, wants: dict[Want, list[str]]
    ) -> None:
        """Remember a message that the next run reads again; want its details if it changed."""
        message, ident, time = one.row, one.row.id, one.row.scheduled_send_time
        keep = cutoff is not None and (not time or time >= cutoff)
        old = self.remembered.get(ident)
        digest = digest_of(one.source) if keep or old else ""
        if old is None or not old.digest or old.digest != digest:
            self._want(message, ident, wants)
        self.unresolved.discard(ident)
        if keep and scope.takes(message.state):
            at = seen_messages.seconds(instant(time)) if time else None
            profile = message.social_profile_id or ""
            self.remembered[ident] = Seen(at, profile, str(message.state), digest)

    def _want(self, message: Any, ident: str, wants: dict[Want, list[str]]) -> None:
        for stream in self.detail_streams:
            for key in stream.wanted(message):
                wants.setdefault((stream, key), []).append(ident)

    def _details(self, wants: dict[Want, list[str]]) -> None:
        """Request the details of a window's messages, and write them."""
        new = [want for want in wants if want[1] not in want[0].asked]
        pending: dict[MessageDetails, list[Row]] = {one: [] for one in self.detail_streams}
        for (stream, key), answer in self.run.map(lambda want: want[0].ask(want[1]), new):
            stream.asked.add(key)
            detail = detail_of(stream, key, answer)
            if not detail.settled:
                stream.unsettled.add(key)
            pending[stream] += detail.rows
            if len(pending[stream]) >= PAGE:
                stream.write(pending[stream])
                pending[stream] = []
        for stream, rows in pending.items():
            stream.write(rows)
        for (stream, key), idents in wants.items():
            if key in stream.unsettled:
                for ident in idents:
                    self._unsettle(ident)

    def _unsettle(self, ident: str) -> None:
        if ident in self.remembered:
            self.remembered[ident] = replace(self.remembered[ident], digest="")

    # ------------------------------------------------------------------ memory

    def _recall(self) -> None:
        state = self.leader.stream_state
        self.remembered = seen_messages.SeenMessages(state.get("memory"))
        for stream in self.streams[1:]:
            if stream.stream_state.get("memory"):  # synced alone: its settled keys are unknown
                stream.stream_state["memory"] = None
                for ident in self.remembered:
                    self._unsettle(ident)
        self.unresolved = set(self.remembered)

    def _remembers(self) -> bool:
        return self.tracks or bool(self.detail_streams)

    def _cutoff(self, window: Window) -> str | None:
        """The time from which the next run reads again; None during a backfill."""
        if self.filling:
            return None
        return stamp(min(window.end, self.run.start) - self.run.options.lookback)

    def _window_done(self, window: Window) -> None:
        """Store one state for all streams, after the window's rows and details are written."""
        reached = min(window.end, self.run.start)
        earlier = self.leader.bookmark
        if earlier and instant(earlier) > reached:  # windows of the lookback
            reached = instant(earlier)
        self._forget(min(window.end, self.run.start))
        for stream in self.streams:
            stream.set_bookmark(stamp(reached))
            stream.moved()
            stream.note_refresh(seen=self.seen)
            if self.before is None:
                stream.stream_state["filters"] = self.now.write()
        self._save_memory()

    def _forget(self, reached: datetime) -> None:
        """Forget messages that the next run won't read, unless this run still looks for them."""
        cutoff = seen_messages.seconds(reached - self.run.options.lookback)
        for ident in self.remembered.before(cutoff):
            if ident not in self.unresolved and self.remembered[ident].missing is None:
                del self.remembered[ident]

    def _save_memory(self) -> None:
        state = self.leader.stream_state
        state["memory"] = None  # frees the old text before the new one is built
        state["memory"] = self.remembered.pack() if self._remembers() else None
        self.leader.save()

    # ------------------------------------------------------------------ deletions

    def _find_deletions(self, begin: datetime, end: datetime) -> None:
        """Check every message that should have been listed and was not."""
        span = range(seen_messages.seconds(begin), seen_messages.seconds(end))
        deletions = Deletions(self.run, self.deleted, self.remembered)
        found = deletions.settle(self.unresolved, self._still_asked_for, span)
        self.unresolved.clear()
        self._reappeared(found)

    def _still_asked_for(self, seen: Seen) -> bool:
        chosen = self.scope.visible if self.scope.profiles is None else self.scope.profiles
        return self.tracks and seen.profile in chosen and self.scope.takes(seen.state)

    def _reappeared(self, found: list[Listed]) -> None:
        """Write messages that have moved to another time or state."""
        wants: dict[Want, list[str]] = {}
        window = Window(self.run.start, self.run.start + timedelta(seconds=1))
        # Whatever their new state is, the table must get it.
        self._take(WindowPagination(window, Scope()), found, wants)
        self._details(wants)

    # ------------------------------------------------------------------ filters with memory

    def _close(self, begin: datetime) -> None:
        """Backfill what wider filters add, then store the filters."""
        before = self.before or self.now
        key = fingerprint(before, self.now)
        reached, at = place(self.leader.stream_state.get("fill"), key)
        self.filling = True
        for number, task in enumerate(widened(before, self.now, self.scope, begin)):
            if number >= reached:
                start = max(task.start, at) if at and number == reached else task.start
                self._fill(key, number, replace(task, start=start))
        for stream in self.streams:
            stream.stream_state["filters"] = self.now.write()
            stream.stream_state["fill"] = None
            stream.note_refresh(seen=self.seen)
            stream.finish_refresh(self.refresh_scope)
        self._forget(self.run.start)
        self._save_memory()

    def _fill(self, key: str, number: int, task: Task) -> None:
        def done(window: Window) -> None:
            for stream in self.streams:
                stream.stream_state["fill"] = {"key": key, "task": number, "at": stamp(window.end)}
            self._save_memory()

        windows = list(cut(task.start, task.end, task.end))
        paginations = (WindowPagination(window, task.scope) for window in windows)
        self._follow(paginations, len(windows), done)

    # ------------------------------------------------------------------ changes in old messages

    def reread(self, windows: Iterator[Window], total: int, done: Callable[[Window], None]) -> None:
        """Read and write the messages of old windows again, without their details."""
        streams, self.detail_streams = self.detail_streams, []
        tracks, self.tracks = self.tracks, False
        paginations = (WindowPagination(window, self.scope) for window in windows)
        try:
            self._follow(paginations, total, done)
        finally:
            self.detail_streams, self.tracks = streams, tracks


def _without(rows: list[Listed], window: Window, edge: set[str]) -> list[Listed]:
    if not edge:
        return rows
    start = stamp(window.start)
    return [one for one in rows if one.row.scheduled_send_time != start or one.row.id not in edge]


def _on_edge(rows: list[Listed], window: Window) -> set[str]:
    end = stamp(window.end)
    return {one.row.id for one in rows if one.row.scheduled_send_time == end}
