"""Carries out `hootsuite results`: chooses rows, shows them, settles those of unknown fate."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from rich.text import Text

from hootsuite_api.phrases import counted
from hootsuite_api.printable import one_line
from hootsuite_api.redact import scrub
from hootsuite_cli.account import Account
from hootsuite_cli.console import emit, say
from hootsuite_cli.errors import Failure
from hootsuite_cli.results.journals import reading
from hootsuite_cli.results.posts import COLUMNS as POST
from hootsuite_cli.results.posts import with_posts
from hootsuite_cli.results.resolve import read_decision, resolve, settle
from hootsuite_cli.results.retry_rejected import singer_lines
from hootsuite_cli.tables import STATUS_COLOURS, Table, screen
from target_hootsuite.errors import TargetError
from target_hootsuite.exit_codes import exit_code
from target_hootsuite.journal.report import COLUMNS, Report, Wanted
from target_hootsuite.statuses import ResultStatus

_FEW = 20  # rows that are shown without being asked for
# Need somebody, the most urgent first.
_URGENT = (ResultStatus.UNKNOWN, ResultStatus.REJECTED, ResultStatus.DEFERRED)
_ALL_COLUMNS = (*COLUMNS, *POST)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Rows = Sequence[Mapping[str, Any]]


def run(account: Account, verdicts: Sequence[str], options: Mapping[str, Any]) -> int:
    """Do what the command line says.

    Args:
        account: Whose journal is read.
        verdicts: What a person decides about rows.
        options: The other options.

    Returns:
        The exit code.

    Raises:
        Failure: If the journal can't be used.
    """
    try:
        if verdicts:
            _decide(account, verdicts, options)
            return 0
        sought = _settle(account, options) if options["look"] else None
        return _print(account, options, sought)
    except TargetError as error:
        raise Failure(str(error)) from error


def _decide(account: Account, verdicts: Sequence[str], options: Mapping[str, Any]) -> None:
    names = ("stream", "social_profile", "scope", "user")
    chosen = {name: options[name] for name in names}
    for decision in [read_decision(text, **chosen) for text in verdicts]:
        say(resolve(account.given, decision))


def _settle(account: Account, options: Mapping[str, Any]) -> set[str]:
    """Look for what is of unknown fate; gives the rows that it was about."""
    with reading(account.given) as report:
        wanted = _wanted(report, options, ResultStatus.UNKNOWN)
        sought = {row["identity"] for row in report.results(wanted)}
    if not sought:
        say("No row is of unknown fate: nothing was looked for.", err=True)
        return sought
    settle(account.settings)
    with reading(account.given) as report:
        unknown = report.results(Wanted(status=ResultStatus.UNKNOWN))
        left = len(sought & {row["identity"] for row in unknown})
    rows, are = counted(len(sought), "row"), "is" if left == 1 else "are"
    text = f"{len(sought) - left} of {rows} of unknown fate are settled now, {left} {are} still"
    say(f"{text} unknown.", err=True)
    return sought


def _wanted(report: Report, options: Mapping[str, Any], status: str) -> Wanted:
    chosen: dict[str, Any] = {name: options[name] for name in ("stream", "key", "scope")}
    for name in ("since", "until"):
        moment = options[name]
        chosen[name] = report.now() - moment if isinstance(moment, timedelta) else moment
    run_id = report.last_run() if options["run_id"] == "last" else options["run_id"]
    return Wanted(run_id=run_id, status=status, **chosen)


def _print(account: Account, options: Mapping[str, Any], sought: set[str] | None) -> int:
    """Show the rows that are chosen, or those of them that were looked for."""
    status = ResultStatus.REJECTED if options["retry_rejected"] else options["status"] or ""
    with reading(account.given) as report:
        if sought is None:
            rows = report.results(_wanted(report, options, status))
        else:
            rows = [
                row for row in report.results(Wanted(status=status)) if row["identity"] in sought
            ]
        if options["retry_rejected"]:
            return _retry(singer_lines(report, rows))
        told = with_posts(account, report, rows)
    every = options["every"] or bool(options["status"] or options["key"]) or sought is not None
    if options["shape"] == "table" and not every and len(told) > _FEW:
        _summary(told)
    else:
        _SHAPES[options["shape"]](told)
    return exit_code(Counter(row["status"] for row in rows), failed=False)


def _retry(found: tuple[list[str], list[str]]) -> int:
    lines, lost = found
    for line in lines:
        say(line)
    for key in lost:
        say(f"The journal did not keep the row {key}: send its source again", err=True)
    return 0 if not lost else 2


def _table(rows: Rows) -> None:
    console = screen(width=200)
    if rows:
        console.print(_rows_of(rows))
    console.print(_counts(rows))


def _summary(rows: Rows) -> None:
    """Count the rows by stream and status, and show those that need somebody."""
    console = screen(width=200)
    counts = Counter((row["stream"], row["status"]) for row in rows)
    table = Table("Stream", "Status", "Rows")
    for (stream, status), count in sorted(counts.items()):
        table.add_row(stream, Text(status, style=STATUS_COLOURS.get(status, "")), str(count))
    console.print(table)
    open_ones = [row for status in _URGENT for row in rows if row["status"] == status]
    if open_ones:
        console.print(_rows_of(open_ones[:_FEW]))
    if len(open_ones) > _FEW:
        console.print(f"... and {len(open_ones) - _FEW} more that need somebody")
    console.print(f"{_counts(rows)}. With --all every row is shown.")


def _counts(rows: Rows) -> str:
    counts = Counter(row["status"] for row in rows)
    return ", ".join(f"{count} {status}" for status, count in counts.items()) or "No rows."


def _rows_of(rows: Rows) -> Table:
    """A table of rows; what posts they are is shown where somebody has to decide about one."""
    posts = any(row["status"] == ResultStatus.UNKNOWN for row in rows)
    about = ("Post at", "Network", "Name", "Text") if posts else ()
    table = Table("Stream", "Key", "Profile", *about, "Status", "Remote id", "Time", "Message")
    for row in rows:
        status = Text(row["status"], style=STATUS_COLOURS.get(row["status"], ""))
        code = f"[{row['error_code']}] " if row["error_code"] else ""
        message = code + scrub(row["error_message"] or "")
        cells = (row["stream"], row["key"], row["social_profile_id"])
        post = tuple(row[name] for name in POST) if posts else ()
        after = (row["remote_id"], row["settled_at"] or row["first_seen_at"], message)
        table.add_row(*map(_cell, (*cells, *post)), status, *map(_cell, after))
    return table


def _cell(value: Any) -> Text:
    return Text("-" if value in (None, "") else str(value))


def _jsonl(rows: Rows) -> None:
    for row in rows:
        emit(json.dumps({name: row[name] for name in _ALL_COLUMNS}))


def _csv(rows: Rows) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_ALL_COLUMNS)
    for row in rows:
        cells = [row[name] if name == "key" else _harmless(row[name]) for name in _ALL_COLUMNS]
        writer.writerow(map(one_line, cells) if sys.stdout.isatty() else cells)


def _harmless(value: Any) -> Any:
    """A cell that a spreadsheet does not take for a formula; the row's own key stays as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


_SHAPES: Mapping[str, Callable[[Rows], None]] = {"table": _table, "jsonl": _jsonl, "csv": _csv}
