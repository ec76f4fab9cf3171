"""The habits of a social team: hours, seasons, campaigns, and weeks of a broken account."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from hootsuite_sandbox.domain.chance import bits

HOUR = 3600
DAY = 86_400
_EPOCH = 719_163
_WEEK = (10, 11, 12, 11, 9, 3, 2)  # posts per weekday, Monday first
_MONTHS = (90, 95, 105, 110, 105, 100, 75, 70, 110, 115, 130, 120)  # percent, January first
_HOURS = (8, 8, 9, 9, 9, 10, 11, 12, 12, 13, 14, 15, 15, 16, 17, 17, 18, 20)  # peaks: 9, 12, 15, 17
_CAMPAIGNS = (  # first and last day of the year
    (10, 34, "event:summit"),
    (74, 125, "spring-launch"),
    (244, 273, "hiring"),
    (255, 285, "event:summit"),
)
_AT_WORK = range(8, 18)
_FRIDAY = 4
_BROKEN = 20  # an account is broken in one in so many weeks
_BROKEN_DAYS = 4


def weekday(day: int) -> int:
    """Return the weekday of a day since the epoch, Monday 0."""
    return (day + 3) % 7  # 1 January 1970 was a Thursday


def weight(day: int) -> int:
    """Return the relative number of posts on a day since the epoch."""
    return _WEEK[weekday(day)] * _MONTHS[date.fromordinal(_EPOCH + day).month - 1]


def clock_time(chance: int, step: int) -> int:
    """Return a usual time of day for a post, in seconds after midnight.

    Args:
        chance: Determines the time.
        step: Minutes are a multiple of it.
    """
    minute = (chance >> 8) % 60
    return _HOURS[chance % len(_HOURS)] * HOUR + (minute - minute % step) * 60


@cache
def offset(zone: str, day: int) -> int:
    """Return a zone's UTC offset in seconds, at noon of a day since the epoch."""
    noon = datetime.fromtimestamp(day * DAY + 12 * HOUR, UTC).astimezone(ZoneInfo(zone))
    ahead = noon.utcoffset()
    return int(ahead.total_seconds()) if ahead else 0


@cache
def _campaign(day_of_year: int) -> str | None:
    return next((tag for first, last, tag in _CAMPAIGNS if first <= day_of_year <= last), None)


def campaign_at(instant: int) -> str | None:
    """Return the tag of the campaign at an instant."""
    return _campaign(date.fromordinal(_EPOCH + instant // DAY).timetuple().tm_yday)


def at_work(instant: int) -> int:
    """Return the next instant at which reviewers are at work (UTC)."""
    day, second = divmod(instant, DAY)
    if second // HOUR >= _AT_WORK.stop:
        day, second = day + 1, _AT_WORK.start * HOUR + second % (2 * HOUR)
    elif second // HOUR < _AT_WORK.start:
        second = _AT_WORK.start * HOUR + second % (2 * HOUR)
    if weekday(day) > _FRIDAY:
        day += 7 - weekday(day)
    return day * DAY + second


def is_broken(network_id: str, instant: int) -> bool:
    """Return whether an account's connection is broken for some days: all its posts fail then."""
    week, second = divmod(instant, 7 * DAY)
    chance = bits("broken", network_id, week)
    if chance % _BROKEN:
        return False
    first = chance // _BROKEN % (8 - _BROKEN_DAYS)
    return first * DAY <= second < (first + _BROKEN_DAYS) * DAY
