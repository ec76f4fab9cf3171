"""Media in the object store: ids, retention, and signatures of pre-signed URLs.

Uploads are signed as Amazon's signature version 2 does, so the content type is part of what is
signed; downloads carry the parameters of version 4. Both are checked by the sandbox's clock.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from hootsuite_sandbox.domain.records import Media
from hootsuite_sandbox.domain.world import World
from hootsuite_sandbox.operations import Context

BUCKET = "hootsuite-video"
ORIGIN = f"https://{BUCKET}.s3.amazonaws.com/"
DURATION_SECONDS = 1799
SHORT_SECONDS = 600
"""What people saw of an upload address's life, whatever its duration said."""
HASTY_SECONDS = 21  # what a printed download address really granted, whatever its duration said
RETENTION_SECONDS = 90 * 86_400
ACCESS_KEY = "AKIASANDBOXSANDBOX00"
_EXTENSIONS = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
}
STAMP = "%Y%m%dT%H%M%SZ"


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
    key, expires = key_of(media.id), str(ctx.now + DURATION_SECONDS)
    signature = sign_put(ctx.world, key, media.mime_type, expires)
    query = {"AWSAccessKeyId": ACCESS_KEY, "Expires": expires, "Signature": signature}
    return f"{ctx.base_url}/storage/{key}?{urlencode(query)}"


def download_url(ctx: Context, media: Media) -> str:
    """Return an address that gives the bytes back for a while."""
    key = key_of(media.id)
    stamp = datetime.fromtimestamp(ctx.now, UTC).strftime(STAMP)
    expires = str(HASTY_SECONDS if ctx.recorded else DURATION_SECONDS)
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": expires,
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Signature": sign_get(ctx.world, key, stamp, expires),
    }
    return f"{ctx.base_url}/storage/{key}?{urlencode(query)}"


def content(media: Media) -> bytes:
    """Return the bytes of media; a pattern of the right size stands in for seeded ones."""
    if media.content:
        return media.content
    pattern = hashlib.sha256(media.id.encode()).digest()
    return (pattern * (media.size_bytes // len(pattern) + 1))[: media.size_bytes]


def key_of(media_id: str) -> str:
    """Return the object's key that a media id stands for."""
    return urlsplit(base64.b64decode(media_id).decode()).path.removeprefix("/")


def id_of(key: str) -> str:
    """Return the media id of an object's key."""
    return base64.b64encode(f"{ORIGIN}{key}".encode()).decode()


def sign_put(world: World, key: str, content_type: str, expires: str) -> str:
    """Sign an upload (signature version 2)."""
    text = f"PUT\n\n{content_type}\n{expires}\n/{BUCKET}/{key}"
    return base64.b64encode(_hmac(world, text, "sha1")).decode()


def sign_get(world: World, key: str, stamp: str, expires: str) -> str:
    """Sign a download (in the manner of version 4)."""
    return _hmac(world, f"GET\n/{BUCKET}/{key}\n{stamp}\n{expires}", "sha256").hex()


def _hmac(world: World, text: str, algorithm: str) -> bytes:
    return hmac.digest(world.digest("storage").encode(), text.encode(), algorithm)
