"""Keys of rows (`external_id`): the ID within the plan, else a hash of the row's own cells."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePath

_OWN = re.compile(r"hs-[0-9a-f]{24}")
_KINDS = frozenset({".xlsx", ".xlsm", ".ods", ".csv", ".tsv", ".txt"})
RESULTS_SUFFIX = ".results"
IDS_SUFFIX = ".ids"
LISTS_SHEET = "Hootsuite lists"
"""The hidden sheet of a template, with what its drop-downs offer."""


def plan_name(filename: str) -> str:
    """Return a plan's name: the file's, without its type and without what we add to copies."""
    path = PurePath(filename)
    stem = path.stem if path.suffix.lower() in _KINDS else path.name
    for suffix in (RESULTS_SUFFIX, IDS_SUFFIX):
        stem = stem.removesuffix(suffix)
    return unicodedata.normalize("NFC", stem).strip()


def from_id(plan: str, row_id: str) -> str:
    """Return the key of a row with an ID. IDs that we wrote are keys already, in any plan."""
    if row_id.startswith("hs-") and _OWN.fullmatch(row_id):
        return row_id
    return f"{plan}/{row_id}"


def from_cells(profiles: Iterable[str], moment: datetime, zone: str, text: str) -> str:
    """Return the key of a row without an ID.

    Args:
        profiles: The entries of its profile cell, in any order.
        moment: Its time as written, before any zone is applied.
        zone: Its own zone cell, empty when it has none.
        text: Its text as it will be posted.
    """
    names = "\x1f".join(sorted({entry.casefold() for entry in profiles}))
    when = moment.isoformat(timespec="seconds")
    parts = "\x1e".join((names, when, zone.strip().casefold(), text))
    return "hs-" + hashlib.sha256(parts.encode()).hexdigest()[:24]
