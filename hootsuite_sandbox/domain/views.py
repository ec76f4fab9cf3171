"""Converts records to the API's JSON objects; only this module defines their shape."""

from __future__ import annotations

from hootsuite_sandbox.domain.records import (
    Comment,
    Document,
    Grant,
    HistoryAction,
    Interaction,
    Member,
    Message,
    Organization,
    Profile,
    Team,
    iso,
    iso_millis,
)
from hootsuite_sandbox.domain.world import World


def reference(identifier: str) -> Document:
    """Show a reference: an id alone."""
    return {"id": identifier}


def me(member: Member, *, recorded: bool) -> Document:
    """Show the caller; in recordings the time zone is called `defaultTimezone`."""
    shown = show_member(member)
    if recorded:
        shown["defaultTimezone"] = shown.pop("timezone")
    return shown


def show_member(member: Member) -> Document:
    """Show a member."""
    return {
        "id": member.id,
        "email": member.email,
        "isActive": member.is_active,
        "createdDate": iso(member.created),
        "modifiedDate": iso(member.modified),
        "fullName": member.full_name,
        "companyName": member.company_name,
        "bio": member.bio,
        "timezone": member.timezone,
        "language": member.language,
    }


def show_organization(organization: Organization, *, recorded: bool) -> Document:
    """Show an organization; in 2017 it had an id and nothing else."""
    if recorded:
        return reference(organization.id)
    return {"id": organization.id, "name": organization.name, "logoUrl": organization.logo_url}


def show_team(team: Team) -> Document:
    """Show a team."""
    return {
        "id": team.id,
        "name": team.name,
        "logoUrl": team.logo_url,
        "createdDate": iso(team.created),
        "createdByMember": reference(team.created_by),
        "modifiedDate": iso(team.modified),
        "modifiedByMember": reference(team.modified_by),
    }


def show_grant(grant: Grant) -> Document:
    """Show permissions."""
    return {"permissions": list(grant.permissions), "permissionPreset": grant.preset}


def show_profile(profile: Profile, *, recorded: bool) -> Document:
    """Show a social profile; names and pictures of Twitter accounts stay hidden.

    Bodies of 2017 hid nothing, and had no `ownerId` and `isReauthRequired`.
    """
    hidden = profile.type == "TWITTER" and not recorded
    shown: Document = {
        "id": profile.id,
        "type": profile.type,
        "socialNetworkId": profile.network_id,
        "socialNetworkUsername": None if hidden else profile.username,
        "avatarUrl": None if hidden else profile.avatar_url,
        "owner": profile.owner,
    }
    if not recorded:
        shown["ownerId"] = profile.owner_id
        shown["isReauthRequired"] = int(profile.is_reauth_required)
    return shown


def show_message(world: World, message: Message, *, just_sent: bool = False) -> Document:
    """Show a message with all keys, null without a value.

    Args:
        world: The world, for the profile's URL.
        message: The message.
        just_sent: Whether this is the answer to a send-now: time, author and notification are null
            then.
    """
    profile = world.profiles.get(message.profile_id)
    time = None if just_sent or message.time is None else iso(message.time)
    return {
        "id": message.id,
        "state": message.state,
        "text": message.text,
        "socialProfile": {
            "id": message.profile_id,
            "externalURL": profile.external_url if profile else None,
        },
        "scheduledSendTime": time,
        "webhookUrls": message.webhook_urls,
        "tags": message.tags,
        "targeting": message.targeting,
        "privacy": message.privacy,
        "location": message.location,
        "emailNotification": None if just_sent else bool(message.email_notification),
        "mediaUrls": message.media_urls,
        "media": message.media,
        "extendedInfo": message.extended_info,
        "postId": message.post_id,
        "postUrl": message.post_url,
        "createdByMember": None if just_sent else _author(message.created_by),
        "lastUpdatedByMember": None if just_sent else _author(message.updated_by),
        "sequenceNumber": message.sequence_number,
        "reviewers": message.reviewers and [r._asdict() for r in message.reviewers],
    }


def show_action(action: HistoryAction) -> Document:
    """Show one step of a review."""
    return {
        "actorType": action.actor_type,
        "actorId": action.actor_id,
        "actionType": action.action_type,
        "timestamp": iso_millis(action.at),
    }


def show_interaction(interaction: Interaction) -> Document:
    """Show an interaction between two accounts; all ids are the network's own."""
    return {
        "fromSocialNetworkId": interaction.from_network_id,
        "toSocialNetworkId": interaction.to_network_id,
        "socialNetworkType": interaction.network_type,
        "externalMessageId": interaction.external_message_id,
        "type": interaction.type,
    }


def _author(member_id: str | None) -> Document | None:
    return reference(member_id) if member_id else None


def show_comment(world: World, comment: Comment) -> Document:
    """Show a comment."""
    creator = world.members.get(comment.creator_id)
    return {
        "id": comment.id,
        "reviewState": comment.state,
        "comment": comment.text,
        "createdDate": iso_millis(comment.created),
        "creatorId": comment.creator_id,
        "creatorName": creator.full_name if creator else None,
        "parentId": comment.parent_id,
        "parentType": comment.parent_type,
        "sequenceNumber": comment.sequence_number,
        "socialProfileId": comment.profile_id,
    }
