"""What a full run of the tap would cost, in requests: an estimate from the lists that were seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from hootsuite_cli.probe import RECENT, Prober, references
from tap_hootsuite.tap import stream_classes
from tap_hootsuite.windows import LONGEST, instant

_PAGE = 100
_YEAR = timedelta(days=365)
# Asked for only where a message calls for it, which a look at the lists can't tell.
_ON_DEMAND = ("deleted_messages", "message_history", "media", "interactions")


def estimate(prober: Prober, settings: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """Requests of a first full run, by stream.

    Args:
        prober: Has explored; may be asked for one sample more.
        settings: The tap's, for the range of time.
        now: The platform's.
    """
    parents = _parents(prober)
    messages = _messages(prober, settings, now)
    found: dict[str, int] = {}
    for stream in stream_classes():
        parameters = {"messages": messages, "teams": parents["organizations"]}
        if stream.over:
            found[stream.name] = parents[stream.over]
        else:
            found[stream.name] = parameters.get(stream.name, 1)
    found["members"] = parents["persons"]
    found["scim_users"] = ceil(parents["persons"] / _PAGE) or 1
    # Asked for only where a message calls for it, which a look at the lists can't tell.
    return found | dict.fromkeys(
        ("deleted_messages", "message_history", "media", "interactions"), 0
    )


def _parents(prober: Prober) -> dict[str, int]:
    """How many requests each way of fanning out takes."""
    samples = {name: len(ids) for name, ids in prober.samples.items()}
    members, teams = samples.get("memberId", 0), samples.get("teamId", 0)
    in_team = len(references(prober.ask("list_team_members").data))
    of_member = len(references(prober.ask("list_organization_member_social_profiles").data))
    return {
        "organizations": samples.get("organizationId", 0),
        "profiles": samples.get("socialProfileId", 0),
        "members": members,
        "persons": members,
        "teams": teams,
        "team_members": teams * in_team,
        "member_profiles": members * of_member,
    }


def _messages(prober: Prober, settings: Mapping[str, Any], now: datetime) -> int:
    """Windows, and pages inside them if every month were like the last."""
    start = _start(settings, now)
    horizon = timedelta(days=int(settings.get("horizon_days", 364)))
    windows = ceil((now - start) / LONGEST) + ceil(horizon / LONGEST)
    recent = prober.ask("list_messages")
    monthly = len(recent.data or [])
    if (recent.metadata.get("cursor") or {}).get("next") and monthly > 1:
        monthly = _extrapolate(recent.data)
    pages = ceil(monthly / _PAGE) or 1
    return windows + (pages - 1) * ceil((now - start) / RECENT)


def _extrapolate(page: list[Mapping[str, Any]]) -> int:
    """How many messages a month has whose first page is full, by the page's own density."""
    times = sorted(instant(one["scheduledSendTime"]) for one in page if one["scheduledSendTime"])
    span = max((times[-1] - times[0]).total_seconds(), 1.0) if times else 1.0
    return ceil(len(page) * RECENT.total_seconds() / span)


def _start(settings: Mapping[str, Any], now: datetime) -> datetime:
    try:
        return min(instant(str(settings["start_date"])), now)
    except (KeyError, ValueError):
        return now - _YEAR
