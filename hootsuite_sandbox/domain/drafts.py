"""Validation rules of a new message: for the whole request and for each profile."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from hootsuite_sandbox.clock import parse_instant
from hootsuite_sandbox.domain import access
from hootsuite_sandbox.domain.media_store import known_media
from hootsuite_sandbox.domain.records import Document, Media, Profile
from hootsuite_sandbox.errors import ApiError
from hootsuite_sandbox.operations import Context

# Documented as unsupported; WhatsApp and the dead Google+ are no places to publish to. Threads is
# described nowhere and let through.
NOT_PUBLISHABLE = frozenset(
    {
        "INSTAGRAMBUSINESS",
        "TIKTOKBUSINESS",
        "YOUTUBECHANNEL",
        "BLUESKY",
        "WHATSAPP",
        "GOOGLEPLUSPAGE",
    }
)
# In 2026 a client was seen to publish to these all the same.
SEEN_TO_WORK = frozenset({"INSTAGRAMBUSINESS", "TIKTOKBUSINESS"})
VIDEO_LEAD_MINUTES = 10
"""How much farther ahead a message with a video must be."""
_WEBHOOK_PORTS = {"http": {None, 80, 8080}, "https": {None, 443, 8443}}
_MOST_REGIONS, _MOST_CITIES = 200, 250


@dataclass(frozen=True, slots=True)
class Draft:
    """A request that is fit as a whole.

    `time` is None for "now". `profile_ids` keeps the order of the request, each id once: whether
    the platform would post twice to a profile that is named twice is not published.
    """

    body: Document
    profile_ids: list[str]
    time: int | None
    media: list[Media] = field(default_factory=list)


def read(ctx: Context) -> Draft:
    """Check a request as a whole.

    Raises:
        ApiError: 400 with the code of the first rule that it breaks.
    """
    body: Document = ctx.body
    profile_ids = list(dict.fromkeys(body["socialProfileIds"]))
    if not profile_ids:
        raise _unfit("socialProfileIds must not be empty.")
    if not (body.get("text", "").strip() or body.get("media") or body.get("mediaUrls")):
        raise _unfit("A message needs text or media.")
    time = _time(ctx, body.get("scheduledSendTime"))
    _check_networks(ctx, body, profile_ids)
    _check_urls(body)
    _check_targeting(body.get("targeting", {}).get("facebookPage", {}))
    media = [_media(ctx, item["id"]) for item in body.get("media", [])]
    _check_lead(ctx, time, media)
    return Draft(body, profile_ids, time, media)


def check_profile(ctx: Context, draft: Draft, profile_id: str) -> Profile:
    """Check a draft for one of its profiles and return that profile.

    Raises:
        ApiError: With the code for this profile; its status is not used.
    """
    profile = ctx.world.profiles.get(profile_id)
    grant = access.grant_on(ctx, profile_id)
    if profile is None or grant is None:
        raise ApiError(404, 4001, "There is no such social profile within your reach.")
    if profile.type == "FACEBOOKGROUP":
        raise ApiError(400, 40024, "Publishing to Facebook Groups is no longer possible.")
    if profile.type in NOT_PUBLISHABLE - (SEEN_TO_WORK if ctx.recorded else frozenset()):
        raise ApiError(400, 5002, f"Publishing to {profile.type} is not supported.")
    if not {access.PUBLISH, access.PUBLISH_WITH_APPROVAL}.intersection(grant.permissions):
        raise ApiError(403, 4009, "You do not have permission to publish to this profile.")
    if profile.type == "PINTEREST":
        _check_pin(draft, profile)
    if profile.type == "INSTAGRAMBUSINESS" and not draft.media:
        raise _unfit("A message to Instagram needs media.")
    if draft.body.get("tags"):
        _check_tags(ctx, draft, profile, limited=access.PUBLISH not in grant.permissions)
    return profile


def _time(ctx: Context, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        time = parse_instant(text)
    except ValueError as error:
        raise _unfit("scheduledSendTime must be a UTC time ending in Z.") from error
    # Not documented: neither what becomes of a past time nor how much ahead it must lie. Refusing
    # the past is the reading that harms nobody; a date years ahead was seen to be accepted.
    if time <= ctx.now:
        raise _unfit("scheduledSendTime must lie in the future.")
    return time


def _check_lead(ctx: Context, time: int | None, media: list[Media]) -> None:
    """Refuse what is scheduled too soon, if the option `lead_minutes` asks for it."""
    minutes = ctx.options.lead_minutes
    if time is None or not minutes:
        return
    if any(medium.is_video for medium in media):
        minutes += VIDEO_LEAD_MINUTES
    if time < ctx.now + minutes * 60:
        raise _unfit(f"scheduledSendTime must be at least {minutes} minutes ahead.")


def _check_networks(ctx: Context, body: Document, profile_ids: list[str]) -> None:
    profiles = ctx.world.profiles
    types = [profiles[p].type for p in profile_ids if p in profiles]
    if types.count("TWITTER") > 1:
        raise ApiError(400, 40023, "A message can go to one Twitter profile only.")
    if "PINTEREST" in types and len(profile_ids) > 1:
        raise _unfit("A message to Pinterest cannot go to other profiles as well.")
    if "location" in body and types and "TWITTER" not in types:
        raise _unfit("Only Twitter takes a location.")
    for info in body.get("extendedInfo", []):
        if info["socialProfileId"] not in profile_ids:
            raise _unfit("extendedInfo names a profile that the message does not go to.")


def _check_urls(body: Document) -> None:
    if not all(_is_owly(item["url"]) for item in body.get("mediaUrls", [])):
        raise ApiError(400, 40004, "mediaUrls must be on static.ow.ly or ow.ly/i/.")
    if not all(_is_callback(url) for url in body.get("webhookUrls", [])):
        raise _unfit(
            "webhookUrls must be public: http on port 80 or 8080, or https on port 443 or 8443."
        )


def _is_owly(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    web = parts.scheme in {"http", "https"}
    photo = parts.netloc == "ow.ly" and parts.path.startswith("/i/")
    return web and (parts.netloc == "static.ow.ly" or photo)


def _is_callback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        on_port = parts.port in _WEBHOOK_PORTS.get(parts.scheme, ())
    except ValueError:  # a port that is no number
        return False
    return on_port and _is_public(parts.hostname or "localhost")


def _is_public(host: str) -> bool:
    """Tell whether a host can be somebody else's; names are judged by themselves, not looked up."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return not f".{host}".endswith((".localhost", ".hootsuite.com"))


def _check_targeting(page: Document) -> None:
    narrow = [page.get("regions", []), page.get("cities", [])]
    if any(narrow) and len(page.get("countries", [])) != 1:
        raise _unfit("Regions and cities can be targeted within exactly one country.")
    if len(narrow[0]) > _MOST_REGIONS or len(narrow[1]) > _MOST_CITIES:
        raise _unfit("At most 200 regions and 250 cities can be targeted.")


def _media(ctx: Context, media_id: str) -> Media:
    medium = known_media(ctx.world, media_id)
    resource = {"type": "media", "id": media_id}
    if medium is None:
        raise ApiError(400, 4001, "There is no such media.", resource)
    if medium.ready_at is None or medium.ready_at > ctx.now:
        # 40021 is documented; right after an upload clients have met 5000 with 400 instead.
        code = 5000 if ctx.recorded else 40021
        raise ApiError(400, code, "The media is still being processed.", resource)
    return medium


def _check_pin(draft: Draft, profile: Profile) -> None:
    body = draft.body
    if not (body.get("media") or body.get("mediaUrls")):
        raise _unfit("A message to Pinterest needs media.")
    boards = [
        info["data"].get("boardId")
        for info in body.get("extendedInfo", [])
        if info["socialProfileId"] == profile.id
    ]
    if not any(boards):
        raise _unfit("A message to Pinterest needs extendedInfo with a boardId.")
    if body.get("tags"):
        raise _unfit("Messages to Pinterest take no tags.")


def _check_tags(ctx: Context, draft: Draft, profile: Profile, *, limited: bool) -> None:
    if profile.owner != "ORGANIZATION":
        raise ApiError(400, 40001, "Tags need a social profile that an organization owns.")
    known = ctx.world.organizations[profile.organization_id].tags
    if limited and not known.issuperset(draft.body["tags"]):
        raise ApiError(403, 40005, "You do not have permission to create new tags.")


def _unfit(message: str) -> ApiError:
    return ApiError(400, 4000, message)
