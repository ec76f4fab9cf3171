"""Keeps rejected input rows, so that a person can retry them without the source."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from target_hootsuite.journal.schema import ROWS
from target_hootsuite.journal.store import Journal
from target_hootsuite.model import Unit
from target_hootsuite.statuses import ResultStatus

_CHUNK = 400


def keep(journal: Journal, units: Sequence[Unit]) -> None:
    """Keep the rows of units that were rejected; forget those of units that were not.

    Raises:
        JournalFault: The rows can't be written to the journal.
    """
    digests = list({unit.identity.digest for unit in units})
    rejected = {
        unit.identity.digest: {"identity": unit.identity.digest, "content": content}
        for unit in units
        if unit.result is not None
        and unit.result.status == ResultStatus.REJECTED
        and (content := _text(unit)) is not None
    }
    # Another process with the same input writes the same rows.
    with suppress(sa.exc.IntegrityError), journal.database.write() as connection:
        for start in range(0, len(digests), _CHUNK):
            chunk = ROWS.c.identity.in_(digests[start : start + _CHUNK])
            connection.execute(ROWS.delete().where(chunk))
        if rejected:
            connection.execute(ROWS.insert(), list(rejected.values()))


def _text(unit: Unit) -> str | None:
    """The row as JSON; None for one that can't be written, such as one that is nested too deeply.

    What was not understood lacks columns by then, and would be sent again without them.
    """
    if unit.result is not None and unit.result.error_code == "unreadable":
        return None
    try:
        return json.dumps(unit.row, default=str)
    except (ValueError, RecursionError):
        return None


def kept(connection: sa.Connection, identities: Sequence[str]) -> dict[str, Any]:
    """The kept rows of some identities; identities without a kept row are left out."""
    found: dict[str, Any] = {}
    for start in range(0, len(identities), _CHUNK):
        chunk = ROWS.c.identity.in_(identities[start : start + _CHUNK])
        for row in connection.execute(sa.select(ROWS).where(chunk)):
            found[row.identity] = json.loads(row.content)
    return found
