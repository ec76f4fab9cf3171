"""Reads CSV files: encoding (declared, UTF-8, or by byte order mark) and delimiter."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from itertools import islice

from tap_hootsuite_sheet.problems import SheetError
from tap_hootsuite_sheet.safe_zip import not_a_sheet

DELIMITERS = (",", ";", "\t")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD = 40
_SAMPLE = 60

Score = Callable[[list[list[str]]], int]


def decode(data: bytes, encoding: str | None, name: str) -> tuple[str, str]:
    """Return the text of a CSV file, and its encoding.

    Args:
        data: The file's bytes.
        encoding: The declared encoding, None when it must be UTF-8 or marked.
        name: The file's name, for messages.

    Raises:
        SheetError: The bytes are not text in that encoding.
    """
    marked = next((codec for mark, codec in _MARKS if data.startswith(mark)), None)
    used = marked or encoding or "utf-8"
    try:
        text = data.decode(used)
    except LookupError as error:
        raise SheetError(f"There is no encoding {used!r}. Use utf-8 or cp1252.") from error
    except UnicodeDecodeError as error:
        if marked is None and b"\0" in data[:4096]:
            raise not_a_sheet(name) from error
        raise _undecodable(data, error, used, name) from error
    if "\0" in text:
        raise not_a_sheet(name)
    return text, used


def _undecodable(data: bytes, error: UnicodeDecodeError, used: str, name: str) -> SheetError:
    start = data.rfind(b"\n", 0, error.start) + 1
    line = data.count(b"\n", 0, error.start) + 1
    sample = data[max(start, error.start - _SAMPLE // 2) : error.start + _SAMPLE // 2]
    shown = sample.split(b"\n")[0].decode("cp1252", "replace").strip()
    return SheetError(
        f"{name} is not {used.upper()} text (line {line}). Read as cp1252, which Excel writes in "
        f"Western Europe and America, that line has: {shown!r}. If this reads right, set encoding "
        "to cp1252; else save the file as CSV UTF-8."
    )


def rows_of(
    text: str, delimiter: str | None, score: Score, name: str
) -> tuple[list[list[str]], str]:
    """Split a CSV text into rows.

    Args:
        text: The whole file.
        delimiter: The declared delimiter, None to take the one that makes most of the columns.
        score: How well the first rows read; the higher the better.
        name: The file's name, for messages.

    Raises:
        SheetError: A quotation mark is out of place.
    """
    # The limit guards programs that read without end; this text was measured before it was read.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    first, _, rest = text.partition("\n")
    if first.strip().lower().strip('"').startswith("sep=") and len(first.strip().strip('"')) == len(
        "sep=;"
    ):
        delimiter, text = first.strip().strip('"')[-1], "\n" + rest
    if delimiter is not None and len(delimiter) != 1:
        raise SheetError(f"The delimiter {delimiter!r} is not one character: use , or ; or a tab.")
    if delimiter is None:
        delimiter = max(DELIMITERS, key=lambda d: score(list(_lenient_head(text, d))))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        raise SheetError(
            f"{name}, line {reader.line_num}: a quotation mark is out of place ({error}). "
            'Text with quotation marks is written as "He said ""hello""".'
        ) from error
    return rows, delimiter


def _lenient_head(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _HEAD)
    except csv.Error:
        return
