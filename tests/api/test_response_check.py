"""An answer of a wrong shape is one error that names operation, field, fault and trace."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from hootsuite_api import quick_check
from hootsuite_api.contract import load
from hootsuite_api.errors import TornBody
from hootsuite_api.replies import Reply
from hootsuite_api.response_check import check

MESSAGE = {"id": "1", "state": "SENT", "scheduledSendTime": "2026-01-10T10:00:00Z"}
PROFILE = {"id": "1", "type": "TWITTER"}
ACCOUNT = {"id": "9", "userName": "a@example.com"}


def rest(data, **more):
    return {"data": data, **more}


def scim(*accounts, total=None):
    return {"Resources": list(accounts), "totalResults": len(accounts) if total is None else total}


LIES = [
    ("list_messages", {"data": None}, "data is null"),
    ("list_messages", rest("none"), "data is text, not a list"),
    ("list_messages", rest({}), "data is an object, not a list"),
    ("list_messages", rest([None]), "data[0] is null, not an object"),
    ("list_messages", rest(["1"]), "data[0] is text, not an object"),
    ("list_messages", rest([MESSAGE, [MESSAGE]]), "data[1] is a list, not an object"),
    ("list_messages", rest([{"state": "SENT"}]), "data[0].id is missing"),
    ("list_messages", rest([MESSAGE | {"id": None}]), "data[0].id is null"),
    ("list_messages", rest([MESSAGE | {"id": ""}]), "data[0].id is empty"),
    ("list_messages", rest([MESSAGE | {"id": True}]), "data[0].id is true or false, not an id"),
    ("list_messages", rest([MESSAGE | {"id": 1.5}]), "data[0].id is a number, not an id"),
    ("list_messages", rest([MESSAGE | {"id": {"id": "1"}}]), "data[0].id is an object"),
    ("list_messages", rest([MESSAGE | {"id": "1,2"}]), "data[0].id is text that can't be an id"),
    ("list_messages", rest([MESSAGE | {"id": "1\0"}]), "data[0].id is text that can't be an id"),
    ("list_messages", rest([MESSAGE | {"id": "9" * 3000}]), "data[0].id is text that is too long"),
    ("list_messages", rest([MESSAGE | {"socialProfile": "7"}]), "socialProfile is text"),
    ("list_messages", rest([MESSAGE | {"socialProfile": ["7"]}]), "socialProfile is a list"),
    ("list_messages", rest([MESSAGE | {"socialProfile": {"id": 7.0}}]), "socialProfile.id is a nu"),
    ("list_messages", rest([MESSAGE | {"media": "x"}]), "media is text, not a list"),
    ("list_messages", rest([MESSAGE | {"media": ["x"]}]), "media[0] is text, not an object"),
    ("list_messages", rest([MESSAGE | {"media": [None]}]), "media[0] is null, not an object"),
    ("list_messages", rest([MESSAGE | {"text": {"a": 1}}]), "text is an object, not text"),
    ("list_messages", rest([MESSAGE | {"emailNotification": "yes"}]), "not true or false"),
    ("list_messages", rest([MESSAGE | {"sequenceNumber": 2**70}]), "not a whole number"),
    (
        "list_messages",
        rest([MESSAGE | {"scheduledSendTime": "soon"}]),
        "is text that is not a time",
    ),
    (
        "list_messages",
        rest([MESSAGE | {"scheduledSendTime": "2026-02-31T00:00:00Z"}]),
        "not a time",
    ),
    ("list_messages", rest([MESSAGE | {"scheduledSendTime": 17}]), "is a number, not a time"),
    (
        "list_messages",
        rest([MESSAGE | {"scheduledSendTime": "9999-12-31T23:59:59-01:00"}]),
        "is text that is not a time",
    ),
    ("list_messages", rest([], metadata=[]), "metadata is a list, not an object"),
    ("list_messages", rest([], metadata={"cursor": "x"}), "cursor is text, not an object"),
    ("list_messages", rest([], metadata={"cursor": {"next": ["x"]}}), "next is a list, not text"),
    ("list_messages", rest([], metadata={"cursor": {"next": 5}}), "next is a number, not text"),
    ("get_message_history", rest(None), "data is null"),
    ("get_message_history", rest([]), "data is a list, not an object"),
    ("get_message_history", rest({"actions": {}}), "actions is an object, not a list"),
    ("get_message_history", rest({"actions": ["x"]}), "actions[0] is text, not an object"),
    ("get_message_history", rest({"actions": [{"timestamp": "x"}]}), "timestamp is text that is"),
    ("get_media", rest({"id": None}), "data.id is null"),
    ("list_my_organizations", rest([{"name": "x"}]), "data[0].id is missing"),
    ("list_my_organizations", rest([7]), "data[0] is a number, not an object"),
    ("list_social_profiles", rest([PROFILE | {"id": False}]), "data[0].id is true or false"),
    ("list_social_profiles", rest([PROFILE | {"type": 3}]), "data[0].type is a number, not text"),
    ("list_social_profiles", rest([PROFILE | {"isReauthRequired": "no"}]), "not a whole number"),
    ("list_organization_members", rest([["5"]]), "data[0] is a list, not an object"),
    ("list_organization_members", rest([{}]), "data[0].id is missing"),
    ("list_team_members", rest([{"id": 1.0}]), "data[0].id is a number, not an id"),
    ("get_member", rest([{"id": "1"}]), "data is a list, not an object"),
    ("get_member", rest({"id": "1", "modifiedDate": "never"}), "modifiedDate is text that is"),
    ("get_organization_member_permissions", rest({"permissions": "ALL"}), "permissions is text"),
    ("get_organization_member_permissions", rest({"permissions": [{}]}), "permissions[0] is an ob"),
    ("list_interactions", rest([]), "data is a list, not an object"),
    ("list_interactions", rest({"interactions": "x"}), "interactions is text, not a list"),
    ("list_interactions", rest({"metadata": {"cursor": {"next": []}}}), "next is a list, not text"),
    ("list_scim_users", scim(None), "Resources[0] is null"),
    ("list_scim_users", scim({"userName": "x"}), "Resources[0].id is missing"),
    ("list_scim_users", scim(ACCOUNT, total="one"), "totalResults is text, not a whole number"),
    ("list_scim_users", {"Resources": [ACCOUNT]}, "totalResults is missing"),
    ("list_scim_users", {"Resources": None, "totalResults": 5}, "Resources is null"),
    ("list_scim_users", scim(ACCOUNT | {"meta": "today"}), "meta is text, not an object"),
    ("list_scim_users", scim(ACCOUNT | {"meta": {"lastModified": "x"}}), "lastModified is text"),
    ("list_scim_users", scim(ACCOUNT | {"emails": [None]}), "emails[0] is null"),
    ("list_scim_resource_types", {"Resources": "x", "totalResults": 1}, "Resources is text"),
]


def judge(operation, body):
    headers = {"X-Request-Id": "trace-4711"}
    now = datetime(2026, 1, 15, tzinfo=UTC)
    reply = Reply(200, body.get("data"), [], {}, body, now, headers)
    check(load().operations[operation], reply)


@pytest.mark.parametrize(("operation", "body", "says"), LIES)
def test_a_wrong_shape_is_named(operation, body, says):
    """Operation, field, fault and trace are in the sentence."""
    with pytest.raises(TornBody) as caught:
        judge(operation, body)
    sentence = str(caught.value)
    assert says in sentence
    assert load().operations[operation].path in sentence
    assert "trace trace-4711" in sentence


OPEN = [
    ("list_messages", rest([MESSAGE | {"state": None, "text": None, "news": {"a": [1]}}])),
    ("list_messages", rest([MESSAGE | {"state": "A_NEW_ONE", "scheduledSendTime": ""}])),
    ("list_messages", rest([MESSAGE | {"id": 1, "media": [{"id": None}]}], metadata=None)),
    ("list_messages", rest([MESSAGE | {"scheduledSendTime": "2026-01-10T10:00:00"}])),
    ("list_messages", rest([MESSAGE | {"scheduledSendTime": "2026-01-10t10:00:00z"}])),
    ("list_messages", rest([MESSAGE | {"tags": [None, "a"], "postId": "urn:li:share:1"}])),
    ("list_messages", rest([], metadata={"cursor": {"next": None}})),
    ("get_message", rest([])),
    ("get_message", rest([MESSAGE])),
    ("get_message", rest(MESSAGE)),
    ("get_message_history", rest({"actions": None})),
    ("get_media", rest({"id": "aHR0cHM6Ly9leGFtcGxlLmNvbS8/YQ=="})),
    ("list_scim_users", {"totalResults": 0}),
    ("list_scim_users", scim(ACCOUNT | {"meta": None, "active": None})),
    ("get_scim_user", ACCOUNT),
]


@pytest.mark.parametrize(("operation", "body"), OPEN)
def test_what_the_contract_leaves_open_passes(operation, body):
    """Nulls, unknown values and fields, whole numbers as ids and times without a zone pass."""
    judge(operation, body)


USUAL = [
    MESSAGE | {"location": {"latitude": 49.28, "longitude": -123}},
    MESSAGE | {"reviewers": [{"id": 1000131, "type": "MEMBER"}, {"id": "1000132"}]},
]


@pytest.mark.parametrize("message", USUAL)
def test_what_the_platform_usually_sends_needs_no_slow_check(message):
    """A place and a number as a reviewer's id don't cost the page around them the slow check."""
    assert quick_check.passes("list_messages", rest([message]))


@pytest.mark.parametrize(("operation", "body", "says"), LIES)
def test_the_quick_check_accepts_no_lie(operation, body, says):
    """What the slow check refuses never passes the quick one, except where SCIM looks twice."""
    assert not quick_check.passes(operation, body) or says == "Resources is null"


@pytest.mark.parametrize("operation", [one.id for one in load().operations.values() if one.read])
def test_nothing_at_all_is_refused_everywhere(operation):
    """Every operation that reads refuses an empty object where its container must be."""
    if load().operations[operation].shape in ("rest", "scim"):
        with pytest.raises(TornBody, match="is missing"):
            judge(operation, {})


CROWD = """
import sys, threading
from hootsuite_api import quick_check
from hootsuite_api.contract import load

sys.setswitchinterval(1e-6)
for operation in load().operations:
    start = threading.Barrier(16)

    def look():
        start.wait()
        quick_check.passes(operation, {"data": []})

    threads = [threading.Thread(target=look) for _ in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
"""


def test_first_answers_may_come_at_the_same_time():
    """Threads that check an operation's first answers at once don't crash on half-made types."""
    done = subprocess.run([sys.executable, "-c", CROWD], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
