"""The replay rule of message reviews: the review history says who decided what."""

from __future__ import annotations

from typing import Any

from hootsuite_api import errors
from hootsuite_api.calls import Call
from target_hootsuite.context import RunContext
from target_hootsuite.lookup import answers
from target_hootsuite.messages import replace
from target_hootsuite.model import Unit
from target_hootsuite.rules.reviews import Document, ReviewRule

_NEVER_IN_REVIEW = frozenset({4000, 4001})


class MessageReviewRule(ReviewRule):
    """Decides one step of a message's review."""

    noun = "message"
    state = "state"

    def look(self, context: RunContext, subject_id: str) -> Document | None:
        """The present message."""
        return replace.get_message(context, subject_id)

    def is_taken(self, context: RunContext, unit: Unit, subject: Document | None) -> bool:  # noqa: ARG002
        """Whether the history holds this very decision by this caller."""
        call = Call("get_message_history", {"messageId": unit.row["message_id"]})
        try:
            reply = context.client.send(call)
        except errors.HootsuiteError as error:
            if error.not_written and error.code in _NEVER_IN_REVIEW:
                return False
            raise
        actions = reply.data.get("actions", []) if isinstance(reply.data, dict) else None
        if not isinstance(actions, list) or not all(isinstance(one, dict) for one in actions):
            raise answers.torn(call, reply, "there is no list of actions in it")
        decisions = [one for one in actions if one.get("actionType") in ("APPROVE", "REJECT")]
        place = unit.row["sequence_number"] - 1
        mine = decisions[place] if 0 <= place < len(decisions) else None
        wanted = self.verb.upper()
        return mine is not None and mine.get("actionType") == wanted and _is_us(context, mine)


def _is_us(context: RunContext, action: dict[str, Any]) -> bool:
    own = context.lookup.member_id()
    actor = str(action.get("actorId"))
    return actor == (own or str(context.settings.get("organization_id")))
