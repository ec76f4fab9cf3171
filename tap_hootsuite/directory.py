"""Lists of the caller's account: organizations and profiles, and mentioned profiles and teams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_api.errors import NotFound, PermissionDenied, ValidationRejected
from tap_hootsuite.answers import Answers, Requests, ids
from tap_hootsuite.scim_lists import ScimLists


class Directory(Answers):
    """The caller's account, as far as the caller may see it.

    Args:
        run: Sends the requests.
    """

    def __init__(self, run: Requests) -> None:
        super().__init__(run)
        self.scim = ScimLists(run)
        self.seen_profiles: set[str] = set()
        self._named_unknown = False

    def me(self) -> Mapping[str, Any] | None:
        """Return the caller, unless the caller is an organization."""
        try:
            found: Mapping[str, Any] = self.ask("get_me")
        except (PermissionDenied, NotFound, ValidationRejected):
            return None
        return found

    def organizations(self) -> list[Mapping[str, Any]]:
        """Return the caller's organizations that pass the filter."""
        wanted = self._run.options.organizations
        found = self.ask("list_my_organizations")
        if not self._named_unknown:
            self._named_unknown = True
            for one in sorted(wanted.difference(str(one["id"]) for one in found)):
                self._run.warn(f"organization_ids names {one}, which the caller does not see")
        return [one for one in found if not wanted or str(one["id"]) in wanted]

    def profiles(self) -> list[Mapping[str, Any]]:
        """Return the caller's profiles that pass the filter on organizations."""
        wanted = self._run.options.organizations
        found = self.ask("list_social_profiles")
        return [
            one
            for one in found
            if not wanted or (one.get("owner") != "MEMBER" and self._owned(one, wanted))
        ]

    @staticmethod
    def _owned(profile: Mapping[str, Any], organizations: frozenset[str]) -> bool:
        owner = profile.get("ownerId")  # older answers lack it
        return owner is None or str(owner) in organizations

    def mentioned_profiles(self) -> set[str]:
        """Return the profiles that messages and teams mention."""
        lists = self.kept("list_team_social_profiles")
        return self.seen_profiles.union(*(ids(one) for one in lists))

    def mentioned_teams(self) -> set[str]:
        """Return the teams that answers so far mention."""
        lists = (
            *self.kept("list_social_profile_teams"),
            *self.kept("list_organization_member_teams"),
        )
        return set().union(*(ids(one) for one in lists))
