"""`/v1/me`: the caller, its organizations and its social profiles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tap_hootsuite.stream_types import ListStream


class Me(ListStream):
    """The member that the access token belongs to."""

    name = "me"
    primary_keys = ("id",)
    operation = "get_me"
    component = "Member"


class Organizations(ListStream):
    """Organizations of the caller."""

    name = "organizations"
    primary_keys = ("id",)
    operation = "list_my_organizations"
    component = "Organization"

    def listed(self) -> Iterable[Any]:
        """Return the organizations that pass the filter."""
        return self.run.directory.organizations()


class MySocialProfiles(ListStream):
    """Social profiles that the caller may use."""

    name = "my_social_profiles"
    primary_keys = ("id",)
    operation = "list_my_social_profiles"
    reference = "id"
