"""A list that is read in one pass gives the rows of the usual way, or is left to it."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hootsuite_api import quick_check
from hootsuite_api.listed import listed, reader
from hootsuite_api.records import record

read = reader("list_messages", "Message")
TIMES = ["", "2026-01-10T10:00:00Z", "2026-01-10T10:00:00.250Z", "2026-01-10T12:00:00+02:00"]
REFERENCE = {"id": "7", "externalURL": "https://example.com/a", "new": 1}
VALUES = {
    "state": ["SENT", "A_NEW_ONE", 5],
    "text": ["", 'caf\u00e9 \U0001f4f7 " \\ \n', "a\0b", {"a": 1}],
    "socialProfile": [{}, REFERENCE, {"id": 7}, "7"],
    "scheduledSendTime": [*TIMES, "2026-01-10t10:00:00", "2016-12-31T23:59:60Z", "soon", 1],
    "tags": [[], ["a", None], "a", [1]],
    "targeting": [{}, {"linkedInCompany": {"jobFunction": ["eng"], "new": [1.5]}}, []],
    "location": [{"latitude": 49.28, "longitude": -123, "new": None}, {"latitude": "north"}],
    "emailNotification": [True, "yes"],
    "media": [[{"id": "a", "new": {"b": [1]}}], [None], "x"],
    "postId": ["urn:li:share:1", 5, True, "9" * 300],
    "createdByMember": [{"id": "1"}, {}],
    "sequenceNumber": [1, 1.0, 2**70, True],
    "reviewers": [[], [{"id": 5, "type": "TEAM"}, {"id": "6"}, {"id": None}], [None]],
    "new": ["x", {"deep": [{}]}],
}
MESSAGES = st.fixed_dictionaries(
    {"id": st.sampled_from(["1", "4400000001", 1, "", None, "1,2"])},
    optional={name: st.sampled_from([None, *some]) for name, some in VALUES.items()},
)


@given(st.lists(MESSAGES, max_size=3))
def test_it_gives_the_rows_of_the_usual_way_or_none(messages):
    """What it takes passes the check, and every byte of its rows is as of the usual way."""
    page = read(json.dumps({"data": messages}).encode())
    if page is not None:
        assert quick_check.passes("list_messages", {"data": messages})
        rows = [msgspec.json.encode(one.row) for one in page.data]
        assert rows == [msgspec.json.encode(record("Message", one)) for one in messages]
        assert [json.loads(bytes(one.source)) for one in page.data] == messages
        assert [listed("Message", one).row for one in messages] == [one.row for one in page.data]


def test_it_takes_what_the_platform_usually_sends():
    """References and lists may be null or missing, and fields unknown."""
    usual = {name: some[0] for name, some in VALUES.items()}
    usual |= {name: VALUES[name][1] for name in ("text", "socialProfile", "targeting", "reviewers")}
    for message in ({"id": "1"}, {"id": "1", **usual}, dict.fromkeys(VALUES) | {"id": "1"}):
        page = read(msgspec.json.encode({"data": [message], "metadata": {"cursor": {"next": "c"}}}))
        assert page is not None, message
        assert page.metadata == {"cursor": {"next": "c"}}


DOUBTFUL = [
    b"",
    b"[]",
    b'{"data": null}',
    b'{"data": [{"id": "1", "text": "\\ud83d"}]}',
    b'{"data": [{"id": "1", "text": "\xff"}]}',
    b'{"data": [], "metadata": {"cursor": {"next": 5}}}',
    b'{"data": [], "errors": [{"code": 1000}]}',
    b'{"data": [{"id": "1", "targeting": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}]}",
]


@pytest.mark.parametrize("content", DOUBTFUL)
def test_what_is_doubtful_is_left_to_the_usual_way(content):
    """Half characters, errors beside data, foreign containers and depths end in None."""
    assert read(content) is None
