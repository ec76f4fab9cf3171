"""`/v1/comments`: comments that went through approval; only the webhook tells their ids."""

from __future__ import annotations

from hootsuite_sandbox.domain import access, reviewing, views
from hootsuite_sandbox.domain.records import Comment, Document
from hootsuite_sandbox.errors import absent
from hootsuite_sandbox.operations import Context, operation


@operation("get_comment")
def get_comment(ctx: Context) -> Document:
    """Answer with one comment."""
    return {"data": views.show_comment(ctx.world, _comment(ctx))}


@operation("approve_comment")
def approve_comment(ctx: Context) -> Document:
    """Approve the current step of a comment; after the last step it is published."""
    comment = _pending(ctx)
    step = comment.sequence_number or 1
    if step < len(comment.reviewers):
        comment.sequence_number = step + 1
    else:
        comment.state = "COMPLETED"
    ctx.commit("comment_approved", comment_id=comment.id, sequence_number=step)
    return {"data": {}}


@operation("reject_comment")
def reject_comment(ctx: Context) -> Document:
    """Reject a comment for good."""
    comment = _pending(ctx)
    comment.state = "REJECTED"
    ctx.commit(
        "comment_rejected",
        comment_id=comment.id,
        sequence_number=comment.sequence_number,
        reason=ctx.body["reason"],
    )
    return {"data": {}}


def _comment(ctx: Context) -> Comment:
    comment_id = ctx.path["commentId"]
    found = ctx.world.comments.get(comment_id)
    if found is None or found.created > ctx.now or access.grant_on(ctx, found.profile_id) is None:
        raise absent("comment", comment_id)
    return ctx.world.settled(found)


def _pending(ctx: Context) -> Comment:
    comment = _comment(ctx)
    reviewing.check_decision(ctx, comment, comment.creator_id)
    return comment
