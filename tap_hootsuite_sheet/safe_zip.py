"""Unpacks XLSX and ODS archives from untrusted sources under a size limit."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

from tap_hootsuite_sheet.problems import SheetError

MAX_UNPACKED = 512 * 1024 * 1024
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
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
    """The parts of a zipped spreadsheet, unpacked one by one under a common limit.

    The parts that were read can be packed again (stored, not deflated): the library that parses
    them then sees exactly the bytes that were counted, whatever the archive declares about itself.
    """

    def __init__(self, data: bytes, name: str, limit: int = MAX_UNPACKED) -> None:
        self.name = name
        self._left = self._limit = limit
        self._parts: dict[str, bytes] = {}
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise unfinished(name) from error
        if any(info.flag_bits & _ENCRYPTED for info in self._zip.infolist()):
            raise protected(name)
        # Parts that nobody parses count too: a copy of the workbook has to pack them again.
        if sum(info.file_size for info in self._zip.infolist()) > limit:
            raise self._too_large()

    def names(self) -> list[str]:
        """Return the names of all parts."""
        return self._zip.namelist()

    def part(self, name: str) -> bytes:
        """Return one part.

        Raises:
            SheetError: It is missing, damaged, or unpacks to more than the limit.
        """
        if name not in self._parts:
            self._parts[name] = self._unpack(name)
        return self._parts[name]

    def _unpack(self, name: str) -> bytes:
        chunks = []
        try:
            with self._zip.open(name) as stream:
                while chunk := stream.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise self._too_large()
                    chunks.append(chunk)
        except _BROKEN as e:
            raise unfinished(self.name) from e
        content = b"".join(chunks)
        if _DOCTYPE in content:
            raise SheetError(
                f"{self.name} declares a document type, which no spreadsheet program writes."
            )
        return content

    def _too_large(self) -> SheetError:
        size = self._limit // (1024 * 1024)
        return SheetError(
            f"{self.name} unpacks to more than {size} MB, far beyond any plan of posts. "
            "Copy the rows you need into a new file."
        )

    def packed(self) -> io.BytesIO:
        """Return the parts read so far as an archive of their own."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
            for name, content in self._parts.items():
                target.writestr(name, content)
        out.seek(0)
        return out

    def forget(self) -> None:
        """Drop what was unpacked."""
        self._parts.clear()


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
