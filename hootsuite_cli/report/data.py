"""Packs the marts for the page: lists as JSON, posts as binary columns (see `packing`).

A hundred thousand posts take over 20 MB as JSON objects; as columns they take about 1 MB, and the
browser reads them without parsing.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hootsuite_cli.report import performance
from hootsuite_cli.report.packing import (
    NOBODY,
    PERIODS,
    UNKNOWN,
    Choices,
    Reader,
    base64_of,
    packed,
)
from hootsuite_cli.report.warehouse import Warehouse

STATUSES = (
    "sent",
    "failed",
    "scheduled",
    "pending_approval",
    "rejected",
    "expired",
    "deleted",
    "unknown",
)
UPCOMING_DAYS = 28
_LISTED_FAILURES = 100
_LISTED_UPCOMING = 2_000
_HASHTAG_ROWS = 40_000
_MEDIA, _LINK, _REVIEWED = 1, 2, 4
#: Columns that the page needs, by mart; older marts lack some.
NEEDED: Mapping[str, Sequence[str]] = {
    "dim_social_profile": (
        "social_profile_id",
        "label",
        "network",
        "network_label",
        "time_zone",
        "is_reauth_required",
        "is_visible",
    ),
    "dim_member": ("member_id", "name"),
    "fct_post": (
        "message_id",
        "social_profile_id",
        "status",
        "local_date",
        "local_hour",
        "scheduled_at",
        "scheduled_local",
        "content_id",
        "text",
        "text_length",
        "media_count",
        "link_count",
        "created_by_member_id",
        "last_decision",
        "decided_by_member_id",
        "review_minutes",
    ),
    "fct_post_hashtag": ("message_id", "hashtag"),
    "calendar_upcoming": (
        "social_profile_id",
        "status",
        "scheduled_at",
        "scheduled_local",
        "local_date",
        "risk",
        "text",
    ),
    **performance.NEEDED,
}


@dataclass
class _Columns:
    """Posts, column by column."""

    profile: array[int] = field(default_factory=lambda: array("H"))
    day: array[int] = field(default_factory=lambda: array("h"))
    hour: array[int] = field(default_factory=lambda: array("B"))
    status: array[int] = field(default_factory=lambda: array("B"))
    flags: array[int] = field(default_factory=lambda: array("B"))
    author: array[int] = field(default_factory=lambda: array("H"))
    content: array[int] = field(default_factory=lambda: array("I"))
    length: array[int] = field(default_factory=lambda: array("H"))


@dataclass
class _Reviews:
    """Decisions of people, column by column."""

    post: array[int] = field(default_factory=lambda: array("I"))
    reviewer: array[int] = field(default_factory=lambda: array("H"))
    approved: array[int] = field(default_factory=lambda: array("B"))
    minutes: array[int] = field(default_factory=lambda: array("I"))


class Packer:
    """Reads the marts once and packs them.

    Args:
        warehouse: The connection to the marts.
        schema: The loader's schema.
        choices: Choices on the command line.
    """

    def __init__(self, warehouse: Warehouse, schema: str, choices: Choices) -> None:
        self._reader = Reader(warehouse, schema, choices)
        self._choices = choices
        self._profiles: dict[str, int] = {}
        self._members: dict[str, int] = {}

    def pack(self) -> dict[str, Any]:
        """Return the whole content of the page as a JSON document."""
        profiles = self._read_profiles()
        members = self._read_members()
        posts, reviews, places = self._read_posts()
        return {
            "as_of": self._choices.as_of.strftime("%Y-%m-%d %H:%M UTC"),
            "first_day": self._reader.first.isoformat(),
            "today": self._reader.day(self._reader.today),
            "statuses": STATUSES,
            "choices": {
                "period": self._choices.period,
                "profile": self._choices.profile,
                "network": self._choices.network,
            },
            "periods": sorted({*PERIODS, self._choices.period}),
            "upcoming_days": UPCOMING_DAYS,
            "profiles": profiles,
            "members": members,
            "posts": packed(posts),
            "reviews": packed(reviews),
            "hashtags": self._read_hashtags(places),
            "failed": self._read_failed(),
            "upcoming": self._read_upcoming(),
            "performance": performance.pack(self._reader, self._profiles),
        }

    def _read_profiles(self) -> list[dict[str, Any]]:
        names = ("id", "label", "network", "network_label", "zone", "reconnect", "visible")
        columns = ", ".join(NEEDED["dim_social_profile"])
        rows = self._reader.ask(columns, "dim_social_profile", "order by label, social_profile_id")
        found = [dict(zip(names, row, strict=True)) for row in rows]
        self._profiles = {one["id"]: place for place, one in enumerate(found[:NOBODY])}
        return found[:NOBODY]

    def _read_members(self) -> list[str]:
        rows = list(self._reader.ask("member_id, name", "dim_member", "order by member_id"))[
            :NOBODY
        ]
        self._members = {str(member): place for place, (member, _) in enumerate(rows)}
        if self._choices.names:
            return [str(name) for _, name in rows]
        return [f"Member {place}" for place in range(1, len(rows) + 1)]

    def _read_posts(self) -> tuple[_Columns, _Reviews, dict[str, int]]:
        columns = (
            "message_id, social_profile_id, local_date, local_hour, status, media_count, "
            "link_count, created_by_member_id, content_id, text_length, last_decision, "
            "decided_by_member_id, review_minutes"
        )
        posts, reviews, places = _Columns(), _Reviews(), {}
        contents: dict[str, int] = {}
        first = self._reader.first.isoformat()
        since = f"where local_date >= date '{first}' order by local_date, message_id"
        for row in self._reader.ask(columns, "fct_post", since):
            message, profile, day, hour, status, media, links, author, content, length, *review = (
                row
            )
            if profile not in self._profiles:
                continue
            places[message] = len(posts.profile)
            posts.profile.append(self._profiles[profile])
            posts.day.append(min(self._reader.day(day), 0x7FFF))
            posts.hour.append(hour)
            posts.status.append(STATUSES.index(status) if status in STATUSES else len(STATUSES) - 1)
            posts.flags.append(
                (_MEDIA if media else 0) | (_LINK if links else 0) | (_REVIEWED if review[0] else 0)
            )
            posts.author.append(self._members.get(author, NOBODY))
            posts.content.append(contents.setdefault(content, len(contents)))
            posts.length.append(min(length or 0, 0xFFFF))
            if review[1] is not None:
                self._add_review(reviews, places[message], review)
        return posts, reviews, places

    def _add_review(self, reviews: _Reviews, post: int, review: Sequence[Any]) -> None:
        decision, reviewer, minutes = review
        reviews.post.append(post)
        reviews.reviewer.append(self._members.get(reviewer, NOBODY))
        reviews.approved.append(decision == "APPROVE")
        reviews.minutes.append(UNKNOWN if minutes is None else min(round(minutes), UNKNOWN - 1))

    def _read_hashtags(self, places: Mapping[str, int]) -> dict[str, Any]:
        """Return the most used hashtags with their posts, up to a limit."""
        rows = [
            (tag, places[message])
            for message, tag in self._reader.ask("message_id, hashtag", "fct_post_hashtag")
            if message in places
        ]
        kept: dict[str, int] = {}
        room = _HASHTAG_ROWS
        for tag, count in Counter(tag for tag, _ in rows).most_common(200):
            room -= count
            if room < 0 and kept:
                break
            kept[tag] = len(kept)
        names = array("H", (kept[tag] for tag, _ in rows if tag in kept))
        found = array("I", (place for tag, place in rows if tag in kept))
        return {
            "names": list(kept),
            "tag": base64_of(names),
            "post": base64_of(found),
        }

    def _slot(self, profile: str, day: dt.date, moment: dt.datetime) -> list[Any]:
        """Return profile and time of a post for the page's script."""
        place = self._profiles.get(profile, NOBODY)
        return [place, self._reader.day(day), f"{moment:%Y-%m-%d %H:%M}"]

    def _read_failed(self) -> list[list[Any]]:
        columns = "social_profile_id, local_date, scheduled_local, text, created_by_member_id"
        rest = (
            f"where status = 'failed' and local_date >= date '{self._reader.first.isoformat()}' "
            f"order by scheduled_at desc, message_id limit {_LISTED_FAILURES}"
        )
        return [
            [
                *self._slot(profile, day, moment),
                self._reader.text(text),
                self._members.get(author, NOBODY),
            ]
            for profile, day, moment, text, author in self._reader.ask(columns, "fct_post", rest)
        ]

    def _read_upcoming(self) -> list[list[Any]]:
        """Return posts that need attention: not approved, or their profile must be reconnected."""
        columns = "social_profile_id, local_date, scheduled_local, risk, text"
        until = self._choices.as_of + dt.timedelta(days=UPCOMING_DAYS)
        rest = (
            f"where risk <> 'none' and scheduled_at < timestamp '{until:%Y-%m-%d %H:%M:%S}' "
            f"order by scheduled_at, message_id limit {_LISTED_UPCOMING}"
        )
        return [
            [*self._slot(profile, day, moment), risk, self._reader.text(text)]
            for profile, day, moment, risk, text in self._reader.ask(
                columns, "calendar_upcoming", rest
            )
        ]
