"""`/scim/v2`: accounts and teams in the provisioning interface."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from hootsuite_api.errors import PermissionDenied
from tap_hootsuite.answers import Path
from tap_hootsuite.base import ID, Row
from tap_hootsuite.incremental import IncrementalStream
from tap_hootsuite.refusals import Gaps
from tap_hootsuite.seen_messages import order
from tap_hootsuite.stream_types import ListStream
from tap_hootsuite.writer import encode

MARK = 5  # characters; with its id an account takes less than 16 bytes of the state


class ScimUsers(IncrementalStream):
    """Accounts in the provisioning interface (SCIM), including those that left its list."""

    name = "scim_users"
    primary_keys = ("id",)
    replication_key = "last_modified"
    operation = "list_scim_users"
    also = ("get_scim_user",)
    component = "ScimUser"

    def read(self) -> None:
        """Read the digest of each account: a change of its groups may leave its date unchanged."""
        state = self.stream_state
        known, marks = (state.get("known") or "").split(","), state.get("marks") or ""
        self.before = {one: marks[MARK * n : MARK * (n + 1)] for n, one in enumerate(known)}
        self.marks: dict[str, str] = {}
        super().read()

    def changed(self, row: Row) -> bool:
        """Whether the date or the digest tells of a change."""
        mark = self.marks[row["id"]] = f"{zlib.crc32(encode(row)):08x}"[-MARK:]
        return super().changed(row) or self.before.get(row["id"]) != mark

    def finish(self) -> None:
        """Store the digest of each account, in the order of the known ids."""
        super().finish()
        known = self.stream_state["known"].split(",")
        marks = (self.marks.get(one) or self.before.get(one) or "0" * MARK for one in known)
        self.stream_state["marks"] = "".join(marks)

    def candidates(self) -> Iterator[list[Row]]:
        """List the accounts, then request each known one that left the list."""
        directory = self.run.directory
        try:
            for page in directory.scim.pages():
                yield [self.row({}, one) for one in page]
        except PermissionDenied as error:
            self.gaps.note(error)
            return
        paths = ({"memberId": one} for one in sorted(self.known - self.present, key=order))
        for _, one in directory.each(self.also[0], paths, Gaps(skip=True), keep=False):
            yield [self.row({}, one)] if one else []


class ScimResourceTypes(ListStream):
    """Resource types of the provisioning interface (SCIM)."""

    name = "scim_resource_types"
    primary_keys = ("id",)
    operation = "list_scim_resource_types"
    component = "ScimResourceType"

    def listed(self) -> Iterable[Any]:
        """Return the objects in SCIM's own envelope."""
        found: list[Any] = self.run.directory.ask(self.operation).get("Resources") or []
        return found


class ScimGroups(ListStream):
    """Teams in the provisioning interface (SCIM), with their members."""

    name = "scim_groups"
    primary_keys = ("id",)
    operation = "list_scim_groups"
    also = ("get_scim_group",)
    component = "ScimGroupResource"
    selected_by_default = False

    def listed(self) -> Iterable[Any]:
        """Read all pages."""
        return self.run.directory.scim.groups()


class ScimGroupMembers(ListStream):
    """Members of a team in the provisioning interface (SCIM)."""

    name = "scim_group_members"
    primary_keys = ("group_id", "member_id")
    operation = "list_scim_groups"
    also = ("get_scim_group",)
    extra = {"group_id": ID, "member_id": ID, "display": ID}  # noqa: RUF012 - a ClassVar of the base
    selected_by_default = False

    def listed(self) -> Iterable[Any]:
        """Return a row per member of each group."""
        return [
            {
                "group_id": str(group["id"]),
                "member_id": member.get("value"),
                "display": member.get("display"),
            }
            for group in self.run.directory.scim.groups()
            for member in group.get("members") or ()
        ]

    def row(self, path: Path, data: Any) -> Row:
        """Return the row unchanged."""
        del path
        row: Row = data
        return row
