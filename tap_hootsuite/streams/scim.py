"""`/scim/v2`: accounts and teams as the provisioning interface shows them."""

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
    """Accounts as provisioning sees them; those that left the list are looked up one by one."""

    name = "scim_users"
    primary_keys = ("id",)
    replication_key = "last_modified"
    operation = "list_scim_users"
    also = ("get_scim_user",)
    component = "ScimUser"

    def read(self) -> None:
        """Recall how each account looked: a change of its groups need not move its date."""
        state = self.stream_state
        known, marks = (state.get("known") or "").split(","), state.get("marks") or ""
        self.before = {one: marks[MARK * n : MARK * (n + 1)] for n, one in enumerate(known)}
        self.marks: dict[str, str] = {}
        super().read()

    def changed(self, row: Row) -> bool:
        """Whether the date or anything else tells of a change."""
        mark = self.marks[row["id"]] = f"{zlib.crc32(encode(row)):08x}"[-MARK:]
        return super().changed(row) or self.before.get(row["id"]) != mark

    def finish(self) -> None:
        """Remember how each account looked, in the order of the known ids."""
        super().finish()
        known = self.stream_state["known"].split(",")
        marks = (self.marks.get(one) or self.before.get(one) or "0" * MARK for one in known)
        self.stream_state["marks"] = "".join(marks)

    def candidates(self) -> Iterator[list[Row]]:
        """List the accounts, then ask for each known one that the list no longer has."""
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
    """What the provisioning interface can provision."""

    name = "scim_resource_types"
    primary_keys = ("id",)
    operation = "list_scim_resource_types"
    component = "ScimResourceType"

    def listed(self) -> Iterable[Any]:
        """Open SCIM's own envelope."""
        found: list[Any] = self.run.directory.ask(self.operation).get("Resources") or []
        return found


class ScimGroups(ListStream):
    """Teams as provisioning sees them, with their members."""

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
    """Who is in a team, as provisioning sees it."""

    name = "scim_group_members"
    primary_keys = ("group_id", "member_id")
    operation = "list_scim_groups"
    also = ("get_scim_group",)
    extra = {"group_id": ID, "member_id": ID, "display": ID}  # noqa: RUF012 - a ClassVar of the base
    selected_by_default = False

    def listed(self) -> Iterable[Any]:
        """Unfold the groups."""
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
        """Take the row as it is."""
        del path
        row: Row = data
        return row
