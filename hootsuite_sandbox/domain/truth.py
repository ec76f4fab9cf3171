"""The truth: all rows that each stream of the tap should return, for comparison in tests.

Rows are the API's own objects, plus the ids of the path if a stream has such keys. Limits,
pagination and visibility lags are ignored; the rights of the main member (of the ready line) are
not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from hootsuite_sandbox.domain import interactions, media_store, scim_group, views
from hootsuite_sandbox.domain.analytics import ads, posts, profiles
from hootsuite_sandbox.domain.analytics.networks import DAY, NETWORKS, day_of
from hootsuite_sandbox.domain.analytics.requests import LONGEST_REPORT
from hootsuite_sandbox.domain.records import Document, Message, Profile, Team
from hootsuite_sandbox.domain.rules import PROFILE_ADMIN
from hootsuite_sandbox.domain.scim_user import show_user
from hootsuite_sandbox.domain.world import World


def truth(resource: str, world: World) -> list[Document]:
    """Return all rows of a stream.

    Args:
        resource: A stream's name, for example `organization_members`.
        world: The world.

    Raises:
        KeyError: For an unknown stream.
    """
    return list(rows(resource, world))


def rows(resource: str, world: World) -> Iterator[Document]:
    """Yield the rows of a stream one by one, for worlds that are too large for memory.

    Args:
        resource: A stream's name.
        world: The world.

    Raises:
        KeyError: For an unknown stream.
    """
    return _TRUTHS[resource](world)


def _recorded(world: World) -> bool:
    return world.options.quirks == "recorded"


def _me(world: World) -> Iterator[Document]:
    yield views.me(world.members[world.main_member_id], recorded=_recorded(world))


def _organizations(world: World) -> Iterator[Document]:
    for organization in world.organizations_of(world.main_member_id):
        yield views.show_organization(organization, recorded=_recorded(world))


def _my_social_profiles(world: World) -> Iterator[Document]:
    for profile in world.profiles_of(world.main_member_id):
        yield views.reference(profile.id)


def _social_profiles(world: World) -> Iterator[Document]:
    for profile in world.profiles_of(world.main_member_id):
        yield views.show_profile(profile, recorded=_recorded(world))


def _social_profile_teams(world: World) -> Iterator[Document]:
    for profile in world.profiles_of(world.main_member_id):
        for team in world.teams_with(profile.id):
            yield {"socialProfileId": profile.id, "teamId": team.id}


def _seats(world: World) -> Iterator[tuple[str, str]]:
    for organization in world.organizations_of(world.main_member_id):
        for member_id in organization.seats:
            yield organization.id, member_id


def _seat(organization_id: str, member_id: str) -> Document:
    return {"organizationId": organization_id, "memberId": member_id}


def _organization_members(world: World) -> Iterator[Document]:
    for seat in _seats(world):
        yield _seat(*seat)


def _colleagues(world: World) -> list[str]:
    return sorted({member_id for _, member_id in _seats(world)}, key=int)


def _members(world: World) -> Iterator[Document]:
    for member_id in _colleagues(world):
        yield views.show_member(world.members[member_id])


def _member_organizations(world: World) -> Iterator[Document]:
    for organization_id, member_id in _seats(world):
        yield {"memberId": member_id, "organizationId": organization_id}


def _organization_member_permissions(world: World) -> Iterator[Document]:
    for organization_id, member_id in _seats(world):
        grant = world.organizations[organization_id].seats[member_id]
        yield {**_seat(organization_id, member_id), **views.show_grant(grant)}


def _organization_member_teams(world: World) -> Iterator[Document]:
    for organization_id, member_id in _seats(world):
        for team in world.teams_of(member_id, organization_id):
            yield {**_seat(organization_id, member_id), "teamId": team.id}


def _organization_member_social_profiles(world: World) -> Iterator[Document]:
    for organization_id, member_id in _seats(world):
        for profile in world.profiles_of(member_id, organization_id):
            yield {**_seat(organization_id, member_id), "socialProfileId": profile.id}


def _social_profile_permissions(world: World) -> Iterator[Document]:
    for row in _organization_member_social_profiles(world):
        grant = world.profile_grant(row["memberId"], row["socialProfileId"]) or PROFILE_ADMIN
        yield {**row, **views.show_grant(grant)}


def _teams(world: World) -> Iterator[Document]:
    for organization in world.organizations_of(world.main_member_id):
        for team in world.teams_in(organization.id):
            yield views.show_team(team)


def _team_keys(world: World) -> Iterator[tuple[Document, str]]:
    for organization in world.organizations_of(world.main_member_id):
        for team in world.teams_in(organization.id):
            yield {"organizationId": organization.id, "teamId": team.id}, team.id


def _team_members(world: World) -> Iterator[Document]:
    for key, team_id in _team_keys(world):
        for member_id in world.teams[team_id].members:
            yield {**key, "memberId": member_id}


def _team_member_permissions(world: World) -> Iterator[Document]:
    for key, team_id in _team_keys(world):
        for member_id, grant in world.teams[team_id].members.items():
            yield {**key, "memberId": member_id, **views.show_grant(grant)}


def _team_social_profiles(world: World) -> Iterator[Document]:
    for key, team_id in _team_keys(world):
        for profile_id in world.teams[team_id].profile_ids:
            yield {**key, "socialProfileId": profile_id}


def _reachable_messages(world: World) -> Iterator[Message]:
    profiles = {profile.id for profile in world.profiles_of(world.main_member_id)}
    return (message for message in world.messages if message.profile_id in profiles)


def _messages(world: World) -> Iterator[Document]:
    for message in _reachable_messages(world):
        yield views.show_message(world, message)


def _deleted_messages(world: World) -> Iterator[Document]:
    for entry in world.ledger:
        if entry["kind"] == "message_deleted":
            yield {"messageId": entry["message_id"]}


def _message_history(world: World) -> Iterator[Document]:
    for message in _reachable_messages(world):
        for number, action in enumerate(message.history, 1):
            yield {"messageId": message.id, "sequence": number, **views.show_action(action)}


def _media(world: World) -> Iterator[Document]:
    """Media of messages, while they exist; URLs are left out, since they expire soon."""
    used = {item["id"] for message in _reachable_messages(world) for item in message.media or ()}
    for media_id in sorted(used):
        media = media_store.known_media(world, media_id)
        if media:
            ready = media.ready_at is not None and media.ready_at <= world.now()
            yield {"id": media.id, "state": "READY" if ready else "QUEUED"}


def _interactions(world: World) -> Iterator[Document]:
    own = {p.network_id for p in world.profiles_of(world.main_member_id)}
    for row in sorted(world.interactions, key=interactions.place):
        if own & {row.from_network_id, row.to_network_id}:
            yield views.show_interaction(row)


def _scim_users(world: World) -> Iterator[Document]:
    for member_id in _colleagues(world):
        yield show_user(world, world.members[member_id])


def _scim_resource_types(world: World) -> Iterator[Document]:  # noqa: ARG001 - one in every world
    return iter(scim_group.resource_types())


def _analytics_profiles(world: World) -> list[Profile]:
    return [p for p in world.profiles_of(world.main_member_id) if p.type in NETWORKS]


def _report_days(profile: Profile, world: World) -> tuple[date, date]:
    """Return the days that a client can request: two years less a day, up to today."""
    today = day_of(NETWORKS[profile.type], world.now())
    return today - timedelta(days=LONGEST_REPORT - 1), today


def _metric_key(profile: Profile, datatype: str) -> Document:
    return {"networkId": profile.type, "socialProfileId": profile.id, "datatype": datatype}


def _post_rows(world: World, datatype: str, *, deleted: bool = False) -> Iterator[Document]:
    for profile in _analytics_profiles(world):
        since, until = _report_days(profile, world)
        choice = posts.Choice((profile,), since, until, datatype, deleted=deleted)
        for row in posts.newest(world, choice):
            yield {**_metric_key(profile, datatype), **row}


def _profile_rows(world: World, datatype: str) -> Iterator[Document]:
    for profile in _analytics_profiles(world):
        choice = profiles.Choice((profile,), *_report_days(profile, world), datatype)
        for row in profiles.rows(world, choice):
            yield {**_metric_key(profile, datatype), **row}


def _deleted_post_metrics(world: World) -> Iterator[Document]:
    names = ("networkId", "socialProfileId", "datatype", "externalId")
    for row in _post_rows(world, "ORGANIC", deleted=True):
        yield {name: row[name] for name in names}


def _ad_accounts(world: World) -> Iterator[Document]:
    own = {o.id for o in world.organizations_of(world.main_member_id)}
    for account in world.ad_accounts.values():
        if account.organization_id in own:
            yield {"organizationId": account.organization_id, **ads.show_account(account)}


def _ad_entities(world: World, collection: str) -> list[ads.Entity]:
    own = {o.id for o in world.organizations_of(world.main_member_id)}
    accounts = [one for one in ads.usable(world) if one.organization_id in own]
    return ads.entities(world, collection, accounts)


def _ad_rows(world: World, collection: str) -> Iterator[Document]:
    for entity in _ad_entities(world, collection):
        yield ads.show(world, entity)


def _ad_days(world: World, collection: str) -> Iterator[Document]:
    today = date.fromordinal(719_163 + world.now() // DAY)
    since = today - timedelta(days=LONGEST_REPORT - 1)
    yield from ads.days(world, _ad_entities(world, collection), since, today)


def _groups(world: World) -> list[Team]:
    me = world.main_member_id
    managed = {
        o.id
        for o in world.organizations_of(me)
        if "ORG_MANAGE_TEAM" in o.seats[me].permissions or world.is_admin(me, o.id)
    }
    if managed:
        return [team for team in world.teams.values() if team.organization_id in managed]
    return world.teams_of(me)


def _scim_groups(world: World) -> Iterator[Document]:
    for team in _groups(world):
        yield scim_group.show_group(world, team)


def _scim_group_members(world: World) -> Iterator[Document]:
    for team in _groups(world):
        for member in scim_group.show_group(world, team)["members"]:
            yield {"groupId": team.id, "memberId": member["value"], "display": member["display"]}


def _comments(world: World) -> Iterator[Document]:
    reach = {profile.id for profile in world.profiles_of(world.main_member_id)}
    for comment in world.comments.values():
        if comment.profile_id in reach and comment.created <= world.now():
            yield views.show_comment(world, world.settled(comment))


_TRUTHS: dict[str, Callable[[World], Iterator[Document]]] = {
    "me": _me,
    "organizations": _organizations,
    "my_social_profiles": _my_social_profiles,
    "social_profiles": _social_profiles,
    "social_profile_teams": _social_profile_teams,
    "organization_members": _organization_members,
    "members": _members,
    "member_organizations": _member_organizations,
    "organization_member_permissions": _organization_member_permissions,
    "organization_member_teams": _organization_member_teams,
    "organization_member_social_profiles": _organization_member_social_profiles,
    "social_profile_permissions": _social_profile_permissions,
    "teams": _teams,
    "team_members": _team_members,
    "team_member_permissions": _team_member_permissions,
    "team_social_profiles": _team_social_profiles,
    "messages": _messages,
    "deleted_messages": _deleted_messages,
    "message_history": _message_history,
    "media": _media,
    "interactions": _interactions,
    "post_metrics": lambda world: _post_rows(world, "ORGANIC"),
    "paid_post_metrics": lambda world: _post_rows(world, "PAID"),
    "deleted_post_metrics": _deleted_post_metrics,
    "profile_metrics": lambda world: _profile_rows(world, "ORGANIC"),
    "paid_profile_metrics": lambda world: _profile_rows(world, "PAID"),
    "ad_accounts": _ad_accounts,
    "ad_campaigns": lambda world: _ad_rows(world, "campaigns"),
    "ad_sets": lambda world: _ad_rows(world, "adsets"),
    "ads": lambda world: _ad_rows(world, "ads"),
    "ad_campaign_metrics": lambda world: _ad_days(world, "campaigns"),
    "ad_set_metrics": lambda world: _ad_days(world, "adsets"),
    "ad_metrics": lambda world: _ad_days(world, "ads"),
    "comments": _comments,
    "scim_groups": _scim_groups,
    "scim_group_members": _scim_group_members,
    "scim_users": _scim_users,
    "scim_resource_types": _scim_resource_types,
}
