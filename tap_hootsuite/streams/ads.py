"""`/v1/me/adAccounts` and `/v1/analytics/paid`: ad accounts, campaigns, ads and their metrics."""

from __future__ import annotations

from collections.abc import Iterator

from tap_hootsuite.ad_figures import AdDayStream, AdEntityStream, ad_accounts
from tap_hootsuite.base import ID, HootsuiteStream, Row, Stage

ACCOUNT = ("organization_id", "ad_account_id")


class AdAccounts(HootsuiteStream):
    """Ad accounts of the organizations, including those that the networks have disabled."""

    name = "ad_accounts"
    primary_keys = ACCOUNT
    operation = "list_my_ad_accounts"
    component = "AdAccount"
    extra = {"organization_id": ID}  # noqa: RUF012 - a ClassVar of the base
    stage = Stage.LATER
    selected_by_default = False

    def pages(self) -> Iterator[list[Row]]:
        """Request the accounts of each organization."""
        yield [
            {"organization_id": organization, **self.row({}, one)}
            for organization, one in ad_accounts(self)
        ]


class AdCampaigns(AdEntityStream):
    """Campaigns of the ad accounts."""

    name = "ad_campaigns"
    primary_keys = (*ACCOUNT, "external_campaign_id")
    component = "AdCampaign"
    collection = "campaigns"


class AdSets(AdEntityStream):
    """Ad sets of the ad accounts; Twitter calls them ad groups."""

    name = "ad_sets"
    primary_keys = (*ACCOUNT, "external_adset_id")
    component = "AdSet"
    collection = "adsets"


class Ads(AdEntityStream):
    """Ads of the ad accounts."""

    name = "ads"
    primary_keys = (*ACCOUNT, "external_ad_id")
    component = "Ad"
    collection = "ads"


class AdCampaignMetrics(AdDayStream):
    """Metrics of a campaign, one row per day on which it ran."""

    name = "ad_campaign_metrics"
    primary_keys = (*ACCOUNT, "external_campaign_id", "date")
    component = "AdCampaignDay"
    collection = "campaigns"


class AdSetMetrics(AdDayStream):
    """Metrics of an ad set, one row per day on which it ran."""

    name = "ad_set_metrics"
    primary_keys = (*ACCOUNT, "external_adset_id", "date")
    component = "AdSetDay"
    collection = "adsets"


class AdMetrics(AdDayStream):
    """Metrics of an ad, one row per day on which it ran."""

    name = "ad_metrics"
    primary_keys = (*ACCOUNT, "external_ad_id", "date")
    component = "AdDay"
    collection = "ads"
