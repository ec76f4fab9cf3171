"""Ad accounts, what they hold, and its figures of each day."""

import pytest

from tests.tap.conftest import FURTHER, SCOPE

DAY = 86_400
ENTITIES = ("ad_campaigns", "ad_sets", "ads")
DAYS = ("ad_campaign_metrics", "ad_set_metrics", "ad_metrics")
PROBLEM = {
    "kind": "status",
    "status": 422,
    "times": 0,
    "body": '{"title": "Unfit", "status": 422, "type": "invalid-argument"}',
    "headers": {"Content-Type": "application/problem+json"},
}


@pytest.fixture
def load(extract, only, warehouse):
    """Run the streams of ads into the warehouse."""

    def once(state=None, streams=(*ENTITIES, *DAYS), **changes):
        output = extract(state, only(*streams), **{**SCOPE, "start_date": "2025-10-01", **changes})
        warehouse.load(output)
        return output

    return once


@pytest.fixture
def assert_days_equal(sandbox, warehouse):
    """Hold the figures since a day against the truth."""

    def check(since="2025-10-02"):
        for name in DAYS:
            keys = FURTHER[name]
            rows = [row for row in warehouse.rows(name) if row["date"] >= since]
            loaded = {tuple(row[key] for key in keys): row["metrics"] for row in rows}
            names = [_camel(key) for key in keys]
            truth = {
                tuple(row[name] for name in names): row["metrics"]
                for row in sandbox.truth(name) if row["date"] >= since
            }  # fmt: skip
            assert loaded == truth
            assert truth

    return check


def _camel(name):
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


@pytest.mark.parametrize("quirks", ["documented", "recorded"])
def test_figures_equal_the_truth_and_are_restated(sandbox, load, assert_days_equal, quirks):
    """Days are counted again for a while: after the next run they are as the platform has them."""
    sandbox.reset(quirks=quirks)
    state = load(streams=DAYS).state
    assert_days_equal()
    sandbox.advance(3 * DAY)
    load(state, streams=DAYS)
    assert_days_equal()


def test_two_years_are_what_there_is(sandbox, load, warehouse):
    """An early start date asks for what the platform keeps, and no day is missing."""
    load(streams=["ad_campaign_metrics"], start_date="2015-01-01")
    rows = sandbox.truth("ad_campaign_metrics")
    first = min(row["date"] for row in warehouse.rows("ad_campaign_metrics"))
    assert first < "2024-02-01"
    assert len(warehouse.rows("ad_campaign_metrics")) == sum(row["date"] >= first for row in rows)


def test_entities_follow_the_platform(sandbox, load, warehouse, assert_equal):
    """What changed is changed, what is gone is gone; its figures stay."""
    state = load().state
    account = sandbox.truth("ad_campaigns")[0]["adAccountId"]
    other = next(r for r in sandbox.truth("ad_campaigns") if r["adAccountId"] != account)
    sandbox.mutate(
        "change_ad_campaign", campaign_id=other["externalCampaignId"], status="PAUSED"
    )  # fmt: skip
    sandbox.mutate("remove_ad_account", ad_account_id=account)
    sandbox.advance(DAY)
    load(state)
    for name in ENTITIES:
        assert_equal(name, warehouse.rows(name), FURTHER[name])
    assert account in {row["ad_account_id"] for row in warehouse.rows("ad_metrics")}


def test_a_new_account_brings_its_history(sandbox, load, assert_days_equal):
    """One that is connected later, or again, is read from the start date on."""
    account = sandbox.truth("ad_campaigns")[0]["adAccountId"]
    sandbox.mutate("change_ad_account", ad_account_id=account, status=2)
    state = load(streams=DAYS).state
    sandbox.mutate("change_ad_account", ad_account_id=account, status=1)
    sandbox.advance(DAY)
    load(state, streams=DAYS)
    assert_days_equal()


def test_accounts_are_grouped(sandbox, load):
    """Ten accounts of one network share a request; the list of accounts is asked for once."""
    for _ in range(12):
        sandbox.mutate("add_ad_account")
    load(streams=ENTITIES)
    pages = {name: -(-sandbox.count(name) // 100) for name in ENTITIES}
    asked = len(sandbox.requests("list_ad_entities"))
    assert asked <= sum(pages.values()) + 2 * len(ENTITIES)  # two batches more than networks
    assert len(sandbox.requests("list_my_ad_accounts")) == 1


def test_a_disabled_account_is_not_asked_for(sandbox, load, caplog):
    """What Hootsuite may not use would fail the requests of the others."""
    load()
    assert {r["status"] for r in sandbox.requests()} == {200}
    assert "refuses" not in caplog.text


def test_a_refused_account_is_named_and_the_others_go_on(sandbox, load, warehouse, caplog):
    """A batch with a refused account is halved; the tables are not emptied, the next run knows."""
    load()
    victim = sandbox.truth("ad_campaigns")[0]["adAccountId"]
    before = {name: len(warehouse.rows(name)) for name in ENTITIES}
    for operation in ("list_ad_entities", "list_ad_metrics"):
        sandbox.faults(operation=operation, contains=victim, **PROBLEM)
    sandbox.mutate("add_ad_account")  # of the same network: it shares the request
    output = load()
    assert caplog.text.count(f"analytics refuses the ad account 814001/{victim}") == 6
    for name in ENTITIES:
        assert "ACTIVATE_VERSION" not in output.types(name)
        assert victim not in {row["ad_account_id"] for row in output.rows(name)}
        assert len(warehouse.rows(name)) == before[name]
    caplog.clear()
    load(output.state)
    assert "refuses" not in caplog.text


def test_without_the_scope_no_account_is_listed(sandbox, load):
    """The list of ad accounts serves the figures, so it isn't asked for either."""
    load(scope=None)
    asked = {request["operation"] for request in sandbox.requests()}
    assert not asked & {"list_my_ad_accounts", "list_ad_entities", "list_ad_metrics"}


def test_a_refused_list_of_accounts_is_a_gap(sandbox, load, caplog):
    """No table is emptied because the accounts could not be listed."""
    sandbox.faults(
        operation="list_my_ad_accounts", kind="status", status=403, code=4006, times=0
    )  # fmt: skip
    output = load()
    assert not any("ACTIVATE_VERSION" in output.types(name) for name in ENTITIES)
    assert "skipped 1 that the caller may not read" in caplog.text
