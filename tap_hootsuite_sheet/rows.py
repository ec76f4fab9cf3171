"""Validates the rows of a sheet and turns them into records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from tap_hootsuite_sheet import identity, values
from tap_hootsuite_sheet.columns import Table
from tap_hootsuite_sheet.model import Options, Plan, Record
from tap_hootsuite_sheet.problems import CellError, Problems, SheetError, listed
from tap_hootsuite_sheet.profiles import Directory, Resolver
from tap_hootsuite_sheet.reader import Cell, Sheet
from tap_hootsuite_sheet.send_times import Clock, zone_name
from tap_hootsuite_sheet.times import read_time

BAD: Final = object()
"""Stands for a cell whose problem was reported."""

Values = list[Any]
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
        self._problems = Problems(sheet.name)
        self._notes = list(sheet.notes)
        self._plan_name = options.plan_name or identity.plan_name(sheet.source)
        self._resolver = Resolver(options.aliases, directory)
        self._clock = Clock(options, directory, self._notes)
        self._lines: list[tuple[int, list[Cell]]] = []
        self._midnights: set[int] | None = None

    def plan(self) -> Plan:
        """Return the plan, its bad rows among the problems.

        Raises:
            SheetError: There are no rows, or a setting is wrong.
        """
        if self._table.unknown:
            unknown = listed(map(self._table.with_guess, self._table.unknown))
            self._notes.append(f"Columns that are not understood are ignored: {unknown}.")
        self._refuse_merged()
        self._lines = list(self._filled())
        if not self._lines:
            raise SheetError(f"{self._sheet.source}: there are no rows below the header.")
        self._refuse_overflow()
        columns = self._read_columns()
        self._demand(columns)
        return self._assemble(columns)

    def _refuse_merged(self) -> None:
        """Only the first of merged cells has the value; for which rows it was meant is a guess."""
        known = {column + 1 for column in self._table.fields.values()}
        for top, left, bottom, right in self._sheet.merged:
            if top <= self._table.header_row or not known & set(range(left, right + 1)):
                continue
            row = self._sheet.rows[top - 1] if top <= len(self._sheet.rows) else []
            value = row[left - 1] if left <= len(row) else ""
            size = f"{bottom - top + 1} rows and {right - left + 1} columns"
            error = CellError(f"is merged over {size}", "Unmerge the cells and fill in each row")
            self._problems.add(top, self._table.label_at(left - 1), value, error)
            self._problems.rows.update(range(top, min(bottom, len(self._sheet.rows)) + 1))

    def _filled(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the rows that say something in a column that is understood."""
        first = self._table.header_row
        known = tuple(self._table.fields.values())
        width = max(known) + 1
        for number, row in enumerate(self._sheet.rows[first:], first + 1):
            if len(row) < width:
                row.extend([""] * (width - len(row)))
            for column in known:
                cell = row[column]
                if cell != "" and not (type(cell) is str and cell.isspace()):
                    yield number, row
                    break

    def _refuse_overflow(self) -> None:
        """More cells than headers in a CSV file: a delimiter in a text without quotation marks."""
        if not self._sheet.delimiter:
            return
        header = self._table.header_row
        width = len(self._sheet.rows[header - 1]) if header else len(self._table.fields)
        remedy = f"Put texts that contain {self._sheet.delimiter!r} into quotation marks"
        for number, row in self._lines:
            if len(row) > width and any(row[width:]):
                error = CellError(f"the row has {len(row)} cells, not {width}", remedy)
                self._problems.add(number, "", "", error)

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
            try:
                value = empty if type(cell) is str and cell.isspace() else read(cell)
            except CellError as error:
                value = BAD
                if not quiet:
                    self._problems.add(number, self._table.label(name), cell, error)
            else:
                if type(cell) is str:
                    memo[cell] = value
            out.append(value)
        return out

    def _read_columns(self) -> _Columns:
        texts = self._column("text", values.as_text, "")
        moments = self._moments()
        return _Columns(
            texts=texts,
            moments=moments,
            keys=self._keys(moments, texts),
            profiles=self._profiles(),
            media=self._column("media", values.as_media, None),
            links=self._column("link", values.as_link, ""),
            tags=self._column("tags", values.as_tags, None),
            boards=self._column("board", values.as_name, ""),
            places=self._column("location", values.as_location, None),
        )

    def _profiles(self) -> Values:
        chosen = self._options.profiles
        default: list[str] = []
        try:
            default = self._resolver.ids(";".join(chosen)) if chosen else []
        except CellError as error:
            raise SheetError(f"The setting profiles {error.message}. {error.remedy}.") from error
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
            except CellError as error:
                self._problems.add(number, self._table.label("date"), self._when(row), error)
                out.append(BAD)
        return out

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
        """Return each row's key; one that was there already is a problem of the later row."""
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
            error = CellError(message, "Remove one of them, or give each an ID")
        else:
            message = f"names row {first} too"
            error = CellError(message, "Give every row an ID of its own, copied rows too")
        index = self._table.fields.get(field)
        value = "" if index is None else row[index]
        self._problems.add(number, self._table.label(field), value, error)

    def _demand(self, columns: _Columns) -> None:
        """A post needs something to say and somewhere to say it."""
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

    def _assemble(self, columns: _Columns) -> Plan:
        plan = Plan(self._plan_name, self._sheet, self._table, self._problems, self._notes)
        bad = self._problems.rows
        for (number, _), key, moment, *rest in zip(self._lines, *columns.all(), strict=True):
            if key:
                plan.keys[number] = key
            if number in bad:
                continue
            plan.records.append(_record(key, moment[1], *rest))
            plan.rows.append(number)
            plan.zones.append(moment[2])
        return plan


@dataclass(frozen=True, slots=True)
class _Columns:
    """The sheet's columns as values, one per row; `BAD` where there is none."""

    keys: Values
    moments: Values
    texts: Values
    profiles: Values
    media: Values
    links: Values
    tags: Values
    boards: Values
    places: Values

    def all(self) -> list[Values]:
        """Return the columns in the order in which `_record` takes them."""
        return [getattr(self, name) for name in self.__slots__]


def _record(  # noqa: PLR0917 - the columns in their order, zipped
    key: str,
    when: str,
    text: str,
    ids: Any,
    media: Any,
    link: str,
    tags: Any,
    board: str,
    place: Any,
) -> Record:
    record: Record = {
        "external_id": key,
        "text": text,
        "social_profile_ids": ids,
        "scheduled_send_time": when,
    }
    if media:
        record["media"] = media
    if tags:
        record["tags"] = tags
    if board:
        record["pinterest_board_id"] = board
    if place:
        record["location"] = place
    if link:
        _place_link(record, link, board)
    return record


def _place_link(record: Record, link: str, board: str) -> None:
    """A pin has a destination; any other post carries its link at the end of its text."""
    if board:
        record["destination_url"] = link
    elif link not in record["text"]:
        record["text"] = f"{record['text']} {link}".lstrip()
