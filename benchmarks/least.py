"""The fewest requests that can read a world, worked out from what the sandbox knows of it.

Nothing of the tap is asked. A list costs a request for each parent, a detail one for each thing, a
window of messages one for each hundred of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from hootsuite_sandbox.testing import SandboxProcess

PAGE = 100
WINDOW = timedelta(days=28)
# One request for each row of the other table: what it costs to read a detail or a parent's list.
_PER_ROW = {
    "members": ("get_member", "members"),
    "member_organizations": ("list_member_organizations", "members"),
    "organization_members": ("list_organization_members", "organizations"),
    "organization_member_permissions": (
        "get_organization_member_permissions",
        "organization_members",
    ),
    "organization_member_teams": ("list_organization_member_teams", "organization_members"),
    "organization_member_social_profiles": (
        "list_organization_member_social_profiles",
        "organization_members",
    ),
    "social_profile_permissions": (
        "get_social_profile_permissions",
        "organization_member_social_profiles",
    ),
    "social_profile_teams": ("list_social_profile_teams", "social_profiles"),
    "teams": ("list_organization_teams", "organizations"),
    "team_members": ("list_team_members", "teams"),
    "team_social_profiles": ("list_team_social_profiles", "teams"),
    "team_member_permissions": ("get_team_member_permissions", "team_members"),
    "media": ("get_media", "media"),
}
_ONE = {
    "me": "get_me",
    "organizations": "list_my_organizations",
    "my_social_profiles": "list_my_social_profiles",
    "social_profiles": "list_social_profiles",
    "scim_resource_types": "list_scim_resource_types",
}


def requests(
    sandbox: SandboxProcess,
    streams: Collection[str],
    begin: datetime,
    end: datetime,
    interactions: Iterable[Mapping[str, str]] = (),
) -> Counter[str]:
    """Count by operation what a first run must ask, the token included.

    Args:
        sandbox: The world.
        streams: Selected streams.
        begin: Where the messages begin.
        end: Where they end: now and the horizon.
        interactions: The tap's setting.
    """
    counts = Counter({"create_token": 1})
    counts.update({_ONE[name]: 1 for name in streams if name in _ONE})
    for name in streams:
        if name in _PER_ROW:
            operation, parents = _PER_ROW[name]
            counts[operation] = sandbox.count(parents)
    if "scim_users" in streams:
        counts["list_scim_users"] = _pages(sandbox.count("scim_users"))
    if "messages" in streams:
        counts["list_messages"] = message_pages(sandbox, begin, end)
    if "message_history" in streams:
        counts["get_message_history"] = _reviewed(sandbox, begin, end)
    if "interactions" in streams:
        counts["list_interactions"] = _conversations(sandbox, interactions)
    return counts


def message_pages(sandbox: SandboxProcess, begin: datetime, end: datetime) -> int:
    """Count the pages of all windows between two instants, each window at least one."""
    windows = -(-(end - begin) // WINDOW)
    found = Counter(dict.fromkeys(range(windows), 0))
    for time in _times(sandbox).values():
        if time and begin <= time < end:
            found[(time - begin) // WINDOW] += 1
    return sum(map(_pages, found.values()))


def _times(sandbox: SandboxProcess) -> dict[str, datetime | None]:
    rows = sandbox.truth("messages", "id", "scheduledSendTime")
    texts = ((row["id"], row["scheduledSendTime"]) for row in rows)
    return {ident: datetime.fromisoformat(text) if text else None for ident, text in texts}


def _reviewed(sandbox: SandboxProcess, begin: datetime, end: datetime) -> int:
    """Count the messages of the range, or without a time, that have a history."""
    times = _times(sandbox)
    found = {row["messageId"] for row in sandbox.truth("message_history", "messageId")}
    return sum((time := times[one]) is None or begin <= time < end for one in found)


def _pages(rows: int) -> int:
    return max(1, -(-rows // PAGE))


def _conversations(sandbox: SandboxProcess, wanted: Iterable[Mapping[str, str]]) -> int:
    """Count the pages of every pair of an own account and another."""
    talks: Counter[frozenset[Any]] = Counter()
    for row in sandbox.truth("interactions", "fromSocialNetworkId", "toSocialNetworkId"):
        talks[frozenset(row.values())] += 1
    pages = 0
    for one in wanted:
        network, target = one["social_network_type"].upper(), one["target_social_network_id"]
        for profile in sandbox.truth("social_profiles", "type", "socialNetworkId"):
            if profile["type"].startswith(network) and profile["socialNetworkId"]:
                pages += _pages(talks[frozenset((profile["socialNetworkId"], target))])
    return pages
