"""`/v1/socialProfiles`: the accounts on social networks that are published to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tap_hootsuite.answers import ids
from tap_hootsuite.base import Row, Stage
from tap_hootsuite.refusals import Gaps
from tap_hootsuite.seen_messages import order, pack, unpack
from tap_hootsuite.stream_types import FanOutStream, ListStream


class SocialProfiles(ListStream):
    """Social profiles that the caller sees, and those that other answers only mention."""

    name = "social_profiles"
    primary_keys = ("id",)
    operation = "list_social_profiles"
    also = ("get_social_profile",)
    component = "SocialProfile"
    stage = Stage.LATER  # after the streams that mention profiles

    def listed(self) -> Iterable[Any]:
        """Return the profiles that pass the filter on organizations."""
        return self.run.directory.profiles()

    def pages(self) -> Iterator[list[Row]]:
        """List the profiles, then request each one that was mentioned elsewhere."""
        yield from super().pages()
        directory = self.run.directory
        mentioned = unpack(self.stream_state.get("mentioned")) | directory.mentioned_profiles()
        if not self.gaps:
            mentioned -= set(ids(directory.ask(self.operation)))
        paths = ({"socialProfileId": one} for one in sorted(mentioned, key=order))
        # A mentioned profile may be invisible to the caller, so a refusal is not a gap.
        asked = directory.each(self.also[0], paths, Gaps(skip=True))
        found = [one for _, one in asked if one is not None]
        self.stream_state["mentioned"] = pack(ids(found))
        yield [self.row({}, one) for one in found]


class SocialProfileTeams(FanOutStream):
    """Teams of a social profile."""

    name = "social_profile_teams"
    primary_keys = ("social_profile_id", "team_id")
    operation = "list_social_profile_teams"
    over = "profiles"
    reference = "team_id"
