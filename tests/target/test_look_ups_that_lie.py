"""Rule 12: a look-up that lies defers the rows that wanted it, in one sentence; nothing is sent.

Each answer has the status 200 and a body that the contract does not know: nulls, missing ids, other
types, lists that can't be complete, and cursors without an end.
"""
# ruff: noqa: PLR0917 - fixtures are arguments

import itertools
import json

import pytest
from PIL import Image

from hootsuite_api.contract import load
from hootsuite_api.cursor_guard import FRUITLESS
from target_hootsuite.lookup import answers

TRACE = "trace-4711"
PERSON = {"email": "new@larkspur.example", "full_name": "New Person"}
LEAVER = {"email": "leaver@larkspur.example"}
USER = {
    "user_name": "new@larkspur.example",
    "name": {"givenName": "New", "familyName": "Person"},
    "display_name": "New Person",
    "emails": [{"value": "new@larkspur.example", "primary": True}],
}
STREAMS = {
    "members": PERSON,
    "organization_member_removals": LEAVER,
    "teams": {"name": "New team"},
    "team_members": {"team_name": "New team", "email": PERSON["email"]},
    "scim_users": USER,
    "messages": {},
}
ENDLESS = {"cursor": {"next": "more"}}

LISTS = [
    ({"data": None}, "data is null"),
    ({"data": {}}, "data is an object, not a list"),
    ({"data": [None]}, "data[0] is null"),
    ({"data": ["1"]}, "data[0] is text"),
    ({"data": [{}]}, "data[0].id is missing"),
    ({"data": [{"id": None}]}, "data[0].id is null"),
    ({"data": [{"id": [1]}]}, "data[0].id is a list"),
    ({"data": [], "metadata": ENDLESS}, "it has a cursor"),
    ({"data": [], "metadata": {"cursor": ["a"]}}, "cursor is a list"),
]
MEMBERS = [
    ({"data": []}, "data is a list, not an object"),
    ({"data": {"email": "a@b.example"}}, "data.id is missing"),
    ({"data": {"id": "9", "email": "a@b.example"}}, "data has the id 9"),
    ({"data": {"id": "9", "email": 7}}, "email is a number"),
    ({"data": {"id": "9", "email": None}}, "email of data is nothing"),
]
USERS = [
    ({"totalResults": 1}, "Resources is missing"),
    ({"Resources": None, "totalResults": 2}, "Resources is null"),
    ({"Resources": {}, "totalResults": 0}, "Resources is an object"),
    ({"Resources": [], "totalResults": 1}, "totalResults is 1"),
    ({"Resources": [], "totalResults": "0"}, "totalResults is text"),
    ({"Resources": []}, "totalResults is missing"),
    *(
        ({"Resources": [user], "totalResults": 1}, says)
        for user, says in [
            ({"userName": "x"}, "Resources[0].id is missing"),
            ({"id": "1"}, "userName of item 1 is nothing"),
            ({"id": "1", "userName": ["x"]}, "userName is a list"),
            ({"id": "1", "userName": USER["user_name"], "name": "x"}, "name is text"),
            ({"id": "1", "userName": USER["user_name"], "emails": 1}, "emails is a number"),
        ]
    ),
]
MESSAGES = [
    ({"data": None}, "nothing where a list should be"),
    ({"data": [{}]}, "item 1 has no id"),
    *(
        ({"data": [{"id": "1", **message}]}, "message 1 has a field of another kind")
        for message in (
            {},
            {"socialProfile": None},
            {"socialProfile": {"id": None}},
            {"socialProfile": {"id": "1"}, "text": 7},
            {"socialProfile": {"id": "1"}, "scheduledSendTime": "soon"},
            {"socialProfile": {"id": "1"}, "createdByMember": "me"},
        )
    ),
]
TEAMS = [
    ({"data": [{"id": "1", "name": None}]}, "name of item 1 is nothing"),
    ({"data": [{"id": "1", "name": {}}]}, "name is an object"),
]
TABLE = {
    ("members", "list_organization_members"): LISTS,
    ("members", "get_member"): MEMBERS,
    ("organization_member_removals", "list_organization_members"): LISTS,
    ("organization_member_removals", "get_member"): MEMBERS,
    ("teams", "list_organization_teams"): [*LISTS, *TEAMS],
    ("scim_users", "list_scim_users"): USERS,
    ("messages", "list_social_profiles"): [*LISTS, ({"data": [{"id": "1", "type": 7}]}, "type is")],
    ("messages", "list_messages"): MESSAGES,
}


@pytest.fixture
def lie(sandbox):
    """A function that lets one operation answer a body of our own, with a trace."""

    def begin(operation, body):
        sandbox.faults(
            operation=operation, kind="status", status=200, times=0, body=json.dumps(body),
            headers={"Content-Type": "application/json", "X-Request-Id": TRACE},
        )  # fmt: skip

    return begin


@pytest.fixture
def rows_of(sandbox, make_rows):
    """A function that makes one row of a stream."""
    organization = sandbox.ready["organization_id"]
    more = {"members": {"organization_ids": [organization]}, "scim_users": {}}

    def make(stream):
        if stream == "messages":
            return make_rows(1)
        return [STREAMS[stream] | more.get(stream, {"organization_id": organization})]

    return make


def judge(run, operation, says):
    """One sentence with operation, fault and trace; the row waits, and STATE stays before it."""
    assert (run.code, run.statuses, run.states) == (1, {"deferred": 1}, [])
    sentence = run.results[0]["error_message"]
    assert says in sentence
    assert load().operations[operation].path in sentence
    assert TRACE in sentence


@pytest.mark.parametrize(("stream", "operation"), TABLE)
def test_a_look_up_that_lies_defers(stream, operation, rows_of, lie, run_target, sandbox):
    """Nothing is sent, rejected or taken for settled because of it."""
    rows = rows_of(stream)
    for body, says in TABLE[stream, operation]:
        lie(operation, body)
        judge(run_target(rows, stream), operation, says)
        sandbox.clear_faults()
    assert sandbox.ledger() == []
    assert set(run_target(rows, stream).statuses) <= {"done", "unchanged"}


def test_media_that_lie_defer(make_rows, lie, run_target, sandbox, tmp_path):
    """Neither a wait for a state that never comes, nor a post without its media."""
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    rows = make_rows(1, media=[{"path": "a.png"}])
    for body, says in [
        ({"data": None}, "data is null"),
        ({"data": {"state": "READY"}}, "data.id is missing"),
        ({"data": {"id": "1", "state": None}}, "state of data is nothing"),
        ({"data": {"id": "1", "state": 1}}, "state is a number"),
    ]:
        lie("get_media", body)
        judge(run_target(rows), "get_media", says)
        sandbox.clear_faults()
    assert run_target(rows).statuses == {"done": 1}


def test_a_team_that_lies_defers(rows_of, lie, run_target, sandbox):
    """Members of a team are asked for when the team is known."""
    organization = sandbox.ready["organization_id"]
    made = [{"organization_id": organization, "name": "New team"}]
    run_target(made, "teams")
    run_target(rows_of("members"), "members")
    for body, says in LISTS:
        lie("list_team_members", body)
        judge(run_target(rows_of("team_members"), "team_members"), "list_team_members", says)
        sandbox.clear_faults()
    assert run_target(rows_of("team_members"), "team_members").statuses == {"done": 1}


@pytest.mark.parametrize("page", [[], [{"id": "1", "socialProfile": {"id": "1"}}]])
def test_fresh_cursors_without_an_end_defer(page, make_rows, lie, run_target, monkeypatch, sandbox):
    """The list is given up after some pages that bring nothing new."""
    fresh, inner = itertools.count(), answers.cursor_of

    def cursor_of(call, reply):
        is_lie = call.operation == "list_messages"
        return f"cursor-{next(fresh)}" if is_lie else inner(call, reply)

    monkeypatch.setattr(answers, "cursor_of", cursor_of)
    lie("list_messages", {"data": page})
    before = sandbox.stats()["requests"].get("list_messages", 0)
    judge(run_target(make_rows(1)), "list_messages", f"nothing new on {FRUITLESS} pages in a row")
    assert sandbox.stats()["requests"]["list_messages"] - before <= FRUITLESS + 1
    assert sandbox.ledger() == []
