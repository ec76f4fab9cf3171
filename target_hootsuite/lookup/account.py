"""Look-up of the account: organizations, members, teams and profiles, each asked once per run."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hootsuite_api import errors
from hootsuite_api.calls import Call
from hootsuite_api.client import HootsuiteClient
from hootsuite_api.fanout import ordered_map
from target_hootsuite.lookup import answers, scim
from target_hootsuite.lookup.cache import Cache
from target_hootsuite.rows.identity import address

Document = dict[str, Any]
_AHEAD = 16


class AccountLookup:
    """People, profiles and teams, by GET requests only.

    Args:
        client: Asks the platform.
        settings: The target's settings.
    """

    def __init__(self, client: HootsuiteClient, settings: Mapping[str, Any]) -> None:
        self._client = client
        self._settings = settings
        self._memo = Cache()

    def member_id(self) -> str | None:
        """The member that the token acts for; None for an organization."""
        if self._settings.get("auth_method") == "organization_app":
            return None
        if self._settings.get("auth_method") == "member_app":
            return str(self._settings["member_id"])
        me = self._memo.get("me", lambda: answers.one(self._client, Call("get_me")))
        return str(me["id"])

    def account(self) -> str:
        """The account of rule 1: a member or an organization."""
        member = self.member_id()
        return f"member:{member}" if member else f"organization:{self._settings['organization_id']}"

    def profiles(self) -> dict[str, Document]:
        """Social profiles that the caller sees, by id."""
        return self._memo.get("profiles", self._profiles)

    def _profiles(self) -> dict[str, Document]:
        found = answers.items(self._client, Call("list_social_profiles"), "type")
        return {str(one["id"]): one for one in found}

    def organizations(self) -> list[str]:
        """Ids of the caller's organizations."""
        return self._memo.get("organizations", self._organizations)

    def _organizations(self) -> list[str]:
        if self._settings.get("auth_method") == "organization_app":
            return [str(self._settings["organization_id"])]
        found = answers.items(self._client, Call("list_my_organizations"))
        return [str(one["id"]) for one in found]

    def member_ids(self, organization: str) -> set[str]:
        """Ids of an organization's members."""
        return self._memo.get(("ids", organization), lambda: self._member_ids(organization))

    def _member_ids(self, organization: str) -> set[str]:
        call = Call("list_organization_members", {"organizationId": organization})
        return {str(one["id"]) for one in answers.items(self._client, call)}

    def member_by_email(self, organization: str, email: str) -> str | None:
        """The id of the member with this address, if the organization lists one."""
        found = self._memo.get(("emails", organization), lambda: self._emails(organization))
        return found.get(address(email))

    def _emails(self, organization: str) -> dict[str, str]:
        with ThreadPoolExecutor(_AHEAD) as pool:
            ids = sorted(self.member_ids(organization))
            details = [answer for _, answer in ordered_map(pool, self._member, ids, _AHEAD)]
        found = {}
        for detail in details:
            if isinstance(detail, Exception):
                raise detail
            if detail:
                found[address(detail["email"])] = str(detail["id"])
        return found

    def _member(self, member: str) -> Document:
        """The details of a listed member, with email; empty if the member was removed meanwhile."""
        call = Call("get_member", {"memberId": member})
        try:
            return answers.one(self._client, call, "email", named=member)
        except errors.PermissionDenied:
            if member != self.member_id():
                raise
            return answers.one(self._client, Call("get_me"), "email", named=member)  # 1202 there
        except errors.NotFound as error:
            if not error.not_written:  # a proxy's 404, perhaps
                raise
            return {}

    def forget_members(self, organization: str) -> None:
        """Drop the cached members of an organization after a change."""
        self._memo.forget(("ids", organization))
        self._memo.forget(("emails", organization))

    def forget_all_members(self) -> None:
        """Drop the cached members of all organizations after a change."""
        for organization in self.organizations():
            self.forget_members(organization)

    def learn_member(self, organization: str, email: str, member: str) -> None:
        """Add a new member to the cache."""
        self.member_ids(organization).add(member)
        known = self._memo.get(("emails", organization), lambda: self._emails(organization))
        known[address(email)] = member

    def lose_member(self, organization: str, member: str) -> None:
        """Remove a member from the cache."""
        self.member_ids(organization).discard(member)
        known = self._memo.known(("emails", organization)) or {}
        for email in [email for email, one in known.items() if one == member]:
            del known[email]

    def teams(self, organization: str) -> dict[str, str]:
        """Ids of an organization's teams by name."""
        return self._memo.get(("teams", organization), lambda: self._teams(organization))

    def _teams(self, organization: str) -> dict[str, str]:
        call = Call("list_organization_teams", {"organizationId": organization})
        found = answers.items(self._client, call, "name")
        return {one["name"]: str(one["id"]) for one in found}

    def forget_teams(self, organization: str) -> None:
        """Drop an organization's cached teams after a change."""
        self._memo.forget(("teams", organization))

    def team_member_ids(self, organization: str, team: str) -> set[str]:
        """Ids of a team's members."""
        key = ("team", organization, team)
        return self._memo.get(key, lambda: self._team_member_ids(organization, team))

    def _team_member_ids(self, organization: str, team: str) -> set[str]:
        path = {"organizationId": organization, "teamId": team}
        call = Call("list_team_members", path)
        return {str(one["id"]) for one in answers.items(self._client, call)}

    def forget_team(self, organization: str, team: str) -> None:
        """Drop a team's cached members after a change."""
        self._memo.forget(("team", organization, team))

    def forget_all_teams(self) -> None:
        """Drop all cached teams and team members after a change."""
        self._memo.forget_kinds("team", "teams")

    def scim_groups(self, name: str) -> list[Document]:
        """The SCIM groups with a name, cached until `forget_scim_group`."""
        key = ("group", address(name))
        return self._memo.get(key, lambda: scim.named(self._client, scim.GROUPS, name))

    def scim_group_members(self, group: Document) -> set[str]:
        """Ids of a group's members, cached until `forget_scim_group`."""
        key = ("group members", address(str(group["displayName"])))
        return self._memo.get(key, lambda: scim.member_ids(self._client, group))

    def forget_scim_group(self, name: str) -> None:
        """Drop a cached group after a change or a possible change."""
        self._memo.forget(("group", address(name)))
        self._memo.forget(("group members", address(name)))

    def scim_users(self, name: str) -> list[Document]:
        """The SCIM users with a name; an empty answer is not cached."""
        key = ("user", address(name))
        found = self._memo.get(key, lambda: scim.named(self._client, scim.USERS, name))
        if not found:
            self._memo.forget(key)
        return found
