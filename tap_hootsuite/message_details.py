"""Base class of the streams that `message_sync` writes: history, media, and messages themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hootsuite_api.errors import HootsuiteError, NotFound, PermissionDenied
from tap_hootsuite.base import HootsuiteStream, Record, Row, Stage
from tap_hootsuite.filters import covers


@dataclass(frozen=True, slots=True)
class Detail:
    """The rows of one further request for a message.

    Attributes:
        rows: The rows.
        settled: Whether the request need not be repeated while the message stays unchanged.
    """

    rows: list[Row]
    settled: bool


class MessageDetails(HootsuiteStream):
    """A stream with one row per message, or with rows from one further request per message.

    All of them are read window by window and share one state.
    """

    stage: ClassVar[Stage] = Stage.MESSAGE_DETAILS
    replaces: ClassVar[bool] = False
    nothing: ClassVar[frozenset[int]] = frozenset()  # error codes that mean: no rows
    refreshable: ClassVar[bool] = False  # whether a full refresh removes rows that it didn't read

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        # Not all have a column for a bookmark, but all are incremental.
        self.forced_replication_method = "INCREMENTAL"
        self.asked: set[str] = set()
        self.unsettled: set[str] = set()

    def wanted(self, message: Any) -> Iterable[str]:
        """Return the keys of the further requests that a message needs.

        Args:
            message: The message's row, see `Listed`.
        """
        del message
        return ()

    def ask(self, key: str) -> Any:
        """Send one of these requests; runs in a worker."""
        raise NotImplementedError

    def detail(self, key: str, data: Any) -> Detail:
        """Turn the answer to a further request into rows."""
        raise NotImplementedError

    def moved(self) -> None:
        """Store what else belongs to the bookmark."""

    # ------------------------------------------------------------------ full refresh

    def write(self, rows: Sequence[Record], version: int | None = None) -> None:
        """Write rows with the table's version, which only a full refresh changes."""
        if self.refreshable:
            version = self.stream_state.get("version")
        super().write(rows, version)

    def begin_refresh(self, scope: Mapping[str, Any]) -> None:
        """Start a new version of the table if it is read from the start.

        Args:
            scope: What is read, see `Filters`.
        """
        state = self.stream_state
        if not self.refreshable:
            return
        anew = super().bookmark is None and not state.get("refresh")
        if anew:
            state["refresh"] = {"scope": dict(scope), "gaps": False, "seen": False}
        if anew or state.get("version") is None:
            state["version"] = self.next_version()

    def note_refresh(self, *, seen: bool) -> None:
        """Store in the state what decides whether the version may be activated."""
        if refresh := self.stream_state.get("refresh"):
            refresh["gaps"] = bool(refresh["gaps"] or self.gaps)
            refresh["seen"] = bool(refresh["seen"] or seen)

    def finish_refresh(self, scope: Mapping[str, Any]) -> None:
        """Activate the version after a full refresh, unless it had gaps."""
        refresh = self.stream_state.get("refresh")
        if not refresh:
            return
        self.stream_state["refresh"] = None
        if not self.run.options.full_refresh_deletes or not refresh["seen"]:
            return
        if refresh["gaps"] or not covers(scope, refresh["scope"]):
            why = "something was refused" if refresh["gaps"] else "the filters became narrower"
            self.logger.warning(
                "%s: the full refresh is complete but %s meanwhile, so rows that it did not read "
                "stay in the table. To remove them, refresh again",
                *(self.name, why),
            )
            return
        self.activate(int(self.stream_state["version"]))


def detail_of(stream: MessageDetails, key: str, answer: Any) -> Detail:
    """Turn an answer into rows: missing data gives none, and a refusal is tried again later."""
    if isinstance(answer, PermissionDenied):
        stream.gaps.note(answer)
        return Detail([], settled=False)
    if isinstance(answer, HootsuiteError) and answer.code in stream.nothing:
        pass
    elif isinstance(answer, Exception) and not isinstance(answer, NotFound):
        raise answer
    elif not isinstance(answer, Exception):
        return stream.detail(key, answer)
    return Detail([], settled=True)
