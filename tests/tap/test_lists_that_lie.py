"""Answers of a wrong shape end in one sentence that names operation, fault and trace."""

import dataclasses
import itertools
import json
import time
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from requests.structures import CaseInsensitiveDict

from hootsuite_api.clock import date_of
from hootsuite_api.contract import load
from hootsuite_api.cursor_guard import FRUITLESS
from hootsuite_api.errors import HootsuiteError
from hootsuite_api.transport import Transport
from tap_hootsuite.tap import TapHootsuite

MESSAGE = {"id": "1", "state": "SENT", "scheduledSendTime": "2026-01-10T10:00:00Z"}

LIES = [
    ("messages", "list_messages", {"data": ["1"]}, "data[0] is text, not an object"),
    ("messages", "list_messages", {"data": [{"id": 1.5}]}, "data[0].id is a number, not an id"),
    ("media", "get_media", {"data": {"id": None}}, "data.id is null"),
    (
        "message_history",
        "get_message_history",
        {"data": {"actions": [1]}},
        "actions[0] is a n",
    ),
    ("organizations", "list_my_organizations", {"data": [{}]}, "data[0].id is missing"),
    ("teams", "list_organization_teams", {"data": [None]}, "data[0] is null"),
    ("members", "get_member", {"data": "x"}, "data is text, not an object"),
    ("team_members", "list_team_members", {"data": {}}, "data is an object, not a list"),
    ("scim_users", "list_scim_users", {"Resources": [], "totalResults": "1"}, "totalResults is"),
    (
        "organization_member_permissions",
        "get_organization_member_permissions",
        {"data": {"permissions": "ALL"}},
        "permissions is text",
    ),
    (
        "interactions",
        "list_interactions",
        {"data": {"interactions": [{"type": "POST"}]}},
        "got a row without its social_network_type (row 1 of 1)",
    ),
]


@pytest.fixture
def lied_to(sandbox, attempt, only):
    """Run the streams of one operation, which always answers the same body."""

    def run(operation, body, *streams, **settings):
        sandbox.faults(
            operation=operation, kind="status", status=200, times=0, body=json.dumps(body),
            headers={"Content-Type": "application/json", "X-Request-Id": "trace-4711"},
        )  # fmt: skip
        catalog = only(*streams) if streams else None
        return attempt(catalog=catalog, **settings)

    return run


@pytest.mark.parametrize(("stream", "operation", "body", "says"), LIES)
def test_a_wrong_shape_is_one_sentence(lied_to, stream, operation, body, says):
    """Operation, field, fault and trace are named; nothing ends in a bare KeyError."""
    _, failure = lied_to(operation, body, stream)
    assert isinstance(failure, HootsuiteError)
    sentence = str(failure)
    assert says in sentence
    assert load().operations[operation].path in sentence
    assert "trace trace-4711" in sentence


@pytest.mark.parametrize("rows", [[], [MESSAGE]])
def test_cursors_that_lead_nowhere_end_the_list(sandbox, attempt, only, rows):
    """Fresh cursors without anything new are given up after 20 pages; the operation is named."""
    headers = {"Content-Type": "application/json", "X-Request-Id": "trace-4711"}
    answer = {"operation": "list_messages", "kind": "status", "status": 200, "headers": headers}
    sandbox.faults(
        [
            answer | {"nth": page, "body": json.dumps({"data": rows, "metadata": cursor})}
            for page in range(1, 200)
            for cursor in [{"cursor": {"next": f"cursor-{page}"}}]
        ]
    )
    _, failure = attempt(catalog=only("messages"), start_date="2026-01-01", horizon_days=0)
    assert f"nothing new on {FRUITLESS} pages in a row (GET /v1/messages" in str(failure)
    assert "trace-4711" in str(failure)


def test_a_time_without_a_zone_is_utc_on_any_machine(lied_to, monkeypatch):
    """The zone of this machine changes nothing about what is read."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        body = {"data": [MESSAGE | {"scheduledSendTime": "2026-01-10T10:00:00"}]}
        output, _ = lied_to("list_messages", body, "messages")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert output.rows("messages")[0]["scheduled_send_time"] == "2026-01-10T10:00:00Z"


@pytest.mark.parametrize("liar", [0, 1])
def test_the_run_begins_by_a_date_that_can_be_believed(
    liar, config, sandbox, monkeypatch, set_clock
):
    """One answer's Date, an hour off, is not when the run began: rows would be missed later."""
    platform = datetime.fromisoformat(sandbox.now())
    set_clock()
    inner, count = Transport.exchange, itertools.count()

    def exchange(self, *arguments, **options):
        answer = inner(self, *arguments, **options)
        ahead = timedelta(hours=1 if next(count) == liar else 0)
        date = format_datetime(date_of(answer.headers["Date"]) + ahead, usegmt=True)
        return dataclasses.replace(
            answer, headers=CaseInsensitiveDict({**answer.headers, "Date": date})
        )

    monkeypatch.setattr(Transport, "exchange", exchange)
    run = TapHootsuite(config=config).run
    run.send("get_me")
    assert abs(run.start - platform) < timedelta(minutes=5)
