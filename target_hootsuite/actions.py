"""The actions of the target: one frozen row per stream."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hootsuite_api.naming import snake
from target_hootsuite.messages.deletions import DeletionRule
from target_hootsuite.messages.reviews import MessageReviewRule
from target_hootsuite.messages.rule import MessageRule
from target_hootsuite.model import TEXT, Action, Needs, Schema
from target_hootsuite.rules.comments import CommentReviewRule
from target_hootsuite.rules.media import MediaRule
from target_hootsuite.rules.members_teams import MemberRule, RemovalRule, TeamMemberRule, TeamRule
from target_hootsuite.rules.scim import EXTENSION, ScimRule
from target_hootsuite.rules.scim_groups import ScimGroupRule, TeamMemberRemovalRule

_FLAG: Schema = MappingProxyType({"type": "boolean"})
_IDS: Schema = MappingProxyType({"type": "array", "items": {"type": "string"}})
_MEDIA: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"id": TEXT, "path": TEXT, "url": TEXT, "external_id": TEXT},
    },
}

_IN_TEAM = tuple(
    ("organization_id", team, member)
    for team in ("team_id", "team_name")
    for member in ("member_id", "email")
)
_EITHER_MEMBER = {"member_id": "or `email`", "email": "or `member_id`"}
_EITHER = {"team_id": "or `team_name`", "team_name": "or `team_id`", **_EITHER_MEMBER}

_COMMENT = {
    "comment_id": "The comment under review, as the webhook's event names it",
    "sequence_number": "As last read from the comment",
}

_ADMINISTRATORS = ("PAYING_SUPER_ADMIN", "SUPER_ADMIN", "ADMIN", "ADVANCED")
_ANYONE = Needs("anyone")
_REVIEWING = Needs("reviewer")
_PUBLISHING = Needs("profile", ("PUBLISH", *_ADMINISTRATORS, "EDITOR", "LIMITED"))
_DELETING = Needs("profile", ("PUBLISH_MESSAGE", *_ADMINISTRATORS, "EDITOR"))
_MEMBERS = Needs("organization", ("MANAGE_MEMBER", *_ADMINISTRATORS))
_TEAMS = Needs("organization", ("MANAGE_TEAM", *_ADMINISTRATORS))

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
                needs=_ANYONE,
                extra={
                    "external_id": TEXT,
                    "path": TEXT,
                    "url": TEXT,
                    "size_bytes": None,
                    "mime_type": None,
                },
                meanings={
                    "external_id": "Your name for the medium; rows of `messages` may refer to it",
                    "path": "A file under `media_root`",
                    "url": "An https address on a host of `media_url_hosts`",
                },
                needed={"path": "or `url`", "url": "or `path`"},
            ),
            Action(
                "members",
                "create_member",
                (("email",),),
                MemberRule(),
                stage=0,
                needs=_MEMBERS,
                extra={"organization_ids": _IDS},
                meanings={
                    "organization_ids": "Organizations to join",
                    "email": "An address that no member has yet",
                    "full_name": "First and last name",
                    "company_name": "Company",
                    "bio": "Some words about the person",
                    "language": "Of the dashboard",
                },
            ),
            Action(
                "teams",
                "create_team",
                (("organization_id", "name"),),
                TeamRule(),
                stage=0,
                needs=_TEAMS,
                names={"team_name": "name"},
                meanings={"organization_id": "Where the team is made"},
            ),
            Action(
                "scim_users",
                "create_scim_user",
                (("user_name",),),
                ScimRule(),
                stage=0,
                needs=_MEMBERS,
                extra={
                    "schemas": None,
                    "groups": None,
                    snake(EXTENSION): None,
                    "organization_ids": _IDS,
                    "team_ids": _IDS,
                },
                meanings={
                    "name": "Given and family name",
                    "emails": "Addresses; one of them is primary",
                    "display_name": "The name that others see",
                    "preferred_language": "Of the dashboard",
                    "title": "Job title",
                    "active": "False takes the access away; a new user without it gets true",
                    "organization_ids": "Organizations of the user, with `scim_extension` only",
                    "team_ids": "Teams of the user, with `scim_extension` only",
                },
                needed={"display_name": "for a new user", "active": ""},
            ),
            Action(
                "scim_groups",
                "create_scim_group",
                (("display_name",),),
                ScimGroupRule(),
                stage=1,
                needs=_TEAMS,
                extra={"schemas": None, "members": {"type": "array", "items": {}}},
                meanings={
                    "display_name": "The team's name, in capitals or not; made if there is none",
                    "members": "Ids or addresses of all who are to be in the team, or objects with "
                    "one of them as `value`. Without it, members stay; an empty array "
                    "removes all",
                },
            ),
            Action(
                "team_members",
                "add_team_member",
                _IN_TEAM,
                TeamMemberRule(),
                stage=2,  # after `scim_groups`, which may make the team
                needs=_TEAMS,
                extra={"team_name": TEXT, "email": TEXT},
                meanings={
                    "organization_id": "Of the team",
                    "team_id": "The team",
                    "member_id": "Who joins it",
                    "team_name": "The team, by its name",
                    "email": "Who joins it, by address",
                },
                needed=_EITHER,
            ),
            Action(
                "messages",
                "create_message",
                (("external_id",),),
                MessageRule(),
                stage=2,
                needs=_PUBLISHING,
                extra={
                    "external_id": TEXT,
                    "media": _MEDIA,
                    "send_now": _FLAG,
                    "as_is": _FLAG,
                    "plan_name": TEXT,
                    "pinterest_board_id": TEXT,
                    "destination_url": TEXT,
                },
                meanings={
                    "text": "What is posted; a network's usual length is a warning",
                    "social_profile_ids": "A post for each of these profiles",
                    "scheduled_send_time": "With `Z` or an offset, else `timezone` counts; "
                    "at least `min_lead_minutes` ahead",
                    "targeting": "Who sees it on Facebook or LinkedIn pages, by the API's names",
                    "media": "Pictures and videos: in each exactly one of `path`, `url`, `id` and "
                    "`external_id` (of a row of `media`)",
                    "extended_info": "What a pin needs, in place of its two columns here",
                    "external_id": "Your name for the row; it must never change",
                    "send_now": "True publishes at once",
                    "as_is": "True sends a text as it is that looks garbled",
                    "plan_name": "The plan of the row; kept in the journal, never compared",
                    "pinterest_board_id": "The board of a pin; boards can't be listed here",
                    "destination_url": "Where a pin leads",
                },
                needed={
                    "text": "or `media`",
                    "scheduled_send_time": "or `send_now`",
                    "send_now": "or a time",
                    "media": "or `text`; always for a pin",
                    "pinterest_board_id": "for a pin",
                },
            ),
            Action(
                "message_approvals",
                "approve_message",
                (("message_id", "sequence_number"),),
                MessageReviewRule("approve"),
                stage=3,
                needs=_REVIEWING,
                meanings={"message_id": "The message under review"},
            ),
            Action(
                "message_rejections",
                "reject_message",
                (("message_id", "sequence_number"),),
                MessageReviewRule("reject"),
                stage=3,
                needs=_REVIEWING,
                meanings={
                    "message_id": "The message under review",
                    "reason": "What the author is told",
                },
            ),
            Action(
                "comment_approvals",
                "approve_comment",
                (("comment_id", "sequence_number"),),
                CommentReviewRule("approve"),
                stage=3,
                needs=_REVIEWING,
                meanings=_COMMENT,
            ),
            Action(
                "comment_rejections",
                "reject_comment",
                (("comment_id", "sequence_number"),),
                CommentReviewRule("reject"),
                stage=3,
                needs=_REVIEWING,
                meanings={**_COMMENT, "reason": "What the author is told"},
            ),
            Action(
                "message_deletions",
                "delete_message",
                (("message_id",), ("external_id",)),
                DeletionRule(),
                stage=3,
                needs=_DELETING,
                extra={"external_id": TEXT},
                meanings={
                    "message_id": "The platform's id",
                    "external_id": "The key of a row of `messages`; its posts are deleted",
                },
                needed={"message_id": "or `external_id`", "external_id": "or `message_id`"},
            ),
            Action(
                "organization_member_removals",
                "remove_organization_member",
                (("organization_id", "member_id"), ("organization_id", "email")),
                RemovalRule(),
                stage=4,
                needs=_MEMBERS,
                extra={"email": TEXT},
                meanings={
                    "organization_id": "Which organization",
                    "member_id": "Who leaves it",
                    "email": "Who leaves it, by address",
                },
                needed=_EITHER_MEMBER,
            ),
            Action(
                "team_member_removals",
                "patch_scim_group",
                _IN_TEAM,
                TeamMemberRemovalRule(),
                stage=4,
                needs=_TEAMS,
                extra={
                    "group_id": None,
                    "schemas": None,
                    "operations": None,
                    **dict.fromkeys(
                        ("organization_id", "team_id", "member_id", "team_name", "email"), TEXT
                    ),
                },
                meanings={
                    "organization_id": "Of the team",
                    "team_id": "The team",
                    "member_id": "Who leaves it",
                    "team_name": "The team, by its name",
                    "email": "Who leaves it, by address",
                },
                needed=_EITHER,
            ),
        )
    }
)
