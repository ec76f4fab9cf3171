"""Teams, their members and their profiles."""

from __future__ import annotations

from collections.abc import Iterator

from tap_hootsuite.base import ID, Row, Stage
from tap_hootsuite.incremental import IncrementalStream
from tap_hootsuite.parents import over
from tap_hootsuite.refusals import Gaps
from tap_hootsuite.seen_messages import order
from tap_hootsuite.stream_types import FanOutStream, ScanStream


class Teams(IncrementalStream):
    """Teams of the organizations, and those that other answers only mention."""

    name = "teams"
    primary_keys = ("id",)
    replication_key = "modified_date"
    operation = "list_organization_teams"
    also = ("get_team",)
    component = "Team"
    extra = {"organization_id": ID}  # noqa: RUF012 - a ClassVar of the base
    stage = Stage.PEOPLE

    def candidates(self) -> Iterator[list[Row]]:
        """List the organizations' teams, then request each team that was mentioned elsewhere."""
        directory = self.run.directory
        parents = over(directory, "organizations", self.gaps)
        for path, found in directory.each(self.operation, parents, self.gaps):
            rows = [self.row({}, one) for one in found or ()]
            yield [{"organization_id": path["organizationId"], **row} for row in rows]
        if self.gaps:
            self._look_for_mentions()
        mentioned = directory.mentioned_teams() - self.present
        paths = ({"teamId": one} for one in sorted(mentioned, key=order))
        # A mentioned team may be invisible to the caller, so a refusal is not a gap.
        for _, one in directory.each(self.also[0], paths, Gaps(skip=True), keep=False):
            yield [{"organization_id": None, **self.row({}, one)}] if one else []

    def _look_for_mentions(self) -> None:
        """Request further lists that mention teams: of every profile, and of the caller."""
        directory, gaps = self.run.directory, Gaps(skip=True)  # refused lists are skipped
        me = directory.me()
        profiles = over(directory, "profiles", gaps)
        for _ in directory.each("list_social_profile_teams", profiles, gaps):
            self.run.check()
        own = over(directory, "organizations", gaps) if me else iter(())
        mine = ({**path, "memberId": str((me or {})["id"])} for path in own)
        for _ in directory.each("list_organization_member_teams", mine, gaps):
            self.run.check()


class TeamMembers(FanOutStream):
    """Members of a team."""

    name = "team_members"
    primary_keys = ("organization_id", "team_id", "member_id")
    operation = "list_team_members"
    over = "teams"
    reference = "member_id"
    stage = Stage.PEOPLE


class TeamSocialProfiles(FanOutStream):
    """Social profiles of a team."""

    name = "team_social_profiles"
    primary_keys = ("organization_id", "team_id", "social_profile_id")
    operation = "list_team_social_profiles"
    over = "teams"
    reference = "social_profile_id"
    stage = Stage.PEOPLE


class TeamMemberPermissions(ScanStream):
    """Permissions of a member in a team."""

    name = "team_member_permissions"
    primary_keys = ("organization_id", "team_id", "member_id")
    operation = "get_team_member_permissions"
    over = "team_members"
    component = "Permissions"
