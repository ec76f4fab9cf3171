"""Reads CSV files: encoding (declared, UTF-8, or by byte order mark) and delimiter."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from tap_hootsuite_sheet.problems import SheetError
from tap_hootsuite_sheet.safe_zip import not_a_sheet
from tap_hootsuite_sheet.sheet import MAX_HEIGHT, MAX_ROWS, MAX_TEXT, MAX_WIDTH, long_cell

DELIMITERS = (",", ";", "\t")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MAX_FILE = 32 * 1024 * 1024
"""A text takes up to four times its size in memory, and its rows as much again."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
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
    if len(data) > MAX_FILE:
        raise SheetError(f"{name} is larger than {MAX_FILE // (1 << 20)} MB. Split the plan.")
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
        f"Western Europe and America, that line has: {shown!r}. If this does not read "
        "right, save the file as CSV UTF-8; if it does, tell the encoding.",
        setting="encoding",
        value="cp1252",
        row=line,
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
    csv.field_size_limit(max(csv.field_size_limit(), MAX_TEXT))
    first, _, rest = text.partition("\n")
    if first.strip().lower().strip('"').startswith("sep=") and len(first.strip().strip('"')) == len(
        "sep=;"
    ):
        delimiter, text = first.strip().strip('"')[-1], "\n" + rest
    if delimiter is not None and len(delimiter) != 1:
        raise SheetError(f"The delimiter {delimiter!r} is not one character: use , or ; or a tab.")
    if delimiter is None:
        delimiter = max(DELIMITERS, key=lambda d: score(list(_lenient_head(text, d, name))))
    reader = csv.reader(_lines(text, delimiter, name), delimiter=delimiter, strict=True)
    try:
        return _kept(reader, name), delimiter
    except csv.Error as error:
        if "field larger than field limit" in str(error):
            raise long_cell(name, reader.line_num) from error
        raise SheetError(
            f"{name}, line {reader.line_num}: a quotation mark is out of place ({error}). "
            'Text with quotation marks is written as "He said ""hello""".',
            row=reader.line_num,
        ) from error


def _kept(reader: Iterable[list[str]], name: str) -> list[list[str]]:
    """Return the rows.

    Raises:
        SheetError: There are more than a plan may have.
    """
    rows: list[list[str]] = []
    filled = 0
    for number, row in enumerate(reader, 1):
        filled += any(row)
        if number > MAX_HEIGHT:
            raise SheetError(f"{name} has more than {MAX_HEIGHT:,} lines. Split the plan.")
        if filled <= MAX_ROWS + 1:
            rows.append(row)
    if filled > MAX_ROWS:
        raise SheetError(
            f"{name} has {filled:,} filled rows; a plan may have {MAX_ROWS:,}. Split it."
        )
    return rows


def _lines(text: str, delimiter: str, name: str) -> Iterator[str]:
    """Yield the lines with their ends, as the csv module wants them.

    Raises:
        SheetError: A line has more cells than a spreadsheet program can hold.
    """
    for number, match in enumerate(_LINE.finditer(text), 1):
        line = match.group()
        if not line:
            return  # the end
        if len(line) > MAX_TEXT and delimiter not in line:
            raise long_cell(name, number)
        if len(line) >= MAX_WIDTH and line.count(delimiter) >= MAX_WIDTH:
            raise SheetError(
                f"{name}, line {number}, has more than {MAX_WIDTH:,} cells: it is no plan of posts."
            )
        yield line


def _lenient_head(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    lines = _lines(text, delimiter, name)
    try:
        yield from islice(csv.reader(lines, delimiter=delimiter), _HEAD)
    except (csv.Error, SheetError):
        return
