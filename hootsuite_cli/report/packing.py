"""Packs data for the page: columns as little-endian arrays, deflated, in base64."""

from __future__ import annotations

import base64
import datetime as dt
import sys
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hootsuite_api.phrases import shortened
from hootsuite_cli.report.warehouse import Warehouse, identifier

MONTHS = 13  # a year, and one month before it for comparison
PERIODS = (30, 90, 180, 365)  # of the page's filter
NOBODY = 0xFFFF
UNKNOWN = 0xFFFFFFFF
_LISTED_TEXT = 140


@dataclass(frozen=True)
class Choices:
    """Choices on the command line.

    Args:
        period: Days that the page shows at first.
        profile: Profile that it shows at first; empty means all.
        network: Network that it shows at first; empty means all.
        text: Whether texts of posts are on the page.
        names: Whether names of members are on the page.
        as_of: The current time, in UTC.
    """

    period: int
    profile: str
    network: str
    text: bool
    names: bool
    as_of: dt.datetime


class Reader:
    """Reads the marts for the page.

    Args:
        warehouse: The connection to the marts.
        schema: The loader's schema.
        choices: Choices on the command line.
    """

    def __init__(self, warehouse: Warehouse, schema: str, choices: Choices) -> None:
        self._warehouse = warehouse
        self._marts = identifier(f"{schema}_marts")
        self.choices = choices
        self.today = choices.as_of.date()
        self.first = self.today - dt.timedelta(days=31 * MONTHS)

    def mart(self, name: str) -> str:
        """Return the qualified name of a mart for SQL."""
        return f"{self._marts}.{name}"

    def ask(self, columns: str, mart: str, rest: str = "") -> Iterable[Sequence[Any]]:
        """Select columns of a mart."""
        return self._warehouse.rows(f"select {columns} from {self.mart(mart)} {rest}")  # noqa: S608 - names of ours

    def day(self, day: dt.date) -> int:
        """Return the number of a day, counted from the page's first day."""
        return (day - self.first).days

    def text(self, text: str | None) -> str:
        """Shorten a post's text to one line; empty if the page shows no texts."""
        if not self.choices.text or not text:
            return ""
        return shortened(text, _LISTED_TEXT)


def packed(columns: Any) -> dict[str, str]:
    """Pack a dataclass of arrays."""
    return {name: base64_of(column) for name, column in vars(columns).items()}


def base64_of(column: array[int]) -> str:
    """Pack one array."""
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return base64.b64encode(zlib.compress(column.tobytes(), 5)).decode("ascii")
