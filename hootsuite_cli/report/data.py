"""Packs the marts for the page: lists as JSON, columns of posts as little-endian arrays.

The arrays are deflated and written as base64. 100,000 posts as JSON objects are over 20 MB; as
columns they are about 1 MB, and the browser reads them without parsing.
"""

from __future__ import annotations

import base64
import datetime as dt
import sys
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hootsuite_cli.report.warehouse import Warehouse, identifier

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
MONTHS = 13  # a year, and the month to compare the first one with
UPCOMING_DAYS = 28
NOBODY = 0xFFFF
UNKNOWN_MINUTES = 0xFFFFFFFF
_LISTED_FAILURES = 100
_LISTED_UPCOMING = 2_000
_LISTED_TEXT = 140
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
    "calendar_upcoming": ("social_profile_id", "status", "scheduled_local", "risk", "text"),
}


@dataclass(frozen=True)
class Choices:
    """What a person asked for.

    Args:
        period: Days that the page shows first.
        profile: Profile that it shows first; empty means all.
        network: Network that it shows first; empty means all.
        text: Whether texts of posts are on the page.
        names: Whether names of members are on the page.
        as_of: Now, UTC.
    """

    period: int
    profile: str
    network: str
    text: bool
    names: bool
    as_of: dt.datetime


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
        warehouse: Where the marts are.
        schema: The loader's schema.
        choices: What a person asked for.
    """

    def __init__(self, warehouse: Warehouse, schema: str, choices: Choices) -> None:
        self._warehouse = warehouse
        self._marts = identifier(f"{schema}_marts")
        self._choices = choices
        self._today = choices.as_of.date()
        self._first = self._today - dt.timedelta(days=31 * MONTHS)
        self._profiles: dict[str, int] = {}
        self._members: dict[str, int] = {}

    def pack(self) -> dict[str, Any]:
        """Return the whole content of the page as a JSON document."""
        profiles = self._read_profiles()
        members = self._read_members()
        posts, reviews, places = self._read_posts()
        return {
            "as_of": self._choices.as_of.strftime("%Y-%m-%d %H:%M UTC"),
            "first_day": self._first.isoformat(),
            "today": self._day(self._today),
            "statuses": STATUSES,
            "choices": {
                "period": self._choices.period,
                "profile": self._choices.profile,
                "network": self._choices.network,
            },
            "upcoming_days": UPCOMING_DAYS,
            "profiles": profiles,
            "members": members,
            "posts": _packed(posts),
            "reviews": _packed(reviews),
            "hashtags": self._read_hashtags(places),
            "failed": self._read_failed(),
            "upcoming": self._read_upcoming(),
        }

    def _ask(self, columns: str, mart: str, rest: str = "") -> Iterable[Sequence[Any]]:
        return self._warehouse.rows(f"select {columns} from {self._marts}.{mart} {rest}")  # noqa: S608 - names of ours

    def _day(self, day: dt.date) -> int:
        return (day - self._first).days

    def _read_profiles(self) -> list[dict[str, Any]]:
        names = ("id", "label", "network", "network_label", "zone", "reconnect", "visible")
        columns = ", ".join(NEEDED["dim_social_profile"])
        rows = self._ask(columns, "dim_social_profile", "order by label, social_profile_id")
        found = [dict(zip(names, row, strict=True)) for row in rows]
        self._profiles = {one["id"]: place for place, one in enumerate(found[:NOBODY])}
        return found[:NOBODY]

    def _read_members(self) -> list[str]:
        rows = list(self._ask("member_id, name", "dim_member", "order by member_id"))[:NOBODY]
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
        since = (
            f"where local_date >= date '{self._first.isoformat()}' order by local_date, message_id"
        )
        for row in self._ask(columns, "fct_post", since):
            message, profile, day, hour, status, media, links, author, content, length, *review = (
                row
            )
            if profile not in self._profiles:
                continue
            places[message] = len(posts.profile)
            posts.profile.append(self._profiles[profile])
            posts.day.append(min(self._day(day), 0x7FFF))
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
        reviews.minutes.append(
            UNKNOWN_MINUTES if minutes is None else min(round(minutes), UNKNOWN_MINUTES - 1)
        )

    def _read_hashtags(self, places: Mapping[str, int]) -> dict[str, Any]:
        """Hashtags with the posts that carry them; the most used ones, as far as there is room."""
        rows = [
            (tag, places[message])
            for message, tag in self._ask("message_id, hashtag", "fct_post_hashtag")
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
            "tag": _base64(names),
            "post": _base64(found),
        }

    def _text(self, text: str | None) -> str:
        if not self._choices.text or not text:
            return ""
        line = " ".join(text.split())
        return line if len(line) <= _LISTED_TEXT else line[: _LISTED_TEXT - 1] + "…"

    def _slot(self, profile: str, day: dt.date, moment: dt.datetime) -> list[Any]:
        """Where and when a listed post is, as the page's script reads it."""
        place = self._profiles.get(profile, NOBODY)
        return [place, self._day(day), f"{moment:%Y-%m-%d %H:%M}"]

    def _read_failed(self) -> list[list[Any]]:
        columns = "social_profile_id, local_date, scheduled_local, text, created_by_member_id"
        rest = (
            f"where status = 'failed' and local_date >= date '{self._first.isoformat()}' "
            f"order by scheduled_at desc, message_id limit {_LISTED_FAILURES}"
        )
        return [
            [
                *self._slot(profile, day, moment),
                self._text(text),
                self._members.get(author, NOBODY),
            ]
            for profile, day, moment, text, author in self._ask(columns, "fct_post", rest)
        ]

    def _read_upcoming(self) -> list[list[Any]]:
        """Posts that somebody has to look at: not approved, or for a profile to reconnect."""
        columns = "social_profile_id, local_date, scheduled_local, risk, text"
        until = self._choices.as_of + dt.timedelta(days=UPCOMING_DAYS)
        rest = (
            f"where risk <> 'none' and scheduled_at < timestamp '{until:%Y-%m-%d %H:%M:%S}' "
            f"order by scheduled_at, message_id limit {_LISTED_UPCOMING}"
        )
        return [
            [*self._slot(profile, day, moment), risk, self._text(text)]
            for profile, day, moment, risk, text in self._ask(columns, "calendar_upcoming", rest)
        ]


def _packed(columns: _Columns | _Reviews) -> dict[str, str]:
    return {name: _base64(column) for name, column in vars(columns).items()}


def _base64(column: array[int]) -> str:
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return base64.b64encode(zlib.compress(column.tobytes(), 9)).decode("ascii")
