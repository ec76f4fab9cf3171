"""The actions of the target: one frozen row per stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from hootsuite_api.contract import load
from hootsuite_api.naming import snake
from target_hootsuite.deletions import DeletionRule
from target_hootsuite.messages import MessageRule
from target_hootsuite.people import MemberRule, RemovalRule, TeamMemberRule, TeamRule
from target_hootsuite.reviews import ReviewRule
from target_hootsuite.rules import Rule
from target_hootsuite.scim import EXTENSION, ScimRule
from target_hootsuite.uploads import MediaRule

Schema = Mapping[str, Any]
_TEXT: Schema = MappingProxyType({"type": "string"})
_FLAG: Schema = MappingProxyType({"type": "boolean"})
_IDS: Schema = MappingProxyType({"type": "array", "items": {"type": "string"}})
_MEDIA: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"id": _TEXT, "path": _TEXT, "url": _TEXT, "external_id": _TEXT},
    },
}


@dataclass(frozen=True)
class Action:
    """What rows of a stream do.

    Args:
        stream: The stream's name.
        operation: The contract's operation that writes; its body and path give the columns.
        keys: The key columns; the first alternative that a row fills is its key.
        rule: How it is done, and how often it may be tried.
        stage: Actions of a later stage wait for those of an earlier one.
        extra: Columns beyond the contract's, with their schemas; null removes one.
        names: Columns that are called otherwise than the contract's fields.
    """

    stream: str
    operation: str
    keys: tuple[tuple[str, ...], ...]
    rule: Rule
    stage: int
    extra: Mapping[str, Schema | None] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def columns(self) -> Mapping[str, Schema]:
        """The columns that a row may have, with their schemas."""
        operation = load().operations[self.operation]
        path = {snake(one.name): _TEXT for one in operation.parameters if one.location == "path"}
        fields = (operation.body or {}).get("properties", {})
        body = {snake(name): schema for name, schema in fields.items()}
        renamed = {self.names.get(name, name): schema for name, schema in {**path, **body}.items()}
        merged = {**renamed, **self.extra}
        return {name: schema for name, schema in merged.items() if schema is not None}


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        action.stream: action
        for action in (
            Action(
                "media",
                "create_media",
                (("external_id",),),
                MediaRule(),
                stage=0,
                extra={
                    "external_id": _TEXT,
                    "path": _TEXT,
                    "url": _TEXT,
                    "size_bytes": None,
                    "mime_type": None,
                },
            ),
            Action(
                "members",
                "create_member",
                (("email",),),
                MemberRule(),
                stage=0,
                extra={"organization_ids": _IDS},
            ),
            Action(
                "teams",
                "create_team",
                (("organization_id", "name"),),
                TeamRule(),
                stage=0,
                names={"team_name": "name"},
            ),
            Action(
                "scim_users",
                "create_scim_user",
                (("user_name",),),
                ScimRule(),
                stage=0,
                extra={
                    "schemas": None,
                    "groups": None,
                    snake(EXTENSION): None,
                    "organization_ids": _IDS,
                    "team_ids": _IDS,
                },
            ),
            Action(
                "team_members",
                "add_team_member",
                tuple(
                    ("organization_id", team, member)
                    for team in ("team_id", "team_name")
                    for member in ("member_id", "email")
                ),
                TeamMemberRule(),
                stage=1,
                extra={"team_name": _TEXT, "email": _TEXT},
            ),
            Action(
                "messages",
                "create_message",
                (("external_id",),),
                MessageRule(),
                stage=2,
                extra={
                    "external_id": _TEXT,
                    "media": _MEDIA,
                    "send_now": _FLAG,
                    "pinterest_board_id": _TEXT,
                    "destination_url": _TEXT,
                },
            ),
            Action(
                "message_approvals",
                "approve_message",
                (("message_id", "sequence_number"),),
                ReviewRule("approve_message", "APPROVE"),
                stage=3,
            ),
            Action(
                "message_rejections",
                "reject_message",
                (("message_id", "sequence_number"),),
                ReviewRule("reject_message", "REJECT"),
                stage=3,
            ),
            Action(
                "message_deletions",
                "delete_message",
                (("message_id",), ("external_id",)),
                DeletionRule(),
                stage=3,
                extra={"external_id": _TEXT},
            ),
            Action(
                "organization_member_removals",
                "remove_organization_member",
                (("organization_id", "member_id"), ("organization_id", "email")),
                RemovalRule(),
                stage=4,
                extra={"email": _TEXT},
            ),
        )
    }
)
