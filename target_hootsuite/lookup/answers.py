"""Checks that an answer of the platform has the shape that look-ups rely on.

An answer that lies (no list, no id, a cursor that is a list) must not end as a KeyError somewhere
behind: it is an error of its own, which names the operation, what was wrong, and the trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_api.calls import Call
from hootsuite_api.client import HootsuiteClient
from hootsuite_api.contract import load
from hootsuite_api.errors import TornBody, Where
from hootsuite_api.replies import Reply

Document = dict[str, Any]


def items(client: HootsuiteClient, call: Call, *texts: str) -> list[Document]:
    """The objects of a list that is read in one piece, each with an id.

    Args:
        client: Asks the platform.
        call: What is asked.
        texts: Further fields that have to be text.

    Raises:
        TornBody: The answer is no complete list of such objects.
        HootsuiteError: There is no answer.
    """
    reply = client.send(call)
    if reply.errors:
        raise torn(call, reply, "it carries errors, so that the list may be incomplete")
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


def one(client: HootsuiteClient, call: Call, *texts: str) -> Document:
    """The object that an answer holds, with an id.

    Raises:
        TornBody: It holds none.
        HootsuiteError: There is no answer.
    """
    reply = client.send(call)
    return checked(call, reply, reply.data, "data", *texts)


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
    operation = load().operations[call.operation]
    trace = reply.headers.get("X-Request-Id")
    where = Where(operation.method, operation.path, reply.status, trace_id=trace)
    return TornBody(f"The answer to {call.operation} can't be used: {what}", where)


def cursor_of(call: Call, reply: Reply) -> str | None:
    """The cursor of the next page; None on the last one.

    Raises:
        TornBody: What stands there is no cursor.
    """
    found = reply.metadata.get("cursor")
    if found is not None and not isinstance(found, Mapping):
        raise torn(call, reply, f"its cursor is {_kind(found)}")
    cursor = found.get("next") if found else None
    if cursor is not None and not isinstance(cursor, str):
        raise torn(call, reply, f"its next cursor is {_kind(cursor)}")
    return cursor or None


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return "nothing" if value is None else kinds.get(type(value), "a number")
