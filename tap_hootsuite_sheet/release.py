"""The column Status: which words keep a row back, and which let it go."""

from __future__ import annotations

from tap_hootsuite_sheet import values
from tap_hootsuite_sheet.columns import squeeze
from tap_hootsuite_sheet.problems import CellError

HOLDING = (
    *("draft", "hold", "on hold", "held", "do not post", "don't post", "idea", "ideas"),
    *("in progress", "in review", "needs review", "review", "pending", "waiting", "to do", "todo"),
    *("not approved", "rejected", "cancelled", "canceled", "paused", "postponed", "stop", "no"),
    *("posted", "published", "sent", "archived"),
)
"""Rows that are not ready, or that are out already."""

GOING = (
    *("approved", "ready", "final", "go", "ok", "okay", "yes", "confirmed", "done", "complete"),
    *("completed", "ready to post", "ready to publish", "ready to schedule", "to schedule"),
)

_HOLDING = frozenset(map(squeeze, HOLDING))
_GOING = frozenset(map(squeeze, GOING))


def held_word(cell: object) -> str:
    """Return the word that keeps a row back; empty where it goes.

    Args:
        cell: The cell of the column Status; case, blanks and signs make no difference.

    Raises:
        CellError: It is neither a word that holds nor one that lets go.
    """
    text = values.as_text(cell)
    word = squeeze(text)
    if not word or word in _GOING:
        return ""
    if word in _HOLDING:
        return text
    raise CellError(
        "is no status that is known",
        f"Write {', '.join(GOING[:3])} to send the row, {', '.join(HOLDING[:3])} to keep it back, "
        "or nothing",
    )
