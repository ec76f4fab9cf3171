"""The base of all streams that `message_sync` writes, and what each of them tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from tap_hootsuite.base import HootsuiteStream, Row, Stage


@dataclass(frozen=True, slots=True)
class Detail:
    """The rows that one more request gave for a message.

    Attributes:
        rows: The rows.
        settled: Whether it need not be asked again while the message stays as it is.
    """

    rows: list[Row]
    settled: bool


class MessageDetails(HootsuiteStream):
    """A stream with one row per message, or rows that one more request per message gives.

    All of them are read window by window and share one state.
    """

    stage: ClassVar[Stage] = Stage.MESSAGE_DETAILS
    replaces: ClassVar[bool] = False
    nothing: ClassVar[frozenset[int]] = frozenset()  # codes that mean: no rows

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        # Not all of them have a column for a bookmark, but none is read in full every time.
        self.forced_replication_method = "INCREMENTAL"
        self.asked: set[str] = set()
        self.unsettled: set[str] = set()

    def wanted(self, message: Mapping[str, Any]) -> Iterable[str]:
        """Return what has to be asked for because of a message."""
        del message
        return ()

    def ask(self, key: str) -> Any:
        """Ask for one such thing; runs in a worker."""
        raise NotImplementedError

    def detail(self, key: str, data: Any) -> Detail:
        """Turn the answer into rows."""
        raise NotImplementedError

    def moved(self) -> None:
        """Note what else belongs to a bookmark."""
