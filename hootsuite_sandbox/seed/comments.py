"""Generates comments of the organization's people on posts, which need approval."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Literal

from hootsuite_sandbox.domain.analytics import growth, posts
from hootsuite_sandbox.domain.analytics.networks import DAY, NETWORKS
from hootsuite_sandbox.domain.chance import bits
from hootsuite_sandbox.domain.records import Comment, CommentState, Profile, Reviewer
from hootsuite_sandbox.domain.world import World

FIRST_COMMENT = 4_138_000_001
_PROFILES = 6  # accounts with comments on their posts
_POSTS = 9  # posts per account
_ENOUGH = 50  # a world with fewer messages has no comments
_TEXTS = (
    "Thank you! We'll be back on Friday.",
    "Which size were you looking for?",
    "Glad you like it.",
    "Sorry about that. Please send us your order number.",
    "It is open to everyone.",
    "We'll ask the team and come back to you.",
)
_OUTCOMES: tuple[CommentState, ...] = (
    "COMPLETED",
    "COMPLETED",
    "REJECTED",
    "COMPLETED",
    "DELETED",
    "COMPLETED",
    "FAILED",
    "PENDING_APPROVAL",
)


def seed_comments(world: World) -> None:
    """Add comments on the latest posts that have an audience."""
    if world.options.messages < _ENOUGH:
        return
    chosen = [p for p in world.profiles.values() if p.type in NETWORKS and p.owner != "MEMBER"]
    for profile in chosen[:_PROFILES]:
        members = _members(world, profile)
        for post in islice(_latest(world, profile), _POSTS):
            _add(world, post, members, bits(post.chance, "comment"))


def comment_today(world: World, at: int) -> None:
    """Add a comment on one of the latest posts; it waits for approval."""
    chosen = [p for p in world.profiles.values() if p.type in NETWORKS and p.owner != "MEMBER"]
    if not chosen or not world.comments:
        return
    chance = bits(world.options.seed, "comment", at)
    profile = chosen[chance % min(len(chosen), _PROFILES)]
    for post in islice(_latest(world, profile), 1):
        _add(world, post, _members(world, profile), chance, at=at, state="PENDING_APPROVAL")


def _latest(world: World, profile: Profile) -> Iterator[posts.Post]:
    today = date.fromordinal(719_163 + world.now() // DAY)
    choice = posts.Choice((profile,), today - timedelta(days=60), today)
    return posts.descending(world, choice)


def _members(world: World, profile: Profile) -> list[str]:
    """List the members who can write and review comments on an account's posts."""
    seats = world.organizations[profile.organization_id].seats
    return [one for one in seats if world.profile_grant(one, profile.id)] or list(seats)


def _add(
    world: World,
    post: posts.Post,
    members: list[str],
    chance: int,
    *,
    at: int | None = None,
    state: CommentState | None = None,
) -> None:
    account = post.profile.network_id
    network = NETWORKS[post.profile.type]
    shown = growth.first_shown(network, account, post.created, post.chance)
    created = at or min(shown + chance % (2 * DAY), world.now() - 60)
    author = members[chance // 64 % len(members)]
    others = [one for one in members if one != author] or [author]
    reviewers = [Reviewer(others[chance // 128 % len(others)], "MEMBER")]
    if chance // 256 % 3 == 0:
        reviewers.append(Reviewer(others[(chance // 128 + 1) % len(others)], "MEMBER"))
    parent: Literal["POST", "COMMENT"] = "COMMENT" if chance // 512 % 3 == 0 else "POST"
    comment = Comment(
        id=str(FIRST_COMMENT + 7 * len(world.comments)),
        profile_id=post.profile.id,
        text=_TEXTS[chance // 1024 % len(_TEXTS)],
        created=created,
        creator_id=author,
        parent_id=post.external_id if parent == "POST" else str(10**17 + chance % 10**17),
        parent_type=parent,
        state=state or _OUTCOMES[chance // 4096 % len(_OUTCOMES)],
        sequence_number=1,
        reviewers=reviewers,
    )
    world.comments[comment.id] = comment
