"""The content of a row of `messages`: fingerprint fields, send time, place and request body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hootsuite_api.contract import load
from hootsuite_api.naming import snake
from target_hootsuite.context import RunContext
from target_hootsuite.errors import RowRejected
from target_hootsuite.lookup.listing import Found, Place, comparable
from target_hootsuite.model import Row, Unit
from target_hootsuite.rows.times import api_time, read_time
from target_hootsuite.rules import media

TIME = "scheduled_send_time"
_DAY = 86_400
_LOOK_BACK = 7 * _DAY
_AHEAD = 5
_AGREE = 60  # seconds between two clocks that agree
_YEARS = (1970, 9998)
_HANDLED = frozenset({"social_profile_ids", TIME, "media", "extended_info", "as_is", "plan_name"})
_SOURCES = ("path", "url", "id", "external_id")


def content(context: RunContext, row: Row, profile: str) -> dict[str, Any]:
    """The fields that the fingerprint of one profile's message covers.

    Raises:
        RowRejected: The time or the media can't be understood.
    """
    said = {name: value for name, value in row.items() if name not in _HANDLED}
    said.pop("external_id", None)
    if not said.get("send_now"):
        said.pop("send_now", None)
    if TIME in row:
        said[TIME] = api_time(_time(row[TIME], context.settings.get("timezone")))
    said["media"] = [
        _media(context, item, place) for place, item in enumerate(row.get("media", []))
    ]
    said["extended_info"] = own_info(row, profile)
    return said


def kept(unit: Unit) -> dict[str, Any]:
    """The part of a post that the journal stores, to recognise the post and its plan later."""
    return {
        "at": unit.content.get(TIME),
        "text": unit.row.get("text") or "",
        "plan": unit.row.get("plan_name") or "",
    }


def _time(value: Any, zone: str | None) -> datetime:
    """The time of a row; the ends of the calendar leave no room for the windows around it."""
    moment = read_time(value, TIME, zone)
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        msg = f"is not in the years {_YEARS[0]} to {_YEARS[1]}."
        raise RowRejected(msg, field=TIME, code="invalid_time")
    return moment


def own_info(row: Row, profile: str) -> list[dict[str, Any]]:
    """The extended information that is meant for a profile."""
    return [
        info
        for info in row.get("extended_info", [])
        if str(info.get("socialProfileId", profile)) == profile
    ]


def _media(context: RunContext, item: Mapping[str, Any], place: int) -> dict[str, Any]:
    field = f"media[{place}]"
    named = [name for name in _SOURCES if item.get(name)]
    if len(named) != 1:
        msg = f"needs exactly one of {', '.join(_SOURCES)}."
        raise RowRejected(msg, field=field, code="media_source")
    options = {"videoOptions": item["videoOptions"]} if item.get("videoOptions") else {}
    return {**_media_name(context, named[0], item, field), **options}


def _media_name(
    context: RunContext, kind: str, item: Mapping[str, Any], field: str
) -> dict[str, str]:
    if kind == "id":
        return {"id": item["id"]}
    if kind == "external_id":
        return {"sha256": media.digest_of(context, item["external_id"], field)}
    return {"sha256": context.media.look(item, field).digest}


def send_time(unit: Unit) -> datetime | None:
    """When the message goes out; None means now."""
    text = unit.content.get(TIME)
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def places(context: RunContext, unit: Unit) -> list[Place]:
    """The places where a message like this unit's may be, without duplicates.

    For a message sent at once, the place ends at the present time of the clock that is ahead. If
    the clocks differ by more than a day, there is a place for each clock. If no two clocks agree,
    the place ends a day later.
    """
    profile = str(unit.identity.profile)
    moment = send_time(unit)
    if moment is not None:
        return [Place(profile, moment.timestamp(), moment.timestamp())]
    sure = context.client.make_sure_of_now()
    first, last = sorted((context.now().timestamp(), context.journal.now()))
    later = _AHEAD if sure and last - first < _AGREE else _DAY
    spans = [(first, last)] if last - first < _DAY else [(first, first), (last, last)]
    return [
        Place(profile, since - _LOOK_BACK, until + later, unscheduled=True)
        for since, until in spans
    ]


def standing(context: RunContext, unit: Unit) -> list[Found]:
    """The listed messages in the places of a unit's message, without duplicates."""
    found = [one for place in places(context, unit) for one in context.listing.at(place)]
    return list({one.id: one for one in found}.values())


def alike(unit: Unit, found: Sequence[Found]) -> list[Found]:
    """The found messages that have the same content as a unit."""
    text = comparable(unit.row.get("text"))
    return [one for one in found if one.text == text]


def body(unit: Unit, network: str, media_ids: Sequence[str]) -> dict[str, Any]:
    """The request body for one profile.

    Args:
        unit: The row and profile.
        network: The profile's type.
        media_ids: Ids of the row's media, in its order.
    """
    row, profile = unit.row, str(unit.identity.profile)
    properties = (load().operations["create_message"].body or {})["properties"]
    made = {
        name: row[snake(name)]
        for name in properties
        if snake(name) in row and snake(name) not in _HANDLED and row[snake(name)] != []
    }
    made["socialProfileIds"] = [profile]
    if TIME in unit.content:
        made["scheduledSendTime"] = unit.content[TIME]
    media = [_attached(*pair) for pair in zip(row.get("media", []), media_ids, strict=True)]
    info = own_info(row, profile) or _short_info(row, profile, network)
    return made | ({"media": media} if media else {}) | ({"extendedInfo": info} if info else {})


def _attached(item: Mapping[str, Any], media_id: str) -> dict[str, Any]:
    options = {"videoOptions": item["videoOptions"]} if item.get("videoOptions") else {}
    return {"id": media_id, **options}


def _short_info(row: Row, profile: str, network: str) -> list[dict[str, Any]]:
    if network != "PINTEREST" or "pinterest_board_id" not in row:
        return []
    data = {"boardId": row["pinterest_board_id"]}
    if "destination_url" in row:
        data["destinationUrl"] = row["destination_url"]
    return [{"socialProfileType": network, "socialProfileId": profile, "data": data}]
