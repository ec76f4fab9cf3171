"""Look-up of SCIM resources by name: users and groups."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from hootsuite_api.calls import Call
from hootsuite_api.client import HootsuiteClient
from target_hootsuite.lookup import answers

Document = dict[str, Any]


class Kind(NamedTuple):
    """A kind of resource, and the one attribute that it can be filtered by.

    Args:
        noun: What one of them is called in messages and codes.
        operation: Lists them.
        attribute: By which the list can be filtered.
    """

    noun: str
    operation: str
    attribute: str


USERS = Kind("user", "list_scim_users", "userName")
GROUPS = Kind("group", "list_scim_groups", "displayName")


def equals(attribute: str, value: str) -> str:
    """A filter for one value; quotes and backslashes in it stay text (RFC 7644, 3.4.2.2)."""
    return f"{attribute} eq {json.dumps(value)}"


def named(client: HootsuiteClient, kind: Kind, name: str) -> list[Document]:
    """The resources that the platform lists for a name; it may list others, too.

    Raises:
        HootsuiteError: There is no list.
    """
    call = Call(kind.operation, query={"filter": equals(kind.attribute, name)})
    return answers.resources(client, call, kind.attribute)


def member_ids(client: HootsuiteClient, group: Document) -> set[str]:
    """Ids of a group's members. If the list left them out, the group is read by its id.

    Raises:
        TornBody: They are no list of references.
        HootsuiteError: There is no answer.
    """
    call = Call("get_scim_group", {"groupId": str(group["id"])})
    shown = group.get("members")
    if shown is None:
        alone = answers.one(client, call, named=str(group["id"]))
        shown = alone.get("members") or []  # RFC 7643, 2.5: an empty list may be absent
    if any(one.get("value") is None for one in shown):
        raise answers.unusable(call, "one of the group's members has no value")
    return {str(one["value"]) for one in shown}
