"""Parts of a seeded message besides its text: media, audience, network-specific fields."""

from __future__ import annotations

from hootsuite_sandbox.domain.records import Document, Message, Profile
from hootsuite_sandbox.domain.rules import media_url

_ENGINEERS = {"jobFunction": ["eng", "it"], "seniority": ["d", "m"], "geography": ["eu.de"]}
_YOUNG_CANADA = {
    "ageMin": 18,
    "education": ["college"],
    "countries": [{"k": "Canada", "v": "CA"}],
    "regions": [{"k": "British Columbia", "v": "2"}],
}


def attach(
    message: Message, profile: Profile, bits: int, media: tuple[list[str], str], handle: str
) -> None:
    """Add parts to a message, as its network allows and its random bits decide.

    Every key of the API has a value in some message, so that tests don't see only nulls.

    Args:
        message: Changed in place.
        profile: Its profile.
        bits: 64 random bits of the message.
        media: The media ids at its time: images, then the video.
        handle: The domain of links.
    """
    _attach_media(message, profile, bits, media)
    _choose_audience(message, profile, bits)
    if profile.type == "TWITTER" and bits >> 56 & 15 == 0:
        message.location = {"latitude": 49.28, "longitude": -123.12}
    if profile.type == "PINTEREST":
        board = {
            "boardId": str(10**17 + (bits >> 20)),
            "destinationUrl": f"https://{handle}.example/",
        }
        message.extended_info = [
            {"socialProfileType": "PINTEREST", "socialProfileId": profile.id, "data": board}
        ]
    if bits >> 52 & 15 == 0:
        message.webhook_urls = [f"https://hooks.{handle}.example/hootsuite"]


def _attach_media(
    message: Message, profile: Profile, bits: int, media: tuple[list[str], str]
) -> None:
    images, video = media
    if message.video:
        message.media = [_medium(video)]
        if profile.type == "FACEBOOKPAGE":
            title = message.text.partition(".")[0]
            message.media[0]["videoOptions"] = {
                "facebook": {"title": title, "category": "BUSINESS"}
            }
    elif not bits >> 62 or profile.type == "PINTEREST":  # one in four
        message.media = [_medium(images[(bits >> 32) % len(images)])]
    elif bits >> 48 & 15 == 0:  # from the time before media had ids
        message.media_urls = [media_url(f"http://static.ow.ly/photos/normal/{bits >> 44:x}.jpg")]


def _choose_audience(message: Message, profile: Profile, bits: int) -> None:
    if bits >> 36 & 3:
        return
    if profile.type == "FACEBOOKPAGE":
        message.targeting = {"facebookPage": _YOUNG_CANADA}
    elif profile.type == "LINKEDINCOMPANY":
        message.targeting = {"linkedInCompany": _ENGINEERS}
    elif profile.type == "LINKEDIN":
        message.privacy = {"linkedIn": {"visibility": ["connectionsOnly"]}}
    elif profile.type == "FACEBOOK":
        message.privacy = {"facebook": {"visibility": ["friends"]}}


def _medium(media_id: str) -> Document:
    return {"id": media_id, "thumbnailId": None, "videoOptions": None}
