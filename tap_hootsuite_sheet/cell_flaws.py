"""Flaws of single cells that spreadsheets of several formats share."""

from __future__ import annotations

from tap_hootsuite_sheet.problems import Flaw

STYLED_REMEDY = "Format the column as text and type the value as it should be read"


def dressed_flaw(shown: str, code: str) -> Flaw:
    """The flaw of a number that reads differently: 00123, A-12."""
    return Flaw(shown, f"is a number that the format {code} shows differently", STYLED_REMEDY)


def error_flaw(shown: str) -> Flaw:
    """The flaw of a cell whose formula failed."""
    return Flaw(shown, "is the error of a formula", "Correct the formula, or type the value")


UNCOMPUTED = Flaw(
    "",
    "is a formula without a stored result",
    "Open the file in a spreadsheet program and save it there",
)
