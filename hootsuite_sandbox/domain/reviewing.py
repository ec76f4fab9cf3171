"""Whose turn it is in a review, for messages and for comments."""

from __future__ import annotations

from collections.abc import Sequence

from hootsuite_sandbox.domain import access
from hootsuite_sandbox.domain.records import Comment, Message, Reviewer
from hootsuite_sandbox.errors import ApiError
from hootsuite_sandbox.operations import Context


def check_decision(ctx: Context, subject: Message | Comment, author: str | None) -> None:
    """Refuse a decision about what does not await it, or not from the caller.

    Raises:
        ApiError: 400 with 4000 for a wrong state or step; as `access.denied` for another's turn.
    """
    if subject.state != "PENDING_APPROVAL":
        raise not_awaiting(subject)
    # Not published; a step that has passed is a wrong state.
    if ctx.body["sequenceNumber"] != subject.sequence_number:
        raise ApiError(400, 4000, "The sequence number is not that of the present step.")
    step = subject.sequence_number or 1
    if not _is_turn(ctx, subject.reviewers or (), step, subject.profile_id, author):
        raise access.denied(ctx)


def not_awaiting(subject: Message | Comment) -> ApiError:
    """Return the refusal for what is not under review."""
    noun = "message" if isinstance(subject, Message) else "comment"
    return ApiError(400, 4000, f"The {noun} is not awaiting approval.")


def _is_turn(
    ctx: Context, reviewers: Sequence[Reviewer], step: int, profile_id: str, author: str | None
) -> bool:
    """Tell whether the caller may decide a step, counted from one.

    EXTERNAL speaks for a screening app, which acts with its organization's token; which steps it
    screens is not published, so it may decide any.
    """
    if ctx.body.get("reviewerType", "EXTERNAL") == "EXTERNAL":
        return ctx.caller is None
    if ctx.caller is None or not 0 < step <= len(reviewers):
        return False
    reviewer = reviewers[step - 1]
    if reviewer.type != "ADMIN_AND_EDITOR":
        return reviewer.id == ctx.caller.id
    grant = access.grant_on(ctx, profile_id)
    own = author == ctx.caller.id  # nobody approves what is their own
    return not own and grant is not None and access.PUBLISH in grant.permissions
