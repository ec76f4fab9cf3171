"""Ad accounts with two years of campaigns, ad sets and ads."""

from __future__ import annotations

from hootsuite_sandbox.domain.chance import bits
from hootsuite_sandbox.domain.records import (
    Ad,
    AdAccount,
    AdCampaign,
    AdSet,
    Profile,
)
from hootsuite_sandbox.domain.world import World
from hootsuite_sandbox.seed.texts import COMPANIES, TAGS, compose

DAY = 86_400
FIRST_ACCOUNT = 770_001
_CAMPAIGN_DAYS = 41
_EVERY = 60  # days between the starts of two campaigns
_NETWORKS = {"FACEBOOKPAGE": "FACEBOOK", "TWITTER": "TWITTER"}
_GOALS = {
    "FACEBOOK": ("OUTCOME_AWARENESS", "OUTCOME_TRAFFIC", "OUTCOME_ENGAGEMENT"),
    "TWITTER": ("REACH", "WEBSITE_CLICKS", "ENGAGEMENTS"),
}
_SEASONS = ("Winter sale", "Spring launch", "Summer tour", "Back to school", "Holiday gifts")
_AUDIENCES = ("Lookalike 1%", "Interests: outdoors", "Retargeting 30 days")
_FORMATS = ("IMAGE", "VIDEO", "CAROUSEL")


def seed_ads(world: World) -> None:
    """Add an ad account for one page and one Twitter account, and one that was disabled."""
    seen: dict[str, Profile] = {}
    for profile in world.profiles.values():
        if profile.type in _NETWORKS and profile.organization_id == world.main_organization_id:
            seen.setdefault(profile.type, profile)
    for number, (kind, profile) in enumerate(seen.items()):
        _add(world, number, _NETWORKS[kind], profile, status=1)
    if "FACEBOOKPAGE" in seen:
        _add(world, len(seen), "FACEBOOK", seen["FACEBOOKPAGE"], status=2)


def _add(world: World, number: int, network: str, profile: Profile, status: int) -> None:
    account_id = str(FIRST_ACCOUNT + 11 * number)
    chance = bits(world.options.seed, "ad account", number)
    account = AdAccount(
        id=account_id,
        organization_id=profile.organization_id,
        network=network,
        external_id=str(10**14 + chance % 10**14),
        name=f"{COMPANIES[0][0]} {network.title()}{'' if status == 1 else ' (old)'}",
        status=status,
        currency=("USD", "CAD", "EUR")[number % 3],
        timezone=profile.timezone,
        business_id=str(10**15 + chance % 10**15) if network == "FACEBOOK" else "",
        profile_id=profile.id,
    )
    account.campaigns = _campaigns(world, account)
    world.ad_accounts[account.id] = account


def _campaigns(world: World, account: AdAccount) -> list[AdCampaign]:
    first = world.options.start - world.options.start % DAY - 725 * DAY
    return [
        _campaign(account, number, first + number * _EVERY * DAY)
        for number in range(725 // _EVERY + 2)
    ]


def _campaign(account: AdAccount, number: int, start: int) -> AdCampaign:
    chance = bits("campaign", account.external_id, number)
    campaign_id = str(int(account.external_id) * 10 + number * 1000)
    daily = float(20 + chance % 180)
    return AdCampaign(
        id=campaign_id,
        name=f"{_SEASONS[number % len(_SEASONS)]} {number // len(_SEASONS) + 1}",
        objective=_GOALS[account.network][chance % 3],
        created=start - 3 * DAY,
        start=start,
        end=start + _CAMPAIGN_DAYS * DAY,
        daily_budget=daily,
        sets=[_set(campaign_id, place, daily) for place in range(2)],
    )


def _set(campaign_id: str, place: int, daily: float) -> AdSet:
    set_id = str(int(campaign_id) + 100 * (place + 1))
    chance = bits("set", set_id)
    return AdSet(
        id=set_id,
        name=_AUDIENCES[chance % len(_AUDIENCES)],
        daily_budget=round(daily / 2, 2),
        ads=[_ad(set_id, number) for number in range(2)],
    )


def _ad(set_id: str, number: int) -> Ad:
    ad_id = str(int(set_id) + number + 1)
    chance = bits("ad", ad_id)
    kind = _FORMATS[chance % len(_FORMATS)]
    return Ad(
        id=ad_id,
        name=f"{kind.title()} {'AB'[number]}",
        kind=kind,
        body=compose(chance, COMPANIES[0][1]),
        tags=[TAGS[chance // 8 % len(TAGS)]] if chance // 64 % 3 == 0 else [],
    )
