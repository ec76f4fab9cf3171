"""Reads Google Sheets with a service account: values, number formats and merged cells."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from hootsuite_api.phrases import listed
from tap_hootsuite_sheet.cell_flaws import error_flaw
from tap_hootsuite_sheet.identity import LISTS_SHEET
from tap_hootsuite_sheet.problems import Flaw, SheetError
from tap_hootsuite_sheet.sheet import Cell, Sheet, refuse_long

ADDRESS = "https://docs.google.com/spreadsheets/"
_URL = "https://sheets.googleapis.com/v4/spreadsheets/"
_SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
_FIELDS = (
    "properties(title),sheets(properties(title,hidden,sheetType),merges,"
    "data(startRow,startColumn,rowData(values(effectiveValue,formattedValue,"
    "effectiveFormat(numberFormat)))))"
)
_ID = re.compile(r"[A-Za-z0-9_-]{20,100}")
_ADDRESS = re.compile(r"https://docs\.google\.com/spreadsheets/d/([A-Za-z0-9_-]+)(?:[/?#].*)?")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's clock has no zone
_DATES = frozenset({"DATE", "DATE_TIME", "TIME"})
_DAY = 86_400
_SECONDS = 60


class Session(Protocol):
    """What is needed of an authorized session."""

    def get(self, url: str, *, params: Mapping[str, str], timeout: int) -> Any:
        """Send a GET."""


def open_session(credentials_file: Path) -> Session:
    """Return a session that acts for a service account.

    Args:
        credentials_file: The account's key, as downloaded from Google.

    Raises:
        SheetError: The extra is missing, or the file is no key.
    """
    try:
        account = importlib.import_module("google.oauth2.service_account")
        transport = importlib.import_module("google.auth.transport.requests")
    except ImportError as error:
        raise SheetError(
            "Google Sheets need the extra google: pip install 'meltano-hootsuite[google]'."
        ) from error
    try:
        credentials = account.Credentials.from_service_account_file(
            str(credentials_file), scopes=[_SCOPE]
        )
    except (OSError, ValueError) as error:
        raise SheetError(
            f"{credentials_file.name} is not the key file of a Google service account."
        ) from error
    session: Session = transport.AuthorizedSession(credentials)
    return session


def read_google(session: Session, document: str, wanted: str | None = None) -> Sheet:
    """Read one sheet of a Google document.

    Args:
        session: Authorized for the document.
        document: The document's id or its address.
        wanted: The sheet's name; by default the first that is visible.

    Raises:
        SheetError: It cannot be read, or has no such sheet.
    """
    body = _fetch(session, _document_id(document))
    title = body.get("properties", {}).get("title") or "Google sheet"
    chosen, notes = _choose(body.get("sheets", []), wanted, title)
    name = chosen["properties"]["title"]
    rows = _rows(chosen)
    refuse_long(name, sum(1 for row in rows if any(row)))
    merged = [
        (m["startRowIndex"] + 1, m["startColumnIndex"] + 1, m["endRowIndex"], m["endColumnIndex"])
        for m in chosen.get("merges", [])
    ]
    return Sheet(title, name, rows, merged, notes)


def _document_id(document: str) -> str:
    match = _ADDRESS.fullmatch(document.strip())
    result = match[1] if match else document.strip()
    if not _ID.fullmatch(result):
        raise SheetError(f"{document!r} is neither the id nor the address of a Google sheet.")
    return result


def _fetch(session: Session, document: str) -> Mapping[str, Any]:
    try:
        response = session.get(_URL + document, params={"fields": _FIELDS}, timeout=_SECONDS)
        status, body = response.status_code, response.json()
    except (OSError, ValueError) as error:
        raise SheetError(f"Google did not answer: {type(error).__name__}. Try again.") from error
    if status != 200:  # noqa: PLR2004 - OK
        raise SheetError(_refusal(status, body))
    result: Mapping[str, Any] = body
    return result


def _refusal(status: int, body: Any) -> str:
    said = body.get("error", {}).get("message", "") if isinstance(body, dict) else ""
    remedies = {
        403: "Share the sheet with the service account's address",
        404: "Check the sheet's id",
        429: "Try again in a minute",
    }
    remedy = remedies.get(status, "Try again later")
    return f"Google refused the sheet ({status} {said[:200]}). {remedy}."


def _choose(
    sheets: list[dict[str, Any]], wanted: str | None, source: str
) -> tuple[dict[str, Any], list[str]]:
    tables = [s for s in sheets if s["properties"].get("sheetType", "GRID") == "GRID"]
    visible = [s for s in tables if not s["properties"].get("hidden")]
    names = [s["properties"]["title"] for s in visible]
    if wanted is not None:
        named = [s for s in tables if s["properties"]["title"].casefold() == wanted.casefold()]
        if not named:
            raise SheetError(
                f"{source} has no sheet {wanted!r}. It has: {listed(names) or 'none'}."
            )
        return named[0], []
    if not visible:
        raise SheetError(f"{source} has no visible sheet. Name the one to read.")
    known = (s["properties"] for s in tables)
    hidden = [p["title"] for p in known if p.get("hidden") and p["title"] != LISTS_SHEET]
    notes = [f"Hidden sheets are ignored: {listed(hidden)}."] if hidden else []
    if names[1:]:
        notes.append(f"Only the first sheet, {names[0]}, is read; not: {listed(names[1:])}.")
    return visible[0], notes


def _rows(sheet: Mapping[str, Any]) -> list[list[Cell]]:
    grid = (sheet.get("data") or [{}])[0]
    above, left = grid.get("startRow", 0), grid.get("startColumn", 0)
    rows: list[list[Cell]] = [[] for _ in range(above)]
    for line in grid.get("rowData", []):
        padding: list[Cell] = [""] * left
        rows.append(padding + [_cell(cell) for cell in line.get("values", [])])
    return rows


def _cell(cell: Mapping[str, Any]) -> Cell:
    value = cell.get("effectiveValue") or {}
    if "errorValue" in value:
        return error_flaw(cell.get("formattedValue", ""))
    if "boolValue" in value:
        return bool(value["boolValue"])
    if "numberValue" in value:
        return _number(float(value["numberValue"]), cell)
    text: str = value.get("stringValue", "")
    return text


def _number(value: float, cell: Mapping[str, Any]) -> Cell:
    kind = cell.get("effectiveFormat", {}).get("numberFormat", {}).get("type", "")
    shown = cell.get("formattedValue", "")
    if kind in _DATES:
        return _date(value, kind, shown)
    if value == int(value) and shown not in {"", str(int(value))}:
        message = f"is the number {int(value)}, shown differently"
        return Flaw(shown, message, "Format the column as plain text and type it again")
    return value


def _date(value: float, kind: str, shown: str) -> Cell:
    moment = _EPOCH + timedelta(seconds=round(value * _DAY))
    if kind == "TIME" and 0 <= value < 1:
        return moment.time()
    if kind == "TIME":
        return timedelta(seconds=round(value * _DAY))
    if kind == "DATE" and value == int(value) and ":" not in shown:
        return moment.date()
    return moment
