"""Refuses texts that were decoded wrongly, and invisible control characters.

The sheet tap checks its own input; rows of other taps may have the same faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hootsuite_api import garbled, lost_letters
from hootsuite_api.phrases import shortened
from target_hootsuite.context import RunContext
from target_hootsuite.errors import RowRejected
from target_hootsuite.log import logger
from target_hootsuite.model import Row, Unit

EVERY_ROW = "*"
_C1 = re.compile("[\x80-\x9f]")
_SHOWN = 200


def check(context: RunContext, unit: Unit) -> None:
    """Check the texts of a row. ASCII can't be decoded wrongly, but letters can be lost.

    Raises:
        RowRejected: A text looks like UTF-8 read in another encoding, or has C1 controls.
    """
    accepted = unit.row.get("as_is") is True or not {EVERY_ROW, unit.identity.key}.isdisjoint(
        context.settings.get("as_is") or ()
    )
    for field, text in _texts(unit.row):
        if not accepted:
            for said in lost_letters.doubts(text):
                logger.warning("Row %s: %s %s", unit.identity.key, field, said)
        if text.isascii():
            continue
        if "\ufffd" in text:
            msg = "has characters that were lost (U+FFFD); type the text anew."
            raise RowRejected(msg, field=field, code="lost_characters")
        if not accepted:
            _refuse_garbled(field, text)
        if found := _C1.search(text):
            msg = f"holds a control character (U+{ord(found.group()):04X}); type the text anew."
            raise RowRejected(msg, field=field, code="control_character")


def _texts(row: Row) -> Iterator[tuple[str, str]]:
    yield "text", row.get("text") or ""
    yield from ((f"tags[{place}]", tag) for place, tag in enumerate(row.get("tags", [])))


def _refuse_garbled(field: str, text: str) -> None:
    happened = "was saved in one encoding and opened in another"
    right = "if it is right as it is, name the row in `as_is`"
    if lost_letters.is_lost(text):
        msg = f"{happened}, and some letters are lost; copy it again from the original ({right})"
    elif (meant := garbled.repaired(text)) is not None:
        msg = f"{happened}. It should probably read: {shortened(meant, _SHOWN)} ({right})"
    else:
        return
    raise RowRejected(msg, field=field, code="garbled_text")
