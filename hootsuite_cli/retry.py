"""Rejected rows as Singer lines again, to be piped into the target once the cause is mended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hootsuite_api.naming import snake
from target_hootsuite.actions import ACTIONS
from target_hootsuite.journal_entries import Entry
from target_hootsuite.journal_report import Report

_PROFILES = "social_profile_ids"


def singer_lines(
    report: Report, rejected: Sequence[Mapping[str, Any]]
) -> tuple[list[str], list[str]]:
    """Write rejected rows as SCHEMA and RECORD messages.

    Args:
        report: The journal.
        rejected: Results of rejected rows.

    Returns:
        The lines, and the keys of rows that were refused before the journal kept their content.
    """
    entries = report.entries([row["identity"] for row in rejected])
    records: dict[tuple[str, str, str], dict[str, Any]] = {}
    lost = []
    for result in rejected:
        entry = entries.get(result["identity"])
        if entry is None or not entry.content.get("body"):
            lost.append(f"{result['stream']} {result['key']}")
            continue
        record = _record(entry)
        # One row that went to several profiles becomes one row again.
        kept = records.setdefault((entry.stream, entry.key, entry.fingerprint), record)
        if kept is not record and entry.profile:
            kept[_PROFILES].append(entry.profile)
    return list(_lines(records)), lost


def _lines(records: Mapping[tuple[str, str, str], Mapping[str, Any]]) -> list[str]:
    streams = list(dict.fromkeys(stream for stream, _, _ in records))
    lines = [json.dumps(_schema(stream)) for stream in streams]
    for (stream, _, _), record in records.items():
        lines.append(json.dumps({"type": "RECORD", "stream": stream, "record": record}))
    return lines


def _schema(stream: str) -> dict[str, Any]:
    action = ACTIONS[stream]
    schema = {"type": "object", "properties": {name: {} for name in action.columns}}
    keys = list(action.keys[0])
    return {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": keys}


def _record(entry: Entry) -> dict[str, Any]:
    body: Mapping[str, Any] = entry.content["body"]
    record = {snake(name): value for name, value in body.items()}
    record[ACTIONS[entry.stream].keys[0][0]] = entry.key
    if entry.profile:
        record[_PROFILES] = [entry.profile]
    if entry.stream == "messages" and "scheduled_send_time" not in record:
        record["send_now"] = True
    return record
