"""Inspects a file's content: type, size, pixels, video length and SHA-256 digest."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from typing import BinaryIO

import filetype  # type: ignore[import-untyped]
from PIL import Image, UnidentifiedImageError

from target_hootsuite.errors import Deferred, RowRejected
from target_hootsuite.media.mp4 import QUICKTIME, read_video, video_type

_HEAD = 262
_CHUNK = 1 << 20
_IMAGE_BYTES = 20 * 1024**2
_VIDEO_BYTES = 1024**3
_IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF"}
# The documentation says refused, in practice it is accepted: the platform decides.
_NOTES = {QUICKTIME: ("is a MOV video, which Hootsuite may refuse; MP4 is sure",)}
_MAX_PIXELS = 100_000_000
_GIF_SIDES = ((120, 120), (1280, 1080))
_GIF_FRAMES = 350
_GIF_TOTAL = 300_000_000


@dataclass(frozen=True)
class Media:
    """A file that may be uploaded.

    Args:
        digest: SHA-256 of the content.
        size: Bytes.
        mime_type: One of those that the platform takes.
        seconds: Length of a video; 0 if the file is no video or its length is unknown.
        warnings: What a social network may refuse, for a person.
    """

    digest: str
    size: int
    mime_type: str
    seconds: float = 0
    warnings: tuple[str, ...] = ()


def inspect(file: BinaryIO, field: str) -> Media:
    """Inspect an open file and set its position back to the start.

    Raises:
        RowRejected: Empty, too large, of another type, or damaged.
        Deferred: The content can't be read from the disk.
    """
    head = _read(file, _HEAD, field)
    mime_type = _type(head)
    if mime_type is None:
        msg = "is none of JPEG, PNG, GIF and MP4 by its content; convert it."
        raise RowRejected(msg, field=field, code="media_type")
    limit = _IMAGE_BYTES if mime_type in _IMAGES else _VIDEO_BYTES
    digest, size = _hash(file, limit, field)
    try:
        seconds = 0 if mime_type in _IMAGES else read_video(file, size).seconds
        notes = _image(file, mime_type) if mime_type in _IMAGES else _NOTES.get(mime_type, ())
    except (ValueError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        if (
            isinstance(error, OSError) and error.errno is not None
        ):  # of the disk, not of the content
            raise Deferred(f"{field}: it can't be read ({error.strerror}).") from None
        reason = "is damaged" if isinstance(error, UnidentifiedImageError) else str(error)
        msg = f"can't be used as {mime_type}: it {reason}."
        raise RowRejected(msg, field=field, code="media_content") from None
    file.seek(0)
    return Media(digest, size, mime_type, seconds, notes)


def _read(file: BinaryIO, size: int, field: str) -> bytes:
    try:
        return file.read(size)
    except OSError as error:  # a share that went away, a bad sector
        raise Deferred(f"{field}: it can't be read ({error.strerror}).") from None


def _type(head: bytes) -> str | None:
    if video := video_type(head):
        return video
    kind = filetype.guess_mime(head)
    return kind if kind in _IMAGES else None


def _hash(file: BinaryIO, limit: int, field: str) -> tuple[str, int]:
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := _read(file, _CHUNK, field):
        size += len(chunk)
        if size > limit:
            msg = f"is larger than {limit // 1024**2} MiB."
            raise RowRejected(msg, field=field, code="media_size")
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest(), size


def _image(file: BinaryIO, mime_type: str) -> tuple[str, ...]:
    """Read the header only: pixels are counted before any of them is decoded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(file, formats=[_IMAGES[mime_type]])
    width, height = image.size
    if width * height > _MAX_PIXELS:
        raise ValueError(f"has {width} x {height} pixels, over {_MAX_PIXELS // 10**6} million")
    return _gif(image, width, height) if mime_type == "image/gif" else ()


def _gif(image: Image.Image, width: int, height: int) -> tuple[str, ...]:
    frames = _frames(image, min(_GIF_FRAMES, _GIF_TOTAL // (width * height)))
    if frames is None:
        raise ValueError(f"has too many frames or pixels ({width} x {height} each)")
    (low_w, low_h), (high_w, high_h) = _GIF_SIDES
    if not (low_w <= width <= high_w and low_h <= height <= high_h):
        return (f"a GIF should have 120 x 120 to 1280 x 1080 pixels, not {width} x {height}",)
    return ()


def _frames(image: Image.Image, limit: int) -> int | None:
    """Count frames up to a limit, so that no more than that are ever decoded."""
    for frame in range(1, limit + 1):
        try:
            image.seek(frame)
        except EOFError:
            return frame
    return None
