"""Analytics: figures of posts and profiles, restated, and no request where they are closed."""

import pytest
from singer_sdk.exceptions import ConfigValidationError

from hootsuite_api.errors import PermissionDenied

DAY = 86_400
STREAMS = ("post_metrics", "profile_metrics")
OPERATIONS = ("list_post_metrics", "list_profile_metrics")
SCOPE = {"scope": "analytics:read"}


@pytest.fixture
def sandbox(sandbox):
    """A clock that stands still: no figure grows between a run and the look at the truth."""
    sandbox.reset(clock_rate=0.0)
    return sandbox


@pytest.fixture
def load(attempt, only, warehouse):
    """Run the streams of analytics into the warehouse."""

    def once(state=None, streams=STREAMS, **changes):
        output, failure = attempt(state, only(*streams), **{**SCOPE, **changes})
        assert failure is None
        warehouse.load(output)
        return output

    return once


def asked(sandbox):
    return sum(len(sandbox.requests(name)) for name in OPERATIONS)


def posts(rows):
    return {
        (one["network_id"], one["social_profile_id"], one["datatype"], one["external_id"]): (
            one["metrics"], one["source_link"], one["external_profile_id"],
        )
        for one in rows
    }  # fmt: skip


def true_posts(sandbox, since="2000"):
    return {
        (one["networkId"], one["socialProfileId"], one["datatype"], one["externalId"]): (
            one["metrics"], one["sourceLink"], one["externalProfileId"],
        )
        for one in sandbox.truth("post_metrics") if one["createdAt"] >= since
    }  # fmt: skip


def days(rows):
    return {
        (one["social_profile_id"], one["datatype"], one["date"]): one["metrics"] for one in rows
    }


def true_days(sandbox, since="2000"):
    truth = sandbox.truth("profile_metrics")
    return {
        (one["socialProfileId"], one["datatype"], one["date"]): one["metrics"]
        for one in truth if one["datatype"] == "ORGANIC" and one["date"] >= since
    }  # fmt: skip


@pytest.mark.parametrize("quirks", ["documented", "recorded"])
def test_two_years_equal_the_truth(sandbox, load, warehouse, quirks):
    """Posts and daily figures equal the platform's, both as documented and as seen on the wire."""
    sandbox.reset(clock_rate=0.0, quirks=quirks)
    load(start_date="2020-01-01")
    loaded = posts(warehouse.rows("post_metrics"))
    first = min(one["created_at"] for one in warehouse.rows("post_metrics"))
    truth = {k: v for k, v in true_posts(sandbox).items() if k[2] == "ORGANIC"}
    assert truth.items() >= loaded.items()
    late = {k: v for k, v in true_posts(sandbox, first).items() if k[2] == "ORGANIC"}
    assert loaded == late
    assert len(loaded) > 100
    daily = days(warehouse.rows("profile_metrics"))
    assert daily == true_days(sandbox, min(day for *_, day in daily))


def test_growth_and_late_posts_arrive(sandbox, load, warehouse):
    """A second run reads the restatement window again: totals grow, late posts appear."""
    state = load(start_date="2025-06-01").states[-1]
    for _ in range(3):
        sandbox.advance(2 * DAY)
        state = load(state, start_date="2025-06-01").states[-1]
    truth = {k: v for k, v in true_posts(sandbox, "2025-06-01").items() if k[2] == "ORGANIC"}
    loaded = posts(warehouse.rows("post_metrics"))
    assert {k: loaded.get(k) for k in truth} == truth


def test_requests_are_grouped_and_few(sandbox, load):
    """Ten profiles of one network share a request; a nightly run reads one window."""
    state = load(start_date="2025-06-01").states[-1]
    sandbox.advance(DAY)
    before = asked(sandbox)
    load(state, start_date="2025-06-01")
    networks = {one["type"] for one in sandbox.truth("social_profiles")}
    assert asked(sandbox) - before <= 2 * len(networks) * 6


@pytest.mark.parametrize("scope", [None, "offline"])
def test_without_the_scope_nothing_is_asked(sandbox, load, scope):
    """With the defaults and a token without the scope, a run makes not one request more."""
    load(scope=scope)
    assert asked(sandbox) == 0


def test_off_asks_nothing(sandbox, load):
    """`analytics: off` is never."""
    load(analytics="off")
    assert asked(sandbox) == 0


@pytest.mark.parametrize("quirks", ["documented", "recorded"])
def test_a_missing_add_on_is_said_once(sandbox, load, caplog, quirks):
    """A refusal is tried with one profile, then both streams end; the next run asks nothing."""
    sandbox.reset(clock_rate=0.0, analytics="no_add_on", quirks=quirks)
    output = load()
    assert asked(sandbox) <= 2
    said = [one for one in caplog.messages if one.startswith("Analytics is closed to this account")]
    assert len(said) == 1
    before = asked(sandbox)
    load(output.states[-1])
    assert asked(sandbox) - before <= 2  # the stream that had not been tried
    sandbox.advance(8 * DAY)
    before = asked(sandbox)
    load(output.states[-1])
    assert asked(sandbox) > before


def test_a_missing_add_on_fails_where_it_should(sandbox, attempt, only):
    """With `on_forbidden: fail` the refusal ends the run."""
    sandbox.reset(clock_rate=0.0, analytics="no_add_on")
    _, failure = attempt(None, only("post_metrics"), on_forbidden="fail", **SCOPE)
    assert isinstance(failure, PermissionDenied)


def test_a_refused_profile_is_named_and_the_others_go_on(sandbox, load, warehouse, caplog):
    """A batch with a refused profile is halved until it is known; the next run leaves it out."""
    rows = load(start_date="2025-10-01", streams=["post_metrics"]).rows("post_metrics")
    victim = rows[0]["social_profile_id"]
    kinds = {"operation": "list_post_metrics", "kind": "status", "status": 422, "times": 0}
    problem = '{"title": "Unfit", "status": 422, "type": "invalid-argument"}'
    headers = {"Content-Type": "application/problem+json"}
    sandbox.faults(**kinds, contains=victim, body=problem, headers=headers)
    output = load(start_date="2025-10-01", streams=["post_metrics"])
    assert f"analytics refuses the social profile {victim}" in caplog.text
    others = {row["social_profile_id"] for row in output.rows("post_metrics")}
    assert victim not in others
    assert others >= {row["social_profile_id"] for row in rows} - {victim}
    caplog.clear()
    load(output.states[-1], start_date="2025-10-01", streams=["post_metrics"])
    assert "analytics refuses" not in caplog.text


def test_a_backfill_is_resumed(sandbox, load, warehouse):
    """A pause by the quota costs no row and no window is read from the start again."""
    sandbox.reset(clock_rate=0.0, daily_quota=60)
    state, runs = None, 0
    while True:
        output = load(state, start_date="2024-06-01", daily_quota_percent=100)
        state, runs = output.states[-1], runs + 1
        marks = [state["bookmarks"].get(name, {}).get("replication_key_value") for name in STREAMS]
        if all(marks) and min(marks)[:10] >= sandbox.now()[:10]:
            break
        sandbox.advance(DAY)
        assert runs < 40
    assert runs > 1
    loaded = posts(warehouse.rows("post_metrics"))
    truth = {k for k in true_posts(sandbox, "2024-06-02") if k[2] == "ORGANIC"}
    assert truth <= loaded.keys()


@pytest.mark.parametrize("wrong", [["organic"], ["ALL"], [""]])
def test_wrong_datatypes_are_named(attempt, only, wrong):
    """A kind of figures that doesn't exist is a sentence before any request."""
    with pytest.raises(ConfigValidationError) as caught:
        attempt(None, only("me"), analytics_datatypes=wrong)
    assert "analytics_datatypes holds" in caught.value.errors[0]
