"""`POST /v1/messages`: creates one message per profile of the request."""

from __future__ import annotations

from typing import Any

from hootsuite_sandbox.domain import access, drafts, views
from hootsuite_sandbox.domain.drafts import Draft
from hootsuite_sandbox.domain.records import (
    Document,
    HistoryAction,
    Message,
    Profile,
    Reviewer,
    iso,
)
from hootsuite_sandbox.domain.rules import media_url, send_now
from hootsuite_sandbox.errors import ApiError, error_entry
from hootsuite_sandbox.operations import Context, Result, operation

APPROVERS = 3
FAR_FUTURE = 1 << 40


@operation("create_message")
def create_message(ctx: Context) -> Document | Result:
    """Schedule or send a message to each profile of the request.

    An invalid request is refused as a whole. A fault for one profile is an error of that profile;
    the status is 200 if at least one message was created. There is no idempotency: a request sent
    twice is posted twice.
    """
    draft = drafts.read(ctx)
    data: list[Document] = []
    errors: list[Document] = []
    for profile_id in draft.profile_ids:
        try:
            data.append(_post(ctx, draft, profile_id))
        except ApiError as error:
            resource = {"type": "socialProfile", "id": profile_id}
            errors.append(error_entry(error.code, error.message, ctx.trace_id, resource))
    if not data:
        return Result(_status(errors), {"errors": errors})
    return {"data": data, "errors": errors} if errors else {"data": data}


def _status(errors: list[Document]) -> int:
    refused = all(error["code"] in {4009, 40005} for error in errors)
    return 403 if refused else 400


def _post(ctx: Context, draft: Draft, profile_id: str) -> Document:
    profile = drafts.check_profile(ctx, draft, profile_id)
    _check_quota(ctx, draft, profile)
    message = _message(ctx, draft, profile)
    reviewers = _reviewers(ctx, profile)
    if reviewers:
        message.state, message.sequence_number, message.reviewers = "PENDING_APPROVAL", 1, reviewers
        message.history = [HistoryAction("MEMBER", _actor(ctx), "CREATE", ctx.now)]
    elif draft.time is None:
        send_now(message, profile, ctx.now)
    _take_along(ctx, draft, profile)
    ctx.world.messages.add(message)
    ctx.commit(
        "message_created",
        message_id=message.id,
        social_profile_id=profile.id,
        text=draft.body.get("text"),
        scheduled_send_time=None if draft.time is None else iso(draft.time),
        state=message.state,
    )
    just_sent = draft.time is None and not reviewers
    return views.show_message(ctx.world, message, just_sent=just_sent)


def _message(ctx: Context, draft: Draft, profile: Profile) -> Message:
    body, author = draft.body, ctx.caller.id if ctx.caller else None
    targeting = {k: v for k, v in body.get("targeting", {}).items() if k != "linkedInV2Company"}
    return Message(
        id=ctx.world.new_id("message"),
        profile_id=profile.id,
        state="SCHEDULED",
        text=ctx.world.as_stored(body.get("text", "")),
        time=draft.time,
        created=ctx.now,
        created_by=author,
        updated_by=author,
        tags=body.get("tags") or None,
        media=[_medium(item) for item in body.get("media", [])] or None,
        media_urls=[media_url(item["url"]) for item in body.get("mediaUrls", [])] or None,
        targeting=targeting or None,  # the newer LinkedIn targeting is accepted but never returned
        privacy=body.get("privacy") or None,
        location=body.get("location") if profile.type == "TWITTER" else None,
        extended_info=body.get("extendedInfo") or None,
        webhook_urls=body.get("webhookUrls") or None,
        email_notification=body.get("emailNotification", False),
        video=any(medium.is_video for medium in draft.media),
        visible_from=ctx.now + ctx.options.lag_seconds,
    )


def _medium(item: Document) -> Document:
    return {"id": item["id"], "thumbnailId": None, "videoOptions": item.get("videoOptions")}


def _actor(ctx: Context) -> str:
    return ctx.caller.id if ctx.caller else ctx.organization_id or "0"


def _reviewers(ctx: Context, profile: Profile) -> list[Reviewer]:
    """Return who has to approve, in order: up to three members, never the author."""
    author = ctx.caller.id if ctx.caller else None
    named = [Reviewer(m, "MEMBER") for m in profile.approvers if m != author][:APPROVERS]
    grant = access.grant_on(ctx, profile.id)
    if named or (grant and access.PUBLISH in grant.permissions):
        return named
    organization = ctx.world.organizations.get(profile.organization_id)
    return [Reviewer(organization.payer_id if organization else "0", "ADMIN_AND_EDITOR")]


def _check_quota(ctx: Context, draft: Draft, profile: Profile) -> None:
    quota = ctx.options.scheduled_quota
    if not quota or draft.time is None:
        return
    together = {
        p.id for p in ctx.world.profiles.values() if p.organization_id == profile.organization_id
    }
    scheduled: list[Any] = ctx.world.messages.scan(
        ctx.now, FAR_FUTURE, limit=quota, state="SCHEDULED", profiles=together, hidden=True
    )
    if len(scheduled) >= quota:
        raise ApiError(400, 40025, "The quota of scheduled messages is reached.")


def _take_along(ctx: Context, draft: Draft, profile: Profile) -> None:
    """Record side effects of a message: new tags exist from now on, its media are in use."""
    tags = draft.body.get("tags")
    if tags:
        ctx.world.organizations[profile.organization_id].tags.update(tags)
    used = ctx.now if draft.time is None else draft.time
    for medium in draft.media:
        medium.last_used = max(medium.last_used or 0, used)
