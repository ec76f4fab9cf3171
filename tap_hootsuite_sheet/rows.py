"""Validates the rows of a sheet and turns them into records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any, Final

from hootsuite_api import lost_letters
from hootsuite_api.phrases import listed
from tap_hootsuite_sheet import identity, values
from tap_hootsuite_sheet.columns import Table
from tap_hootsuite_sheet.model import Options, Plan, Record
from tap_hootsuite_sheet.problems import (
    CellError,
    Problems,
    SettingError,
    SheetError,
    shown,
)
from tap_hootsuite_sheet.profiles import Directory, Resolver
from tap_hootsuite_sheet.records import Columns, Values, record_of
from tap_hootsuite_sheet.row_filter import RowFilter
from tap_hootsuite_sheet.send_times import Clock, zone_name
from tap_hootsuite_sheet.sheet import Cell, Sheet, some, too_much_text
from tap_hootsuite_sheet.times import iso, read_time

BAD: Final = object()
"""Stands for a cell whose problem was reported."""

_MAX_ENTRIES = 1_000_000
_MAX_CHARACTERS = 100_000_000

Read = Callable[[object], Any]


class Builder:
    """Works column by column: a plan repeats its profiles, tags and days; each is read once.

    Args:
        sheet: What was read.
        table: Which column means what.
        options: How to read it.
        directory: The account; None when it is not to be asked.
    """

    def __init__(
        self, sheet: Sheet, table: Table, options: Options, directory: Directory | None
    ) -> None:
        self._sheet = sheet
        self._table = table
        self._options = options
        self._directory = directory
        self._problems = Problems(sheet.name)
        self._notes = list(sheet.notes)
        self._plan_name = options.plan_name or identity.plan_name(sheet.source)
        self._resolver = Resolver(options.aliases, directory)
        self._clock = Clock(options, directory, self._notes, self._date_texts)
        self._lines: list[tuple[int, list[Cell]]] = []
        self._midnights: set[int] | None = None
        self._entries = 0
        self._rows = RowFilter(sheet, table, self._problems)
        self._sent: dict[Any, dict[str, int]] = {}  # by content, profile -> row
        self._warnings: dict[int, list[str]] = {}

    def plan(self) -> Plan:
        """Return the plan, its bad rows among the problems.

        Raises:
            SheetError: There are no rows, or a setting is wrong.
        """
        if self._table.unknown:
            unknown = listed(map(self._table.with_guess, self._table.unknown))
            self._notes.append(f"Columns that are not understood are ignored: {unknown}.")
        rows = self._rows
        self._lines = rows.lines()
        self._notes += rows.notes
        self._tell_hidden()
        if not self._lines and not rows.held:
            raise SheetError(f"{self._sheet.source}: there are no rows below the header.")
        columns = self._read_columns()
        self._demand(columns)
        return self._assemble(columns)

    def _date_texts(self) -> list[str]:
        """Return the dates that were written as text and not by ISO 8601."""
        column = self._table.fields.get("date")
        if column is None:
            return []
        # Rows that are kept back tell as well in which order the column's dates are written.
        below = self._sheet.rows[self._table.header_row :]
        cells = (row[column] for row in below if len(row) > column)
        return [cell for cell in cells if isinstance(cell, str) and cell.strip() and not iso(cell)]

    def _column(self, name: str, read: Read, empty: Any, *, quiet: bool = False) -> Values:
        """Return a column's values: `empty` for blank cells, `BAD` for those with a problem."""
        index = self._table.fields.get(name)
        if index is None:
            return [empty] * len(self._lines)
        memo: dict[str, Any] = {"": empty}
        out: Values = []
        for number, row in self._lines:
            cell = row[index]
            if type(cell) is str and cell in memo:
                out.append(memo[cell])
                continue
            if self._options.as_is and type(cell) is str and self._is_accepted(number, row):
                cell = values.AsIs(cell)
            try:
                value = empty if type(cell) is str and cell.isspace() else read(cell)
            except CellError as error:
                value = BAD
                if not quiet:
                    self._problems.add(number, self._table.label(name), cell, error)
            else:
                if type(cell) is str:
                    memo[cell] = value
                if type(value) is list:
                    self._count_entries(len(value))
            out.append(value)
        return out

    def _is_accepted(self, number: int, row: Sequence[Cell]) -> bool:
        """Whether a person declared that the text of a row is right, by its number or its ID."""
        column = self._table.fields.get("id")
        names = {str(number)}
        if column is not None:
            with suppress(CellError):
                names = {values.as_name(row[column])} - {""} or names
        return not names.isdisjoint(self._options.as_is)

    def _count_entries(self, count: int) -> None:
        """Refuse lists without end, before their entries fill the memory.

        Raises:
            SheetError: All lists together have too many entries.
        """
        self._entries += count
        if self._entries > _MAX_ENTRIES:
            raise SheetError(
                f"{self._sheet.source} lists more than {_MAX_ENTRIES:,} profiles, tags and "
                "pictures. Split the plan."
            )

    def _read_columns(self) -> Columns:
        texts = self._column("text", values.as_text, "")
        if sum(len(text) for text in texts if text is not BAD) > _MAX_CHARACTERS:
            raise too_much_text(self._sheet.name)
        self._warn_of_doubts(texts)
        self._warn_of_strikes()
        moments = self._moments()
        media = self._column("media", values.as_media, None)
        tags = self._column("tags", values.as_tags, None)
        self._warn_of_commas("tag", tags)
        self._warn_of_commas("file", media)
        return Columns(
            texts=texts,
            moments=moments,
            keys=self._keys(moments, texts),
            profiles=self._profiles(),
            media=media,
            links=self._column("link", values.as_link, ""),
            tags=tags,
            boards=self._column("board", values.as_name, ""),
            places=self._column("location", values.as_location, None),
        )

    def _profiles(self) -> Values:
        chosen = self._options.profiles
        default: list[str] = []
        try:
            default = self._resolver.ids(";".join(chosen)) if chosen else []
        except CellError as error:
            raise SettingError(f"{error.message}. {error.advice()}", setting="profiles") from error
        return self._column("profiles", self._resolver.ids, default)

    def _moments(self) -> Values:
        """Return (moment as written, UTC text, zone) per row."""
        dates = self._column("date", self._clock.date, None)
        times = self._column("time", read_time, None)
        zones = self._column("timezone", zone_name, "")
        out: Values = []
        for (number, row), stamp, clock, where in zip(
            self._lines, dates, times, zones, strict=True
        ):
            if stamp is BAD or clock is BAD or where is BAD:
                out.append(BAD)
                continue
            try:
                if clock is None and type(stamp) is date:
                    stamp = self._midnight(number, stamp)  # noqa: PLW2901 - the same date, completed
                out.append(self._clock.moment(stamp, clock, where))
                if clock is None and not isinstance(row[self._table.fields["date"]], str):
                    self._warn_of_midnight(number, out[-1][0])
            except CellError as error:
                self._problems.add(number, self._table.label("date"), self._when(row), error)
                out.append(BAD)
        return out

    def _warn_of_midnight(self, number: int, moment: datetime) -> None:
        """A date cell without a time of day is midnight; that is seldom meant."""
        if not (moment.hour or moment.minute or moment.second or moment.microsecond):
            said = "is posted at 00:00, midnight: the date cell has no other time of day"
            self._warnings.setdefault(number, []).append(said)

    def _tell_hidden(self) -> None:
        """Name the rows and columns that nobody sees who opens the file; they count all the same.

        A filter hides what is not looked at just now, and says nothing of what is meant to go out.
        """
        hidden = set(self._sheet.hidden_rows)
        if rows := [str(number) for number, _ in self._lines if number in hidden]:
            are = "Row {} is" if len(rows) == 1 else "Rows {} are"
            self._notes.append(
                f"{are.format(some(rows))} hidden in the file (a filter, perhaps) and scheduled "
                "like the others; keep them back in a column Status, or delete them."
            )
        used = {index + 1: name for name, index in self._table.fields.items()}
        if columns := [used[one] for one in self._sheet.hidden_columns if one in used]:
            named = some(self._table.label(one) for one in columns)
            self._notes.append(f"Hidden columns are read like the others: {named}.")

    def _warn_of_strikes(self) -> None:
        """Tell of text that is struck through: whoever did it may not want it to be sent."""
        index = self._table.fields.get("text")
        struck = self._sheet.struck(index + 1) if index is not None else set()
        for number, _ in self._lines:
            if number in struck:
                self._warnings.setdefault(number, []).append(
                    "has text that is struck through in the file and is sent like any other: "
                    "delete it, or keep the row back in a column Status"
                )

    def _warn_of_doubts(self, texts: Values) -> None:
        """Tell of what looks like lost letters and may be meant; `as_is` says that it is."""
        for (number, row), text in zip(self._lines, texts, strict=True):
            if text is BAD or ("?" not in text and "&" not in text):
                continue
            for said in lost_letters.doubts(text):
                if not (self._options.as_is and self._is_accepted(number, row)):
                    self._warnings.setdefault(number, []).append(said)

    def _warn_of_commas(self, name: str, column: Values) -> None:
        """Tell which separator counts where a value may hold a comma."""
        for (number, _), entries in zip(self._lines, column, strict=True):
            for entry in entries if entries and entries is not BAD else ():
                text = entry if isinstance(entry, str) else entry.get("path", "")
                if "," in text:
                    said = f"{shown(text)} is one {name}: separate several by ; or line breaks"
                    self._warnings.setdefault(number, []).append(said)

    def _midnight(self, number: int, day: date) -> date:
        """Return a date that is shown as 2026-03-14 00:00 with its time of day."""
        if self._midnights is None:
            column = self._table.fields["date"] + 1
            self._midnights = self._sheet.midnights(column)
        return datetime.combine(day, time()) if number in self._midnights else day

    def _when(self, row: Sequence[Cell]) -> str:
        fields = self._table.fields
        cells = [row[fields[name]] for name in ("date", "time") if name in fields]
        return " ".join(str(cell) for cell in cells if cell != "")

    def _keys(self, moments: Values, texts: Values) -> Values:
        """Return each row's key; a repeated key is a problem of the later row."""
        given = self._column("key", values.as_key, "")
        ids = self._column("id", values.as_name, "")
        if all(ids) and not any(given):
            name = self._plan_name
            keys = ["" if one is BAD else identity.from_id(name, one) for one in ids]
        else:
            entries = self._column("profiles", values.as_list, self._options.profiles, quiet=True)
            zones = self._column("timezone", values.as_text, "", quiet=True)
            cells = zip(given, ids, entries, moments, zones, texts, strict=True)
            keys = [self._key(*row) for row in cells]
        if len(set(keys)) < len(keys):
            self._refuse_twins(keys, given, ids)
        return keys

    def _held_keys(self) -> dict[int, str]:
        """Return the keys of rows that are kept back; what is wrong in them is not told yet."""
        other = Builder(self._sheet, self._table, self._options, self._directory)
        other._lines = self._rows.held_lines
        keys = other._keys(other._moments(), other._column("text", values.as_text, ""))
        numbers = [number for number, _ in other._lines]
        return {row: key for row, key in zip(numbers, keys, strict=True) if key}

    def _refuse_twins(self, keys: Values, given: Values, ids: Values) -> None:
        seen: dict[str, int] = {}
        for (number, row), result, key, row_id in zip(self._lines, keys, given, ids, strict=True):
            if result and (first := seen.setdefault(result, number)) != number:
                self._duplicate(number, row, first, "key" if key else "id" if row_id else "text")

    def _key(self, key: Any, row_id: Any, *own: Any) -> str:
        """Return a row's key, an empty one when a cell that it is made of is bad."""
        if key is BAD or row_id is BAD:
            return ""
        if key:
            return str(key)
        if row_id:
            return identity.from_id(self._plan_name, row_id)
        if any(value is BAD for value in own):
            return ""
        entries, moment, where, text = own
        return identity.from_cells(entries, moment[0], where, text)

    def _duplicate(self, number: int, row: Sequence[Cell], first: int, field: str) -> None:
        if field == "text":
            message = f"is the same post as row {first}: profiles, time and text"
            error = CellError(message, "Remove one of them, or give one another time")
        else:
            message = f"names row {first} too"
            error = CellError(message, "Give every row an ID of its own, copied rows too")
        index = self._table.fields.get(field)
        value = "" if index is None else row[index]
        self._problems.add(number, self._table.label(field), value, error)

    def _demand(self, columns: Columns) -> None:
        """Report each row without content (text, media or link) or without a profile."""
        cells = zip(
            self._lines, columns.texts, columns.media, columns.links, columns.profiles, strict=True
        )
        nothing = CellError("there is nothing to post", "Write a text, or name a picture")
        nowhere = CellError("there is no profile", "Name one in a column Profiles")
        for (number, _), text, media, link, ids in cells:
            if not (text or media or link):
                self._problems.add(number, self._table.label("text"), "", nothing)
            if not ids:
                self._problems.add(number, self._table.label("profiles"), "", nowhere)

    def _assemble(self, columns: Columns) -> Plan:
        plan = Plan(self._plan_name, self._sheet, self._table, self._problems, self._notes)
        plan.warnings, plan.held = self._warnings, self._rows.held
        plan.keys.update(self._held_keys())
        bad = self._problems.rows
        for (number, row), key, moment, *rest in zip(self._lines, *columns.all(), strict=True):
            if key:
                plan.keys[number] = key
            if number in bad:
                continue
            record = record_of(key, moment[1], *rest)
            record["plan_name"] = self._plan_name
            if self._options.as_is and self._is_accepted(number, row):
                record["as_is"] = True
            if self._is_second(number, record):
                continue
            plan.records.append(record)
            plan.rows.append(number)
            plan.zones.append(moment[2])
        return plan

    def _is_second(self, number: int, record: Record) -> bool:
        """Refuse a row that would send what another row sends, however its cells are written."""
        media = () if record["text"] else tuple(str(one) for one in record.get("media", ()))
        content = (record["scheduled_send_time"], record["text"], media)
        profiles = record["social_profile_ids"]
        sent = self._sent.get(content)
        if sent is None:
            self._sent[content] = dict.fromkeys(profiles, number)
            return False
        first = next((sent[one] for one in profiles if one in sent), None)
        for one in profiles:
            sent.setdefault(one, number)
        if first is None:
            return False
        message = f"is the same post as row {first}: profile, time and text"
        error = CellError(message, "Remove one of them, or give one another time")
        self._problems.add(number, self._table.label("text"), record["text"], error)
        return True
