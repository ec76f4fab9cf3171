"""Whose turn it is in a review, for messages and for comments."""

from __future__ import annotations

from collections.abc import Sequence

from hootsuite_sandbox.domain import access
from hootsuite_sandbox.domain.records import Reviewer
from hootsuite_sandbox.errors import ApiError
from hootsuite_sandbox.operations import Context


def check_step(ctx: Context, sequence_number: int | None) -> None:
    """Refuse a decision about another step than the present one.

    Raises:
        ApiError: 400 with 4000. Not published; a step that has passed is a wrong state.
    """
    if ctx.body["sequenceNumber"] != sequence_number:
        raise ApiError(400, 4000, "The sequence number is not that of the present step.")


def is_turn(
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
