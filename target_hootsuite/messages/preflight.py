"""Preflight checks before anything is sent; each names the field and the remedy."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hootsuite_api.contract import load
from hootsuite_api.text_length import too_long
from target_hootsuite.context import RunContext
from target_hootsuite.errors import Ignored, RowRejected
from target_hootsuite.messages import content, legible
from target_hootsuite.model import Unit

logger = logging.getLogger("target-hootsuite")
_PROFILES = "social_profile_ids"
NO_PUBLISHING = {
    "BLUESKY": "Bluesky",
    "FACEBOOKGROUP": "Facebook Groups",
    "GOOGLEPLUSPAGE": "Google+",
    "WHATSAPP": "WhatsApp",
    "YOUTUBECHANNEL": "YouTube",
}
UNCERTAIN = {
    "INSTAGRAMBUSINESS": "Instagram Business",
    "THREADS": "Threads",
    "TIKTOKBUSINESS": "TikTok",
}
"""Networks of which the platform's documents say no and practice says yes: the platform decides."""
_NEEDS_MEDIA = frozenset({"INSTAGRAM", "INSTAGRAMBUSINESS", "TIKTOKBUSINESS"})
_VIDEO_LEAD = timedelta(minutes=15)
_PICTURES = {"TWITTER": 4, "INSTAGRAM": 10, "PINTEREST": 1}
_SECONDS = {
    "TWITTER": (0.5, 140),
    "INSTAGRAM": (3, 900),
    "FACEBOOK": (1, 1200),
    "FACEBOOKPAGE": (1, 1200),
    "LINKEDIN": (3, 600),
    "LINKEDINCOMPANY": (3, 600),
}


def check(context: RunContext, unit: Unit) -> str:
    """Check one row and profile; return the profile's network.

    Raises:
        RowRejected: The message would fail, or must not be sent.
        Ignored: The time is past and `on_past` is ignore.
    """
    check_time(context, unit)
    profile = _profile(context, str(unit.identity.profile))
    network = str(profile["type"])
    _content(unit, profile)
    legible.check(context, unit)
    if network == "PINTEREST":
        _pinterest(unit)
    placeholders = ["bWVkaWE="] * len(unit.row.get("media", []))
    _contract(content.body(unit, network, placeholders))
    _length(unit, network)
    _uncertain(unit, network)
    _media(context, unit, network)
    return network


def check_time(context: RunContext, unit: Unit) -> None:
    """Check that a row has a time, in the future and far enough ahead.

    Raises:
        RowRejected: The time is missing, past or too near.
        Ignored: The time is past and `on_past` is ignore.
    """
    moment = content.send_time(unit)
    now_wanted = bool(unit.row.get("send_now"))
    if moment is None and not now_wanted:
        msg = "The row has no time; give one, or set `send_now` to true to publish at once."
        raise RowRejected(msg, field=content.TIME, code="no_time")
    if moment is not None and now_wanted:
        msg = "contradicts the row's time; leave one of them out."
        raise RowRejected(msg, field="send_now", code="two_times")
    if moment is None:
        context.check_now()
        return
    try:
        context.now()  # asks, where no answer has told the time yet
        context.check_lead(moment, content.TIME, ask=True)
    except RowRejected as error:
        if error.code == "past_time" and context.settings["on_past"] == "ignore":
            raise Ignored(str(error)) from None
        raise


def _profile(context: RunContext, profile_id: str) -> Mapping[str, Any]:
    profile = context.lookup.profiles().get(profile_id)
    if profile is None:
        msg = f"Profile {profile_id} is not a social profile that this account sees; check the id."
        raise RowRejected(msg, field=_PROFILES, code="unknown_profile")
    if profile.get("isReauthRequired"):
        msg = f"Profile {profile_id} has to be reconnected in Hootsuite; then run the row again."
        raise RowRejected(msg, field=_PROFILES, code="reauth_required")
    network = NO_PUBLISHING.get(str(profile.get("type")))
    if network:
        msg = f"Profile {profile_id} is on {network}, which the API does not publish to."
        raise RowRejected(msg, field=_PROFILES, code="network_unsupported")
    return profile


def _content(unit: Unit, profile: Mapping[str, Any]) -> None:
    if not (unit.row.get("text") or "").strip() and not unit.row.get("media"):
        raise RowRejected("The message needs text or media.", field="text", code="empty")
    if unit.row.get("tags") and profile.get("owner") != "ORGANIZATION":
        msg = f"Profile {profile['id']} takes no tags: no organization owns it."
        raise RowRejected(msg, field="tags", code="40001")


def _pinterest(unit: Unit) -> None:
    if not unit.row.get("media"):
        msg = "A Pinterest post needs a picture or a video."
        raise RowRejected(msg, field="media", code="pinterest_media")
    info = content.own_info(unit.row, str(unit.identity.profile))
    board = [one for one in info if (one.get("data") or {}).get("boardId")]
    if not board and not unit.row.get("pinterest_board_id"):
        msg = "A Pinterest post needs a board: give the board's id (boardId in the API)."
        raise RowRejected(msg, field="pinterest_board_id", code="pinterest_board")


def _contract(body: Mapping[str, Any]) -> None:
    problems = load().problems("create_message", body)
    if problems:
        text = "; ".join(str(problem) for problem in problems)
        code = next((problem.code for problem in problems if problem.code), "contract")
        raise RowRejected(text, code=code)


def _length(unit: Unit, network: str) -> None:
    if said := too_long(unit.row.get("text") or "", network):
        _warn(unit, f"has a text for {network} that is {said}")


def _media(context: RunContext, unit: Unit, network: str) -> None:
    """Warn of media that the network usually refuses: the platform accepts it and fails later."""
    items = unit.row.get("media", [])
    found = [context.media.look(one, "media") for one in items if one.get("path") or one.get("url")]
    most = _PICTURES.get(network)
    if most is not None and len(items) > most:
        _warn(unit, f"has {len(items)} media, {network} usually takes {most}")
    if any(media.mime_type.startswith("video/") for media in found):
        _video_lead(context, unit)
    for media in found:
        low, high = _SECONDS.get(network, (0, media.seconds))
        if media.seconds and not low <= media.seconds <= high:
            _warn(unit, f"has a video of {media.seconds:.0f} s, {network} takes {low} to {high} s")


def _uncertain(unit: Unit, network: str) -> None:
    """Warn of networks that Hootsuite may refuse, and of those that usually need a picture."""
    if network in UNCERTAIN:
        _warn(unit, f"goes to {UNCERTAIN[network]}, which Hootsuite may refuse")
    if network in _NEEDS_MEDIA and not unit.row.get("media"):
        _warn(unit, f"has no picture or video; {network} usually needs one")


def _video_lead(context: RunContext, unit: Unit) -> None:
    """Warn of a video that may not be ready in time."""
    moment = content.send_time(unit)
    if moment is not None and moment < context.now() + _VIDEO_LEAD:
        _warn(unit, "has a video and goes out in less than 15 minutes, which Hootsuite asks for")


def _warn(unit: Unit, text: str) -> None:
    logger.warning("Row %s %s", unit.identity.key, text)
