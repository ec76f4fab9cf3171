"""Guard against endless pagination: stops a list that repeats a cursor or brings no new rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hootsuite_api.contract import load
from hootsuite_api.errors import HootsuiteError, Where

FRUITLESS = 20  # pages with a cursor and without a new row, before a listing is given up
Row = dict[str, Any]


class ListingFault(HootsuiteError):  # noqa: N818 - as the tree that it belongs to
    """A listing that can't be read to its end without a risk of gaps."""

    advice = "Report it to Hootsuite's support: the list can't be read completely"


class CursorGuard:
    """Ends a listing that makes no progress: a repeated cursor, or pages without a new row.

    Args:
        operation: The list operation, as in the contract.
        what: What is listed, for the message.
    """

    def __init__(self, operation: str, what: str) -> None:
        self._operation = operation
        self._what = what
        self._cursors: set[str] = set()
        self._pages: set[int] = set()
        self._fruitless = 0

    def accept(self, rows: Sequence[Row], cursor: str | None, trace: str | None = None) -> None:
        """Take note of a page and of the cursor that it gives.

        Raises:
            ListingFault: See `accept_keys`.
        """
        self.accept_keys([str(row.get("id") or row) for row in rows], cursor, trace)

    def accept_keys(
        self, keys: Sequence[str], cursor: str | None, trace: str | None = None
    ) -> None:
        """Take note of a page, known by the keys of its rows, and of the cursor that it gives.

        Raises:
            ListingFault: If the cursor was given before, or too many pages in a row were empty or
                the same as earlier ones.
        """
        if not cursor:
            self._fruitless = 0
            self._cursors.clear()
            self._pages.clear()
            return
        if cursor in self._cursors:
            raise self._fault("repeats a cursor", trace)
        self._cursors.add(cursor)
        page = hash(tuple(keys))
        fruitless = not keys or page in self._pages
        self._pages.add(page)
        self._fruitless = self._fruitless + 1 if fruitless else 0
        if self._fruitless >= FRUITLESS:
            raise self._fault(
                f"gave a new cursor and nothing new on {FRUITLESS} pages in a row", trace
            )

    def _fault(self, does: str, trace: str | None) -> ListingFault:
        operation = load().operations[self._operation]
        where = Where(operation.method, operation.path, trace_id=trace)
        return ListingFault(f"The list of {self._what} {does}", where)
