"""Replay rules of members, their removal, teams, and team members."""

from __future__ import annotations

from typing import Any

from hootsuite_api.calls import Call
from hootsuite_api.contract import load
from hootsuite_api.naming import snake
from target_hootsuite.context import RunContext
from target_hootsuite.errors import RowRejected
from target_hootsuite.model import Row, Unit
from target_hootsuite.rows.identity import address
from target_hootsuite.rules.desired_state import PresentState

_IN_USE = 3010
_NOT_UNIQUE = 3006
_NOT_A_MEMBER = 4303


def checked_body(operation: str, row: Row, names: dict[str, str] | None = None) -> dict[str, Any]:
    """The body of an operation from a row's columns.

    Raises:
        RowRejected: The contract refuses it.
    """
    fields = (load().operations[operation].body or {})["properties"]
    columns = {name: (names or {}).get(snake(name), snake(name)) for name in fields}
    body = {name: row[column] for name, column in columns.items() if column in row}
    problems = load().problems(operation, body)
    if problems:
        text = "; ".join(str(problem) for problem in problems)
        code = next((problem.code for problem in problems if problem.code), "contract")
        raise RowRejected(text, code=code)
    return body


class MemberRule(PresentState):
    """Creates a member unless every organization of the row lists one with the address."""

    already = frozenset({_IN_USE})

    def found(self, context: RunContext, unit: Unit) -> str | None:
        """The member's id, if all organizations list the address."""
        email, organizations = unit.row["email"], unit.row.get("organization_ids", [])
        ids = {one: context.lookup.member_by_email(one, email) for one in organizations}
        there = {found for found in ids.values() if found}
        if there and None in ids.values():
            lacking = ", ".join(one for one, found in ids.items() if found is None)
            msg = f"exists, but not in organization {lacking}; the API can't add a member there."
            raise RowRejected(msg, field="email", code=_IN_USE)
        return next(iter(there), None)

    def forget(self, context: RunContext, unit: Unit) -> None:
        """Ask for the members again."""
        for organization in unit.row.get("organization_ids", []):
            context.lookup.forget_members(organization)

    def call(self, context: RunContext, unit: Unit) -> tuple[str, Call]:
        """Create the member."""
        body = checked_body("create_member", unit.row)
        context.plan("person", address(unit.row["email"]))
        for organization in body["organizationIds"]:
            context.plan("member", organization, address(unit.row["email"]))
        return "create", Call("create_member", body=body)

    def learn(self, context: RunContext, unit: Unit, data: Any) -> str | None:
        """Remember the newcomer."""
        for organization in unit.row["organization_ids"]:
            context.lookup.learn_member(organization, unit.row["email"], str(data["id"]))
        return str(data["id"])


def member_of(context: RunContext, row: Row) -> str | None:
    """The id of the member that a row names, if the organization lists it."""
    organization = row["organization_id"]
    if row.get("member_id"):
        listed = row["member_id"] in context.lookup.member_ids(organization)
        return str(row["member_id"]) if listed else None
    return context.lookup.member_by_email(organization, row["email"])


class RemovalRule(PresentState):
    """Removes a member from an organization that lists it."""

    already = frozenset({_NOT_A_MEMBER})

    def found(self, context: RunContext, unit: Unit) -> str | None:
        """The member that the row names, if the organization does not list it (any more)."""
        if member_of(context, unit.row) is None:
            return str(unit.row.get("member_id") or unit.row["email"])
        return None

    def forget(self, context: RunContext, unit: Unit) -> None:
        """Ask for the members again."""
        context.lookup.forget_members(unit.row["organization_id"])

    def call(self, context: RunContext, unit: Unit) -> tuple[str, Call]:
        """Remove the member."""
        organization = unit.row["organization_id"]
        path = {"organizationId": organization, "memberId": str(member_of(context, unit.row))}
        return "remove", Call("remove_organization_member", path)

    def learn(self, context: RunContext, unit: Unit, data: Any) -> str | None:  # noqa: ARG002
        """Forget the leaver."""
        member = member_of(context, unit.row)
        context.lookup.lose_member(unit.row["organization_id"], str(member))
        return member


class TeamRule(PresentState):
    """Creates a team unless the organization has one of the name."""

    already = frozenset({_NOT_UNIQUE})

    def found(self, context: RunContext, unit: Unit) -> str | None:
        """The id of the team of that name."""
        return context.lookup.teams(unit.row["organization_id"]).get(unit.row["name"])

    def forget(self, context: RunContext, unit: Unit) -> None:
        """Ask for the teams again."""
        context.lookup.forget_teams(unit.row["organization_id"])

    def call(self, context: RunContext, unit: Unit) -> tuple[str, Call]:
        """Create the team."""
        body = checked_body("create_team", unit.row, {"team_name": "name"})
        context.plan("team", unit.row["organization_id"], unit.row["name"])
        path = {"organizationId": unit.row["organization_id"]}
        return "create", Call("create_team", path, body=body)

    def learn(self, context: RunContext, unit: Unit, data: Any) -> str | None:
        """Remember the team."""
        context.lookup.teams(unit.row["organization_id"])[unit.row["name"]] = str(data["id"])
        return str(data["id"])


def team_of(context: RunContext, row: Row) -> str | None:
    """The id of the team that a row names; None for one that a dry run would have made.

    Raises:
        RowRejected: The organization has none of this name.
    """
    if row.get("team_id"):
        return str(row["team_id"])
    organization, name = row["organization_id"], row["team_name"]
    found = context.lookup.teams(organization).get(name)
    planned = {("team", organization, name), ("group", address(name))} & context.planned
    if found is None and not planned:
        msg = f"organization {organization} has no team {name!r}."
        raise RowRejected(msg, field="team_name", code="unknown_team")
    return found


class TeamMemberRule(PresentState):
    """Adds a member to a team that does not list it."""

    def found(self, context: RunContext, unit: Unit) -> str | None:
        """The member's id, if the team lists it."""
        team, member = team_of(context, unit.row), self._member(context, unit.row)
        if team is None or member is None:
            context.about_to("add")  # made by this very run, were it not a dry one
            msg = "does not exist (any more)."
            field = "member" if team else "team"
            raise RowRejected(msg, field=field, code=f"unknown_{field}")
        there = context.lookup.team_member_ids(unit.row["organization_id"], team)
        return member if member in there else None

    def _member(self, context: RunContext, row: Row) -> str | None:
        found = member_of(context, row)
        organization, email = row["organization_id"], row.get("email", "")
        planned = ("member", organization, address(email)) in context.planned
        if found is None and not planned:
            msg = f"organization {organization} lists no such member."
            field = "member_id" if row.get("member_id") else "email"
            raise RowRejected(msg, field=field, code="unknown_member")
        return found

    def forget(self, context: RunContext, unit: Unit) -> None:
        """Ask for the team's members again."""
        team = str(team_of(context, unit.row))
        context.lookup.forget_team(unit.row["organization_id"], team)

    def call(self, context: RunContext, unit: Unit) -> tuple[str, Call]:
        """Add the member."""
        path = {
            "organizationId": unit.row["organization_id"],
            "teamId": str(team_of(context, unit.row)),
            "memberId": str(self._member(context, unit.row)),
        }
        return "add", Call("add_team_member", path)

    def learn(self, context: RunContext, unit: Unit, data: Any) -> str | None:  # noqa: ARG002
        """Remember who is in the team now."""
        member, team = self._member(context, unit.row), str(team_of(context, unit.row))
        context.lookup.team_member_ids(unit.row["organization_id"], team).add(str(member))
        return member
