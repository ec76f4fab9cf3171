"""Finds the header row and maps its columns to fields."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from hootsuite_api.phrases import listed
from tap_hootsuite_sheet.date_guess import best
from tap_hootsuite_sheet.problems import Flaw, SheetError
from tap_hootsuite_sheet.sheet import letters

HEADER_WITHIN = 50
_COMPOSER_ROWS = 200
_COMPOSER_WIDTHS = frozenset({2, 3})
_ALIKE = 0.75  # two letters that changed places in a word of four
KEY = "Hootsuite key"
"""The column in which a results copy keeps each row's key."""

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "id": ("ID", "Post ID", "Row ID", "External ID", "No", "Nr", "Number", "Key"),
    "date": (
        "Date",
        "Day",
        "Date and time",
        "Date time",
        "When",
        "Publish date",
        "Post date",
        "Send date",
        "Scheduled date",
        "Schedule date",
        "Scheduled",
        "Scheduled for",
        "Scheduled at",
        "Scheduled time",
        "Scheduled send time",
        "Schedule",
        "Send at",
        "Publish at",
        "Posting date",
        "Publication date",
        "Date/time (24h)",
    ),
    "time": (
        "Time",
        "Time of day",
        "Hour",
        "Clock",
        "Publish time",
        "Post time",
        "Send time",
        "Posting time",
    ),
    "timezone": ("Time zone", "TZ", "Zone", "UTC offset"),
    "text": (
        "Text",
        "Message",
        "Post",
        "Copy",
        "Caption",
        "Content",
        "Body",
        "Message text",
        "Post text",
        "Post copy",
        "Tweet",
        "Status text",
        "Post content",
    ),
    "profiles": (
        "Profiles",
        "Profile",
        "Accounts",
        "Account",
        "Social profiles",
        "Social profile",
        "Social accounts",
        "Social account",
        "Channels",
        "Channel",
        "Networks",
        "Network",
        "Social network",
        "Social networks",
        "Social profile IDs",
        "Social profile ID",
        "Profile ID",
        "Profile IDs",
        "Platform",
        "Platforms",
    ),
    "media": (
        "Media",
        "Image",
        "Images",
        "Picture",
        "Pictures",
        "Photo",
        "Photos",
        "Video",
        "Videos",
        "Attachment",
        "Attachments",
        "Image URL",
        "Image URLs",
        "Media URL",
        "Media URLs",
        "File",
        "Files",
        "Asset",
        "Assets",
        "Image file",
        "Media file",
        "Visual",
        "Creative",
    ),
    "link": (
        "Link",
        "URL",
        "Links",
        "Link URL",
        "Landing page",
        "Destination",
        "Destination URL",
        "Target URL",
    ),
    "tags": ("Tags", "Tag", "Labels", "Label", "Hootsuite tags"),
    "board": ("Board", "Pinterest board", "Board ID", "Pinterest board ID"),
    "location": ("Location", "Coordinates", "Geo", "Lat/Long", "Latitude, longitude", "Place"),
    "status": ("Status", "Approval", "Approval status", "Post status", "Stage"),
    "key": (KEY,),
}
"""The field, and the headers that people write for it."""

OURS = ("Hootsuite status", "Hootsuite message ID", "Hootsuite link", "Hootsuite error")
"""The columns that a results copy adds; they are read over when the copy is scheduled again."""


@dataclass(frozen=True, slots=True)
class Table:
    """The position of the plan in its sheet. Rows count from 1, columns from 0."""

    header_row: int
    fields: Mapping[str, int]
    headers: Mapping[str, str]
    unknown: tuple[str, ...] = field(default=())

    def with_guess(self, header: str) -> str:
        """Return a header that is not understood, with the one that may be meant."""
        words = {
            squeeze(word): word
            for name, synonyms in SYNONYMS.items()
            if name not in self.fields
            for word in synonyms
        }
        near = get_close_matches(squeeze(header), words, n=1, cutoff=_ALIKE)
        return f"{header} (did you mean {words[near[0]]}?)" if near else header

    def label_at(self, column: int) -> str:
        """Return the label of a column by its place."""
        name = next((name for name, index in self.fields.items() if index == column), "")
        return self.label(name) if name else letters(column + 1)

    def label(self, name: str) -> str:
        """Return a column as a person finds it: its letter and its header."""
        column = self.fields.get(name)
        if column is None:
            return name
        header = self.headers.get(name, "")
        return f"{letters(column + 1)} ({header})" if header else letters(column + 1)


def squeeze(header: str) -> str:
    """Return a header without case, accents of width, spaces and punctuation."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return "".join(c for c in folded if c.isalnum())


_NAMES = {squeeze(word): name for name, words in SYNONYMS.items() for word in (name, *words)}
_OURS = frozenset(squeeze(word) for word in OURS)


def _header_text(cell: object) -> str:
    if isinstance(cell, Flaw):
        cell = cell.shown
    if not isinstance(cell, str):
        return ""
    # It is printed in messages: on one line, without terminal control characters.
    return " ".join("".join(c if c.isprintable() else " " for c in cell).split())


def _match(row: Sequence[object], names: Mapping[str, str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for column, cell in enumerate(row):
        text = _header_text(cell)
        if text and (name := names.get(squeeze(text))) is not None:
            found.setdefault(name, []).append(column)
    return found


def _names(mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the field of each header; a mapped field matches only its mapped header."""
    if unknown := sorted(set(mapping) - set(SYNONYMS)):
        raise SheetError(
            f"columns names unknown fields: {listed(unknown)}. Fields: {listed(SYNONYMS)}."
        )
    names = {header: name for header, name in _NAMES.items() if name not in mapping}
    return names | {squeeze(header): name for name, header in mapping.items()}


def score(rows: Sequence[Sequence[object]], mapping: Mapping[str, str] | None = None) -> int:
    """Tell how many columns the best header row would have."""
    names = _names(mapping or {})
    return max((len(_match(row, names)) for row in rows[:HEADER_WITHIN]), default=0)


def locate(rows: Sequence[Sequence[object]], mapping: Mapping[str, str], source: str) -> Table:
    """Find the header row: the first with the most columns that are understood.

    Args:
        rows: The sheet.
        mapping: Field to header, from the settings; overrides what is understood by itself.
        source: The file's name, for messages.

    Raises:
        SheetError: No row is a header, or two columns mean the same.
    """
    names = _names(mapping)
    found = [_match(row, names) for row in rows[:HEADER_WITHIN]]
    best = max(range(len(found)), key=lambda n: len(found[n]), default=0)
    if not found or not found[best]:
        raise _no_header(rows, source)
    row = rows[best]
    match = _prefer_date(found[best])
    for name in mapping:
        if name not in match:
            raise SheetError(
                f"{source} has no column {mapping[name]!r}, which columns names for {name}."
            )
    if not _enough(match):
        raise _no_header(rows, source)
    _refuse_twins(match, row, source)
    return Table(
        header_row=best + 1,
        fields={name: columns[0] for name, columns in match.items()},
        headers={name: _header_text(row[columns[0]]) for name, columns in match.items()},
        unknown=_unknown(row, match),
    )


def _enough(match: Mapping[str, object]) -> bool:
    return bool(match.keys() & {"text", "media"}) and bool(match.keys() & {"date", "time"})


def _prefer_date(match: dict[str, list[int]]) -> dict[str, list[int]]:
    """Use the time column as the date column if there is no date column."""
    if "date" not in match and "time" in match:
        match["date"] = match.pop("time")
    return match


def _refuse_twins(match: Mapping[str, list[int]], row: Sequence[object], source: str) -> None:
    for name, columns in match.items():
        if len(columns) > 1:
            twins = listed(f"{letters(c + 1)} ({_header_text(row[c])})" for c in columns)
            raise SheetError(
                f"{source}: columns {twins} all mean {name}. Rename the ones that don't.",
                setting="columns",
                value=f"{name}={_header_text(row[columns[0]])}",
            )


def _unknown(row: Sequence[object], match: Mapping[str, list[int]]) -> tuple[str, ...]:
    known = {column for columns in match.values() for column in columns}
    names = (_header_text(cell) for column, cell in enumerate(row) if column not in known)
    return tuple(name for name in names if name and squeeze(name) not in _OURS)


class NoHeaderError(SheetError):
    """No row of a sheet names the columns."""


def _no_header(rows: Sequence[Sequence[object]], source: str) -> SheetError:
    """Return the error for a sheet without a header; the bulk composer's files have none."""
    if layout := _composer_layout(rows):
        return SheetError(
            f"{source} has no header row; its first column has dates. If it is a file for the "
            "dashboard's bulk composer (date, message, link), tell the layout of its dates.",
            setting="composer_date_format",
            value=layout,
        )
    first = next((row for row in rows if any(_header_text(cell) for cell in row)), [])
    seen = listed(repr(text) for cell in first if (text := _header_text(cell))) or "nothing"
    return NoHeaderError(
        f"{source} has no header row that is understood: one row must name at least Text and Date "
        f"(the first row has {seen}). Headers: ID, Date, Time, Time zone, Text, Profiles, Media, "
        "Link, Tags, Board, Location, Status. Other headers can be declared.",
        setting="columns",
        value="text=Post copy",
    )


def _composer_layout(rows: Sequence[Sequence[object]]) -> str:
    """Return the layout of the dates in the first column of a composer file, empty for others."""
    filled = [row for row in rows[:_COMPOSER_ROWS] if any(_header_text(cell) for cell in row)]
    texts = [_header_text(row[0]) for row in filled if len(row) in _COMPOSER_WIDTHS]
    return best(texts) if texts and len(texts) == len(filled) else ""
