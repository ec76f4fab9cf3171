"""What a full run of the tap would cost, in requests: an estimate from the lists that were seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from hootsuite_cli.check.probe import RECENT, Prober, references
from tap_hootsuite.tap import stream_classes
from tap_hootsuite.windows import LONGEST, instant

_PAGE = 100
_YEAR = timedelta(days=365)
_KEPT = timedelta(days=90)  # media of messages are asked for so long
_SAMPLES = 4  # members that are asked for a count of their profiles
# Asked for only where a message vanished, or where the settings name a conversation.
_ON_DEMAND = ("deleted_messages", "interactions")


def estimate(prober: Prober, settings: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """Requests of a first full run, by stream.

    Args:
        prober: Has explored; is asked for a few samples more.
        settings: The tap's, for the range of time.
        now: The platform's.
    """
    parents = _parents(prober)
    found = {stream.name: parents[stream.over] if stream.over else 1 for stream in stream_classes()}
    found["members"] = parents["persons"]
    found["teams"] = parents["organizations"]
    found["scim_users"] = _accounts(prober)
    found["ad_accounts"] = parents["organizations"]
    found["scim_group_members"] = 0  # read together with scim_groups
    comments = settings.get("comment_ids")
    found["comments"] = len(comments) if isinstance(comments, list) else 0
    return found | _of_messages(prober, settings, now) | dict.fromkeys(_ON_DEMAND, 0)


def _parents(prober: Prober) -> dict[str, int]:
    """Number of requests for each kind of fan-out, such as one per organization or profile."""
    organizations = prober.samples.get("organizationId", [])
    # Many organizations are looked at by a sample; the others are taken to be like those.
    asked = max(1, min(len(organizations), prober.organizations_asked))
    scale = max(1.0, len(organizations) / asked)
    members = ceil(len(prober.samples.get("memberId", [])) * scale)
    teams = ceil(len(prober.samples.get("teamId", [])) * scale)
    return {
        "organizations": len(organizations),
        "profiles": len(prober.samples.get("socialProfileId", [])),
        "members": members,
        "persons": members,
        "teams": teams,
        "team_members": teams * len(references(prober.ask("list_team_members").data)),
        "member_profiles": ceil(members * _profiles_each(prober, organizations)),
    }


def _profiles_each(prober: Prober, organizations: Sequence[str]) -> float:
    """Average number of profiles of a member; the caller alone may see more than others do."""
    if not organizations:
        return 0.0
    path = {"organizationId": organizations[0]}
    members = references(prober.ask("list_organization_members", path).data)
    chosen = members[:: max(1, len(members) // _SAMPLES)][:_SAMPLES]
    operation = "list_organization_member_social_profiles"
    paths = [{**path, "memberId": one} for one in chosen]
    counts = [len(references(prober.ask(operation, path).data)) for path in paths]
    return sum(counts) / len(counts) if counts else 0.0


def _accounts(prober: Prober) -> int:
    found = prober.ask("list_scim_users").data
    total = found.get("totalResults") if isinstance(found, dict) else None
    return ceil(total / _PAGE) if isinstance(total, int) and total else 1


def _of_messages(prober: Prober, settings: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """Requests for messages: windows, pages in them, and requests for single messages.

    Every month is taken to be like the last one.
    """
    start = _start(settings, now)
    days = settings.get("horizon_days")
    horizon = timedelta(days=days if isinstance(days, int) else 364)  # a wrong one is told apart
    windows = ceil((now - start) / LONGEST) + ceil(horizon / LONGEST)
    recent = prober.ask("list_messages")
    page: list[Mapping[str, Any]] = recent.data or []
    cut_off = bool((recent.metadata.get("cursor") or {}).get("next"))
    monthly = _extrapolate(page) if cut_off else len(page)
    months = (now - start) / RECENT
    each = monthly / len(page) if page else 0.0
    reviewed = sum(bool(one.get("reviewers") or one.get("sequenceNumber")) for one in page)
    media = sum(len(one.get("media") or ()) for one in page)
    return {
        "messages": windows + ceil(max(0, ceil(monthly / _PAGE) - 1) * months),
        "message_history": ceil(reviewed * each * months),
        "media": ceil(media * each * min(months, _KEPT / RECENT)),
    }


def _extrapolate(page: Sequence[Mapping[str, Any]]) -> int:
    """Estimate a month's messages from the density of its full first page."""
    times = sorted(instant(one["scheduledSendTime"]) for one in page if one["scheduledSendTime"])
    span = max((times[-1] - times[0]).total_seconds(), 1.0) if times else 1.0
    return ceil(len(page) * RECENT.total_seconds() / span)


def _start(settings: Mapping[str, Any], now: datetime) -> datetime:
    try:
        return min(instant(str(settings["start_date"])), now)
    except (KeyError, ValueError):
        return now - _YEAR
