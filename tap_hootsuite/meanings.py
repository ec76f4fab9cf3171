"""Descriptions of columns, where the contract's own description is missing or too short.

Looked up by component and column, then by column alone, then in the contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_api.naming import plain

_BY_COLUMN: Mapping[str, str] = {
    "id": "The platform's id",
    "organization_id": "The organization; joins with organizations",
    "member_id": "The member; joins with members",
    "team_id": "The team; joins with teams",
    "social_profile_id": "The social profile; joins with social_profiles",
    "message_id": "The message; joins with messages",
    "ad_account_id": "The ad account; joins with ad_accounts",
    "name": "The name that people see",
    "logo_url": "URL of the logo",
    "created_date": "When it was created",
    "modified_date": "When it was last changed",
    "created_by_member_id": "The member who created it",
    "modified_by_member_id": "The member who last changed it",
    "email": "E-mail address",
    "full_name": "First and last name in one text",
    "timezone": "Time zone that the person chose",
    "language": "Language of the dashboard",
    "is_active": "False for a member who can't sign in any more",
    "permissions": "The rights that are granted, by their names",
    "permission_preset": "The set of rights that was chosen; CUSTOM for single rights",
    "network_id": "The network, as analytics names it",
    "datatype": "ORGANIC or PAID",
    "schemas": "The SCIM schemas that the object follows",
}
_AD: Mapping[str, str] = {
    "external_campaign_id": "Id of the campaign on its network",
    "external_adset_id": "Id of the ad set on its network",
    "external_ad_id": "Id of the ad on its network",
    "external_ad_account_id": "Id of the ad account on its network",
    "external_creative_id": "Id of the creative on its network",
    "campaign_status": "Its status, in the network's words",
    "ad_set_status": "Its status, in the network's words",
    "ad_status": "Its status, in the network's words",
    "name": "Its name",
    "campaign_name": "The name of its campaign",
    "adset_name": "The name of its ad set",
    "objective": "Its objective, in the network's words",
    "ad_account_type": "The network",
    "currency": "The currency of its metrics",
    "created_at": "When it was created",
    "last_modified_at": "When it was last changed",
    "hs_collected_at": "When Hootsuite fetched it from the network",
    "budget": "Daily and total budget",
    "lifecycle": "When it starts and ends",
    "marketing_metadata": "Fields that only this network has",
    "body": "Its text",
    "ad_type": "The network's type of ad",
    "ad_manager_url": "URL where people edit it",
    "target_url": "URL that it links to",
    "auto_tags": "Tags that rules gave it",
    "thumbnail": "URLs of its picture, small and large",
    "links": "URLs in it, with their campaign parameters",
    "attached_urls": "Attached URLs",
}
_AD_DAY: Mapping[str, str] = {
    **_AD,
    "date": "The day, by the clock of the ad account",
    "metrics": "Metrics of that day, by name; an absent one is unknown, never zero",
}
_BY_COMPONENT: Mapping[str, Mapping[str, str]] = {
    "Message": {
        "state": "The state of the message. SUBMITTED is a video that the network still processes. "
        "The API tells no reason for SEND_FAILED_PERMANENTLY. REJECTED holds messages that a "
        "reviewer rejected and messages that expired before anybody approved them: "
        "message_history tells them apart (REJECT, EXPIRE)",
        "text": "The text of the post; links are shortened once it is sent",
        "scheduled_send_time": "When it is or was to be sent. Null for a message in review that "
        "is sent as soon as it is approved. The API doesn't tell when the network really "
        "published it, nor when the message was written: for one that was reviewed, CREATE in "
        "message_history does",
        "social_profile_id": "The profile it is for: a post for two profiles is two messages",
        "social_profile_external_url": "URL of the profile on its network",
        "webhook_urls": "URLs that are called when the state changes",
        "tags": "Tags of the organization's library",
        "targeting": "Audience, by network. Missing is JSON null with some loaders",
        "privacy": "Who may see it, by network. Missing is JSON null with some loaders",
        "location": "Latitude and longitude. Missing is JSON null with some loaders",
        "email_notification": "Whether the author gets an e-mail when it is sent",
        "media_urls": "Attached media by URL, as the old composer stored them",
        "media": "Attached media: ids join with media; video options",
        "extended_info": "Fields of one network, such as a Pinterest board",
        "created_by_member_id": "The member who wrote it; joins with members",
        "last_updated_by_member_id": "The member who last changed it",
        "sequence_number": "Number of the review step; null if no review was involved",
        "reviewers": "Who may or must review it",
        "post_id": "Id on the network, once it is sent; the networks' formats differ",
        "post_url": "URL of the post; only for Facebook and LinkedIn",
    },
    "DeletedMessages": {
        "scheduled_send_time": "When it was to be sent, as last seen",
        "last_state": "Its state when it was last seen",
        "missing_since": "When a run first found it gone",
        "confirmed_at": "When the next run found it gone again, which is why the row is here",
    },
    "ReviewAction": {
        "sequence": "Number of the step, oldest first, from 1",
        "action_type": "What happened. EXPIRE and SENDFAIL are done by the system and leave the "
        "message REJECTED and SEND_FAILED_PERMANENTLY; the reason of a failure is not told",
        "actor_type": "Who did it: a member, the system, or a reviewer outside of the organization",
        "actor_id": "The member who did it, if it was one",
        "timestamp": "When it happened",
    },
    "MediaStatus": {
        "state": "READY, QUEUED while it is processed; a file that failed stays QUEUED",
        "download_url": "URL of the file; null until READY, and it works for a short time only",
        "download_url_duration_seconds": "How long download_url works, from the time of extraction",
    },
    "Interaction": {
        "social_network_type": "The network",
        "external_message_id": "The post on the network",
        "from_social_network_id": "The account that acted, by the network's id",
        "to_social_network_id": "The account that it was sent to, by the network's id",
    },
    "SocialProfile": {
        "owner": "Whether a member or an organization owns it",
        "type": "The network and the kind of account",
    },
    "ScimUser": {
        "user_name": "The name to sign in with, usually the e-mail address, in any case",
        "name": "First and last name, in parts",
        "emails": "E-mail addresses, one of them primary",
        "display_name": "The name that people see",
        "preferred_language": "Language of the dashboard",
        "title": "Job title",
        "groups": "The teams, as SCIM groups",
        "active": "False for an account that was deactivated",
        "resource_type": "Always User",
        "created": "When the account was created",
        "last_modified": "When the account was last changed; groups need not count",
        "organization_ids": "Its organizations",
        "team_ids": "Its teams",
    },
    "PostMetrics": {
        "created_member": "Who wrote it on the network, if known",
        "campaign": "The campaign that it belongs to, by id and label",
        "detected_viral_at": "When Hootsuite found that it spreads unusually fast",
        "is_viral": "Whether it spreads unusually fast",
        "tags": "Tags that people gave it, by id and label",
        "auto_tags": "Tags that rules gave it, by id and label",
        "links": "URLs in the post",
        "media": "Attached media",
        "attachment_types": "Kinds of attachments",
        "title": "Its title, where the network has one",
        "content": "Its text",
        "source": "The page or account that it was taken from",
    },
    "ProfileMetrics": {
        "date": "The day, by the clock of the network",
        "metrics": "Metrics by name: total, and breakdowns if there are any. Hootsuite does not "
        "publish the names; an absent metric is unknown, never zero",
    },
    "PostMetricSnapshots": {
        "external_id": "Id of the post on its network; joins with post_metrics",
        "captured_on": "The day of the run that read the totals, UTC",
        "created_at": "When the network published it",
        "last_refreshed": "When its metrics were fetched from the network",
        "external_profile_id": "Id of the profile on its network",
        "metrics": "Lifetime totals, by name; an absent one is unknown, never zero",
    },
    "DeletedPostMetrics": {
        "external_id": "Id of the post on its network; joins with post_metrics",
        "missing_since": "When a run first found it gone",
        "confirmed_at": "When the next run found it gone again, which is why the row is here",
    },
    "AdAccount": {
        "social_network": "The network",
        "external_id": "Id of the account on its network",
        "currency_code": "The currency of its metrics",
        "business_id": "The business that it belongs to, by the network's id",
        "can_access_api": "Whether Hootsuite may use it; the streams of ads leave it out if not",
        "social_profile_id": "The profile whose access is used; joins with social_profiles",
        "social_profile_token_status": "Whether that access still works, by Hootsuite's own number",
        "has_payment_method": "Whether the network has a payment method",
        "extended_info": "Fields that only this network has",
        "native_status": "Its status, in the network's words",
    },
    **dict.fromkeys(("AdCampaign", "AdSet", "Ad"), _AD),
    **dict.fromkeys(("AdCampaignDay", "AdSetDay", "AdDay"), _AD_DAY),
    "ScimGroupResource": {
        "display_name": "The name of the team",
        "members": "Its members: ids join with members",
        "resource_type": "Always Group",
        "created": "When the team was created",
        "last_modified": "When the team was last changed",
        "location": "URL of the group",
    },
    "ScimGroupMembers": {
        "group_id": "The group; joins with scim_groups, and with teams",
        "display": "The name of the member",
    },
    "Comment": {
        "comment": "The text",
        "creator_id": "The member who wrote it; joins with members",
        "creator_name": "The author's name",
        "parent_id": "The post or comment that it answers to, by the network's id",
        "parent_type": "Whether that is a post or a comment",
        "review_state": "The state of its review",
    },
    "ScimResourceType": {
        "name": "The name of the type",
        "description": "What it is for",
        "endpoint": "Its endpoint",
        "schema": "Its main schema",
        "schema_extensions": "Its further schemas",
        "meta": "URL of this description",
    },
}


def describe(stream: str, component: str | None, name: str, field: Mapping[str, Any]) -> str:
    """Return the description of a column, with all known values.

    Args:
        stream: The name of the stream's class, for columns without a component.
        component: The component of the contract.
        name: The column.
        field: Its schema in the contract, or in the stream.
    """
    own = _BY_COMPONENT.get(component or stream, {})
    said = own.get(name) or field.get("description") or _BY_COLUMN.get(name) or ""
    values = known_values(field)
    listed = f"Known values: {', '.join(values)}" if values else ""
    return ". ".join(part for part in (said.rstrip("."), listed) if part)


def known_values(field: Mapping[str, Any]) -> list[str]:
    """Return all known values of a field, or of the items of a list."""
    field = plain(field)
    found = field.get("enum") or field.get("x-extensible-enum")
    if not found and "items" in field:
        return known_values(field["items"])
    return [str(one) for one in found or () if one is not None]
