"""The replay rules of teams as SCIM groups: desired members, and removals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hootsuite_api.calls import Call
from hootsuite_api.errors import HootsuiteError
from hootsuite_api.fanout import ordered_map
from target_hootsuite.context import RunContext
from target_hootsuite.errors import RowRejected, RunStopped
from target_hootsuite.lookup import scim
from target_hootsuite.model import Row, Unit
from target_hootsuite.outcomes import outcome_of
from target_hootsuite.rows.identity import address
from target_hootsuite.rules.desired_state import PresentState
from target_hootsuite.rules.members_teams import member_of, team_of
from target_hootsuite.rules.scim import PATCH, Document, checked, is_taken, only_one

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
_AHEAD = 8
_LEAST = 20
_PERCENT = 25


def wanted_members(row: Row) -> list[str] | None:
    """The desired members: ids and emails, each once; None if the row doesn't name members.

    Raises:
        RowRejected: An item of the list is no member's id or email.
    """
    if "members" not in row:
        return None
    named = (_name(one, f"members[{place}]") for place, one in enumerate(row["members"]))
    return list(dict.fromkeys(named))


def _name(one: Any, field: str) -> str:
    """The id or the address of a member, as it stands or in an object as SCIM has it."""
    found = one.get("value", one.get("email")) if isinstance(one, dict) else one
    if isinstance(found, bool) or not isinstance(found, str | int) or not str(found).strip():
        msg = "must be a member's id or address, or an object with one of them as `value`."
        raise RowRejected(msg, field=field, code="wrong_type")
    text = str(found).strip()
    return address(text) if "@" in text else text


class ScimGroupRule(PresentState):
    """Creates a team, or patches it until its members are those of the row."""

    def content(self, context: RunContext, row: Row, profile: str | None) -> Mapping[str, Any]:  # noqa: ARG002
        """The columns for the fingerprint; an empty list of members differs from no list."""
        members = wanted_members(row)
        name = address(row["display_name"])
        return {"display_name": name, "members": sorted(members or ()), "all": members is not None}

    def prepare(self, context: RunContext, units: Sequence[Unit]) -> None:
        """Count who would be removed, before anything is written.

        Raises:
            RunStopped: More members would be removed than `max_removals`.
        """
        counted = [unit for unit in units if unit.twin is None and "members" in unit.row]
        removals = 0
        with ThreadPoolExecutor(_AHEAD) as pool:
            looks = ordered_map(pool, lambda one: _leavers(context, one), counted, _AHEAD)
            for unit, found in looks:
                if isinstance(found, RowRejected | HootsuiteError):
                    context.book.add(unit, outcome_of(context, found))
                elif isinstance(found, Exception):
                    raise found
                else:
                    removals += len(found)
        _check_count(context, removals, len(units))

    def found(self, context: RunContext, unit: Unit) -> str | None:
        """The team's id, if its members are those of the row."""
        group = _group(context, unit)
        if group is None or _operations(context, unit, group):
            return None
        return str(group["id"])

    def forget(self, context: RunContext, unit: Unit) -> None:
        """Ask for the team again."""
        context.lookup.forget_scim_group(unit.identity.key)

    def is_already(self, error: HootsuiteError) -> bool:
        """Whether somebody created a team of this name since the look-up."""
        return is_taken(error)

    def call(self, context: RunContext, unit: Unit) -> tuple[str, Call]:
        """Create the team, or patch the differences: a PUT would undo other people's changes."""
        group = _group(context, unit)
        if group is None:
            context.plan("group", address(unit.identity.key))
            body: Document = {"schemas": [GROUP], "displayName": unit.identity.key}
            if "members" in unit.row:
                body["members"] = _references(_ids(context, unit))
            return "create", checked(Call("create_scim_group", body=body))
        return "patch", _patch(str(group["id"]), _operations(context, unit, group))

    def learn(self, context: RunContext, unit: Unit, data: Any) -> str | None:
        """Drop the cached teams and team members; return the team's id."""
        wanted = set(_ids(context, unit))
        self.forget(context, unit)
        context.lookup.forget_all_teams()
        if "members" in unit.row and _shown(data, wanted) != wanted:
            raise ValueError("it shows other members than those that were sent")
        return str(data["id"])


def _group(context: RunContext, unit: Unit) -> Document | None:
    name = unit.identity.key
    return only_one(context.lookup.scim_groups(name), scim.GROUPS, name, "display_name")


def _leavers(context: RunContext, unit: Unit) -> set[str]:
    """The members that a row would remove from its team."""
    context.lookup.forget_scim_group(unit.identity.key)
    group = _group(context, unit)
    present = set() if group is None else context.lookup.scim_group_members(group)
    leavers = present - set(_ids(context, unit, strict=False)) if present else set()
    context.lookup.forget_scim_group(unit.identity.key)  # it may change until its turn comes
    return leavers


def _check_count(context: RunContext, removals: int, rows: int) -> None:
    limit = context.settings.get("max_removals")
    if limit is None:
        limit = max(_LEAST, rows * _PERCENT // 100)
    if removals > limit:
        msg = (
            f"{removals} members would be taken out of their teams by rows of `scim_groups`, more "
            f"than {limit}. If that is meant, raise `max_removals`."
        )
        raise RunStopped(msg)


def _ids(context: RunContext, unit: Unit, *, strict: bool = True) -> list[str]:
    """Ids of the desired members.

    Args:
        context: The run.
        unit: A row with members.
        strict: Whether an address that nobody has is refused; an earlier stage may make its user.
    """
    found = []
    for place, name in enumerate(wanted_members(unit.row) or ()):
        if "@" not in name:
            found.append(name)
            continue
        field = f"members[{place}]"
        user = only_one(context.lookup.scim_users(name), scim.USERS, name, field)
        if user is not None:
            found.append(str(user["id"]))
        elif context.dry and ("person", name) in context.planned:
            found.append(name)  # made by this very run, were it not a dry one
        elif strict:
            msg = f"there is no user {name!r}."
            raise RowRejected(msg, field=field, code="unknown_member")
    return list(dict.fromkeys(found))


def _operations(context: RunContext, unit: Unit, group: Document) -> list[Document]:
    """The PATCH operations that add and remove members to match the row."""
    if "members" not in unit.row:
        return []
    present = context.lookup.scim_group_members(group)
    wanted = _ids(context, unit)
    changes = {
        "add": [one for one in wanted if one not in present],
        "remove": sorted(present - set(wanted)),
    }
    return [_operation(op, ids) for op, ids in changes.items() if ids]


def _operation(op: str, ids: Sequence[str]) -> Document:
    return {"op": op, "value": {"members": _references(ids)}}


def _references(ids: Sequence[str]) -> list[Document]:
    return [{"value": one} for one in ids]


def _patch(group_id: str, operations: list[Document]) -> Call:
    body = {"schemas": [PATCH], "Operations": operations}
    return checked(Call("patch_scim_group", {"groupId": group_id}, body=body))


def _shown(data: Document, otherwise: set[str]) -> set[str]:
    """Ids of the members in an answer; `otherwise` if it has no list, not even an empty one."""
    members = data.get("members")
    return otherwise if members is None else {str(one["value"]) for one in members}


class TeamMemberRemovalRule(PresentState):
    """Takes a member out of a team that lists it, by a PATCH of the team's SCIM group."""

    def lane(self, unit: Unit) -> str:
        """One lane per team: the platform may run a PATCH as a read and a write."""
        team = unit.row.get("team_id") or unit.row["team_name"]
        return f"{unit.action.stream} {unit.row['organization_id']} {team}"

    def same_thing(self, unit: Unit) -> str:
        """A key that is equal however an address is spelt: such rows mean one person."""
        return super().lane(unit)

    def found(self, context: RunContext, unit: Unit) -> str | None:
        """The member that the row names, if the team does not list it (any more)."""
        team, member = team_of(context, unit.row), _member(context, unit.row)
        organization = unit.row["organization_id"]
        if team and member and member in context.lookup.team_member_ids(organization, team):
            return None
        return member or address(unit.row["email"])

    def forget(self, context: RunContext, unit: Unit) -> None:
        """Ask for the team's members again."""
        context.lookup.forget_team(unit.row["organization_id"], str(team_of(context, unit.row)))

    def call(self, context: RunContext, unit: Unit) -> tuple[str, Call]:
        """Remove the member; the other operations of the API can only add one."""
        member = str(_member(context, unit.row))
        team = str(team_of(context, unit.row))
        return "remove", _patch(team, [_operation("remove", [member])])

    def learn(self, context: RunContext, unit: Unit, data: Any) -> str | None:
        """Forget the leaver."""
        member = str(_member(context, unit.row))
        self.forget(context, unit)
        if member in _shown(data, set()):
            raise ValueError("it still shows the member")
        return member


def _member(context: RunContext, row: Row) -> str | None:
    """The id in a row, or the id of its email; None if the organization lists no such member."""
    return str(row["member_id"]) if row.get("member_id") else member_of(context, row)
