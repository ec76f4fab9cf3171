"""Changes by others between two runs of a client: `mutate` of the control API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from hootsuite_sandbox.clock import parse_instant
from hootsuite_sandbox.domain.records import (
    AdAccount,
    Comment,
    Document,
    Grant,
    HistoryAction,
    Interaction,
    Member,
    Message,
    Profile,
    Reviewer,
    Team,
)
from hootsuite_sandbox.domain.rules import ORGANIZATION_GRANTS, TEAM_DEFAULT, publish
from hootsuite_sandbox.domain.world import World

_INSTANTS = frozenset({"at", "time", "created", "modified", "visible_from"})


def mutate(world: World, change: Mapping[str, Any]) -> Document:
    """Make one change.

    Args:
        world: Changed in place.
        change: `{"action": name, ...arguments}`; instants are RFC 3339, fields are named as in
            `records`.

    Returns:
        `{"id": ...}` of what was touched.

    Raises:
        ValueError: For an unknown action or thing.
        KeyError: For a missing argument.
    """
    arguments = dict(change)
    name = arguments.pop("action", None)
    if name not in _ACTIONS:
        raise ValueError(f"no such action {name!r}; there are: {', '.join(sorted(_ACTIONS))}")
    for key in _INSTANTS & set(arguments):
        if isinstance(arguments[key], str):
            arguments[key] = parse_instant(arguments[key])
    return {"action": name, "id": _ACTIONS[name](world, arguments)}


# -- messages ----------------------------------------------------------------------------------


def _add_message(world: World, given: dict[str, Any]) -> str:
    now = world.now()
    defaults = {
        "id": world.new_id("message"),
        "profile_id": next(iter(world.profiles)),
        "state": "SCHEDULED",
        "text": "Written in the dashboard.",
        "time": now + 86_400,
        "created": now,
        "created_by": world.main_member_id,
        "updated_by": world.main_member_id,
        "tags": [],
    }
    message = Message(**_known(Message, {**defaults, **given}))
    _reviewers(message)
    if message.state == "PENDING_APPROVAL" and not message.history:
        message.sequence_number = message.sequence_number or 1
        author = message.created_by or "0"
        message.history = [HistoryAction("MEMBER", author, "CREATE", message.created)]
    if message.state == "SENT" and message.post_id is None:
        publish(message, world.profiles.get(message.profile_id), message.time or now)
    return world.messages.add(message).id


def _edit_message(world: World, given: dict[str, Any]) -> str:
    message = _message(world, given)
    editor = given.pop("updated_by", None) or _someone_else(world, message.created_by)
    changed = world.messages.change(message, **_known(Message, given), updated_by=editor)
    _reviewers(changed)
    if changed.history:
        changed.history.append(HistoryAction("MEMBER", editor, "EDIT", world.now()))
    return changed.id


def _delete_message(world: World, given: dict[str, Any]) -> str:
    message = _message(world, given)
    world.messages.remove(message)
    return message.id


def _approve_message(world: World, given: dict[str, Any]) -> str:
    message = _reviewed(world, given, "APPROVE")
    if message.time is None:
        world.messages.change(message, time=world.now(), state="SCHEDULED")
    else:
        world.messages.change(message, state="SCHEDULED")
    message.history.append(HistoryAction("SYSTEM", "0", "SCHEDULE", world.now()))
    return message.id


def _reject_message(world: World, given: dict[str, Any]) -> str:
    message = _reviewed(world, given, "REJECT")
    return world.messages.change(message, state="REJECTED").id


def _reviewed(world: World, given: dict[str, Any], verdict: str) -> Message:
    message = _message(world, given)
    if message.state != "PENDING_APPROVAL":
        raise ValueError(f"message {message.id} is {message.state}, not PENDING_APPROVAL")
    reviewer = given.get("member_id") or _someone_else(world, message.created_by)
    message.history.append(HistoryAction("MEMBER", reviewer, verdict, world.now()))
    return message


def _message(world: World, given: dict[str, Any]) -> Message:
    message_id = given.pop("message_id")
    message = world.messages.get(message_id, hidden=True)
    if message is None:
        raise ValueError(f"there is no message {message_id}")
    return message


def _reviewers(message: Message) -> None:
    if message.reviewers:
        message.reviewers = [Reviewer(*r) if isinstance(r, list) else r for r in message.reviewers]


def _someone_else(world: World, member_id: str | None) -> str:
    return next((m for m in world.members if m != member_id), world.main_member_id)


# -- members -----------------------------------------------------------------------------------


def _add_member(world: World, given: dict[str, Any]) -> str:
    organization_id = given.pop("organization_id", world.main_organization_id)
    member_id = given.pop("id", None) or world.new_id("member")
    email = given.pop("email", f"newcomer{member_id}@larkspur.example")
    now = world.now()
    defaults = {"full_name": "New Comer", "created": now, "modified": now, "user_name": email}
    member = Member(id=member_id, email=email, **_known(Member, {**defaults, **given}))
    member.emails = member.emails or [{"primary": True, "value": email, "type": "work"}]
    world.members[member.id] = member
    world.organizations[organization_id].seats[member.id] = ORGANIZATION_GRANTS["DEFAULT"]
    return member.id


def _change_member(world: World, given: dict[str, Any]) -> str:
    member = world.members[given.pop("member_id")]
    given.setdefault("modified", world.now())
    _assign(member, given)
    return member.id


def _remove_member(world: World, given: dict[str, Any]) -> str:
    member_id: str = given["member_id"]
    chosen = given.get("organization_id")
    for organization in world.organizations_of(member_id):
        if chosen in (None, organization.id):
            del organization.seats[member_id]
            for team in world.teams_of(member_id, organization.id):
                del team.members[member_id]
    return member_id


def _grant_seat(world: World, given: dict[str, Any]) -> str:
    organization = world.organizations[given.get("organization_id", world.main_organization_id)]
    organization.seats[given["member_id"]] = _grant(given)
    return str(given["member_id"])


# -- teams and profiles ------------------------------------------------------------------------


def _add_team(world: World, given: dict[str, Any]) -> str:
    now, me = world.now(), world.main_member_id
    defaults = {
        "id": world.new_id("team"),
        "organization_id": world.main_organization_id,
        "name": "Night Watch",
        "created": now,
        "created_by": me,
        "modified": now,
        "modified_by": me,
    }
    team = Team(**_known(Team, {**defaults, **given}))
    world.teams[team.id] = team
    return team.id


def _change_team(world: World, given: dict[str, Any]) -> str:
    team = world.teams[given.pop("team_id")]
    given.setdefault("modified", world.now())
    _assign(team, given)
    return team.id


def _remove_team(world: World, given: dict[str, Any]) -> str:
    return world.teams.pop(given["team_id"]).id


def _add_team_member(world: World, given: dict[str, Any]) -> str:
    world.teams[given["team_id"]].members[given["member_id"]] = TEAM_DEFAULT
    return str(given["team_id"])


def _remove_team_member(world: World, given: dict[str, Any]) -> str:
    del world.teams[given["team_id"]].members[given["member_id"]]
    return str(given["team_id"])


def _add_team_profile(world: World, given: dict[str, Any]) -> str:
    team = world.teams[given["team_id"]]
    if given["profile_id"] not in team.profile_ids:
        team.profile_ids.append(given["profile_id"])
    return team.id


def _remove_team_profile(world: World, given: dict[str, Any]) -> str:
    team = world.teams[given["team_id"]]
    team.profile_ids.remove(given["profile_id"])
    return team.id


def _add_profile(world: World, given: dict[str, Any]) -> str:
    organization_id = given.get("organization_id", world.main_organization_id)
    profile_id = given.pop("id", None) or world.new_id("profile")
    defaults = {
        "type": "FACEBOOKPAGE",
        "network_id": str(10**15 + int(profile_id)),
        "owner": "ORGANIZATION",
        "owner_id": organization_id,
        "organization_id": organization_id,
        "username": "larkspur_new",
    }
    profile = Profile(id=profile_id, **_known(Profile, {**defaults, **given}))
    world.profiles[profile.id] = profile
    return profile.id


def _change_profile(world: World, given: dict[str, Any]) -> str:
    profile = world.profiles[given.pop("profile_id")]
    if "approvers" in given:
        given["approvers"] = tuple(given["approvers"])
    _assign(profile, given)
    return profile.id


def _remove_profile(world: World, given: dict[str, Any]) -> str:
    profile = world.profiles.pop(given["profile_id"])
    for team in world.teams_with(profile.id):
        team.profile_ids.remove(profile.id)
    world.former_ids.setdefault(profile.network_id, []).append(profile.id)
    return profile.id


def _delete_post(world: World, given: dict[str, Any]) -> str:
    """Delete a published post on its network, by its id there."""
    world.deleted_posts.add(given["external_id"])
    return str(given["external_id"])


def _grant_profile(world: World, given: dict[str, Any]) -> str:
    """Override a member's right on a profile; without `preset` the profile is taken away."""
    profile = world.profiles[given["profile_id"]]
    profile.grants[given["member_id"]] = _grant(given) if "preset" in given else None
    return profile.id


def _add_interaction(world: World, given: dict[str, Any]) -> str:
    number = str(10**18 + len(world.interactions))
    defaults = {"external_message_id": number, "type": "MENTION", "at": world.now()}
    interaction = Interaction(**_known(Interaction, {**defaults, **given}))
    world.interactions.append(interaction)
    return interaction.external_message_id


# -- comments and ads --------------------------------------------------------------------------


def _add_comment(world: World, given: dict[str, Any]) -> str:
    defaults = {
        "id": world.new_id("comment"),
        "profile_id": next(iter(world.profiles)),
        "text": "Written in the dashboard.",
        "created": world.now(),
        "creator_id": world.main_member_id,
        "parent_id": "1",
    }
    comment = Comment(**_known(Comment, {**defaults, **given}))
    comment.reviewers = [Reviewer(*r) if isinstance(r, list) else r for r in comment.reviewers]
    world.comments[comment.id] = comment
    return comment.id


def _change_comment(world: World, given: dict[str, Any]) -> str:
    comment = world.comments[given.pop("comment_id")]
    _assign(comment, given)
    comment.reviewers = [Reviewer(*r) if isinstance(r, list) else r for r in comment.reviewers]
    return comment.id


def _add_ad_account(world: World, given: dict[str, Any]) -> str:
    account_id = given.pop("id", None) or world.new_id("ad_account")
    defaults = {
        "organization_id": world.main_organization_id,
        "network": "FACEBOOK",
        "external_id": str(10**14 + int(account_id)),
        "name": "New account",
        "status": 1,
    }
    account = AdAccount(id=account_id, **_known(AdAccount, {**defaults, **given}))
    world.ad_accounts[account.id] = account
    return account.id


def _change_ad_account(world: World, given: dict[str, Any]) -> str:
    account = world.ad_accounts[given.pop("ad_account_id")]
    _assign(account, given)
    return account.id


def _remove_ad_account(world: World, given: dict[str, Any]) -> str:
    return world.ad_accounts.pop(given["ad_account_id"]).id


def _change_ad_campaign(world: World, given: dict[str, Any]) -> str:
    campaign_id = given.pop("campaign_id")
    for account in world.ad_accounts.values():
        for campaign in account.campaigns:
            if campaign.id == campaign_id:
                _assign(campaign, {"changed": world.now(), **given})
                return campaign.id
    raise ValueError(f"there is no campaign {campaign_id}")


# -- tokens ------------------------------------------------------------------------------------


def _revoke_tokens(world: World, _: dict[str, Any]) -> str:
    return str(world.tokens.revoke())


def _expire_tokens(world: World, _: dict[str, Any]) -> str:
    return str(world.tokens.expire())


def _install_app(world: World, given: dict[str, Any]) -> str:
    """Install the app or take it away, which revokes its tokens for good."""
    world.tokens.installed = bool(given.get("installed", True))
    if not world.tokens.installed:
        world.tokens.revoke()
    return "app"


# -- shared ------------------------------------------------------------------------------------


def _grant(given: dict[str, Any]) -> Grant:
    preset = given["preset"]
    if "permissions" not in given and preset in ORGANIZATION_GRANTS:
        return ORGANIZATION_GRANTS[preset]
    return Grant(tuple(given.get("permissions", ("BASIC_USAGE",))), preset)


def _known(record: type[Any], given: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(given) - {item.name for item in fields(record)})
    if unknown:
        raise ValueError(f"{record.__name__} has no field {unknown[0]!r}")
    return given


def _assign(record: Any, given: dict[str, Any]) -> None:
    for name, value in _known(type(record), given).items():
        setattr(record, name, value)


_ACTIONS: Mapping[str, Callable[[World, dict[str, Any]], str]] = {
    "add_message": _add_message,
    "edit_message": _edit_message,
    "delete_message": _delete_message,
    "approve_message": _approve_message,
    "reject_message": _reject_message,
    "add_member": _add_member,
    "change_member": _change_member,
    "remove_member": _remove_member,
    "grant_seat": _grant_seat,
    "add_team": _add_team,
    "change_team": _change_team,
    "remove_team": _remove_team,
    "add_team_member": _add_team_member,
    "remove_team_member": _remove_team_member,
    "add_team_profile": _add_team_profile,
    "remove_team_profile": _remove_team_profile,
    "add_profile": _add_profile,
    "change_profile": _change_profile,
    "remove_profile": _remove_profile,
    "grant_profile": _grant_profile,
    "delete_post": _delete_post,
    "add_interaction": _add_interaction,
    "add_comment": _add_comment,
    "change_comment": _change_comment,
    "add_ad_account": _add_ad_account,
    "change_ad_account": _change_ad_account,
    "remove_ad_account": _remove_ad_account,
    "change_ad_campaign": _change_ad_campaign,
    "revoke_tokens": _revoke_tokens,
    "expire_tokens": _expire_tokens,
    "install_app": _install_app,
}
