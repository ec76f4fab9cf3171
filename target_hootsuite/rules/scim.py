"""The replay rule of `scim_users`: the row is the desired state of a user."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hootsuite_api import errors
from hootsuite_api.calls import Call
from hootsuite_api.contract import load
from hootsuite_api.naming import snake
from target_hootsuite.context import RunContext
from target_hootsuite.errors import RowRejected
from target_hootsuite.lookup import scim
from target_hootsuite.lookup.scim import Kind
from target_hootsuite.model import Row, Unit
from target_hootsuite.rows.identity import address
from target_hootsuite.rules.desired_state import PresentState

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
EXTENSION = "urn:ietf:params:scim:schemas:extension:Hootsuite:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_CONFLICT = 409
_NAMES = frozenset({"userName", "emails"})
_LEFT_OUT = frozenset({"schemas", "groups", EXTENSION})
_EXTENDED = {"organizationIds": "organization_ids", "teamIds": "team_ids"}
Document = dict[str, Any]


def desired(row: Row, *, extended: bool) -> Document:
    """The attributes that a row asks for, by the API's names."""
    fields = (load().operations["create_scim_user"].body or {})["properties"]
    found = {
        name: row[snake(name)] for name in fields if name not in _LEFT_OUT and snake(name) in row
    }
    ids = {name: row[column] for name, column in _EXTENDED.items() if column in row}
    return {**found, EXTENSION: ids} if extended and ids else found


def differences(wanted: Document, current: Mapping[str, Any]) -> list[Document]:
    """The PATCH operations that make a user match; none where it matches already."""
    operations: list[Document] = []
    for name, value in wanted.items():
        if name == "name":
            operations += _parts(name, value, current.get(name) or {}, ".")
        elif name == EXTENSION:
            operations += _extension(value, current)
        elif name in _NAMES and _names_alike(value, current.get(name)):
            continue
        elif not _same(value, current.get(name)):
            operations.append({"op": "replace", "path": name, "value": value})
    return operations


def _parts(
    path: str, value: Mapping[str, Any], current: Mapping[str, Any], joint: str
) -> list[Document]:
    return [
        {"op": "replace", "path": f"{path}{joint}{part}", "value": one}
        for part, one in value.items()
        if not _same(one, current.get(part))
    ]


def _extension(value: Mapping[str, Any], current: Mapping[str, Any]) -> list[Document]:
    """Compare the extension only if the platform returns it."""
    shown = current.get(EXTENSION)
    return _parts(EXTENSION, value, shown, ":") if isinstance(shown, dict) else []


def _names_alike(wanted: Any, current: Any) -> bool:
    """Whether user names or lists of addresses differ in nothing but case."""
    if isinstance(wanted, list) and isinstance(current, list):
        return _same([_alike(one) for one in wanted], [_alike(one) for one in current])
    return isinstance(current, str) and address(str(wanted)) == address(current)


def _alike(one: Any) -> Any:
    if isinstance(one, dict) and isinstance(one.get("value"), str):
        return {**one, "value": address(one["value"])}
    return one


def only_one(found: list[Document], kind: Kind, name: str, field: str) -> Document | None:
    """The only resource that a look-up by name found; case is ignored.

    Raises:
        RowRejected: The look-up gave another, or several.
    """
    if len(found) > 1 or any(not _names_alike(name, one.get(kind.attribute)) for one in found):
        msg = f"{name!r} does not name exactly one {kind.noun}; the look-up gave others."
        raise RowRejected(msg, field=field, code=f"ambiguous_{kind.noun}")
    return found[0] if found else None


def _same(wanted: Any, current: Any) -> bool:
    if isinstance(wanted, list):
        return sorted(map(_text, wanted)) == sorted(map(_text, current or []))
    return bool(wanted == current)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else str(value)


def is_taken(error: errors.HootsuiteError) -> bool:
    """Whether a name is in use; the answer may leave the word out (RFC 7644, 3.12)."""
    return error.code == "uniqueness" or error.status == _CONFLICT


class ScimRule(PresentState):
    """Creates, replaces or patches a user to match the row."""

    def is_already(self, error: errors.HootsuiteError) -> bool:
        """Whether the name is taken."""
        return is_taken(error)

    def found(self, context: RunContext, unit: Unit) -> str | None:
        """The user's id, if it matches the row."""
        user = self._user(context, unit)
        if user is None:
            return None
        return None if differences(self._desired(context, unit), user) else str(user["id"])

    def _desired(self, context: RunContext, unit: Unit) -> Document:
        return desired(unit.row, extended=bool(context.settings["scim_extension"]))

    def _user(self, context: RunContext, unit: Unit) -> Document | None:
        """The one user of this name, however it is spelt.

        Raises:
            RowRejected: The look-up gives another user, or several.
        """
        name = unit.row["user_name"]
        found = scim.named(context.client, scim.USERS, name)
        return only_one(found, scim.USERS, name, "user_name")

    def forget(self, context: RunContext, unit: Unit) -> None:
        """Do nothing: users are not cached here."""

    def call(self, context: RunContext, unit: Unit) -> tuple[str, Call]:
        """Create, replace if the row has all of the user's attributes, else patch."""
        wanted, user = self._desired(context, unit), self._user(context, unit)
        if user is None:
            context.plan("person", address(unit.row["user_name"]))
            return "create", _creation(wanted)
        leaves = wanted.get("active") is False and user.get("active") is not False
        path = {"memberId": str(user["id"])}
        if _says_all(wanted, user):
            body = {"schemas": _schemas(wanted), **wanted}
            call = checked(Call("replace_scim_user", path, body=body))
            return "deactivate" if leaves else "replace", call
        patch = {"schemas": [PATCH], "Operations": differences(wanted, user)}
        call = checked(Call("patch_scim_user", path, body=patch))
        return "deactivate" if leaves else "patch", call

    def learn(self, context: RunContext, unit: Unit, data: Any) -> str | None:  # noqa: ARG002
        """Drop the cached members; return the user's id."""
        context.lookup.forget_all_members()
        return str(data["id"])


def _creation(wanted: Document) -> Call:
    body = {"schemas": _schemas(wanted), "active": True, **wanted}
    required = (load().operations["create_scim_user"].body or {})["required"]
    lacking = [snake(name) for name in required if name not in body]
    if lacking:
        msg = f"No such user exists yet; to create this user, the row needs {', '.join(lacking)}."
        raise RowRejected(msg, field=lacking[0], code="contract")
    return checked(Call("create_scim_user", body=body))


def _schemas(wanted: Document) -> list[str]:
    return [USER, EXTENSION] if EXTENSION in wanted else [USER]


def _says_all(wanted: Document, user: Mapping[str, Any]) -> bool:
    """Whether a PUT of the row would remove none of the user's attributes."""
    body = load().operations["replace_scim_user"].body or {}
    writable = set(body["properties"]) - _LEFT_OUT
    if EXTENSION in user and EXTENSION not in wanted:
        return False
    kept = {name for name in writable if user.get(name) is not None}
    return kept | set(body["required"]) <= set(wanted)


def checked(call: Call) -> Call:
    """A call whose body fits the contract.

    Raises:
        RowRejected: It does not.
    """
    problems = load().problems(call.operation, call.body)
    if problems:
        text = "; ".join(str(problem) for problem in problems)
        raise RowRejected(text, code="contract")
    return call
