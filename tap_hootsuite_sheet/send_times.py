"""Scheduled send time of a row, from its date, time and time zone cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time

from hootsuite_api.phrases import listed
from tap_hootsuite_sheet import values
from tap_hootsuite_sheet.date_guess import fitting
from tap_hootsuite_sheet.layouts import fits, layout, misfit
from tap_hootsuite_sheet.model import Options
from tap_hootsuite_sheet.problems import CellError, SettingError, Value
from tap_hootsuite_sheet.profiles import Directory
from tap_hootsuite_sheet.times import (
    DATE_REMEDY,
    NOT_ONE_WAY,
    Converter,
    Stamp,
    combine,
    read_date,
    utc_text,
    zone,
)


class Clock:
    """Knows the declared layouts and the zone of times that name none.

    Args:
        options: The declared layouts and zone.
        directory: The account, whose member has a zone; None when it is not to be asked.
        notes: Where to say which zone was taken from the account.
        texts: Gives all dates that were written as text, for a proposal of their layout.
    """

    def __init__(
        self,
        options: Options,
        directory: Directory | None,
        notes: list[str],
        texts: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        formats = options.date_formats
        self._composer = options.composer_date_format
        if self._composer:
            formats = (self._composer,)
        _check(options.timezone)
        self._formats = formats
        self._layouts = tuple(layout(text) for text in formats)
        self._declared = options.timezone
        self._directory = directory
        self._notes = notes
        self._asked = False
        self._texts = texts
        self._fitting: tuple[str, ...] | None = None
        self._known: dict[str, bool] = {}
        self._converter = Converter()

    def date(self, cell: object) -> Stamp:
        """Return what a date cell says.

        Raises:
            CellError: It is not a date.
        """
        try:
            return read_date(cell, self._layouts)
        except CellError as error:
            if error.message == NOT_ONE_WAY and isinstance(cell, str):
                raise self._unread(cell.strip(), error) from error
            if self._composer and error.remedy == DATE_REMEDY:
                raise self._unlike_composer() from error
            raise

    def _unlike_composer(self) -> CellError:
        return CellError(
            f"is not a date like {self._composer}, the layout of this composer file", "Correct it"
        )

    def _unread(self, text: str, error: CellError) -> CellError:
        """Return why a text is no date, with the layout that fits the whole column."""
        declared = misfit(text, self._formats, self._fits_all) if self._formats else error
        if declared.setting_value and not self._composer:
            return declared
        if self._fitting is None:
            self._fitting = tuple(fitting(self._texts()))
        setting = "composer_date_format" if self._composer else "date_formats"
        if self._fitting:
            said = f"{declared.message}; all dates of the column fit {listed(self._fitting)}"
            return CellError(said, "", setting=setting, value=_one_or_all(self._fitting))
        return self._unlike_composer() if self._composer else declared

    def _fits_all(self, text: str) -> bool:
        """Return whether a layout fits all dates of the column; worked out once for each."""
        if text not in self._known:
            self._known[text] = all(fits(cell.strip(), text) for cell in self._texts())
        return self._known[text]

    def moment(
        self, stamp: Stamp | None, clock: time | None, zone_name: str
    ) -> tuple[datetime, str, str]:
        """Return a row's moment as it is written, the same in UTC, and the zone it was read in.

        Raises:
            CellError: There is none, or it cannot be placed.
        """
        if stamp is None:
            raise CellError("there is no date", DATE_REMEDY)
        moment = stamp if clock is None and isinstance(stamp, datetime) else combine(stamp, clock)
        if moment.tzinfo is not None:
            _agree(moment, zone_name)
            return moment, utc_text(moment), zone_name or self._declared or "UTC"
        used = zone_name or self._declared or self._zone()
        return moment, self._converter.utc(moment, used), used

    def _zone(self) -> str:
        if self._declared is None and not self._asked:
            self._asked = True
            self._declared = self._member_zone()
        if self._declared is None:
            raise CellError(
                "has no time zone",
                "Add a column Time zone, or write +01:00 after it",
                setting="timezone",
                value="Europe/Berlin",
            )
        return self._declared

    def _member_zone(self) -> str | None:
        name = self._directory.time_zone() if self._directory is not None else None
        if name:
            zone(name)
            self._notes.append(f"Times are read in {name}, the time zone of the member who posts.")
        return name


def _one_or_all(layouts: tuple[str, ...]) -> Value:
    return layouts[0] if len(layouts) == 1 else layouts


def _check(name: str | None) -> None:
    """Refuse a declared zone that does not exist, once for all rows.

    Raises:
        SheetError: There is no such zone.
    """
    if name is None:
        return
    try:
        zone(name)
    except CellError as error:
        raise SettingError(
            f"{error.message}. {error.remedy}.", setting="timezone", value=name
        ) from error


def zone_name(cell: object) -> str:
    """Return the name in a zone cell.

    Raises:
        CellError: There is no such zone.
    """
    name = values.as_text(cell)
    zone(name)
    return name


def _agree(moment: datetime, name: str) -> None:
    """Refuse a time whose own offset is not that of its zone column.

    Raises:
        CellError: They differ.
    """
    if name and moment.astimezone(zone(name)).utcoffset() != moment.utcoffset():
        raise CellError(
            f"has an offset that {name} does not have at that time", "Leave out one of the two"
        )
