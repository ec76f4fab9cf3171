"""`/v1/media`: creates media uploads and returns their state."""

from __future__ import annotations

from hootsuite_sandbox.domain import media_store
from hootsuite_sandbox.domain.records import Document, Media
from hootsuite_sandbox.errors import absent
from hootsuite_sandbox.operations import Context, operation


@operation("create_media")
def create_media(ctx: Context) -> Document:
    """Answer with an id and the URL for the upload."""
    owner = ctx.caller.id if ctx.caller else ctx.organization_id or "0"
    mime_type = ctx.body["mimeType"]
    media = Media(
        id=media_store.new_id(ctx.world, owner, mime_type),
        size_bytes=ctx.body["sizeBytes"],
        mime_type=mime_type,
        created=ctx.now,
        owner_id=owner,
    )
    ctx.world.media[media.id] = media
    ctx.commit("media_created", media_id=media.id)
    return {
        "data": {
            "id": media.id,
            "uploadUrl": media_store.upload_url(ctx, media),
            "uploadUrlDurationSeconds": media_store.DURATION_SECONDS,
        }
    }


@operation("get_media")
def get_media(ctx: Context) -> Document:
    """Answer with the state; QUEUED also means that nothing was uploaded yet."""
    media_id = ctx.path["mediaId"]
    media = media_store.known_media(ctx.world, media_id)
    if media is None:
        # Not published; also the answer for media 90 days after their use.
        raise absent("media", media_id)
    return {"data": show_media(ctx, media)}


def show_media(ctx: Context, media: Media) -> Document:
    """Show media; the API has no state for a failure."""
    ready = media.ready_at is not None and media.ready_at <= ctx.now
    return {
        "id": media.id,
        "state": "READY" if ready else "QUEUED",
        "downloadUrl": media_store.download_url(ctx, media) if ready else None,
        "downloadUrlDurationSeconds": media_store.DURATION_SECONDS if ready else None,
    }
