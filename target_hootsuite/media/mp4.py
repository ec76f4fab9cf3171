"""Just enough of ISO 14496-12 to know a video's length and size: reads boxes, decodes nothing."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_MAX_BOXES = 10_000
_MAX_HEADER = 1024
_BRANDS = frozenset(
    (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ")
)
_MORE_BRANDS = frozenset((b"dash", b"mp71", b"MSNV", b"iso3", b"iso8", b"iso9", b"f4v ", b"M4VP"))


@dataclass(frozen=True)
class Video:
    """What the container says.

    Args:
        seconds: Length; 0 when it is not said (fragmented files).
        width: Pixels of the first visual track.
        height: Pixels of the first visual track.
    """

    seconds: float
    width: int
    height: int


MP4, QUICKTIME = "video/mp4", "video/quicktime"


def video_type(head: bytes) -> str | None:
    """Return the media type of a container by its first bytes, an `ftyp` box; None for others."""
    if head[4:8] != b"ftyp":
        return None
    if head[8:12] == b"qt  ":
        return QUICKTIME
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, len(head) - 3, 4))}
    return MP4 if brands & (_BRANDS | _MORE_BRANDS) else None


def read_video(file: BinaryIO, size: int) -> Video:
    """Read a video's length and size.

    Args:
        file: Seekable.
        size: Bytes in it.

    Raises:
        ValueError: Boxes don't nest, or there is no movie in it.
    """
    counter = iter(range(_MAX_BOXES))
    for kind, start, end in _boxes(file, 0, size, counter):
        if kind == b"moov":
            return _movie(file, start, end, counter)
    raise ValueError("holds no movie (no `moov` box)")


def _boxes(
    file: BinaryIO, start: int, end: int, counter: Iterator[int]
) -> Iterator[tuple[bytes, int, int]]:
    """Boxes between two offsets: type, first byte and end of the content."""
    while end - start >= 8:  # noqa: PLR2004 - size and type
        if next(counter, None) is None:
            raise ValueError("has too many boxes")
        file.seek(start)
        size, kind = struct.unpack(">I4s", _exactly(file, 8))
        content = start + 8
        if size == 1:
            (size,) = struct.unpack(">Q", _exactly(file, 8))
            content += 8
        stop = end if size == 0 else start + size
        if stop < content or stop > end:
            raise ValueError(f"is cut or damaged (box at byte {start})")
        yield kind, content, stop
        start = stop


def _exactly(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise ValueError("ends too early")
    return data


def _movie(file: BinaryIO, start: int, end: int, counter: Iterator[int]) -> Video:
    seconds, width, height = 0.0, 0, 0
    for kind, content, stop in _boxes(file, start, end, counter):
        if kind == b"mvhd":
            seconds = _duration(_content(file, content, stop))
        elif kind == b"trak" and not width:
            width, height = _track(file, content, stop, counter)
    return Video(seconds, width, height)


def _content(file: BinaryIO, start: int, stop: int) -> bytes:
    file.seek(start)
    return _exactly(file, min(stop - start, _MAX_HEADER))


def _duration(data: bytes) -> float:
    layout, at = (">IQ", 20) if data[:1] == b"\x01" else (">II", 12)
    if len(data) < at + struct.calcsize(layout):
        raise ValueError("has a movie header that is too short")
    scale, units = struct.unpack_from(layout, data, at)
    unknown = units in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
    return 0.0 if unknown or not scale else units / scale


def _track(file: BinaryIO, start: int, end: int, counter: Iterator[int]) -> tuple[int, int]:
    for kind, content, stop in _boxes(file, start, end, counter):
        if kind == b"tkhd":
            data = _content(file, content, stop)
            at = 88 if data[:1] == b"\x01" else 76
            if len(data) < at + 8:
                raise ValueError("has a track header that is too short")
            width, height = struct.unpack_from(">II", data, at)
            return width >> 16, height >> 16
    return 0, 0
