"""The records of the emulated world: plain data, no rules.

Instants are whole seconds since the epoch, UTC; `iso` and `iso_millis` write them as the API does.
Ids are decimal strings, except those of media.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

MessageState = Literal[
    "SCHEDULED", "SUBMITTED", "PENDING_APPROVAL", "SENT", "SEND_FAILED_PERMANENTLY", "REJECTED"
]
CommentState = Literal[
    "COMPLETED", "DELETED", "EXPIRED_APPROVAL", "FAILED", "PENDING_APPROVAL", "REJECTED"
]
Document = dict[str, Any]


def iso(instant: int) -> str:
    """Write an instant with second precision, as REST resources do."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_millis(instant: int) -> str:
    """Write an instant with milliseconds, as review history and SCIM do."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Grant(NamedTuple):
    """What someone may do somewhere: single permissions and the preset they came from."""

    permissions: tuple[str, ...]
    preset: str


class Reviewer(NamedTuple):
    """Someone who is asked to approve a message."""

    id: str
    type: str


class HistoryAction(NamedTuple):
    """One step in the review history of a message."""

    actor_type: str
    actor_id: str
    action_type: str
    at: int


@dataclass(slots=True)
class Organization:
    """A customer of the platform; `seats` says who works there and what they may do."""

    id: str
    name: str
    logo_url: str
    payer_id: str = ""
    max_seats: int = 1_000_000
    seats: dict[str, Grant] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Member:
    """A person; one record behind `/v1/members` and the SCIM view."""

    id: str
    email: str
    full_name: str
    created: int
    modified: int
    company_name: str = ""
    bio: str = ""
    timezone: str = "America/Vancouver"
    language: str = "en"
    is_active: bool = True
    given_name: str = ""
    family_name: str = ""
    title: str = ""
    user_name: str = ""
    emails: list[Document] = field(default_factory=list)
    groups: list[Document] = field(default_factory=list)


@dataclass(slots=True)
class Team:
    """A team of one organization: members with their rights, and the profiles it works on."""

    id: str
    organization_id: str
    name: str
    created: int
    created_by: str
    modified: int
    modified_by: str
    logo_url: str = ""
    members: dict[str, Grant] = field(default_factory=dict)
    profile_ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Profile:
    """A social profile: an account on a network that messages are published to.

    `approvers` is the profile's rule: when it names members, their approval is needed.
    `grants` overrides what a member's teams give; None takes the profile away.
    """

    id: str
    type: str
    network_id: str
    owner: Literal["MEMBER", "ORGANIZATION"]
    owner_id: str
    organization_id: str
    username: str | None = None
    avatar_url: str | None = None
    external_url: str | None = None
    timezone: str = "UTC"
    is_reauth_required: bool = False
    approvers: tuple[str, ...] = ()
    grants: dict[str, Grant | None] = field(default_factory=dict)


@dataclass(slots=True)
class Media:
    """An uploaded file; `uploaded` is None until the bytes arrived, `ready_at` when usable."""

    id: str
    size_bytes: int
    mime_type: str
    created: int
    owner_id: str = ""
    key: str = ""
    uploaded: int | None = None
    ready_at: int | None = None
    last_used: int | None = None
    sha256: str = ""
    content: bytes = b""

    @property
    def is_video(self) -> bool:
        """Tell whether messages with it pass through SUBMITTED."""
        return self.mime_type.startswith("video/")


@dataclass(frozen=True, slots=True)
class NativePost:
    """What somebody published on a network without Hootsuite; `kind` as in analytics."""

    created: int
    number: int
    kind: str
    text: str


@dataclass(slots=True)
class Interaction:
    """Something one network account did towards another."""

    network_type: Literal["TWITTER", "FACEBOOK"]
    from_network_id: str
    to_network_id: str
    external_message_id: str
    type: str
    at: int


@dataclass(slots=True)
class Message:
    """An outbound message to one profile.

    `time` is None for send-now messages that wait for review. `visible_from` is when reads begin to
    see it (visibility lag). `history` is empty unless the message was ever in review.
    """

    id: str
    profile_id: str
    state: MessageState
    text: str
    time: int | None
    created: int
    created_by: str | None
    updated_by: str | None = None
    tags: list[str] | None = None
    media: list[Document] | None = None
    media_urls: list[Document] | None = None
    targeting: Document | None = None
    privacy: Document | None = None
    location: Document | None = None
    extended_info: list[Document] | None = None
    webhook_urls: list[str] | None = None
    email_notification: bool | None = False
    post_id: str | None = None
    post_url: str | None = None
    sequence_number: int | None = None
    reviewers: list[Reviewer] | None = None
    history: list[HistoryAction] = field(default_factory=list)
    video: bool = False
    fails: bool = False
    visible_from: int = 0

    @property
    def number(self) -> int:
        """The id as a number, for sorting and cursors."""
        return int(self.id)


@dataclass(slots=True)
class Comment:
    """A comment of the organization's people below a post, sent through approval."""

    id: str
    profile_id: str
    text: str
    created: int
    creator_id: str
    parent_id: str
    parent_type: Literal["POST", "COMMENT"] = "POST"
    state: CommentState = "PENDING_APPROVAL"
    sequence_number: int | None = 1
    reviewers: list[Reviewer] = field(default_factory=list)


@dataclass(slots=True)
class Ad:
    """One advertisement."""

    id: str
    name: str
    kind: str
    body: str
    tags: list[str] = field(default_factory=list)


@dataclass(slots=True)
class AdSet:
    """Ads with one audience and budget."""

    id: str
    name: str
    daily_budget: float
    ads: list[Ad] = field(default_factory=list)


@dataclass(slots=True)
class AdCampaign:
    """An advertising plan; `status` overrides what follows from its dates, since `changed`."""

    id: str
    name: str
    objective: str
    created: int
    start: int
    end: int
    daily_budget: float
    sets: list[AdSet] = field(default_factory=list)
    status: str = ""
    changed: int = 0


@dataclass(slots=True)
class AdAccount:
    """An account at a network's advertising; `status` 1 is usable."""

    id: str
    organization_id: str
    network: str
    external_id: str
    name: str
    status: int
    currency: str = "USD"
    timezone: str = "UTC"
    business_id: str = ""
    profile_id: str = ""
    campaigns: list[AdCampaign] = field(default_factory=list)
