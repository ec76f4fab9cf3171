"""`/v1/analytics`: metrics of posts and profiles, a paid add-on of the platform."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from tap_hootsuite.analytics import Batch, Found
from tap_hootsuite.analytics_days import PAD
from tap_hootsuite.base import ID, TIME, Stage
from tap_hootsuite.profile_figures import PostStream, ProfileStream
from tap_hootsuite.seen_messages import moment, seconds
from tap_hootsuite.seen_posts import SeenPosts
from tap_hootsuite.windows import instant, stamp

KEY = ("network_id", "social_profile_id", "datatype", "external_id")


class PostMetrics(PostStream):
    """Published posts with their lifetime metrics, including posts made outside Hootsuite."""

    name = "post_metrics"
    primary_keys = KEY
    replication_key = "created_at"
    component = "PostMetrics"
    without = frozenset({"profile_id"})  # the same as social_profile_id

    def take_posts(self, batch: Batch, found: Found) -> None:
        """Write the posts."""
        del batch
        self.write(found.rows)


class PostMetricSnapshots(PostStream):
    """Lifetime metrics of each post, one row per day on which they were read, while they grow."""

    name = "post_metric_snapshots"
    primary_keys = (*KEY, "captured_on")
    replication_key = "captured_on"
    stage = Stage.DERIVED
    selected_by_default = False
    refreshed = "appended: a row a post and day, for the days that `post_metrics` reads again"
    extra: ClassVar[Mapping[str, Any]] = {
        **PostStream.extra,
        "external_id": ID,
        "captured_on": {"type": ["string", "null"], "format": "date"},
        "created_at": TIME,
        "last_refreshed": TIME,
        "external_profile_id": ID,
        "metrics": {"type": ["object", "null"]},
    }

    def take_posts(self, batch: Batch, found: Found) -> None:
        """Write the posts whose metrics may still grow, with the day of this run."""
        del batch
        day = {"captured_on": self.today.isoformat()}
        recent = self.recent(found.rows)
        self.write([{name: row.get(name) for name in self.extra} | day for row in recent])


class DeletedPostMetrics(PostStream):
    """Posts that two successive runs found gone while their profile was still readable."""

    name = "deleted_post_metrics"
    primary_keys = KEY
    replication_key = "confirmed_at"
    stage = Stage.DERIVED
    refreshed = "by `confirmed_at`, for the days that `post_metrics` reads again"
    extra: ClassVar[Mapping[str, Any]] = {
        **PostStream.extra,
        "external_id": ID,
        "missing_since": TIME,
        "confirmed_at": TIME,
    }

    def recall(self) -> None:
        """Read the posts that the last run saw."""
        self.seen = SeenPosts(self.stream_state.get("memory"))

    def take_posts(self, batch: Batch, found: Found) -> None:
        """Compare the posts of this run with those of earlier runs."""
        refused = {unit for unit, _ in found.refused}
        for unit in batch.units:
            if unit in refused:
                continue
            rows = [row for row in found.rows if row["social_profile_id"] == unit.subject]
            there = {row["external_id"] for row in rows}
            key = {"network_id": unit.group, "social_profile_id": unit.subject}
            gone = [
                {
                    **key,
                    "datatype": unit.datatype,
                    "external_id": one.external_id,
                    "missing_since": stamp(moment(one.missing)),
                    "confirmed_at": stamp(self.run.start),
                }
                for one in self.seen.compare(unit.key, _days(batch), there, seconds(self.run.start))
            ]
            self.write(gone)
            posts = {row["external_id"]: row["created_at"] for row in self.recent(rows)}
            days = {one: instant(time).toordinal() for one, time in posts.items()}
            self.seen.note(unit.key, days)

    def memorise(self) -> None:
        """Store the posts that the next run reads again."""
        self.seen.forget((self.today - self.again).toordinal())
        self.stream_state["memory"] = self.seen.pack()
        if self.bookmark is None or self.bookmark < stamp(self.run.start):
            self.set_bookmark(stamp(self.run.start))


class ProfileMetrics(ProfileStream):
    """Metrics of a profile, such as followers, one row per day."""

    name = "profile_metrics"
    primary_keys = ("social_profile_id", "datatype", "date")
    replication_key = "date"
    operation = "list_profile_metrics"
    component = "ProfileMetrics"
    without = frozenset({"profile_id"})


def _days(batch: Batch) -> range:
    """Return the days whose posts a batch certainly contains, in any time zone of the network."""
    if not batch.since or not batch.until:
        return range(0)
    first, last = batch.since + PAD, batch.until - PAD
    return range(first.toordinal(), (last + timedelta(days=1)).toordinal())
