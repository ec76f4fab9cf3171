"""Properties of each network in analytics: metrics, time zone of its days, refresh interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

HOUR = 3600
DAY = 86_400
PACIFIC = "America/Los_Angeles"
"""The time zone of days of Facebook, YouTube and Instagram; the others use UTC."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a post.

    Args:
        name: Its name in the network's own reports.
        share: Its approximate share of the post's views.
        kinds: Only posts of these kinds have it; empty for all.
        lacking: One in so many posts lacks it, whatever its kind; 0 for none.
    """

    name: str
    share: float
    kinds: frozenset[str] = frozenset()
    lacking: int = 0


@dataclass(frozen=True, slots=True)
class Network:
    """Properties of a network's metrics in Hootsuite.

    Args:
        zone: The time zone of its days.
        refresh: Seconds between two refreshes.
        processing: Most seconds from a refresh until its metrics are shown.
        tau: Seconds after which a post has reached two thirds of its audience.
        metrics: Those of posts.
        kinds: Values of `postType`: text, picture, video.
        native: How many posts in a hundred days are made on the network itself.
        site: URL of posts; `{account}` and `{post}` are replaced.
        followers, gained, lost: Names of the profile's metrics; empty if it has none.
        daily: Further metrics of the profile, with their share of its followers.
        breakdowns: For some of them, the dimension and its values.
    """

    zone: str
    refresh: int
    processing: int
    tau: float
    metrics: tuple[Metric, ...]
    kinds: tuple[str, str, str]
    native: int
    site: str
    followers: str
    gained: str
    lost: str
    daily: Mapping[str, float]
    breakdowns: Mapping[str, tuple[str, tuple[str, ...]]]


_MOVING = frozenset({"video"})
_STORY = frozenset({"story"})
_LASTING = frozenset({"text", "picture", "video"})

NETWORKS: Mapping[str, Network] = {
    "FACEBOOKPAGE": Network(
        zone=PACIFIC,
        refresh=DAY,
        processing=3 * HOUR,
        tau=1.6 * DAY,
        metrics=(
            Metric("post_views", 1.0, lacking=23),
            Metric("likes", 0.022),
            Metric("comments", 0.004),
            Metric("shares", 0.003),
            Metric("clicks", 0.014, lacking=9),
            Metric("video_views", 0.4, _MOVING),
        ),
        kinds=("FACEBOOK_STATUS", "FACEBOOK_PHOTO", "FACEBOOK_VIDEO"),
        native=20,
        site="https://www.facebook.com/{post}",
        followers="total_followers",
        gained="",
        lost="",
        daily={"page_reactions": 0.012, "page_views": 0.03, "page_impressions": 0.4},
        breakdowns={"page_reactions": ("reaction_type", ("like", "love", "haha", "wow"))},
    ),
    "TWITTER": Network(
        zone="UTC",
        refresh=DAY,
        processing=HOUR,
        tau=0.7 * DAY,
        metrics=(
            Metric("impressions", 1.0),
            Metric("likes", 0.011),
            Metric("replies", 0.002),
            Metric("retweets", 0.003),
            Metric("quotes", 0.0007),
            Metric("url_clicks", 0.006, lacking=4),
            Metric("video_views", 0.35, _MOVING),
        ),
        kinds=("TWITTER_TWEET", "TWITTER_PHOTO", "TWITTER_VIDEO"),
        native=45,
        site="https://twitter.com/i/status/{post}",
        followers="followers_count",
        gained="",
        lost="",
        daily={"mentions": 0.002, "impressions": 0.5},
        breakdowns={},
    ),
    "INSTAGRAMBUSINESS": Network(
        zone=PACIFIC,
        refresh=2 * DAY,
        processing=16 * HOUR,
        tau=2.2 * DAY,
        metrics=(
            Metric("views", 1.0),
            Metric("reach", 0.72, lacking=13),
            Metric("likes", 0.045, _LASTING),
            Metric("comments", 0.004, _LASTING),
            Metric("shares", 0.003, _LASTING),
            Metric("saves", 0.005, _LASTING, 17),
            Metric("replies", 0.002, _STORY),
        ),
        kinds=("INSTAGRAM_IMAGE", "INSTAGRAM_IMAGE", "INSTAGRAM_REEL"),
        native=40,
        site="https://www.instagram.com/p/{post}/",
        followers="followers_count",
        gained="new_followers_count",
        lost="lost_followers_count",
        daily={"views": 1.9, "engagement": 0.21, "profile_links_taps": 0.003},
        breakdowns={"views": ("media_product_type", ("POST", "REEL", "STORY", "AD"))},
    ),
    "TIKTOKBUSINESS": Network(
        zone="UTC",
        refresh=DAY,
        processing=4 * HOUR,
        tau=4 * DAY,
        metrics=(
            Metric("video_views", 1.0),
            Metric("likes", 0.06),
            Metric("comments", 0.003),
            Metric("shares", 0.004),
            Metric("reach", 0.8, lacking=5),
            Metric("average_time_watched", 0.0009),
        ),
        kinds=("TIKTOK_VIDEO", "TIKTOK_PHOTO", "TIKTOK_VIDEO"),
        native=60,
        site="https://www.tiktok.com/@{account}/video/{post}",
        followers="followers_count",
        gained="",
        lost="",
        daily={"video_views": 1.2, "profile_views": 0.02, "likes": 0.05},
        breakdowns={},
    ),
    "YOUTUBECHANNEL": Network(
        zone=PACIFIC,
        refresh=DAY,
        processing=6 * HOUR,
        tau=8 * DAY,
        metrics=(
            Metric("views", 1.0),
            Metric("likes", 0.03),
            Metric("comments", 0.003),
            Metric("shares", 0.002, lacking=6),
        ),
        kinds=("YOUTUBE_VIDEO", "YOUTUBE_VIDEO", "YOUTUBE_VIDEO"),
        native=12,
        site="https://www.youtube.com/watch?v={post}",
        followers="subscribers_count",
        gained="subscribers_gained",
        lost="subscribers_lost",
        daily={"views": 0.6, "estimated_minutes_watched": 1.4, "comments": 0.002},
        breakdowns={"views": ("country", ("US", "CA", "GB", "DE"))},
    ),
    "PINTEREST": Network(
        zone="UTC",
        refresh=DAY,
        processing=5 * HOUR,
        tau=9 * DAY,
        metrics=(
            Metric("impressions", 1.0),
            Metric("saves", 0.012),
            Metric("pin_clicks", 0.02),
            Metric("outbound_clicks", 0.006, lacking=7),
        ),
        kinds=("PINTEREST_PIN", "PINTEREST_PIN", "PINTEREST_VIDEO_PIN"),
        native=15,
        site="https://www.pinterest.com/pin/{post}/",
        followers="followers_count",
        gained="",
        lost="",
        daily={"impressions": 0.8, "saves": 0.01},
        breakdowns={},
    ),
    "THREADS": Network(
        zone="UTC",
        refresh=DAY,
        processing=2 * HOUR,
        tau=1.2 * DAY,
        metrics=(
            Metric("views", 1.0),
            Metric("likes", 0.02),
            Metric("replies", 0.004),
            Metric("reposts", 0.002),
            Metric("quotes", 0.0006, lacking=8),
        ),
        kinds=("THREADS_TEXT", "THREADS_IMAGE", "THREADS_VIDEO"),
        native=35,
        site="https://www.threads.net/@{account}/post/{post}",
        followers="followers_count",
        gained="",
        lost="",
        daily={"views": 0.7, "likes": 0.015},
        breakdowns={},
    ),
}


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def day_of(network: Network, instant: int) -> date:
    """Return the network's day of an instant."""
    if network.zone == "UTC":
        return date.fromordinal(719_163 + instant // DAY)
    return datetime.fromtimestamp(instant, _zone(network.zone)).date()


def starts_at(network: Network, day: date) -> int:
    """Return the start of a day of the network."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=_zone(network.zone))
    return int(midnight.astimezone(UTC).timestamp())


def ends_at(network: Network, day: date) -> int:
    """Return the end of a day of the network."""
    return starts_at(network, day + timedelta(days=1))
