"""Mutations of ad accounts and campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_sandbox.domain.mutations.fields import Mutation, assign, known
from hootsuite_sandbox.domain.records import AdAccount
from hootsuite_sandbox.domain.world import World


def _add_ad_account(world: World, given: dict[str, Any]) -> str:
    account_id = given.pop("id", None) or world.new_id("ad_account")
    defaults = {
        "organization_id": world.main_organization_id,
        "network": "FACEBOOK",
        "external_id": str(10**14 + int(account_id)),
        "name": "New account",
        "status": 1,
    }
    account = AdAccount(id=account_id, **known(AdAccount, {**defaults, **given}))
    world.ad_accounts[account.id] = account
    return account.id


def _change_ad_account(world: World, given: dict[str, Any]) -> str:
    account = world.ad_accounts[given.pop("ad_account_id")]
    assign(account, given)
    return account.id


def _remove_ad_account(world: World, given: dict[str, Any]) -> str:
    return world.ad_accounts.pop(given["ad_account_id"]).id


def _change_ad_campaign(world: World, given: dict[str, Any]) -> str:
    campaign_id = given.pop("campaign_id")
    for account in world.ad_accounts.values():
        for campaign in account.campaigns:
            if campaign.id == campaign_id:
                assign(campaign, {"changed": world.now(), **given})
                return campaign.id
    raise ValueError(f"there is no campaign {campaign_id}")


ACTIONS: Mapping[str, Mutation] = {
    "add_ad_account": _add_ad_account,
    "change_ad_account": _change_ad_account,
    "remove_ad_account": _remove_ad_account,
    "change_ad_campaign": _change_ad_campaign,
}
