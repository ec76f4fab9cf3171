"""The replay rule of comment reviews: a comment has a state but no history."""

from __future__ import annotations

from hootsuite_api import errors
from hootsuite_api.calls import Call
from target_hootsuite.context import RunContext
from target_hootsuite.lookup import answers
from target_hootsuite.model import Unit
from target_hootsuite.rules.reviews import Document, ReviewRule

_PASSED = frozenset({"COMPLETED", "FAILED"})  # approved; then published, or failed to be


class CommentReviewRule(ReviewRule):
    """Decides one step of a comment's review."""

    noun = "comment"
    state = "reviewState"

    def look(self, context: RunContext, subject_id: str) -> Document | None:
        """The present comment."""
        call = Call("get_comment", {"commentId": subject_id})
        try:
            return answers.one(context.client, call, self.state, named=subject_id)
        except errors.NotFound as error:
            if not error.not_written:  # a proxy's 404, perhaps
                raise
            return None

    def is_taken(self, context: RunContext, unit: Unit, subject: Document | None) -> bool:
        """Whether the comment's state shows this decision; the API does not tell who decided."""
        comment = subject or self.look(context, str(unit.row["comment_id"])) or {}
        state, step = comment.get(self.state), comment.get("sequenceNumber")
        wanted = unit.row["sequence_number"]
        if self.verb == "reject":
            return state == "REJECTED" and step in (None, wanted)
        return state in _PASSED or (isinstance(step, int) and step > wanted)
