"""Campaigns, ad sets and ads of ad accounts, and their daily metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from hootsuite_sandbox.domain.analytics.networks import DAY
from hootsuite_sandbox.domain.chance import heavy, share
from hootsuite_sandbox.domain.records import (
    Ad,
    AdAccount,
    AdCampaign,
    AdSet,
    Document,
    iso,
)
from hootsuite_sandbox.domain.world import World

RESTATED_DAYS = 4
"""After so many days the metrics of a day no longer change."""
COLLECTED_AT = 5 * 3600
"""The daily refresh of ad metrics from the networks, in UTC."""
_EPOCH = 719_163


@dataclass(frozen=True, slots=True)
class Entity:
    """A campaign, an ad set or an ad, with its parents."""

    account: AdAccount
    campaign: AdCampaign
    ad_set: AdSet | None = None
    ad: Ad | None = None

    @property
    def id(self) -> str:
        """Its id on the network."""
        return (self.ad or self.ad_set or self.campaign).id

    @property
    def key(self) -> tuple[str, int]:
        """Its sort key."""
        return self.account.id, int(self.id)

    @property
    def ads(self) -> list[Ad]:
        """The ads that it contains."""
        if self.ad is not None:
            return [self.ad]
        sets = [self.ad_set] if self.ad_set is not None else self.campaign.sets
        return [ad for one in sets for ad in one.ads]


def campaigns(account: AdAccount) -> Iterator[Entity]:
    """Yield the campaigns of an account."""
    return (Entity(account, campaign) for campaign in account.campaigns)


def ad_sets(account: AdAccount) -> Iterator[Entity]:
    """Yield the ad sets of an account."""
    return (Entity(account, c, one) for c in account.campaigns for one in c.sets)


def single_ads(account: AdAccount) -> Iterator[Entity]:
    """Yield the ads of an account."""
    return (Entity(account, c, s, ad) for c in account.campaigns for s in c.sets for ad in s.ads)


COLLECTIONS: Mapping[str, Callable[[AdAccount], Iterator[Entity]]] = {
    "campaigns": campaigns,
    "adsets": ad_sets,
    "ads": single_ads,
}


def usable(world: World, organization_id: str | None = None) -> list[AdAccount]:
    """List the ad accounts that the networks let Hootsuite use (without organization: all)."""
    return [
        account
        for account in world.ad_accounts.values()
        if account.status == 1 and organization_id in (None, account.organization_id)
    ]


def entities(world: World, collection: str, accounts: list[AdAccount]) -> list[Entity]:
    """List the existing entities of accounts, by account and id."""
    now = world.now()
    found = [
        entity
        for account in accounts
        for entity in COLLECTIONS[collection](account)
        if entity.campaign.created <= collected(now)
    ]
    return sorted(found, key=lambda one: one.key)


def collected(now: int) -> int:
    """Return the time of the last refresh."""
    return now - (now - COLLECTED_AT) % DAY


def modified(entity: Entity, now: int) -> int:
    """Return when an entity last changed: created, started or ended."""
    campaign, seen = entity.campaign, collected(now)
    steps = (campaign.created, campaign.start, campaign.end, campaign.changed)
    return max(step for step in steps if step <= seen)


def status(entity: Entity, now: int) -> str:
    """Return the network's status of an entity at the last refresh."""
    campaign, seen = entity.campaign, collected(now)
    if campaign.status:
        return campaign.status
    if seen >= campaign.end:
        return "COMPLETED"
    return "ACTIVE" if seen >= campaign.start else "SCHEDULED"


# -- days --------------------------------------------------------------------------------------


def days(
    world: World, chosen: list[Entity], since: date, until: date, *, backwards: bool = False
) -> Iterator[Document]:
    """Yield the metrics of each day on which an entity ran, by day, account and id."""
    first, last = since.toordinal() - _EPOCH, until.toordinal() - _EPOCH
    newest = (collected(world.now()) // DAY) - 1  # the day before the last refresh
    numbers = range(first, min(last, newest) + 1)
    ordered = sorted(chosen, key=lambda one: one.key, reverse=backwards)
    for number in reversed(numbers) if backwards else numbers:
        for entity in ordered:
            figures = _figures(entity, number, newest)
            if figures:
                yield {
                    **_names(entity),
                    "date": date.fromordinal(number + _EPOCH).isoformat(),
                    "metrics": figures,
                }


def _figures(entity: Entity, number: int, newest: int) -> dict[str, float]:
    """Sum the metrics of an entity's ads, so that a campaign is the sum of its ads."""
    if not entity.campaign.start // DAY <= number < entity.campaign.end // DAY:
        return {}
    totals: dict[str, float] = {}
    for ad in entity.ads:
        for name, value in _ad_figures(entity.campaign, ad, number, newest).items():
            totals[name] = round(totals.get(name, 0) + value, 2)
    return {name: value for name, value in totals.items() if value}


def _ad_figures(campaign: AdCampaign, ad: Ad, number: int, newest: int) -> dict[str, float]:
    spend = campaign.daily_budget / 4 * (0.7 + 0.6 * share(ad.id, number))
    impressions = int(spend * 110 * heavy("ad", ad.id))
    found: dict[str, float] = {
        "spend": round(spend, 2),
        "impressions": impressions,
        "clicks": int(impressions * (0.006 + 0.01 * share(ad.id, "ctr"))),
    }
    if campaign.objective not in {"OUTCOME_AWARENESS", "REACH"}:
        # Conversions are counted for some days after the click.
        counted = min(1.0, 0.6 + 0.4 * (newest - number) / RESTATED_DAYS)
        found["conversions"] = int(found["clicks"] * 0.09 * counted)
    if ad.kind == "VIDEO":
        found["video_views"] = int(impressions * 0.3)
    return found


# -- JSON objects ------------------------------------------------------------------------


def _names(entity: Entity) -> Document:
    account = entity.account
    shown: Document = {
        "adAccountId": account.id,
        "organizationId": account.organization_id,
        "adAccountType": account.network,
        "externalAdAccountId": account.external_id,
        "externalCampaignId": entity.campaign.id,
    }
    if entity.ad_set is not None:
        shown["externalAdsetId"] = entity.ad_set.id
    if entity.ad is not None:
        shown["externalAdId"] = entity.ad.id
    return shown


def show(world: World, entity: Entity) -> Document:
    """Show an entity as in its collection."""
    now, campaign = world.now(), entity.campaign
    shown = {
        **_names(entity),
        "objective": campaign.objective,
        "currency": entity.account.currency,
        "createdAt": iso(campaign.created),
        "lastModifiedAt": iso(modified(entity, now)),
        "hsCollectedAt": iso(collected(now)),
        "marketingMetadata": {"buying_type": "AUCTION"},
    }
    if entity.ad_set is None:
        return {**shown, **_campaign(entity, now)}
    shown["campaignName"] = campaign.name
    return {**shown, **(_ad_set(entity, now) if entity.ad is None else _ad(entity, now))}


def _plan(campaign: AdCampaign, daily: float) -> Document:
    length = (campaign.end - campaign.start) // DAY
    return {
        "budget": {"daily": daily, "lifetime": round(daily * length, 2)},
        "lifecycle": {"startTime": iso(campaign.start), "endTime": iso(campaign.end)},
    }


def _campaign(entity: Entity, now: int) -> Document:
    campaign = entity.campaign
    plan = _plan(campaign, campaign.daily_budget)
    return {"name": campaign.name, "campaignStatus": status(entity, now), **plan}


def _ad_set(entity: Entity, now: int) -> Document:
    ad_set = entity.ad_set
    assert ad_set is not None  # noqa: S101 - as `show` chose
    plan = _plan(entity.campaign, ad_set.daily_budget)
    return {"name": ad_set.name, "adSetStatus": status(entity, now), **plan}


def _ad(entity: Entity, now: int) -> Document:
    ad, ad_set = entity.ad, entity.ad_set
    assert ad is not None  # noqa: S101 - as `show` chose
    links = [word for word in ad.body.split() if word.startswith("https://")]
    target = links[0] if links else "https://larkspur.example/"
    address = f"https://ads.{entity.account.network.lower()}.example/{ad.id}"
    name = entity.campaign.name.lower().replace(" ", "-")
    utm = {"campaign": name, "content": ad.id, "medium": "paid", "source": "hs", "term": ""}
    return {
        "name": ad.name,
        "body": ad.body,
        "adType": ad.kind,
        "adStatus": status(entity, now),
        "adManagerUrl": address,
        "adsetName": ad_set.name if ad_set else "",
        "targetUrl": target,
        "externalCreativeId": str(int(ad.id) + 5_000_000),
        "tags": list(ad.tags),
        "autoTags": [ad.kind.lower()],
        "thumbnail": {"thumbnailUrl": f"{address}/t.jpg", "url": f"{address}/full.jpg"},
        "links": [{"extendedUrl": target, "utm": utm}],
        "attachedUrls": links,
    }


def show_account(account: AdAccount) -> Document:
    """Show an ad account; only this operation uses snake_case."""
    usable_now = account.status == 1
    word = "ACCEPTED" if account.network == "TWITTER" else "ACTIVE"
    prefix = "TW" if account.network == "TWITTER" else "FB"
    refused = "REJECTED" if account.network == "TWITTER" else "DISABLED"
    return {
        "ad_account_id": account.id,
        "social_network": account.network,
        "external_id": account.external_id,
        "name": account.name,
        "status": account.status,
        "currency_code": account.currency,
        "timezone": account.timezone,
        "business_id": account.business_id,
        "can_access_api": usable_now,
        "social_profile_id": account.profile_id,
        "social_profile_token_status": 1 if usable_now else 0,
        "has_payment_method": usable_now,
        "extended_info": {},
        "native_status": f"{prefix}_STATUS_{word if usable_now else refused}",
    }


def span_of(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """Return the days of a report; by default the year up to today."""
    return since or today - timedelta(days=365), until or today
