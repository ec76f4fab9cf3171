"""Detects deleted messages: those that two successive runs don't find."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from hootsuite_api.errors import NotFound, PermissionDenied
from hootsuite_api.listed import Listed, listed
from tap_hootsuite import seen_messages
from tap_hootsuite.base import Row
from tap_hootsuite.message_details import MessageDetails
from tap_hootsuite.run import Run
from tap_hootsuite.seen_messages import Seen, SeenMessages
from tap_hootsuite.windows import stamp


class Deletions:
    """Checks the remembered messages that are missing from the lists of this run.

    Args:
        run: The run.
        stream: The stream `deleted_messages`; None when it is not selected.
        remembered: The messages that earlier runs saw; kept up to date here.
    """

    def __init__(self, run: Run, stream: MessageDetails | None, remembered: SeenMessages) -> None:
        self._run = run
        self._stream = stream
        self._remembered = remembered

    def settle(
        self, unlisted: Collection[str], is_asked_for: Callable[[Seen], bool], span: range
    ) -> list[Listed]:
        """Look up each message that should have been listed, and write those that are deleted.

        Args:
            unlisted: Ids of remembered messages that no list of this run had.
            is_asked_for: Whether the filters of this run include a message; the others are
                forgotten.
            span: The times that this run has listed, in epoch seconds.

        Returns:
            The messages that still exist, with another time or state.
        """
        wanted = []
        for ident in sorted(unlisted, key=seen_messages.order):
            seen = self._remembered[ident]
            if not is_asked_for(seen):
                del self._remembered[ident]
            elif seen.missing is not None or self._was_listed(seen, span):
                wanted.append(ident)
        found: list[Listed] = []
        for ident, answer in self._run.map(self._look_up, wanted):
            if answer is None or isinstance(answer, Exception):
                self._take_refusal(ident, answer)
            else:
                found.append(listed("Message", answer))
        return found

    def _was_listed(self, seen: Seen, span: range) -> bool:
        """Whether this run's lists would contain a message if it still existed."""
        if seen.time is None:
            return self._run.options.review and bool(span)
        return seen.time in span

    def _look_up(self, ident: str) -> Row | None:
        data = self._run.send("get_message", {"messageId": ident}).data
        found: Row | None = next(iter(data), None) if isinstance(data, list) else data
        return found

    def _take_refusal(self, ident: str, answer: Exception | None) -> None:
        if isinstance(answer, PermissionDenied):
            del self._remembered[ident]
        elif answer is not None and not isinstance(answer, NotFound):
            raise answer
        else:
            self._note_missing(ident)

    def _note_missing(self, ident: str) -> None:
        """Note a missing message in the first run; write it as deleted in the second."""
        seen, now = self._remembered[ident], self._run.start
        if seen.missing is None:
            missing = seen_messages.seconds(now)
            self._remembered[ident] = replace(seen, missing=missing, digest="")
            return
        del self._remembered[ident]
        if self._stream:
            time = None if seen.time is None else stamp(seen_messages.moment(seen.time))
            row = {
                "message_id": ident,
                "social_profile_id": seen.profile,
                "scheduled_send_time": time,
                "last_state": seen.state,
                "missing_since": stamp(seen_messages.moment(seen.missing)),
                "confirmed_at": stamp(now),
            }
            self._stream.write([row])
