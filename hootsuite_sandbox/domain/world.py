"""The emulated world: records, the relations between them, and how they change with time."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hootsuite_sandbox.clock import Clock
from hootsuite_sandbox.domain.clients import Client
from hootsuite_sandbox.domain.message_store import Archive, EmptyArchive, MessageStore
from hootsuite_sandbox.domain.records import (
    AdAccount,
    Comment,
    Document,
    Grant,
    HistoryAction,
    Interaction,
    Media,
    Member,
    Message,
    MessageState,
    NativePost,
    Organization,
    Profile,
    Reviewer,
    Team,
    iso,
    iso_millis,
)
from hootsuite_sandbox.domain.rules import (
    BASIC_USAGE,
    COMMENT_REVIEW_DAYS,
    ORGANIZATION_ADMIN,
    PROFILE_ADMIN,
    PROFILE_EDITOR,
    settle,
)
from hootsuite_sandbox.domain.tokens import TokenBook
from hootsuite_sandbox.options import Options

__all__ = [
    "Document",
    "Grant",
    "HistoryAction",
    "Interaction",
    "Media",
    "Member",
    "Message",
    "MessageState",
    "Organization",
    "Profile",
    "Reviewer",
    "Team",
    "World",
    "iso",
    "iso_millis",
]

NativePosts = Callable[[Profile, int], Iterable[NativePost]]
"""Returns the native posts of an account on a day (since the epoch), oldest first."""
FIRST_NEW_ID = {
    "organization": 900_001,
    "member": 7_000_001,
    "team": 500_001,
    "profile": 140_000_001,
    "message": 6_500_000_001,  # ids of messages are above 2**32
    "comment": 4_900_000_001,
    "ad_account": 880_001,
}
_EPOCH_MS = 1_767_225_600_000  # 2026: keeps growing ids short


@dataclass(slots=True)
class World:
    """All data of the emulated platform.

    Relations: `organization.seats`, `team.members`, `team.profile_ids`, `profile.grants`. Records
    in the dictionaries may be changed in place; messages only through `messages.change`.
    `deleted_posts` holds ids of posts deleted on their network, `former_ids` the profile ids under
    which an account of a network was connected before.
    """

    options: Options
    clock: Clock
    organizations: dict[str, Organization] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    interactions: list[Interaction] = field(default_factory=list)
    messages: MessageStore = field(init=False)
    tokens: TokenBook = field(init=False)
    ledger: list[Document] = field(default_factory=list)
    native_posts: NativePosts | None = None
    report_tags: tuple[str, ...] = ()
    comments: dict[str, Comment] = field(default_factory=dict)
    ad_accounts: dict[str, AdAccount] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    deleted_posts: set[str] = field(default_factory=set)
    former_ids: dict[str, list[str]] = field(default_factory=dict)
    main_member_id: str = ""
    main_organization_id: str = ""
    next_event: int = 1 << 62
    _counters: dict[str, int] = field(default_factory=lambda: dict(FIRST_NEW_ID))
    ids_passed: int = 0
    _traces: int = 0

    def __post_init__(self) -> None:
        self.use(EmptyArchive())
        self.tokens = TokenBook(self.options.seed, self.options.token_ttl, self.clock.time)

    def now(self) -> int:
        """Return the sandbox's present instant, in seconds."""
        return self.clock.now()

    # -- ids -----------------------------------------------------------------------------------

    def new_id(self, kind: str) -> str:
        """Return a new id.

        Args:
            kind: A key of `FIRST_NEW_ID`.
        """
        number = self._counters[kind]
        self._counters[kind] = number + 1
        return str(number + self.ids_passed)

    def pass_used_ids(self) -> None:
        """Start above the ids of all earlier worlds: no world creates a thousand ids a second."""
        self.ids_passed = max(0, time.time_ns() // 1_000_000 - _EPOCH_MS)

    def digest(self, *parts: object) -> str:
        """Return 64 hex digits that depend on the parts and the seed only."""
        text = "|".join(map(str, (self.options.seed, *parts)))
        return hashlib.sha256(text.encode()).hexdigest()

    def trace_id(self) -> str:
        """Return the next trace id: two hex groups joined by a dash, as on the wire."""
        self._traces += 1
        hexes = self.digest("trace", self._traces)
        return f"{hexes[:16]}-{hexes[16:22]}"

    # -- permissions -----------------------------------------------------------------------

    def organizations_of(self, member_id: str) -> list[Organization]:
        """List the organizations in which a member has a seat."""
        return [o for o in self.organizations.values() if member_id in o.seats]

    def is_admin(self, member_id: str, organization_id: str | None = None) -> bool:
        """Return whether a member administers an organization (without one: any)."""
        return any(
            organization.seats[member_id].preset in ORGANIZATION_ADMIN
            for organization in self.organizations_of(member_id)
            if organization_id in (None, organization.id)
        )

    def teams_in(self, organization_id: str) -> list[Team]:
        """List the teams of an organization, by id."""
        return [t for t in self.teams.values() if t.organization_id == organization_id]

    def teams_of(self, member_id: str, organization_id: str | None = None) -> list[Team]:
        """List the teams that a member belongs to (without organization: everywhere)."""
        return [
            team
            for team in self.teams.values()
            if member_id in team.members and organization_id in (None, team.organization_id)
        ]

    def teams_with(self, profile_id: str) -> list[Team]:
        """List the teams that work on a profile."""
        return [team for team in self.teams.values() if profile_id in team.profile_ids]

    def profile_grant(self, member_id: str, profile_id: str) -> Grant | None:
        """Return a member's permissions on a profile; None if the member can't use it."""
        profile = self.profiles[profile_id]
        if member_id in profile.grants:
            return profile.grants[member_id]
        if profile.owner_id == member_id or (
            profile.owner == "ORGANIZATION" and self.is_admin(member_id, profile.organization_id)
        ):
            return PROFILE_ADMIN
        shared = any(member_id in team.members for team in self.teams_with(profile_id))
        return PROFILE_EDITOR if shared else None

    def profiles_of(self, member_id: str, organization_id: str | None = None) -> list[Profile]:
        """List the profiles that a member can use (without organization: everywhere)."""
        by_team = {p for team in self.teams_of(member_id) for p in team.profile_ids}
        admin_in = {
            o.id for o in self.organizations_of(member_id) if self.is_admin(member_id, o.id)
        }
        return [
            profile
            for profile in self.profiles.values()
            if organization_id in (None, profile.organization_id)
            and self._reaches(member_id, profile, by_team, admin_in)
        ]

    @staticmethod
    def _reaches(member_id: str, profile: Profile, by_team: set[str], admin_in: set[str]) -> bool:
        if member_id in profile.grants:
            grant = profile.grants[member_id]
            return grant is not None and BASIC_USAGE in grant.permissions
        if profile.owner == "MEMBER" and profile.owner_id == member_id:
            return True
        by_role = profile.owner == "ORGANIZATION" and profile.organization_id in admin_in
        return by_role or profile.id in by_team

    # -- messages ------------------------------------------------------------------------------

    def use(self, archive: Archive) -> None:
        """Reset the message store to the seeded messages."""
        self.messages = MessageStore(archive, self._settle, self.now)

    def _settle(self, message: Message, now: int) -> None:
        settle(message, self.profiles.get(message.profile_id), now)

    def as_stored(self, text: str) -> str:
        """Return a message's text as the server stores it (option `text_change`)."""
        change = self.options.text_change
        if change == "trim":
            return text.strip()
        if change == "shorten_links":
            return " ".join(
                f"https://ow.ly/{self.digest(word)[:8]}" if word.startswith("http") else word
                for word in text.split(" ")
            )
        return f"{text} (via Hootsuite)" if change == "append" else text

    # -- comments ------------------------------------------------------------------------------

    def settled(self, comment: Comment) -> Comment:
        """Return a comment with its current state."""
        late = self.now() >= comment.created + COMMENT_REVIEW_DAYS * 86_400
        if comment.state == "PENDING_APPROVAL" and late:
            comment.state = "EXPIRED_APPROVAL"
        return comment

    # -- the ledger ----------------------------------------------------------------------------

    def record(self, entry: Document) -> Document:
        """Append a committed write to the ledger and return it with its number and instant."""
        entry = {"seq": len(self.ledger) + 1, "at": iso(self.now()), **entry}
        self.ledger.append(entry)
        return entry

    def posts(self) -> Iterator[Any]:
        """Yield the ids of the messages that were created through the API."""
        for entry in self.ledger:
            if entry.get("kind") == "message_created":
                yield entry["message_id"]
