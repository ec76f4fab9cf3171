"""Google Sheets, against answers in the shape that the service documents."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tap_hootsuite_sheet.google import open_session, read_google
from tap_hootsuite_sheet.model import Options
from tap_hootsuite_sheet.plan import build
from tap_hootsuite_sheet.problems import SheetError

ID = "1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789_-AbCd"
RECORDED = json.loads((Path(__file__).parent / "google_sheet.json").read_text(encoding="utf-8"))


class Session:
    """Answers like the service and remembers what it was asked."""

    def __init__(self, body, status=200):
        self.body, self.status, self.asked = body, status, []

    def get(self, url, *, params, timeout):
        self.asked.append((url, params["fields"], timeout))
        return SimpleNamespace(status_code=self.status, json=lambda: self.body)


def test_a_google_sheet_is_read_like_any_other():
    """Serial dates, errors, padded numbers, logical values: what a person reads, or a problem."""
    plan = build(read_google(Session(RECORDED), ID), Options(timezone="Europe/Berlin"))
    (record,) = plan.records
    assert plan.rows == [4]
    assert record["scheduled_send_time"] == "2026-03-14T08:30:00Z"
    assert record["social_profile_ids"] == ["1001"]
    reasons = {(p.row, p.column[0]): p.message for p in plan.problems.items}
    assert reasons[5, "B"] == "has no time of day"
    assert reasons[5, "C"] == "is the error of a formula"
    assert reasons[5, "D"] == "is the number 7, shown differently"
    assert reasons[6, "C"] == "is a logical value, not text"
    assert plan.problems.rows == {5, 6}
    assert plan.notes == ["Hidden sheets are ignored: Ideas."]
    assert plan.name == "Content plan"


def test_the_document_is_asked_for_by_id_and_in_part():
    """An address serves as well as an id; only what is needed is asked for, and only once."""
    session = Session(RECORDED)
    read_google(session, f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=5", "march")
    ((url, fields, timeout),) = session.asked
    assert url == f"https://sheets.googleapis.com/v4/spreadsheets/{ID}"
    assert "effectiveValue" in fields
    assert timeout > 0


@pytest.mark.parametrize("document", ["", "../../x", "https://example.com/spreadsheets/d/" + ID])
def test_what_is_no_document_is_not_asked_for(document):
    """Nothing but an id reaches the service's address."""
    session = Session(RECORDED)
    with pytest.raises(SheetError, match="neither the id"):
        read_google(session, document)
    assert session.asked == []


def test_a_refusal_says_what_to_do():
    """The most common refusal is a sheet that was not shared."""
    body = {"error": {"code": 403, "message": "The caller does not have permission"}}
    with pytest.raises(SheetError, match="Share the sheet"):
        read_google(Session(body, 403), ID)


def test_a_sheet_that_is_not_there_is_named_with_those_that_are():
    """A typing error in the sheet's name shows the names."""
    with pytest.raises(SheetError, match="It has: March"):
        read_google(Session(RECORDED), ID, "Mai")


def test_the_key_file_is_checked(tmp_path):
    """Without the extra, or with another file than a key, the message says which of both it is."""
    path = tmp_path / "key.json"
    path.write_text("{}")
    with pytest.raises(SheetError, match=r"extra google|key\.json is not the key file"):
        open_session(path)
