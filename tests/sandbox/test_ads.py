"""Ad accounts, campaigns, ad sets and ads, and their figures of each day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import pytest

ACCOUNTS = "/v1/me/adAccounts"
PAID = "/v1/analytics/paid"
TODAY = date(2026, 1, 15)
TRUTHS = {"campaigns": "ad_campaign", "adsets": "ad_set", "ads": "ad"}


@pytest.fixture
def accounts(api):
    """The ad accounts of the main organization."""
    return api.get(ACCOUNTS, organization_id=api.ready["organization_id"]).body["ad_accounts"]


@pytest.fixture
def usable(api, accounts):
    """Filters that name the accounts that can be used."""
    organization = api.ready["organization_id"]
    return [
        {"adAccountId": one["ad_account_id"], "organizationId": organization}
        for one in accounts
        if one["can_access_api"]
    ]


@pytest.fixture
def everything(api, usable):
    """Follows the cursors to the end."""

    def read(path, limit=100, accounts=None, **filters):
        chosen = {name: {"timespan": span} for name, span in filters.items()}
        body, rows, more = {"filters": {"adAccounts": accounts or usable, **chosen}}, [], {}
        while True:
            page = api.call("POST", path, body, limit=limit, **more)
            rows += page.data
            following = page.body["metadata"]["collectionInfo"].get("next")
            if following is None:
                return rows
            more = following

    return read


def test_accounts(api, accounts):
    """Accounts come bare, in snake_case; one of them was disabled by its network."""
    assert {one["social_network"] for one in accounts} == {"FACEBOOK", "TWITTER"}
    assert [one["can_access_api"] for one in accounts].count(False) == 1
    organization = api.ready["organization_id"]
    truth = api.sandbox.truth("ad_accounts")
    assert truth == [{"organizationId": organization, **one} for one in accounts]
    assert api.get(ACCOUNTS, organization_id="999").refusal == (400, 3003)
    assert api.get(ACCOUNTS).status == 400


@pytest.mark.parametrize("collection", sorted(TRUTHS))
def test_everything_equals_the_truth(api, everything, collection):
    """All pages together are the truth: entities, and two years of days."""
    truth = api.sandbox.truth(f"{TRUTHS[collection]}s")
    assert everything(f"{PAID}/{collection}", limit=7) == truth
    days = everything(
        f"{PAID}/{collection}/metrics", reportingPeriod={"since": str(TODAY - timedelta(days=729))}
    )
    assert days == api.sandbox.truth(f"{TRUTHS[collection]}_metrics")
    assert len(days) > 300


def test_parts_add_up(everything):
    """A campaign's day is the sum of its ads' days."""
    span = {"since": "2025-06-01"}
    sums = defaultdict(float)
    for row in everything(f"{PAID}/ads/metrics", reportingPeriod=span):
        sums[row["externalCampaignId"], row["date"]] += row["metrics"]["spend"]
    rows = everything(f"{PAID}/campaigns/metrics", reportingPeriod=span)
    assert {k: round(v, 2) for k, v in sums.items()} == {
        (row["externalCampaignId"], row["date"]): row["metrics"]["spend"] for row in rows
    }


def test_absent_is_not_zero(everything):
    """Figures that an ad hasn't are left out, and none is zero."""
    rows = everything(f"{PAID}/ads/metrics")
    names = {frozenset(row["metrics"]) for row in rows}
    assert len(names) > 1
    assert all(value > 0 for row in rows for value in row["metrics"].values())


def test_days_come_the_day_after_and_are_restated(api, everything):
    """A day's row appears at the next visit; conversions go on for some days, then stand still."""
    seen = defaultdict(list)
    for _ in range(12):
        for row in everything(f"{PAID}/campaigns/metrics", reportingPeriod={"since": "2026-01-14"}):
            seen[row["date"], row["externalCampaignId"]].append(row["metrics"])
        assert max(day for day, _ in seen) < api.sandbox.now()[:10]
        api.sandbox.advance(86_400)
    first = seen[min(seen)]
    assert first[-1] == first[-2]
    counted = [m["conversions"] for rows in seen.values() for m in rows if "conversions" in m]
    assert counted
    for rows in seen.values():
        values = [row.get("conversions", 0) for row in rows]
        assert values == sorted(values)


def test_campaigns_begin_and_end(api, everything):
    """The status follows the dates, steps with the daily visit, and can be set by somebody."""
    before = {row["externalCampaignId"]: row for row in everything(f"{PAID}/campaigns")}
    assert {"ACTIVE", "COMPLETED"} <= {row["campaignStatus"] for row in before.values()}
    running = next(k for k, row in before.items() if row["campaignStatus"] == "ACTIVE")
    api.sandbox.mutate("change_ad_campaign", campaign_id=running, status="PAUSED")
    api.sandbox.advance(2 * 86_400)
    after = {row["externalCampaignId"]: row for row in everything(f"{PAID}/campaigns")}
    assert after[running]["campaignStatus"] == "PAUSED"
    assert after[running]["lastModifiedAt"] > before[running]["lastModifiedAt"]
    changed = everything(f"{PAID}/campaigns", lastModified={"since": "2026-01-15"})
    assert running in {row["externalCampaignId"] for row in changed}
    assert len(changed) < len(after)


def test_pages_lead_back(api, usable):
    """`prev` leads back through the same pages, for entities and for days."""
    for path in (f"{PAID}/ads", f"{PAID}/ads/metrics"):
        body = {"filters": {"adAccounts": usable}}
        pages = [api.call("POST", path, body, limit=9)]
        for _ in range(3):
            mark = pages[-1].body["metadata"]["collectionInfo"]["next"]
            pages.append(api.call("POST", path, body, limit=9, **mark))
        back = [pages[-1]]
        while previous := back[-1].body["metadata"]["collectionInfo"].get("prev"):
            back.append(api.call("POST", path, body, limit=9, **previous))
        assert [page.data for page in back[::-1]] == [page.data for page in pages]


def test_datatype(api, usable):
    """What is paid for is PAID, or has no datatype; nothing of it is organic."""
    body = {"filters": {"adAccounts": usable}}
    for path in (f"{PAID}/campaigns", f"{PAID}/campaigns/metrics"):
        assert api.call("POST", path, body, datatype="PAID").data
        assert api.call("POST", path, body, datatype="ORGANIC").data == []


def test_refusals(api, accounts, usable):
    """None, too many, disabled, unknown and foreign accounts are 422; so are old spans."""
    organization = api.ready["organization_id"]
    disabled = next(one for one in accounts if not one["can_access_api"])["ad_account_id"]
    facebook = next(one for one in accounts if one["social_network"] == "FACEBOOK")
    batches = [
        [],
        [{"adAccountId": str(n), "organizationId": organization} for n in range(11)],
        [*usable, {"adAccountId": disabled, "organizationId": organization}],
        [*usable, {"adAccountId": "1", "organizationId": organization}],
        [{**usable[0], "organizationId": "1"}],
        [{"adAccountId": "1"}],
    ]
    for path in (f"{PAID}/adsets", f"{PAID}/adsets/metrics"):
        for batch in batches:
            answer = api.call("POST", path, {"filters": {"adAccounts": batch}})
            assert (answer.status, answer.body["title"]) == (422, "invalid-argument")
        own = [{"adAccountId": facebook["ad_account_id"], "organizationId": organization}]
        body = {"filters": {"adAccounts": own}}
        assert api.call("POST", path, body, adAccountType="TWITTER").status == 422
        assert api.call("POST", path, body, adAccountType="FACEBOOK").status == 200
        old = {"reportingPeriod": {"timespan": {"since": str(TODAY - timedelta(days=731))}}}
        assert api.call("POST", path, {"filters": {"adAccounts": own, **old}}).status == 422
    assert api.call("POST", f"{PAID}/posters", body).status == 422


def test_scope_and_add_on(api, usable):
    """Paid analytics needs what the other analytics needs; the list of accounts does not."""
    plain = api.named("member_app", member_id=api.ready["member_id"])
    body = {"filters": {"adAccounts": usable}}
    assert plain.call("POST", f"{PAID}/ads", body).status == 403
    assert plain.get(ACCOUNTS, organization_id=api.ready["organization_id"]).status == 200
    api.sandbox.settings(analytics="no_add_on")
    assert api.call("POST", f"{PAID}/ads", body).status == 403
