"""Packs the performance of posts: engagement, best posts, followers.

A metric that a network does not give is unknown, never 0.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from hootsuite_cli.report.packing import PERIODS, UNKNOWN, Reader, base64_of

MATCHES = ("post_id", "permalink", "unmatched", "native", "not_measured")
BEST = 10  # posts of a profile and period whose texts are on the page
_LISTED_BEST = 1_000
_WEEK = dt.timedelta(days=7)
_ORDER = "order by local_date, post_key"
#: Columns that the page needs, by mart; older marts lack some.
NEEDED: Mapping[str, Sequence[str]] = {
    "fct_post_performance": (
        "post_key",
        "match_status",
        "social_profile_id",
        "published_local",
        "local_date",
        "local_hour",
        "text",
        "post_url",
        "engagement",
        "usual_engagement",
        "views",
        "deleted_at",
    ),
    "fct_profile_metric_daily": (
        "social_profile_id",
        "datatype",
        "metric_date",
        "total",
        "meaning",
    ),
}


# How the columns of posts are packed, in the order of the query.
_TYPES = {"profile": "H", "day": "h", "hour": "B", "match": "B", "engagement": "I"}


def pack(reader: Reader, profiles: Mapping[str, int]) -> dict[str, Any]:
    """Return the performance data of the page.

    Args:
        reader: Reads the marts.
        profiles: Place of each profile on the page.
    """
    days = _sampled_days(reader)
    return {
        "matches": MATCHES,
        "posts": _posts(reader, profiles),
        "usual": _usual(reader, profiles),
        "best": _best(reader),
        "follower_days": [reader.day(day) for day in days],
        "followers": base64_of(_followers(reader, profiles, days)),
    }


def _posts(reader: Reader, profiles: Mapping[str, int]) -> dict[str, str]:
    """Pack the published posts, column by column; the database computes each row."""
    matches = " ".join(f"when '{name}' then {place}" for place, name in enumerate(MATCHES))
    columns = (
        f"social_profile_id, local_date - date '{reader.first.isoformat()}', local_hour, "
        f"case match_status {matches} end, "
        f"case when engagement is null then {UNKNOWN} "  # `least` ignores null
        f"else least(cast(round(engagement) as bigint), {UNKNOWN - 1}) end"
    )
    rows = list(reader.ask(columns, "fct_post_performance", f"where {_shown(reader)} {_ORDER}"))
    found = dict(zip(_TYPES, zip(*rows, strict=True), strict=True)) if rows else {}
    found["profile"] = tuple(map(profiles.__getitem__, found.get("profile", ())))
    return {name: base64_of(array(code, found.get(name, ()))) for name, code in _TYPES.items()}


def _shown(reader: Reader, days: int | None = None) -> str:
    """Return the condition for the posts of the page, or of the last days."""
    first = reader.today - dt.timedelta(days=days - 1) if days else reader.first
    profiles = f"select social_profile_id from {reader.mart('dim_social_profile')}"  # noqa: S608
    return (
        f"local_date between date '{first.isoformat()}' and date '{reader.today.isoformat()}' "
        f"and social_profile_id in ({profiles})"
    )


def _usual(reader: Reader, profiles: Mapping[str, int]) -> list[float | None]:
    """Return the median engagement of each profile's posts."""
    found: list[float | None] = [None] * len(profiles)
    rest = "where usual_engagement is not null group by social_profile_id"
    columns = "social_profile_id, max(usual_engagement)"
    for profile, usual in reader.ask(columns, "fct_post_performance", rest):
        if profile in profiles:
            found[profiles[profile]] = usual
    return found


def _best(reader: Reader) -> list[list[Any]]:
    """Return text, URL and views of posts that can be among the best of a period.

    The first item is the index of the packed post.
    """
    mart = reader.mart("fct_post_performance")
    chosen = " union ".join(
        "select post_key from (select post_key, row_number() over ("  # noqa: S608 - names of ours
        f"partition by social_profile_id order by engagement desc, post_key) as rank from {mart} "
        f"where engagement is not null and {_shown(reader, days)}) as p{days} "
        f"where rank <= {BEST}"
        for days in sorted({*PERIODS, reader.choices.period})
    )
    places = (
        f"select post_key as found, row_number() over ({_ORDER}) - 1 as place "  # noqa: S608
        f"from {mart} where {_shown(reader)}"
    )
    rows = reader.ask(
        "place, published_local, text, post_url, views, deleted_at",
        "fct_post_performance",
        f"inner join ({places}) as places on post_key = found where post_key in ({chosen}) "
        f"order by engagement desc, post_key limit {_LISTED_BEST}",
    )
    return [
        [place, f"{moment:%Y-%m-%d %H:%M}", *_shown_post(reader.text(text), url, deleted), views]
        for place, moment, text, url, views, deleted in rows
    ]


def _shown_post(text: str, url: str | None, deleted: dt.datetime | None) -> tuple[str, str]:
    """Return a post's text and URL; a deleted post has no URL."""
    if deleted is None:
        return text, _address(url)
    return f"{text} (deleted since)".lstrip(), ""


def _address(url: str | None) -> str:
    return url if url and url.startswith(("https://", "http://")) else ""


def _sampled_days(reader: Reader) -> list[dt.date]:
    """Return one day of each week, and the day before each period."""
    weekly = {reader.today - _WEEK * n for n in range((reader.today - reader.first).days // 7 + 1)}
    periods = {*PERIODS, reader.choices.period}
    return sorted(weekly | {reader.today - dt.timedelta(days=days) for days in periods})


def _followers(reader: Reader, profiles: Mapping[str, int], days: Sequence[dt.date]) -> array[int]:
    """Return the followers of each profile on sampled days: the last value of seven days."""
    found = array("I", [UNKNOWN]) * (len(profiles) * len(days))
    rows = reader.ask(
        "social_profile_id, metric_date, max(total)",
        "fct_profile_metric_daily",
        "where meaning = 'followers' and datatype = 'ORGANIC' "
        f"and metric_date > date '{(days[0] - _WEEK).isoformat()}' "
        "group by social_profile_id, metric_date order by social_profile_id, metric_date",
    )
    for profile, known in groupby(rows, key=lambda row: row[0]):
        if profile not in profiles:
            continue
        totals = {day: total for _, day, total in known}
        for place, day in enumerate(days):
            recent = (day - dt.timedelta(days=back) for back in range(7))
            total = next((totals[one] for one in recent if one in totals), UNKNOWN)
            found[profiles[profile] * len(days) + place] = min(round(total), UNKNOWN)
    return found
