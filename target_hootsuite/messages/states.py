"""States of a message on the platform in which it does not go out by itself."""

from __future__ import annotations

from collections.abc import Mapping

PENDING, REJECTED, FAILED = "PENDING_APPROVAL", "REJECTED", "SEND_FAILED_PERMANENTLY"
CODES: Mapping[str, str] = {
    PENDING: "pending_approval",
    REJECTED: "rejected_in_hootsuite",
    FAILED: "send_failed",
}
"""What a result of a row that was written, or found there, says of such a state."""
_SAID: Mapping[str, str] = {
    PENDING: "It waits for approval in Hootsuite and goes out only if it is approved in time.",
    REJECTED: "It was rejected in Hootsuite, or not approved in time, and does not go out.",
    FAILED: "Hootsuite could not publish it; look there for the reason.",
}
_ANEW = "The approval starts anew."


def note(state: object, *, replaced: bool = False) -> tuple[str | None, str | None]:
    """Return a result's code and text for a message's state, or (None, None) if it is as wanted.

    Args:
        state: As the platform names it.
        replaced: Whether the message takes the place of another one, whose approval is lost.
    """
    known = str(state)
    if known not in CODES:
        return None, None
    said = _SAID[known]
    return CODES[known], f"{_ANEW} {said}" if replaced and known == PENDING else said
