"""Base classes of the analytics streams that are requested per social profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from hootsuite_api.contract import load
from hootsuite_api.records import builder
from tap_hootsuite.analytics import Batch, Found, Unit
from tap_hootsuite.analytics_days import DailyStream
from tap_hootsuite.answers import ids
from tap_hootsuite.base import ID, Row
from tap_hootsuite.refusals import allowed

POSTS = "post_metrics"


def networks(operation: str) -> Sequence[str]:
    """Return the networks that an analytics operation supports, from the contract."""
    parameters = load().operations[operation].parameters
    found: Sequence[str] = next(p.schema["enum"] for p in parameters if p.name == "networkId")
    return found


class ProfileStream(DailyStream):
    """Metrics of profiles, or of their posts."""

    extra: ClassVar[Mapping[str, Any]] = {
        "network_id": ID,
        "social_profile_id": ID,
        "datatype": ID,
    }

    def units(self) -> list[Unit]:
        """Return the profiles that analytics supports."""
        chosen = self.run.options.profiles
        found: dict[str, list[Any]] = {name: [] for name in networks(self.operation)}
        for one in allowed(self.run.directory.profiles, self.gaps):
            if one.get("type") in found and (not chosen or str(one["id"]) in chosen):
                found[one["type"]].append(one)
        return [
            Unit(network, profile, datatype)
            for network, profiles in found.items()
            for datatype in self.run.options.datatypes
            for profile in ids(profiles)
        ]

    def question(self, batch: Batch) -> dict[str, Any]:
        """Return the request for profiles of one network."""
        return {
            "filters": {"profileId": {"in": [one.subject for one in batch.units]}},
            "networkId": batch.group,
            "datatype": batch.datatype,
        }

    def build(self, batch: Batch, data: Mapping[str, Any]) -> Row:
        """Add the values of the request to the row."""
        row = builder("PostMetrics" if "externalId" in data else "ProfileMetrics")(data)
        key = {"network_id": batch.group, "social_profile_id": row.pop("profile_id")}
        return {**key, "datatype": batch.datatype, **row}


class PostStream(ProfileStream):
    """A stream that is read together with the other selected post streams.

    `post_metrics` comes first and reads for all. Without it, the others only need the restatement
    window.
    """

    operation: ClassVar[str] = "list_post_metrics"

    def read(self) -> None:
        """Read posts for all selected post streams, this one included."""
        self.companions: list[PostStream] = [self]
        if self.ABORT_AT_RECORD_COUNT is None:  # the SDK's dry run tests each stream on its own
            found = [one for one in self._tap.streams.values() if isinstance(one, PostStream)]
            self.companions = [one for one in found if one.selected]
        for one in self.companions:
            if one is not self:
                one.prepare()
            one.recall()
        self.run.done.update(one.name for one in self.companions)
        super().read()

    def begin(self, key: str) -> date:
        """Return the first day to read for a unit."""
        begin = super().begin(key)
        return begin if self.name == POSTS else max(begin, self.today - self.again)

    def take(self, batch: Batch, found: Found) -> None:
        """Pass the result to each stream."""
        for one in self.companions:
            one.take_posts(batch, found)

    def store(self) -> None:
        """Let all streams store their state, if any request was sent."""
        super().store()
        if getattr(self, "marks", None) is not None:
            for one in self.companions:
                one.memorise()

    # ------------------------------------------------------------------ what each stream does

    def recall(self) -> None:
        """Read what earlier runs stored in the state."""

    def take_posts(self, batch: Batch, found: Found) -> None:
        """Write this stream's rows of a batch."""
        raise NotImplementedError

    def memorise(self) -> None:
        """Store what the next run needs in the state."""

    def recent(self, rows: Sequence[Row]) -> list[Row]:
        """Return the posts with a date that the next run reads again."""
        first = (self.today - self.again).isoformat()
        return [row for row in rows if row["created_at"] and row["created_at"] >= first]
