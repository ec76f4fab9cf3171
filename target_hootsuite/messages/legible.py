"""Refuses texts that were garbled on their way here, and characters that nobody can see.

A sheet is checked where it is read; a table or another tap may bring the same trouble.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hootsuite_api import garbled
from hootsuite_api.phrases import shortened
from target_hootsuite.context import RunContext
from target_hootsuite.errors import RowRejected
from target_hootsuite.model import Row, Unit

EVERY_ROW = "*"
_C1 = re.compile("[\x80-\x9f]")
_SHOWN = 200


def check(context: RunContext, unit: Unit) -> None:
    """Check the words of a row; ASCII can't be garbled.

    Raises:
        RowRejected: They look like UTF-8 that was read in another encoding, or hold C1 controls.
    """
    accepted = unit.row.get("as_is") is True or not {EVERY_ROW, unit.identity.key}.isdisjoint(
        context.settings.get("as_is") or ()
    )
    for field, text in _texts(unit.row):
        if text.isascii():
            continue
        meant = None if accepted else garbled.repaired(text)
        if meant is not None:
            raise _garbled(field, meant)
        _check_visible(field, text, accepted=accepted)


def _texts(row: Row) -> Iterator[tuple[str, str]]:
    yield "text", row.get("text") or ""
    yield from ((f"tags[{place}]", tag) for place, tag in enumerate(row.get("tags", [])))


def _garbled(field: str, meant: str) -> RowRejected:
    msg = (
        "was saved in one encoding and opened in another. It should probably read: "
        f"{shortened(meant, _SHOWN)} (if it is right as it is, name the row in `as_is`)"
    )
    return RowRejected(msg, field=field, code="garbled_text")


def _check_visible(field: str, text: str, *, accepted: bool) -> None:
    if found := _C1.search(text):
        msg = f"holds a control character (U+{ord(found.group()):04X}); type the text anew."
        raise RowRejected(msg, field=field, code="control_character")
    if "\ufffd" in text and not accepted:
        msg = "has characters that were lost (U+FFFD); type the text anew."
        raise RowRejected(msg, field=field, code="lost_characters")
