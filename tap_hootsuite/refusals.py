"""What a stream could not read: refused by the platform (403), or gone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from hootsuite_api.contract import load
from hootsuite_api.errors import NotFound, PermissionDenied, ValidationRejected

# Error codes for the id of a deleted object, besides a plain 404.
_GONE = frozenset({2303, 2304, 2306, 3003, 3005, 4001, 4303})


def is_gone(error: Exception) -> bool:
    """Whether an error says that an object does not exist (any more)."""
    if isinstance(error, ValidationRejected):
        return error.code in _GONE
    return isinstance(error, NotFound)


class Gaps:
    """What one stream could not read.

    Args:
        skip: Whether a refusal is only a warning; else it ends the run.
    """

    def __init__(self, *, skip: bool) -> None:
        self._skip = skip
        self.first: PermissionDenied | None = None
        self.count = 0
        self.lost: Tally | None = None

    def __bool__(self) -> bool:
        """Whether anything is missing."""
        return self.count > 0 or self.lost is not None

    def note(self, error: PermissionDenied) -> None:
        """Count a refusal, or raise it."""
        if not self._skip:
            raise error
        self.first = self.first or error
        self.count += 1

    def doubt(self, tally: Tally) -> None:
        """Note that an answer is not credible: that every single listed thing is gone."""
        if tally.gone and not tally.there:
            self.lost = self.lost or tally

    def log(self, stream: str, logger: logging.Logger) -> None:
        """Warn of what was skipped, in one line, and of answers that are not credible."""
        if self.lost is not None:
            logger.warning(
                "%s: not one of the %d things that Hootsuite lists is found when it is asked for; "
                "what was loaded before is kept. If it stays so, Hootsuite may have withdrawn "
                "the operation: deselect the stream. %s",
                *(stream, self.lost.gone, self.lost.last),
            )
        first = self.first
        if first is None:
            return
        known = load().error_codes.get(first.code) if isinstance(first.code, int) else None
        lacks = f" (the caller lacks: {known.meaning})" if known else ""
        text = "%s: skipped %d that the caller may not read%s. %s"
        logger.warning(text, stream, self.count, lacks, first)


class Tally:
    """Counts how many of the objects that were requested one by one exist.

    Attributes:
        there: How many exist.
        gone: How many do not.
        last: The error for the last one that does not.
    """

    def __init__(self) -> None:
        self.there = self.gone = 0
        self.last: Exception | None = None

    def count(self, answer: Any) -> None:
        """Count an answer or an error; a refusal counts as neither."""
        if not isinstance(answer, Exception):
            self.there += 1
        elif is_gone(answer):
            self.gone += 1
            self.last = answer


def allowed(listed: Callable[[], list[Any]], gaps: Gaps) -> list[Any]:
    """Return a list, or note that it is refused."""
    try:
        return listed()
    except PermissionDenied as error:
        gaps.note(error)
        return []
