"""The object store behind media: pre-signed addresses, the PUT of the bytes, and their download.

Uploads are signed as Amazon's signature version 2 does, so the content type is part of what is
signed; downloads carry the parameters of version 4. Both are checked by the sandbox's clock.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit
from xml.sax.saxutils import escape

from hootsuite_sandbox.operations import Context, Result, storage
from hootsuite_sandbox.records import Media
from hootsuite_sandbox.state import World

BUCKET = "hootsuite-video"
ORIGIN = f"https://{BUCKET}.s3.amazonaws.com/"
DURATION_SECONDS = 1799
HASTY_SECONDS = 21  # what a printed download address really granted, whatever its duration said
RETENTION_SECONDS = 90 * 86_400
ACCESS_KEY = "AKIASANDBOXSANDBOX00"
_EXTENSIONS = {
    "video/mp4": "mp4",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
}
_STAMP = "%Y%m%dT%H%M%SZ"


def known_media(world: World, media_id: str) -> Media | None:
    """Return media that still exist: they are deleted 90 days after their use in a message."""
    media = world.media.get(media_id)
    if media and media.last_used is not None:
        return media if world.now() <= media.last_used + RETENTION_SECONDS else None
    return media


def new_id(world: World, owner_id: str, mime_type: str) -> str:
    """Invent a media id: the object's address in base64, ending in `=`."""
    number = world.ids_passed + len(world.media)
    while True:
        hexes = world.digest("upload", number)
        groups = "-".join((hexes[:8], hexes[8:12], hexes[12:16], hexes[16:20], hexes[20:32]))
        url = f"{ORIGIN}production/{owner_id}_{groups}.{_EXTENSIONS[mime_type]}"
        filler = "0" * ((2 - len(url)) % 3)  # so that one `=` is left at the end
        media_id = base64.b64encode(url.replace("_", f"{filler}_", 1).encode()).decode()
        # A slash is legal in base64, but no recorded id held one.
        if "/" not in media_id and media_id not in world.media:
            return media_id
        number += 1


def upload_url(ctx: Context, media: Media) -> str:
    """Return the address for the PUT."""
    key, expires = _key(media.id), str(ctx.now + DURATION_SECONDS)
    signature = _sign_put(ctx.world, key, media.mime_type, expires)
    query = {"AWSAccessKeyId": ACCESS_KEY, "Expires": expires, "Signature": signature}
    return f"{ctx.base_url}/storage/{key}?{urlencode(query)}"


def download_url(ctx: Context, media: Media) -> str:
    """Return an address that gives the bytes back for a while."""
    key = _key(media.id)
    stamp = datetime.fromtimestamp(ctx.now, UTC).strftime(_STAMP)
    expires = str(HASTY_SECONDS if ctx.recorded else DURATION_SECONDS)
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": expires,
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": _sign_get(ctx.world, key, stamp, expires),
    }
    return f"{ctx.base_url}/storage/{key}?{urlencode(query)}"


@storage("media_upload", "PUT", "/storage/production/{name}")
def put_object(ctx: Context) -> Result:
    """Take the bytes; the first valid upload counts, later ones are accepted and dropped."""
    refusal = _put_refusal(ctx)
    if refusal:
        return refusal
    media = ctx.world.media[_id(_key_of(ctx))]
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
    """Give the bytes of READY media to whoever has a fresh address."""
    key, query = _key_of(ctx), ctx.query
    stamp, expires = query.get("X-Amz-Date", ""), query.get("X-Amz-Expires", "")
    signature = _sign_get(ctx.world, key, stamp, expires)
    if not hmac.compare_digest(_ascii(signature), _ascii(query.get("X-Amz-Signature", ""))):
        return _mismatch()
    issued = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC).timestamp()
    if ctx.now > issued + int(expires):
        return _expired()
    media = known_media(ctx.world, _id(key))
    if media is None:
        return _refusal(404, "NoSuchKey", "The specified key does not exist.")
    return Result(200, _content(media), media_type=media.mime_type)


def _put_refusal(ctx: Context) -> Result | None:
    key, query = _key_of(ctx), ctx.query
    if "authorization" in ctx.headers:
        return _refusal(400, "InvalidArgument", "Only one auth mechanism allowed.")
    expires = query.get("Expires", "")
    signature = _sign_put(ctx.world, key, ctx.headers.get("content-type", ""), expires)
    media = ctx.world.media.get(_id(key))
    signed = hmac.compare_digest(_ascii(signature), _ascii(query.get("Signature", "")))
    if media is None or not signed:
        return _mismatch()
    if ctx.now > int(expires):
        return _expired()
    if "content-length" not in ctx.headers:
        return _refusal(411, "MissingContentLength", "Content-Length is required.")
    return _size_refusal(len(ctx.raw_body) - media.size_bytes)


def _size_refusal(surplus: int) -> Result | None:
    if surplus:
        # The store itself would take it and the platform would never process it; saying so at once
        # spares every client a wait for a READY that can't come.
        return _refusal(
            400,
            "EntityTooLarge" if surplus > 0 else "EntityTooSmall",
            "The size is not the one that was declared.",
        )
    return None


def _content(media: Media) -> bytes:
    # Seeded media have no bytes of their own: a pattern of the right size stands in.
    if media.content:
        return media.content
    pattern = hashlib.sha256(media.id.encode()).digest()
    return (pattern * (media.size_bytes // len(pattern) + 1))[: media.size_bytes]


def _key_of(ctx: Context) -> str:
    return f"production/{ctx.path['name']}"


def _key(media_id: str) -> str:
    return urlsplit(base64.b64decode(media_id).decode()).path.removeprefix("/")


def _id(key: str) -> str:
    return base64.b64encode(f"{ORIGIN}{key}".encode()).decode()


def _sign_put(world: World, key: str, content_type: str, expires: str) -> str:
    text = f"PUT\n\n{content_type}\n{expires}\n/{BUCKET}/{key}"
    return base64.b64encode(_hmac(world, text, "sha1")).decode()


def _sign_get(world: World, key: str, stamp: str, expires: str) -> str:
    return _hmac(world, f"GET\n/{BUCKET}/{key}\n{stamp}\n{expires}", "sha256").hex()


def _hmac(world: World, text: str, algorithm: str) -> bytes:
    return hmac.digest(world.digest("storage").encode(), text.encode(), algorithm)


def _ascii(text: str) -> bytes:
    return text.encode("ascii", "replace")


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
