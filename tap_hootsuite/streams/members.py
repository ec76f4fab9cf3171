"""Members, and their organizations, teams, profiles and permissions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from hootsuite_api.errors import PermissionDenied
from tap_hootsuite.base import Row, Stage
from tap_hootsuite.incremental import IncrementalStream
from tap_hootsuite.parents import over
from tap_hootsuite.refusals import Gaps, Tally, is_gone
from tap_hootsuite.run import chunks
from tap_hootsuite.seen_messages import order, pack
from tap_hootsuite.stream_types import FanOutStream, ScanStream
from tap_hootsuite.windows import instant, stamp

BATCH = 50  # members between two states


class OrganizationMembers(FanOutStream):
    """Members with a seat in an organization."""

    name = "organization_members"
    primary_keys = ("organization_id", "member_id")
    operation = "list_organization_members"
    over = "organizations"
    reference = "member_id"


class Members(IncrementalStream):
    """Members; one request each, so only those that may have changed are read; resumable."""

    name = "members"
    primary_keys = ("id",)
    replication_key = "modified_date"
    operation = "get_member"
    component = "Member"
    stage = Stage.PEOPLE

    def candidates(self) -> Iterator[list[Row]]:
        """Request the members that are new or may have changed."""
        reading = self.stream_state.get("reading") or {"since": stamp(self.run.start), "place": ""}
        self.reading = reading
        ids = [path["memberId"] for path in over(self.run.directory, "persons", self.gaps)]
        wanted = [one for one in ids if self._wanted(one, reading["place"])]
        self.present.update(set(ids).difference(wanted))
        tally = Tally()
        with self.progress("members", len(wanted)) as progress:
            for chunk in chunks(self.run.map(self._ask, wanted), BATCH):
                yield [row for ident, found in chunk for row in self._judge(ident, found)]
                for _, found in chunk:
                    tally.count(found)
                self._keep_place(chunk[-1][0])
                progress.step(len(chunk))
        self.gaps.doubt(tally)

    def _keep_place(self, place: str) -> None:
        self.reading["place"] = place
        self.stream_state["reading"] = self.reading
        self.stream_state["known"] = pack(self.known | self.present)
        self.save()

    def finish(self) -> None:
        """Set the bookmark to the start of the run that began this reading."""
        super().finish()
        self.set_bookmark(self.reading["since"])
        self.stream_state["reading"] = None

    def _wanted(self, ident: str, place: str) -> bool:
        if ident not in self.known:
            return True
        if place and order(ident) <= order(place):
            return False  # read by the interrupted run
        date = self.run.directory.scim.dates().get(ident) if self.since else None
        return self.since is None or not date or instant(date) >= self.since

    def _judge(self, ident: str, found: Any) -> list[Row]:
        if isinstance(found, PermissionDenied):
            me = self.run.directory.me()
            if me is not None and str(me["id"]) == ident:
                return [self.row({}, me)]
            self.gaps.note(found)
        elif isinstance(found, Exception):
            if not is_gone(found):
                raise found
        else:
            return [self.row({}, found)]
        return []

    def _ask(self, ident: str) -> Any:
        return self.run.send(self.operation, {"memberId": ident}).data


class MemberOrganizations(ScanStream):
    """Organizations that a member belongs to, beyond those that the caller sees.

    It takes one request per member and adds little to the organizations' lists, so it is a scan. It
    is due as soon as those lists change.
    """

    name = "member_organizations"
    primary_keys = ("member_id", "organization_id")
    operation = "list_member_organizations"
    over = "persons"
    reference = "organization_id"

    def read(self) -> None:
        """Store with which lists a scan starts."""
        if self.stream_state.get("scan") is None:
            before, lists = self.stream_state.get("lists"), self._lists()
            self.changed = before != lists
            self.stream_state["lists"] = lists
        super().read()

    def stale(self) -> bool:
        """Whether the lists have changed."""
        return self.changed

    def _lists(self) -> str:
        paths = over(self.run.directory, "members", Gaps(skip=True))
        text = " ".join("/".join(path.values()) for path in paths)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


class OrganizationMemberPermissions(ScanStream):
    """Permissions of a member in an organization."""

    name = "organization_member_permissions"
    primary_keys = ("organization_id", "member_id")
    operation = "get_organization_member_permissions"
    over = "members"
    component = "Permissions"


class OrganizationMemberTeams(ScanStream):
    """Teams of a member."""

    name = "organization_member_teams"
    primary_keys = ("organization_id", "member_id", "team_id")
    operation = "list_organization_member_teams"
    over = "members"
    reference = "team_id"


class OrganizationMemberSocialProfiles(ScanStream):
    """Social profiles that a member can use."""

    name = "organization_member_social_profiles"
    primary_keys = ("organization_id", "member_id", "social_profile_id")
    operation = "list_organization_member_social_profiles"
    over = "members"
    reference = "social_profile_id"


class SocialProfilePermissions(ScanStream):
    """Permissions of a member on each social profile that it can use."""

    name = "social_profile_permissions"
    primary_keys = ("organization_id", "member_id", "social_profile_id")
    operation = "get_social_profile_permissions"
    over = "member_profiles"
    component = "Permissions"
