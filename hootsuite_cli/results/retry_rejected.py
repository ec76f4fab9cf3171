"""Writes rejected rows as Singer lines, to pipe into the target after the cause is fixed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from target_hootsuite.actions import ACTIONS
from target_hootsuite.journal.report import Report

_PROFILES = "social_profile_ids"
_Rows = Mapping[tuple[str, str], Mapping[str, Any]]


def singer_lines(
    report: Report, rejected: Sequence[Mapping[str, Any]]
) -> tuple[list[str], list[str]]:
    """Write rejected rows as SCHEMA and RECORD messages.

    Args:
        report: The journal.
        rejected: Results of rejected rows.

    Returns:
        The lines, and the keys of rows that the journal did not keep.
    """
    kept = report.rejected_rows([result["identity"] for result in rejected])
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    lost = []
    for result in rejected:
        row = kept.get(result["identity"])
        if not row:
            lost.append(f"{result['stream']} {result['key']}")
            continue
        name = result["stream"], json.dumps(row, sort_keys=True)
        _one_more(rows.setdefault(name, {**row, _PROFILES: []}), row, result)
    return list(_lines(rows)), lost


def _one_more(again: dict[str, Any], row: Mapping[str, Any], result: Mapping[str, Any]) -> None:
    """Add a rejected profile to a row; profiles that accepted it must not get it again."""
    if result["social_profile_id"] and isinstance(row.get(_PROFILES), list):
        again[_PROFILES].append(result["social_profile_id"])
    elif _PROFILES in row:
        again[_PROFILES] = row[_PROFILES]
    else:
        again.pop(_PROFILES, None)


def _lines(rows: _Rows) -> list[str]:
    lines = [json.dumps(_schema(stream)) for stream in dict.fromkeys(name[0] for name in rows)]
    for (stream, _), row in rows.items():
        lines.append(json.dumps({"type": "RECORD", "stream": stream, "record": row}))
    return lines


def _schema(stream: str) -> dict[str, Any]:
    """A schema without columns and key: the target knows both itself."""
    columns = ACTIONS[stream].columns if stream in ACTIONS else ()
    schema = {"type": "object", "properties": {name: {} for name in columns}}
    return {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": []}
