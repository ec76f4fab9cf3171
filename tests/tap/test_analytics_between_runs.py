"""Analytics between runs: posts go, profiles come back under another id, add-ons are taken away."""

import pytest

from tests.tap.conftest import SCOPE

DAY = 86_400
START = "2025-11-01"
STREAMS = ("post_metrics", "deleted_post_metrics", "profile_metrics")
KEY = ("network_id", "social_profile_id", "datatype", "external_id")


@pytest.fixture
def sandbox(sandbox):
    """A clock that stands still: no figure grows between a run and the look at the truth."""
    sandbox.reset(clock_rate=0.0)
    return sandbox


@pytest.fixture
def sync(sandbox, attempt, only, warehouse):
    """Run a day after the last run, with its state, into the warehouse."""

    def once(*, streams=STREAMS, state=None, days=1, **changes):
        sandbox.advance(days * DAY)
        settings = {**SCOPE, "start_date": START, **changes}
        output, failure = attempt(state or warehouse.state, only(*streams), **settings)
        assert failure is None
        warehouse.load(output)
        return output

    return once


def key(row):
    return tuple(row[name] for name in KEY)


def posts(rows):
    return {key(row): row["metrics"] for row in rows}


def true_posts(sandbox, since=START):
    return {
        (one["networkId"], one["socialProfileId"], one["datatype"], one["externalId"]): one
        for one in sandbox.truth("post_metrics") if one["createdAt"] >= since
    }  # fmt: skip


def recent(sandbox, index=0):
    """A post of the last days but one."""
    rows = sorted(sandbox.truth("post_metrics"), key=lambda one: one["createdAt"], reverse=True)
    return rows[20 + index]


def refuse(sandbox, profile):
    """Refuse every batch of posts that names a profile."""
    fault = {"kind": "status", "status": 422, "times": 0, "contains": profile}
    problem = '{"title": "Unfit", "status": 422, "type": "invalid-argument"}'
    headers = {"Content-Type": "application/problem+json"}
    sandbox.faults(operation="list_post_metrics", **fault, body=problem, headers=headers)


def test_a_deleted_post_is_sure_after_two_runs(sandbox, sync, warehouse):
    """The first run that lacks it notes it, the second reports it, the third has forgotten it."""
    sync()
    victim = recent(sandbox)
    sandbox.mutate("delete_post", external_id=victim["externalId"])
    assert not sync().rows("deleted_post_metrics")
    (row,) = sync().rows("deleted_post_metrics")
    assert row["external_id"] == victim["externalId"]
    assert row["social_profile_id"] == victim["socialProfileId"]
    assert row["missing_since"] < row["confirmed_at"]
    assert not sync().rows("deleted_post_metrics")
    gone = {key(row) for row in warehouse.rows("deleted_post_metrics")}
    there = {k: v for k, v in posts(warehouse.rows("post_metrics")).items() if k not in gone}
    truth = {k: one["metrics"] for k, one in true_posts(sandbox, "2025-11-02").items()}
    assert {k: there.get(k) for k in truth} == truth
    assert len(there) - len(truth) < 10  # the first day, and the days that are padded


def test_a_post_of_before_the_window_is_a_gap(sandbox, sync):
    """Nobody looks there any more."""
    sync()
    old = min(true_posts(sandbox, "2025-11-10").values(), key=lambda one: one["createdAt"])
    sandbox.mutate("delete_post", external_id=old["externalId"])
    assert not any(sync().rows("deleted_post_metrics") for _ in range(3))


def test_a_run_that_was_refused_deletes_nothing(sandbox, sync):
    """A profile that can't be read says nothing about its posts."""
    sync()
    victim = recent(sandbox)["socialProfileId"]
    refuse(sandbox, victim)
    for _ in range(3):
        assert not sync().rows("deleted_post_metrics")


def test_a_profile_that_was_refused_catches_up(sandbox, sync, warehouse):
    """When it is asked for again, what was missed comes, too."""
    sync()
    victim = recent(sandbox)["socialProfileId"]
    refuse(sandbox, victim)
    sync(analytics_restate_days=2)
    sandbox.clear_faults()
    sync(analytics_restate_days=2, days=8)
    truth = {k: one["metrics"] for k, one in true_posts(sandbox, "2026-01-14").items()}
    assert {k: posts(warehouse.rows("post_metrics")).get(k) for k in truth} == truth
    asked = []
    for _ in range(2):
        before = len(sandbox.requests("list_post_metrics"))
        sync(analytics_restate_days=2)
        asked.append(len(sandbox.requests("list_post_metrics")) - before)
    networks = {one["type"] for one in sandbox.truth("social_profiles")}
    assert max(asked) <= len(networks)  # it goes with the others again


def test_one_that_lags_and_is_refused_closes_nothing(sandbox, sync, warehouse):
    """A 403 for the one profile that has to catch up says nothing about scope and add-on."""
    sandbox.reset(clock_rate=0.0, quirks="recorded")
    sync(streams=("post_metrics",))
    victim = recent(sandbox)["socialProfileId"]
    state = warehouse.state
    read = state["bookmarks"]["post_metrics"]["read"]
    ((day, keys),) = read.items()
    others = ",".join(one for one in keys.split(",") if one != victim)
    state["bookmarks"]["post_metrics"]["read"] = {"2025-11-20": victim, day: others}
    fault = {"kind": "status", "status": 403, "times": 0, "contains": victim}
    problem = '{"title": "Unfit", "status": 403, "type": "permission-denied"}'
    headers = {"Content-Type": "application/problem+json"}
    sandbox.faults(operation="list_post_metrics", **fault, body=problem, headers=headers)
    output = sync(streams=("post_metrics",), state=state)
    assert {row["social_profile_id"] for row in output.rows("post_metrics")} >= {
        *others.split(",")
    } - {victim}
    assert not output.state["bookmarks"]["post_metrics"]["access"]["closed"]


@pytest.mark.parametrize(
    "moment", [{"operation": "list_post_metrics", "nth": 3}, {"operation": "list_profile_metrics"}]
)
def test_an_add_on_that_ends_within_a_run_blames_no_profile(
    sandbox, sync, warehouse, caplog, moment
):
    """It is said once that analytics is closed; when it is back, every profile is read."""
    sandbox.faults(kind="status", status=403, code=4006, times=0, **moment)
    output = sync(streams=("post_metrics", "profile_metrics"))
    assert caplog.text.count("Analytics is closed to this account") == 1
    assert "refuses the social profile" not in caplog.text
    access = [one.get("access") for one in output.state["bookmarks"].values()]
    assert any(one and one["closed"] for one in access)
    sandbox.clear_faults()
    sync(streams=("post_metrics", "profile_metrics"), days=8)
    truth = {k: one["metrics"] for k, one in true_posts(sandbox, "2025-11-02").items()}
    assert {k: posts(warehouse.rows("post_metrics")).get(k) for k in truth} == truth


@pytest.mark.parametrize("quirks", ["documented", "recorded"])
def test_a_profile_comes_back_under_a_new_id(sandbox, sync, warehouse, quirks):
    """Its history comes under the new id; rows of the former stay, and none is called deleted."""
    sandbox.reset(clock_rate=0.0, quirks=quirks)
    sync()
    profiles = sandbox.truth("social_profiles")
    former = next(one for one in profiles if one["type"] == "FACEBOOKPAGE")
    sandbox.mutate("remove_profile", profile_id=former["id"])
    sync()
    names = {"username": former["socialNetworkUsername"], "network_id": former["socialNetworkId"]}
    back = sandbox.mutate("add_profile", type="FACEBOOKPAGE", **names)
    sync()
    sync()
    assert not warehouse.rows("deleted_post_metrics")
    loaded, truth = posts(warehouse.rows("post_metrics")), true_posts(sandbox, "2025-11-02")
    assert any(k[1] == back for k in truth)
    assert {k: loaded.get(k) for k in truth} == {k: one["metrics"] for k, one in truth.items()}
    extra = {k for k in loaded if k not in truth and k[1] != former["id"]}
    assert len(extra) < 10  # the first day
    days = {(one["social_profile_id"], one["date"]) for one in warehouse.rows("profile_metrics")}
    for row in sandbox.truth("profile_metrics"):
        if row["date"] >= "2025-11-02":
            assert (row["socialProfileId"], row["date"]) in days


def test_an_add_on_is_taken_away_and_given_back(sandbox, sync, warehouse, caplog):
    """Nothing is lost meanwhile, nothing is called deleted, and afterwards all is as it is."""
    sync()
    before = len(warehouse.rows("post_metrics"))
    sandbox.settings(analytics="no_add_on")
    asked = len(sandbox.requests("list_post_metrics"))
    sync()
    sync()
    assert len(sandbox.requests("list_post_metrics")) - asked <= 2
    assert caplog.text.count("Analytics is closed to this account") == 1
    assert len(warehouse.rows("post_metrics")) == before
    sandbox.settings(analytics="available")
    sync(days=8)
    sync()
    truth = {k: one["metrics"] for k, one in true_posts(sandbox, "2025-11-02").items()}
    loaded = posts(warehouse.rows("post_metrics"))
    assert {k: loaded.get(k) for k in truth} == truth
    assert not warehouse.rows("deleted_post_metrics")


def test_without_the_scope_not_even_the_day_is_asked_for(sandbox, sync):
    """Nothing but the token, which may have come from the store."""
    sync(streams=(*STREAMS, "ads", "ad_metrics"), scope=None)
    assert {request["operation"] for request in sandbox.requests()} <= {"create_token"}


def test_closed_is_found_out_by_one_stream(sandbox, sync):
    """The next night none asks, whichever it was; after the interval one probes."""
    sandbox.reset(clock_rate=0.0, analytics="no_add_on")
    streams = (*STREAMS, "ad_campaigns", "ad_metrics")
    sync(streams=streams)
    paid = [r for r in sandbox.requests() if "/analytics/" in r["path"]]
    assert len(paid) <= 2
    sync(streams=streams)
    assert len([r for r in sandbox.requests() if "/analytics/" in r["path"]]) == len(paid)
    sync(streams=streams, days=8)
    assert len([r for r in sandbox.requests() if "/analytics/" in r["path"]]) <= 2 * len(paid)


def test_snapshots_keep_what_the_platform_forgets(sandbox, sync, warehouse):
    """A row a post and day within the window, for the requests of `post_metrics`."""
    streams = ("post_metrics", "post_metric_snapshots")
    sync(streams=streams)
    first = len(sandbox.requests("list_post_metrics"))
    sync(streams=streams)
    nightly = len(sandbox.requests("list_post_metrics")) - first
    sync(streams=("post_metrics",))
    assert len(sandbox.requests("list_post_metrics")) - first - nightly == nightly
    rows = warehouse.rows("post_metric_snapshots")
    days = sorted({row["captured_on"] for row in rows})
    assert days == ["2026-01-16", "2026-01-17"]
    assert min(row["created_at"] for row in rows) >= "2025-12-12"
    series = {}
    for row in sorted(rows, key=lambda row: row["captured_on"]):
        series.setdefault(key(row), []).append(sum(row["metrics"].values()))
    assert any(len(one) == 2 and one[0] < one[1] for one in series.values())


@pytest.mark.parametrize("stream", ["post_metric_snapshots", "deleted_post_metrics"])
def test_each_of_them_can_be_read_alone(sandbox, sync, warehouse, stream):
    """Without `post_metrics` no more is asked than the days that are read again."""
    sync(streams=(stream,))
    victim = recent(sandbox)
    sandbox.mutate("delete_post", external_id=victim["externalId"])
    sync(streams=(stream,))
    sync(streams=(stream,))
    if stream == "deleted_post_metrics":
        (row,) = warehouse.rows(stream)
        assert row["external_id"] == victim["externalId"]
    else:
        assert {row["captured_on"] for row in warehouse.rows(stream)} == {
            "2026-01-16", "2026-01-17", "2026-01-18",
        }  # fmt: skip
    assert not warehouse.rows("post_metrics")


def test_a_pause_keeps_what_was_read(sandbox, sync, warehouse):
    """A quota that is too small for one window still leads to the end, a few batches a day."""
    sandbox.reset(clock_rate=0.0, daily_quota=14, messages=2000)
    for _ in range(30):
        sync(streams=("post_metrics",), daily_quota_percent=100)
        state = warehouse.state["bookmarks"]["post_metrics"]
        if (state.get("replication_key_value") or "")[:10] == sandbox.now()[:10]:
            break
    else:
        pytest.fail("never came to the end")
    truth = {k: one["metrics"] for k, one in true_posts(sandbox, "2025-12-20").items()}
    assert truth.keys() <= posts(warehouse.rows("post_metrics")).keys()


def test_paid_figures_are_read_when_they_are_asked_for(sandbox, sync, warehouse):
    """A kind that is added later is read from the start date on."""
    sync(streams=("post_metrics",))
    sync(streams=("post_metrics",), analytics_datatypes=["ORGANIC", "PAID"])
    paid = {key(row) for row in warehouse.rows("post_metrics") if row["datatype"] == "PAID"}
    truth = {
        (one["networkId"], one["socialProfileId"], one["datatype"], one["externalId"])
        for one in sandbox.truth("paid_post_metrics") if one["createdAt"] >= "2025-11-02"
    }  # fmt: skip
    assert truth
    assert truth <= paid
