"""The column Status: which words hold a row back, and which release it."""

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
_HOLDING_SIGNS = frozenset("❌✖✗✘🚫⛔👎🔴🟠🟡⏳⌛⏸🛑")
_GOING_SIGNS = frozenset("✅✔✓☑👍🟢")
_BETWEEN_WORDS = frozenset("-_./'\u2019\ufe0f\u200d")  # also what chooses a sign's shape


def _parts(text: str) -> set[bool | None]:
    """Return whether the word, and each sign, holds (True), lets go (False) or says nothing."""
    word = squeeze(text)
    signs = {c for c in text if not c.isalnum() and not c.isspace()} - (
        _BETWEEN_WORDS if word else frozenset("\ufe0f")
    )
    found: set[bool | None] = {
        True if sign in _HOLDING_SIGNS else False if sign in _GOING_SIGNS else None
        for sign in signs
    }
    if word:
        found.add(True if word in _HOLDING else False if word in _GOING else None)
    return found


def held_word(cell: object) -> str:
    """Return the word that keeps a row back; empty where it goes.

    Args:
        cell: The cell of the column Status; case and blanks make no difference. A cell of signs
            alone counts by them; a sign that is not known, such as `?`, makes any word a bad one.

    Raises:
        CellError: It is neither what holds nor what lets go, or it is both.
    """
    text = values.as_text(cell)
    found = _parts(text)
    if found <= {False}:
        return ""
    if found == {True}:
        return text
    raise CellError(
        "is no status that is known",
        f"Write {', '.join(GOING[:3])} to send the row, {', '.join(HOLDING[:3])} to keep it back, "
        "or nothing",
    )
