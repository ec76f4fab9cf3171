"""Files: what is opened, and what it is."""

import io
import os
import random
import struct
import threading
import zlib
from pathlib import Path

import pytest
from PIL import Image

from target_hootsuite.errors import RowRejected
from target_hootsuite.media.inspect import inspect
from target_hootsuite.media.local_files import open_under
from target_hootsuite.media.mp4 import read_video, video_type

SECRET = b"SECRET outside"


def picture(kind="PNG", size=(8, 8), **options):
    data = io.BytesIO()
    Image.new("RGB", size, (1, 2, 3)).save(data, kind, **options)
    return data.getvalue()


def box(kind, content):
    return struct.pack(">I4s", 8 + len(content), kind) + content


def video(seconds=10, width=640, height=360, brand=b"isom"):
    mvhd = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000) + bytes(80))
    tkhd = box(b"tkhd", bytes(76) + struct.pack(">II", width << 16, height << 16))
    movie = box(b"moov", mvhd + box(b"trak", tkhd))
    return box(b"ftyp", brand + bytes(4) + brand) + movie + box(b"mdat", b"x" * 32)


@pytest.fixture
def root(tmp_path):
    """A media root with a file, and a secret outside it that links lead to."""
    folder = tmp_path / "media"
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "a.png").write_bytes(picture())
    (tmp_path / "secret").write_bytes(SECRET)
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "out").symlink_to(tmp_path)
    os.mkfifo(folder / "fifo")
    return folder


def test_files_under_the_root_open(root):
    """A relative path, and an absolute one inside the root, open the file."""
    for path in ("in/a.png", "./in/a.png", str(root / "in" / "a.png")):
        with open_under(str(root), path, "media[0].path") as file:
            assert file.read(4) == b"\x89PNG"


@pytest.mark.parametrize(
    "path",
    [
        "link",
        "out/secret",
        "fifo",
        "in",
        "../secret",
        "/etc/passwd",
        "in/../../secret",
        "",
        "in/a.png\x00",
        "..\\secret",
        "~/x",
    ],
)
def test_nothing_else_opens(root, path):
    """Rule 20: links, FIFOs, folders and ways out of the root open nothing."""
    with pytest.raises(RowRejected, match="media"):
        open_under(str(root), path, "media[0].path")


def test_root_is_required():
    """Without `media_root` no file is read at all."""
    with pytest.raises(RowRejected, match="media_root"):
        open_under(None, "a.png", "media[0].path")


def test_a_thousand_hostile_paths(root):
    """0 reads outside `media_root` over 1,000 hostile paths."""
    chance = random.Random(3)  # noqa: S311 - a fixed shuffle, no secret
    parts = [
        "..",
        ".",
        "in",
        "out",
        "link",
        "fifo",
        "secret",
        "a.png",
        "",
        "/",
        "etc",
        "passwd",
        "~root",
        "%2e%2e",
        "..%2f",
        "\u2025",
        "%00",
        "proc",
        "self",
        "fd",
        "0",
        "media",
    ]
    for _ in range(1000):
        path = "/".join(chance.choices(parts, k=chance.randint(1, 9)))
        try:
            with open_under(str(root), path, "media[0].path") as file:
                assert Path(f"/proc/self/fd/{file.fileno()}").readlink().is_relative_to(root)
                assert file.read() != SECRET
        except RowRejected:
            continue


def test_symlink_swaps_never_win(root, tmp_path):
    """A folder that turns into a link while it is opened gives the file or nothing."""
    stop = threading.Event()
    (root / "real").mkdir()
    (root / "real" / "secret").write_bytes(b"inside")

    def swap():
        while not stop.is_set():
            (root / "real").rename(root / "moved")
            (root / "real").symlink_to(tmp_path)
            (root / "real").unlink()
            (root / "moved").rename(root / "real")

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(2000):
            try:
                with open_under(str(root), "real/secret", "f") as file:
                    assert file.read() == b"inside"
            except RowRejected:
                continue
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("GIF", (200, 200)), "image/gif"),
        (video(), "video/mp4"),
    ],
)
def test_type_comes_from_the_content(data, mime):
    """The type is read from the content, never from the name; the size and hash go with it."""
    found = inspect(io.BytesIO(data), "f")
    assert (found.mime_type, found.size, len(found.digest), found.warnings) == (
        mime,
        len(data),
        64,
        (),
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg/>",
        b"%PDF-1.7",
        picture("BMP"),
        picture()[:20],
        video()[:60],
        b"GIF89a" + bytes(4),
        b"\x00\x00\x00\x18ftypisom" + bytes(300),
    ],
)
def test_other_or_damaged_content_is_refused(data):
    """Preflight: what the platform does not take, or can't be read, is refused before upload."""
    with pytest.raises(RowRejected, match="f: "):
        inspect(io.BytesIO(data), "f")


def test_pixels_are_capped_before_decoding():
    """Rule 30: a small file that claims endless pixels is refused by its header."""
    data = bytearray(picture())
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    with pytest.raises(RowRejected, match="pixels"):
        inspect(io.BytesIO(bytes(data)), "f")


def animation(side, frames):
    """A GIF of so many squares, each of one colour."""
    data = io.BytesIO()
    first, *rest = [Image.new("L", (side, side), number % 256) for number in range(frames)]
    first.save(data, "GIF", save_all=True, append_images=rest)
    data.seek(0)
    return data


@pytest.mark.parametrize(("side", "most"), [(120, 350), (6000, 8)])
def test_animations_are_capped(side, most):
    """Rule 30: too many frames, or too many pixels in all of them, are refused."""
    assert inspect(animation(120, 350), "f").mime_type == "image/gif"
    with pytest.raises(RowRejected, match="too many frames"):
        inspect(animation(side, most + 1), "f")


def test_size_is_capped():
    """Preflight: an image over the limit is refused while it is read, not after."""
    with pytest.raises(RowRejected, match="larger"):
        inspect(io.BytesIO(picture() + bytes(20 * 1024**2)), "f")


def test_video_boxes_are_read():
    """Length and size come from our own box reader."""
    data = video(12, 1280, 720)
    assert video_type(data) == "video/mp4"
    found = read_video(io.BytesIO(data), len(data))
    assert (found.seconds, found.width, found.height) == (12.0, 1280, 720)


def test_damaged_boxes_end_in_an_error():
    """Whatever the boxes claim, reading ends, with a film or a ValueError."""
    chance = random.Random(5)  # noqa: S311 - reproducible damage
    good = video()
    for _ in range(500):
        data = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read_video(io.BytesIO(bytes(data)), len(data))
        except ValueError:
            continue
