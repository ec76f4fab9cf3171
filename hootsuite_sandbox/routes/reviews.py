"""Approves and rejects messages, and shows the review history."""

from __future__ import annotations

from typing import Literal

from hootsuite_sandbox.domain import access, reviewing, views
from hootsuite_sandbox.domain.records import Document, HistoryAction, Message
from hootsuite_sandbox.domain.rules import send_now
from hootsuite_sandbox.errors import ApiError
from hootsuite_sandbox.operations import Context, operation

LEAD_SECONDS = 5 * 60
VIDEO_LEAD_SECONDS = 15 * 60


@operation("approve_message")
def approve_message(ctx: Context) -> Document:
    """Approve the current step of a message; after the last it is scheduled, or sent at once."""
    message = _pending(ctx)
    lead = VIDEO_LEAD_SECONDS if message.video else LEAD_SECONDS
    if message.time is not None and message.time - ctx.now < lead:
        raise ApiError(400, 4000, f"It is too late to approve: less than {lead // 60} minutes.")
    history = [*message.history, _action(ctx, "APPROVE")]
    step, steps = message.sequence_number or 1, len(message.reviewers or ())
    if step < steps:
        _change(ctx, message, history=history, sequence_number=step + 1)
    else:
        _release(ctx, message, history)
    ctx.commit("message_approved", message_id=message.id, sequence_number=step)
    return {"data": {}}


@operation("reject_message")
def reject_message(ctx: Context) -> Document:
    """Reject a message for good."""
    message = _pending(ctx)
    history = [*message.history, _action(ctx, "REJECT")]
    _change(ctx, message, history=history, state="REJECTED", reviewers=None)
    ctx.commit(
        "message_rejected",
        message_id=message.id,
        sequence_number=message.sequence_number,
        reason=ctx.body["reason"],
    )
    return {"data": {}}


@operation("get_message_history")
def get_message_history(ctx: Context) -> Document:
    """Answer with the review's steps, oldest first; a message never reviewed has no history."""
    message = access.message(ctx)
    if not message.history:
        raise reviewing.not_awaiting(message)
    return {"data": {"actions": [views.show_action(action) for action in message.history]}}


def _pending(ctx: Context) -> Message:
    message = access.message(ctx)
    reviewing.check_decision(ctx, message, message.created_by)
    return message


def _action(ctx: Context, kind: Literal["APPROVE", "REJECT"]) -> HistoryAction:
    if ctx.caller is None:
        return HistoryAction("EXTERNAL_REVIEW_V1", ctx.organization_id or "0", kind, ctx.now)
    return HistoryAction("MEMBER", ctx.caller.id, kind, ctx.now)


def _release(ctx: Context, message: Message, history: list[HistoryAction]) -> None:
    if message.time is not None:
        history.append(HistoryAction("SYSTEM", "0", "SCHEDULE", ctx.now))
        _change(ctx, message, history=history, state="SCHEDULED", reviewers=None)
        return
    _change(ctx, message, history=history, reviewers=None)
    profile = ctx.world.profiles[message.profile_id]
    ctx.world.messages.remove(message)  # sending gives it a time, and so a new sort key
    send_now(message, profile, ctx.now)
    ctx.world.messages.add(message)


def _change(ctx: Context, message: Message, **fields: object) -> None:
    if ctx.caller is not None:
        fields["updated_by"] = ctx.caller.id
    ctx.world.messages.change(message, **fields)
