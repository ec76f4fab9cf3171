"""`/storage`: the object store for media, with uploads and downloads."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from hootsuite_sandbox.domain.media_store import (
    DURATION_SECONDS,
    SHORT_SECONDS,
    STAMP,
    content,
    id_of,
    known_media,
    sign_get,
    sign_put,
)
from hootsuite_sandbox.operations import Context, Result, storage


@storage("media_upload", "PUT", "/storage/production/{name}")
def put_object(ctx: Context) -> Result:
    """Store the bytes; only the first valid upload counts, later ones are accepted and ignored."""
    refusal = _put_refusal(ctx)
    if refusal:
        return refusal
    media = ctx.world.media[id_of(_key_of(ctx))]
    if media.uploaded is None:
        media.uploaded = ctx.now
        media.ready_at = ctx.now + ctx.options.media_seconds
        media.sha256 = hashlib.sha256(ctx.raw_body).hexdigest()
        media.content = ctx.raw_body
        ctx.commit("media_uploaded", media_id=media.id, sha256=media.sha256)
    tag = hashlib.md5(ctx.raw_body, usedforsecurity=False).hexdigest()
    return Result(200, b"", {"ETag": f'"{tag}"'}, "application/xml")


@storage("media_download", "GET", "/storage/production/{name}")
def get_object(ctx: Context) -> Result:
    """Return the bytes of READY media to callers with a fresh URL."""
    key, query = _key_of(ctx), ctx.query
    stamp, expires = query.get("X-Amz-Date", ""), query.get("X-Amz-Expires", "")
    signature = sign_get(ctx.world, key, stamp, expires)
    if not hmac.compare_digest(_ascii(signature), _ascii(query.get("X-Amz-Signature", ""))):
        return _mismatch()
    issued = datetime.strptime(stamp, STAMP).replace(tzinfo=UTC).timestamp()
    if ctx.now > issued + int(expires):
        return _expired()
    media = known_media(ctx.world, id_of(key))
    if media is None:
        return _refusal(404, "NoSuchKey", "The specified key does not exist.")
    return Result(200, content(media), media_type=media.mime_type)


def _put_refusal(ctx: Context) -> Result | None:
    key, query = _key_of(ctx), ctx.query
    if "authorization" in ctx.headers:
        return _refusal(400, "InvalidArgument", "Only one auth mechanism allowed.")
    expires = query.get("Expires", "")
    signature = sign_put(ctx.world, key, ctx.headers.get("content-type", ""), expires)
    media = ctx.world.media.get(id_of(key))
    signed = hmac.compare_digest(_ascii(signature), _ascii(query.get("Signature", "")))
    if media is None or not signed:
        return _mismatch()
    if ctx.now > int(expires) - (DURATION_SECONDS - SHORT_SECONDS if ctx.recorded else 0):
        return _expired()
    if "content-length" not in ctx.headers:
        return _refusal(411, "MissingContentLength", "Content-Length is required.")
    return _size_refusal(len(ctx.raw_body) - media.size_bytes)


def _size_refusal(surplus: int) -> Result | None:
    if surplus:
        # The real store would accept it and the platform would never process it. An error at once
        # spares clients the wait for a READY that never comes.
        return _refusal(
            400,
            "EntityTooLarge" if surplus > 0 else "EntityTooSmall",
            "The size is not the one that was declared.",
        )
    return None


def _key_of(ctx: Context) -> str:
    return f"production/{ctx.path['name']}"


def _mismatch() -> Result:
    return _refusal(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.",
    )


def _expired() -> Result:
    return _refusal(403, "AccessDenied", "Request has expired")


def _refusal(status: int, code: str, message: str) -> Result:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    )
    return Result(status, body.encode(), media_type="application/xml")


def _ascii(text: str) -> bytes:
    return text.encode("ascii", "replace")
