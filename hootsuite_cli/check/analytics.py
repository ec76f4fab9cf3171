"""What `hootsuite check` says about analytics: scope, add-on, profiles, and what a night costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from hootsuite_api import Call, HootsuiteError
from hootsuite_api.contract import load
from hootsuite_api.errors import (
    NetworkFault,
    PermissionDenied,
    ServerFault,
    TornBody,
    ValidationRejected,
)
from hootsuite_cli.check.probe import RECENT, Prober
from tap_hootsuite.ad_figures import RESTATED, is_usable
from tap_hootsuite.analytics import BATCH, PAGE
from tap_hootsuite.analytics_access import SCOPE
from tap_hootsuite.analytics_days import BACKFILL, LONGEST, PAD
from tap_hootsuite.profile_figures import networks
from tap_hootsuite.windows import instant

_PROBE = "list_profile_metrics"
_ENTITIES = ("ad_campaigns", "ad_sets", "ads")
_DAYS = ("ad_campaign_metrics", "ad_set_metrics", "ad_metrics")


@dataclass(frozen=True)
class Analytics:
    """What the account may read of analytics, and what it would cost.

    Args:
        scope: Whether the token has the scope: `yes`, `no` or `unknown`.
        add_on: Whether analytics answers: `yes`, `no` or `unknown`.
        why: For a person.
        profiles: Social profiles by network that analytics serves.
        unsupported: Social profiles that it does not serve: id and type.
        first: Requests of a first run, by stream.
        nightly: Requests of a later run, by stream.
    """

    scope: str
    add_on: str
    why: str
    profiles: Mapping[str, int]
    unsupported: Sequence[Mapping[str, str]]
    first: Mapping[str, int]
    nightly: Mapping[str, int]

    @property
    def allowed(self) -> str:
        """Whether the streams of analytics may be read."""
        return "no" if self.scope == "no" else self.add_on

    def as_dict(self) -> dict[str, Any]:
        """Return what a program may want to know."""
        found = asdict(self)
        del found["first"], found["nightly"]
        return {**found, "nightly_requests": sum(self.nightly.values())}


def look(prober: Prober, settings: Mapping[str, Any], now: datetime) -> Analytics:
    """Find out what analytics would bring; asks one question of it, if the scope may be there.

    Args:
        prober: Has explored.
        settings: The tap's.
        now: The platform's.
    """
    profiles = prober.ask("list_social_profiles").data or []
    supported = networks(_PROBE)
    served: dict[str, list[str]] = {}
    unsupported = []
    for one in profiles:
        if one.get("type") in supported:
            served.setdefault(one["type"], []).append(str(one["id"]))
        else:
            unsupported.append({"id": str(one["id"]), "type": str(one.get("type"))})
    scope = _scope(prober)
    add_on, why = _add_on(prober, served, now) if scope != "no" else ("unknown", "")
    first, nightly = _costs(prober, settings, served, now)
    return Analytics(
        scope=scope,
        add_on=add_on,
        why=why or f"the token lacks the scope {SCOPE}",
        profiles={network: len(ids) for network, ids in served.items()},
        unsupported=unsupported,
        first=first,
        nightly=nightly,
    )


def _scope(prober: Prober) -> str:
    scope = prober.client.scope
    if scope is None:
        return "unknown"
    return "yes" if SCOPE in scope else "no"


def _add_on(prober: Prober, served: Mapping[str, Sequence[str]], now: datetime) -> tuple[str, str]:
    """Ask for one row of one profile: nothing else tells whether the account has the add-on."""
    if not served:
        return "unknown", "no profile of a network that has analytics"
    network, ids = next(iter(served.items()))
    day = (now.date() - timedelta(days=7)).isoformat()
    filters = {
        "profileId": {"in": [ids[0]]},
        "reportingPeriod": {"timespan": {"since": day, "until": day}},
    }
    query = {"networkId": network, "limit": 1}
    try:
        prober.client.send(Call(_PROBE, query=query, body={"filters": filters}))
    except PermissionDenied as error:
        return "no", f"refused (HTTP {error.status}): the scope {SCOPE} or the add-on is missing"
    except ValidationRejected:  # only who is let in is told that
        pass
    except (ServerFault, TornBody, NetworkFault) as error:
        prober.unanswered.append(load().operations[_PROBE].path)
        return "unknown", type(error).__name__
    except HootsuiteError as error:
        return "unknown", type(error).__name__
    return "yes", f"{SCOPE} and the add-on"


def _costs(
    prober: Prober,
    settings: Mapping[str, Any],
    served: Mapping[str, Sequence[str]],
    now: datetime,
) -> tuple[dict[str, int], dict[str, int]]:
    """Estimate requests; posts of the networks' own apps are not known before they are read."""
    again = settings.get("analytics_restate_days")
    again = again if isinstance(again, int) else 35
    batches = [n for ids in served.values() for n in _batches(len(ids))]
    posts = _posts_a_day(prober)
    accounts = [n for found in _accounts(prober).values() for n in _batches(found)]
    first, nightly = {}, {}
    for stream, groups, rate, days in (
        ("post_metrics", batches, posts, again),
        ("profile_metrics", batches, 1.0, again),
        *((name, accounts, 1.0, RESTATED.days) for name in _DAYS),
    ):
        nightly[stream] = sum(_pages(n * rate, days + 1) for n in groups)
        windows = _windows(settings, now, days)
        first[stream] = sum(_pages(n * rate, window) for n in groups for window in windows)
    for name in _ENTITIES:
        first[name] = nightly[name] = len(accounts)
    none = dict.fromkeys(("deleted_post_metrics", "post_metric_snapshots"), 0)  # read along
    return first | none, nightly | none


def _batches(count: int) -> list[int]:
    """Return the sizes of the batches of a network."""
    return [min(BATCH, count - begin) for begin in range(0, count, BATCH)]


def _pages(rows_a_day: float, days: int) -> int:
    return max(1, ceil(rows_a_day * (days + 2 * PAD.days) / PAGE))


def _windows(settings: Mapping[str, Any], now: datetime, again: int) -> list[int]:
    """Return the lengths of the windows of a first run, in days."""
    try:
        begin: date = instant(str(settings["start_date"])).date()
    except (KeyError, ValueError):
        begin = now.date() - timedelta(days=365)
    left = max(0, (now.date() - max(begin, now.date() - LONGEST + PAD)).days)
    windows = []
    while left > again + BACKFILL.days:
        windows.append(BACKFILL.days)
        left -= BACKFILL.days
    return [*windows, left]


def _posts_a_day(prober: Prober) -> float:
    """Return how much a profile publishes a day, as far as messages tell."""
    page = prober.ask("list_messages").data or []
    by_profile = Counter((one.get("socialProfile") or {}).get("id") for one in page)
    return len(page) / max(1, len(by_profile)) / RECENT.days


def _accounts(prober: Prober) -> Counter[str]:
    """Count the ad accounts of the first organizations by network."""
    found: Counter[str] = Counter()
    for organization in prober.samples.get("organizationId", [])[: prober.organizations_asked]:
        listed = prober.ask("list_my_ad_accounts", {"organization_id": organization}).data or []
        found.update(one["social_network"] for one in listed if is_usable(one))
    return found
