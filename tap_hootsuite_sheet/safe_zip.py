"""Unpacks XLSX and ODS archives from untrusted sources under a size limit."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO

from tap_hootsuite_sheet.problems import SheetError

ZIP = b"PK\x03\x04"
MAX_UNPACKED = 256 * 1024 * 1024
MAX_PART = 80 * 1024 * 1024
"""What one part that is parsed may unpack to."""
MAX_PARTS = 20_000
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""The others unpack whole chunks at once, to any size; no spreadsheet program uses them."""
_ENTRY = b"PK\x01\x02"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_OLE_BOOKS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises over a damaged archive."""
_DOCTYPE = b"<!DOCTYPE"


class Archive:
    """The parts of a zipped spreadsheet, unpacked one by one under a limit.

    Names of parts are compared without case and with either slash, as some programs write them.
    """

    def __init__(self, data: bytes, name: str, limit: int = MAX_UNPACKED) -> None:
        self.name = name
        self._limit = limit
        if data.count(_ENTRY) > MAX_PARTS:
            raise SheetError(f"{name} has more than {MAX_PARTS:,} parts: it is no spreadsheet.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise unfinished(name) from error
        entries = self._zip.infolist()
        if any(info.flag_bits & _ENCRYPTED for info in entries):
            raise protected(name)
        # Parts that nobody parses count too: a copy of the workbook has to pack them again.
        if sum(info.file_size for info in entries) > limit:
            raise self._too_large(limit)
        self._entries = {_same_name(info.filename): info for info in entries}

    def __contains__(self, name: str) -> bool:
        return _same_name(name) in self._entries

    def entry(self, name: str) -> str:
        """Return a part's name as it is written in the archive."""
        return self._entries[_same_name(name)].orig_filename

    def part(self, name: str, limit: int = MAX_PART) -> bytes:
        """Return one part.

        Args:
            name: The part's name.
            limit: What it may unpack to.

        Raises:
            SheetError: It is missing, damaged, or unpacks to more than the limit.
        """
        with self.stream(name, limit) as stream:
            content = b"".join(iter(lambda: stream.read(_CHUNK), b""))
        if _DOCTYPE in content:
            raise document_type(self.name)
        return content

    def stream(self, name: str, limit: int = MAX_PART) -> CountedStream:
        """Open one part for reading.

        Raises:
            SheetError: It is missing or damaged. Reading raises it as well.
        """
        limit = min(limit, self._limit)
        try:
            info = self._entries[_same_name(name)]
            if info.compress_type not in _METHODS:
                raise unfinished(self.name)
            return CountedStream(self._zip.open(info), self.name, self._too_large(limit), limit)
        except _BROKEN as error:
            raise unfinished(self.name) from error

    def _too_large(self, limit: int) -> SheetError:
        size = limit // (1024 * 1024)
        return SheetError(
            f"{self.name} unpacks to more than {size} MB, far beyond any plan of posts. "
            "Copy the rows you need into a new file."
        )


class CountedStream(io.RawIOBase):
    """A part while it is unpacked; what it unpacks to is counted, whatever the archive declares."""

    def __init__(self, stream: IO[bytes], name: str, error: SheetError, limit: int) -> None:
        super().__init__()
        self._stream = stream
        self._name = name
        self._error = error
        self._left = limit

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes.

        Raises:
            SheetError: The part is damaged or too large.
        """
        try:
            chunk = self._stream.read(_CHUNK if size < 0 else min(size, _CHUNK))
        except _BROKEN as error:
            raise unfinished(self._name) from error
        self._left -= len(chunk)
        if self._left < 0:
            raise self._error
        return chunk

    def close(self) -> None:
        """Close the part."""
        self._stream.close()
        super().close()


def _same_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def document_type(name: str) -> SheetError:
    """The error for XML that could define entities."""
    return SheetError(f"{name} declares a document type, which no spreadsheet program writes.")


def unfinished(name: str) -> SheetError:
    """The error for an archive that breaks off or is damaged."""
    return SheetError(
        f"{name} is not complete: it is being written just now, or it is damaged. "
        "Wait until it is saved or downloaded, or save it again."
    )


def protected(name: str) -> SheetError:
    """The error for a file that cannot be read without its password."""
    return SheetError(
        f"{name} is protected by a password. Save a copy without the password and use that one."
    )


def refuse_compound(data: bytes, name: str) -> None:
    """Refuse the container of encrypted workbooks and of Excel files older than 2007.

    Raises:
        SheetError: The data is such a container.
    """
    if not data.startswith(_OLE):
        return
    if _OLE_PACKAGE in data:
        raise protected(name)
    if any(book in data for book in _OLE_BOOKS):
        raise SheetError(f"{name} is in the format of Excel before 2007. Save it as .xlsx.")
    raise not_a_sheet(name)


def not_a_sheet(name: str) -> SheetError:
    """The error for anything that is not a spreadsheet."""
    return SheetError(f"{name} is not a spreadsheet. Use .xlsx, .ods or .csv.")


def read_bytes(path: Path, limit: int) -> bytes:
    """Return a file's content, unless it changes while it is read.

    Raises:
        SheetError: The file cannot be read, is empty, too large, or being written.
    """
    try:
        before = path.stat()
        if not path.is_file():
            raise SheetError(f"{path.name} is not a file.")
        if before.st_size > limit:
            raise SheetError(
                f"{path.name} is larger than {limit // (1024 * 1024)} MB. Split the plan."
            )
        data = path.read_bytes()
        after = path.stat()
    except FileNotFoundError as error:
        raise SheetError(f"There is no file {path}.") from error
    except OSError as error:
        raise SheetError(f"{path.name} cannot be read: {error.strerror}.") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise unfinished(path.name)
    if not data:
        raise SheetError(
            f"{path.name} is empty: it is being written just now, or nothing was saved."
        )
    return data
