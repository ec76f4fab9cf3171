"""Builds a record of the stream `messages` from a row's values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tap_hootsuite_sheet import values
from tap_hootsuite_sheet.model import Record

Values = list[Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """The sheet's columns as values, one per row; `BAD` where there is none."""

    keys: Values
    moments: Values
    texts: Values
    profiles: Values
    media: Values
    links: Values
    tags: Values
    boards: Values
    places: Values

    def all(self) -> list[Values]:
        """Return the columns in the order in which `record_of` takes them."""
        return [getattr(self, name) for name in self.__slots__]


def record_of(  # noqa: PLR0917 - the columns in their order, zipped
    key: str,
    when: str,
    text: str,
    ids: Any,
    media: Any,
    link: str,
    tags: Any,
    board: str,
    place: Any,
) -> Record:
    """Return the record of one row; its columns in their order."""
    record: Record = {
        "external_id": key,
        "text": text,
        "social_profile_ids": ids,
        "scheduled_send_time": when,
    }
    if media:
        record["media"] = media
    if tags:
        record["tags"] = tags
    if board:
        record["pinterest_board_id"] = board
    if place:
        record["location"] = place
    if link:
        _place_link(record, link, board)
    return record


def _place_link(record: Record, link: str, board: str) -> None:
    """A pin has a destination; any other post carries its link at the end of its text."""
    if board:
        record["destination_url"] = link
    elif not values.same_address(link, record["text"]):
        record["text"] = f"{record['text']} {link}".lstrip()
