"""Template of a plan: an empty XLSX file with drop-downs of the account's profiles."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from datetime import date, time
from typing import Any

import xlsxwriter

from tap_hootsuite_sheet.identity import LISTS_SHEET
from tap_hootsuite_sheet.profiles import Profile, network_name
from tap_hootsuite_sheet.release import GOING, HOLDING

HEADERS = (
    ("ID", 8, "Your own number or name for the post; keep it when you edit the row."),
    ("Date", 14, "The day, such as 2026-03-14."),
    ("Time", 10, "Such as 09:30; a post needs one."),
    ("Profiles", 30, "Choose one; several are separated by semicolons."),
    ("Text", 60, "What is posted."),
    ("Media", 30, "Files beside this plan, or https addresses; separated by semicolons."),
    ("Link", 30, "A web address; it ends the text."),
    ("Tags", 20, "Hootsuite tags, separated by semicolons."),
    ("Board", 20, "The id of the Pinterest board."),
    ("Status", 14, "Keeps the row back, or lets it go; a row without one goes, too."),
)
STATUSES = (*GOING[:3], *HOLDING[:3], "do not post", "idea", "in review")
"""Values in the drop-down of Status; a plan may use more."""
NETWORKS = ("facebook", "instagram", "linkedin", "pinterest", "x")
_LAST_ROW = 1000
_PLACES = {name: place for place, (name, _, _) in enumerate(HEADERS)}
_FORMATS = {"Date": "yyyy\\-mm\\-dd", "Time": "hh:mm"}
_EPOCH = date(2000, 1, 1)
_LAST_MINUTE = time(23, 59, 59)


def choices(profiles: Sequence[Profile]) -> list[str]:
    """Return the values of the profile drop-down: `linkedin: ACME`, or the id if that is ambiguous.

    Args:
        profiles: The account's profiles; without any, the values are networks.
    """
    if not profiles:
        return [f"{name}: " for name in NETWORKS]
    named = [f"{network_name(one.type)}: {one.username or one.network_id}" for one in profiles]
    often = Counter(name.casefold() for name in named)
    clear = (often[name.casefold()] == 1 and ";" not in name for name in named)
    return [
        name if fine else one.id for name, one, fine in zip(named, profiles, clear, strict=True)
    ]


def workbook(profiles: Sequence[Profile]) -> bytes:
    """Return the template.

    Args:
        profiles: The account's.
    """
    out = io.BytesIO()
    # Names of profiles are untrusted text: none may become a formula, a link or a number.
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        plan, lists = book.add_worksheet("Plan"), book.add_worksheet(LISTS_SHEET)
        offered = choices(profiles)
        for row, choice in enumerate(offered):
            lists.write_string(row, 0, choice)
        lists.hide()
        _fill(book, plan)
        _validate(plan, len(offered))
    return out.getvalue()


def _fill(book: xlsxwriter.Workbook, plan: xlsxwriter.worksheet.Worksheet) -> None:
    bold = book.add_format({"bold": True})
    text = book.add_format({"num_format": "@"})
    formats = {name: book.add_format({"num_format": one}) for name, one in _FORMATS.items()}
    for column, (name, width, _) in enumerate(HEADERS):
        plan.set_column(column, column, width, formats.get(name, text))
        plan.write_string(0, column, name, bold)
    plan.freeze_panes(1, 0)


def _validate(plan: xlsxwriter.worksheet.Worksheet, offered: int) -> None:
    rules: dict[str, dict[str, Any]] = {
        "Profiles": {"validate": "list", "source": f"='{LISTS_SHEET}'!$A$1:$A${offered}"},
        "Date": {"validate": "date", "criteria": ">", "value": _EPOCH},
        "Time": {"validate": "time", "criteria": "<=", "value": _LAST_MINUTE},
        "Status": {"validate": "list", "source": list(STATUSES)},
    }
    for name, rule in rules.items():
        column = _PLACES[name]
        told = {"input_message": HEADERS[column][2], "show_error": False}
        plan.data_validation(1, column, _LAST_ROW, column, rule | told)
