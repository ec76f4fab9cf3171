"""`/v1/analytics`: how posts and profiles performed. A paid add-on of the platform."""

from __future__ import annotations

from tap_hootsuite.analytics import AnalyticsStream


class PostMetrics(AnalyticsStream):
    """Published posts with their totals so far, those from outside of Hootsuite too."""

    name = "post_metrics"
    primary_keys = ("network_id", "social_profile_id", "datatype", "external_id")
    replication_key = "created_at"
    operation = "list_post_metrics"
    component = "PostMetrics"


class ProfileMetrics(AnalyticsStream):
    """Figures of a profile, such as followers, one row for each day."""

    name = "profile_metrics"
    primary_keys = ("social_profile_id", "datatype", "date")
    replication_key = "date"
    operation = "list_profile_metrics"
    component = "ProfileMetrics"
