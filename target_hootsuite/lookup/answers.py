"""Checks that an answer of the platform has the shape that look-ups rely on.

A malformed answer (no list, no id, a cursor that is a list) must not cause a KeyError later, and
must not reject a row. It raises its own error, which names the operation, the fault and the trace
id. Look-ups of people, profiles and media are checked against the contract. In the list of
messages only the used fields are checked, so that an unexpected other field can't stop a post.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_api.calls import Call
from hootsuite_api.client import HootsuiteClient
from hootsuite_api.contract import load
from hootsuite_api.contract.words import kind_of
from hootsuite_api.errors import TornBody, Where
from hootsuite_api.replies import Reply
from hootsuite_api.response_check import check

Document = dict[str, Any]


def items(client: HootsuiteClient, call: Call, *texts: str) -> list[Document]:
    """The objects of a list that is read in one piece, each with an id.

    Args:
        client: Asks the platform.
        call: The call to send.
        texts: Further fields that must be text.

    Raises:
        TornBody: The answer is no complete list of such objects.
        HootsuiteError: The call failed.
    """
    reply = client.send(call)
    if reply.errors:
        raise torn(call, reply, "it carries errors, so that the list may be incomplete")
    check(load().operations[call.operation], reply)
    if cursor_of(call, reply) is not None:
        raise torn(call, reply, "it has a cursor, so that the list may be incomplete")
    return objects(call, reply, reply.data, *texts)


def objects(call: Call, reply: Reply, found: Any, *texts: str) -> list[Document]:
    """A list in an answer, checked.

    Raises:
        TornBody: It is none, or holds something else than objects with an id.
    """
    if not isinstance(found, list):
        raise torn(call, reply, f"there is {_kind(found)} where a list should be")
    for place, one in enumerate(found):
        checked(call, reply, one, f"item {place + 1}", *texts)
    return found


def one(client: HootsuiteClient, call: Call, *texts: str, named: str | None = None) -> Document:
    """The object that an answer holds, with an id.

    Args:
        client: Asks the platform.
        call: The call to send.
        texts: Further fields that must be text.
        named: The id that it has to have.

    Raises:
        TornBody: It holds none, or another one.
        HootsuiteError: The call failed.
    """
    reply = client.send(call)
    check(load().operations[call.operation], reply)
    found = checked(call, reply, reply.data, "data", *texts)
    if named is not None and str(found["id"]) != named:
        raise torn(call, reply, f"data has the id {found['id']}, asked was for {named}")
    return found


def checked(call: Call, reply: Reply, found: Any, name: str, *texts: str) -> Document:
    """An object in an answer, with an id and some texts.

    Raises:
        TornBody: It is none.
    """
    if not isinstance(found, dict):
        raise torn(call, reply, f"{name} is {_kind(found)} and no object")
    identifier = found.get("id")
    if isinstance(identifier, bool) or not isinstance(identifier, str | int) or identifier == "":
        raise torn(call, reply, f"{name} has no id")
    for text in texts:
        if not isinstance(found.get(text), str):
            raise torn(call, reply, f"the {text} of {name} is {_kind(found.get(text))} and no text")
    return found


def torn(call: Call, reply: Reply, what: str) -> TornBody:
    """The error for an answer that can't be used."""
    return unusable(call, what, reply.status, reply.headers.get("X-Request-Id"))


def unusable(
    call: Call, what: str, status: int | None = None, trace_id: str | None = None
) -> TornBody:
    """The error for a part of an answer that is checked after further calls were sent."""
    operation = load().operations[call.operation]
    where = Where(operation.method, operation.path, status, trace_id=trace_id)
    return TornBody(f"The answer to {call.operation} can't be used: {what}", where)


def cursor_of(call: Call, reply: Reply) -> str | None:
    """The cursor of the next page; None on the last one.

    Raises:
        TornBody: The value is not a cursor.
    """
    found = reply.metadata.get("cursor")
    if found is not None and not isinstance(found, Mapping):
        raise torn(call, reply, f"its cursor is {_kind(found)}")
    cursor = found.get("next") if found else None
    if cursor is not None and not isinstance(cursor, str):
        raise torn(call, reply, f"its next cursor is {_kind(cursor)}")
    return cursor or None


def resources(client: HootsuiteClient, call: Call, *texts: str) -> list[Document]:
    """What a filtered list of SCIM holds, each with an id and some texts.

    Raises:
        TornBody: The answer is no complete list of such resources.
        HootsuiteError: The call failed.
    """
    reply = client.send(call)
    check(load().operations[call.operation], reply)
    found = objects(call, reply, reply.body.get("Resources") or [], *texts)
    total = reply.body.get("totalResults")
    if total is not None and total != len(found):
        raise torn(call, reply, f"totalResults is {total}, and the list has {len(found)}")
    return found


def _kind(value: Any) -> str:
    return "nothing" if value is None else kind_of(value)
