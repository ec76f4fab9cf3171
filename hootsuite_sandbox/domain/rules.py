"""Rules for records: how a message's state changes with time, and what a preset allows."""

from __future__ import annotations

import hashlib

from hootsuite_sandbox.domain.records import Document, Grant, HistoryAction, Message, Profile

VIDEO_SECONDS = 90
"""How long a network takes to process a video; the message is SUBMITTED meanwhile."""
TEAM_NAME_LENGTH = range(2, 201)
COMMENT_REVIEW_DAYS = 30
"""A comment expires when nobody reviewed it for so long; the real value is not published."""
REVIEW_DAYS = 90
"""A message expires when nobody reviewed it for so long, or at its send time if that is earlier."""

BASIC_USAGE = "BASIC_USAGE"
"""The permission that is needed to use a profile."""
ORGANIZATION_ADMIN = frozenset({"PAYING_SUPER_ADMIN", "SUPER_ADMIN", "ADMIN"})
ADMIN_PERMISSIONS = (
    BASIC_USAGE,
    "ORG_MANAGE_MEMBER",
    "ORG_MANAGE_TEAM",
    "ORG_MANAGE_SOCIAL_PROFILE",
)
ORGANIZATION_GRANTS = {
    "PAYING_SUPER_ADMIN": Grant(ADMIN_PERMISSIONS, "PAYING_SUPER_ADMIN"),
    "ADMIN": Grant(ADMIN_PERMISSIONS, "ADMIN"),
    "CUSTOM": Grant((BASIC_USAGE, "ORG_MANAGE_TEAM"), "CUSTOM"),
    "DEFAULT": Grant((BASIC_USAGE,), "DEFAULT"),
}
TEAM_ADMIN = Grant((BASIC_USAGE, "ORG_MANAGE_TEAM"), "ADMIN")
TEAM_DEFAULT = Grant((BASIC_USAGE,), "DEFAULT")
PROFILE_ADMIN = Grant(
    (BASIC_USAGE, "SN_PUBLISH_MESSAGE", "SN_APPROVE_MESSAGE", "SN_MANAGE"), "ADVANCED"
)
PROFILE_EDITOR = Grant((BASIC_USAGE, "SN_PUBLISH_MESSAGE"), "EDITOR")
NETWORKS_WITH_LINKS = frozenset({"FACEBOOK", "FACEBOOKPAGE", "LINKEDIN", "LINKEDINCOMPANY"})
"""Only these report a `postUrl`."""


def settle(message: Message, profile: Profile | None, now: int) -> None:
    """Update a message's state to an instant.

    Args:
        message: Changed in place.
        profile: Its profile; None if the profile is gone, then sending fails.
        now: The instant.
    """
    if message.state == "PENDING_APPROVAL":
        _expire(message, now)
    elif message.state in {"SCHEDULED", "SUBMITTED"} and message.time is not None:
        _send(message, profile, message.time, now)


def publish(message: Message, profile: Profile | None, at: int) -> None:
    """Publish a message on its network: it becomes SENT, or fails for good.

    Args:
        message: Changed in place: state, post id and link, history.
        profile: Where it goes.
        at: When.
    """
    if profile is None or profile.is_reauth_required or message.fails:
        message.state = "SEND_FAILED_PERMANENTLY"
        _note(message, "SENDFAIL", at)
        return
    message.state = "SENT"
    message.post_id, message.post_url = post_reference(message.id, profile)
    _note(message, "SEND", at)


def send_now(message: Message, profile: Profile, now: int) -> None:
    """Send a message within the call; the network still processes a video afterwards.

    Args:
        message: Changed in place.
        profile: Its profile; sending fails for good while the profile must be reconnected.
        now: The instant.
    """
    message.time = now
    if message.video:
        message.state = "SUBMITTED"
    else:
        publish(message, profile, now)


def post_reference(message_id: str, profile: Profile) -> tuple[str, str | None]:
    """Return the network's id of a sent message, and its link if the network gives one."""
    digest = hashlib.blake2b(f"{profile.network_id}/{message_id}".encode(), digest_size=8).digest()
    number = 10**17 + int.from_bytes(digest, "big") % (9 * 10**17)
    if profile.type in {"FACEBOOK", "FACEBOOKPAGE"}:
        post_id = f"{profile.network_id}_{number}"
        return post_id, f"https://www.facebook.com/{post_id}"
    if profile.type in NETWORKS_WITH_LINKS:
        post_id = f"urn:li:share:{number}"
        return post_id, f"https://www.linkedin.com/feed/update/{post_id}"
    return str(number), None


def _send(message: Message, profile: Profile | None, due: int, now: int) -> None:
    done = due + VIDEO_SECONDS if message.video else due
    if now >= done:
        publish(message, profile, done)
    elif now >= due:
        message.state = "SUBMITTED"


def _expire(message: Message, now: int) -> None:
    limit = message.created + REVIEW_DAYS * 86400
    if message.time is not None:
        limit = min(limit, message.time)
    if now >= limit:
        # The API has no state for it; the dashboard lists expired messages with the rejected ones.
        message.state = "REJECTED"
        _note(message, "EXPIRE", limit)


def _note(message: Message, action: str, at: int) -> None:
    if message.history:
        message.history.append(HistoryAction("SYSTEM", "0", action, at))


def media_url(url: str) -> Document:
    """Show a picture of the older media service, with its thumbnail's URL."""
    return {"url": url, "thumbnailUrl": url.replace("/normal/", "/thumb/")}
