"""Whatever network and platform do: complete, or a clear error and a state to go on from."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hootsuite_api.contract import load
from hootsuite_api.errors import HootsuiteError
from tests.tap.conftest import FURTHER, KEYS

READS = sorted(
    one.id for one in load().operations.values() if one.read and one.shape in ("rest", "scim")
)
FIGURES = (
    *("list_post_metrics", "list_profile_metrics", "list_ad_entities", "list_ad_metrics"),
    *("list_my_ad_accounts", "list_scim_groups", "get_comment", "list_social_profiles"),
)
KINDS = ("reset", "close", "truncate", "garbage", "status", "expire_token", "skew")

faults = st.fixed_dictionaries(
    {
        "operation": st.sampled_from(["*", *READS]),
        "kind": st.sampled_from(KINDS),
        "nth": st.integers(1, 40),
        "times": st.integers(1, 9),
        "status": st.sampled_from([500, 502, 503]),
        "seconds": st.sampled_from([-86_400, -40, 40, 86_400]),
    }
)
figure_faults = st.fixed_dictionaries(
    {
        "operation": st.sampled_from(["*", *FIGURES]),
        "kind": st.sampled_from(KINDS),
        "nth": st.integers(1, 12),
        "times": st.integers(1, 9),
        "status": st.sampled_from([500, 502, 503]),
        "seconds": st.sampled_from([-40, 40]),
    }
)
quick = settings(
    deadline=None,
    max_examples=5,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def new_world(sandbox, set_clock):
    """Begin anew, with our clock set by the sandbox's: a false `Date` is then told as one."""

    def begin(**options):
        sandbox.reset(activity=False, **options)
        set_clock()

    return begin


@pytest.fixture
def survives(sandbox, new_world, attempt, assert_equal):
    """Run under a schedule of faults, then without; the union must be the truth."""

    def check(schedule, warehouse):
        new_world(messages=150)
        sandbox.faults(schedule)
        output, failure = attempt(request_timeout_seconds=1)
        sandbox.clear_faults()
        warehouse.load(output)
        if failure is not None:
            assert isinstance(failure, HootsuiteError)
            assert str(failure)
            output, failure = attempt(state=warehouse.state)
            assert failure is None
            warehouse.load(output)
        for name, keys in KEYS.items():
            assert_equal(name, warehouse.rows(name), keys)

    return check


@quick
@given(st.lists(faults, min_size=1, max_size=4))
def test_no_silent_gap(survives, new_warehouse, schedule):
    """After any schedule of faults the tables are complete, at the latest after the next run."""
    survives(schedule, new_warehouse())


@pytest.mark.soak
@settings(quick, max_examples=200)
@given(st.lists(faults, min_size=1, max_size=6))
def test_no_silent_gap_in_full(survives, new_warehouse, schedule):
    """The same, 200 times."""
    survives(schedule, new_warehouse())


@pytest.fixture
def figures_survive(sandbox, new_world, attempt, further, figures):
    """The same for what the defaults don't read."""

    def check(schedule, warehouse):
        new_world(clock_rate=0.0)
        options = {**further(), "start_date": "2025-11-01", "request_timeout_seconds": 1}
        sandbox.faults(schedule)
        output, failure = attempt(**options)
        sandbox.clear_faults()
        warehouse.load(output)
        if failure is not None:
            assert isinstance(failure, HootsuiteError)
            output, failure = attempt(warehouse.state, **options)
            assert failure is None
            warehouse.load(output)
        figures.assert_complete(FURTHER, warehouse, since="2025-11-02")

    return check


@settings(quick, max_examples=4)
@given(st.lists(figure_faults, min_size=1, max_size=4))
def test_no_silent_gap_in_figures(figures_survive, new_warehouse, schedule):
    """Figures, ads, groups and comments are complete after any schedule of faults."""
    figures_survive(schedule, new_warehouse())


@pytest.mark.soak
@settings(quick, max_examples=200)
@given(st.lists(figure_faults, min_size=1, max_size=6))
def test_no_silent_gap_in_figures_in_full(figures_survive, new_warehouse, schedule):
    """The same, 200 times."""
    figures_survive(schedule, new_warehouse())


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "timeout", "operation": "list_messages", "nth": 3},
        {"kind": "status", "status": 429, "code": 1003, "nth": 9, "times": 3},
        {"kind": "expire_token", "nth": 30},
        {"kind": "revoke_token", "nth": 30},
    ],
    ids=lambda fault: fault["kind"],
)
def test_what_passes_is_waited_for(sandbox, survives, warehouse, fault):
    """A time-out, a storm of 429, an expired and a revoked token don't end a run."""
    survives([fault], warehouse)


def test_a_list_that_is_cut_silently_is_read_completely(
    sandbox, extract, warehouse, assert_equal, only
):
    """Pages of 100 without a cursor hide nothing from us."""
    sandbox.reset(messages=3000, profiles=3, truncate_lists=True)
    warehouse.load(extract(catalog=only("messages")))
    assert_equal("messages", warehouse.rows("messages"), ["id"])


def test_cursors_are_followed(sandbox, extract, warehouse, assert_equal, only):
    """The same world with cursors needs one request per hundred rows and window."""
    sandbox.reset(messages=3000, profiles=3)
    warehouse.load(extract(catalog=only("messages")))
    assert_equal("messages", warehouse.rows("messages"), ["id"])
    windows = len({(r.get("path")) for r in sandbox.requests("list_messages")})
    assert windows <= 27 + 3000 // 100 + 2 * 27


def test_messages_that_show_up_late_arrive(sandbox, extract, warehouse, assert_equal):
    """What the list shows only after a lag is in the lookback of the next run."""
    sandbox.reset(activity=False)
    warehouse.load(extract())
    sandbox.settings(lag_seconds=120)
    sandbox.mutate("add_message", text="Late", visible_from=sandbox.now())
    warehouse.load(extract(state=warehouse.state))
    sandbox.advance(600)
    warehouse.load(extract(state=warehouse.state))
    assert_equal("messages", warehouse.rows("messages"), ["id"])
    assert not warehouse.rows("deleted_messages")


def test_withdrawn_interactions_are_said_plainly(sandbox, extract, caplog):
    """When the platform has retired the operation, the run goes on."""
    sandbox.reset(interactions="withdrawn")
    output = extract()
    assert not output.rows("interactions")
    assert output.rows("me")
    assert "the platform has withdrawn the operation" in caplog.text


def test_what_the_api_adds_breaks_nothing(sandbox, extract):
    """A new field, a null where none was, an unknown value and a 64-bit id: the run goes on."""
    body = (
        '{"data": [{"id": 9223372036854775807, "state": "TELEPORTED", "text": null,'
        '"socialProfile": null, "scheduledSendTime": "2026-01-16T10:00:00Z", "brandNew": {"a": 1},'
        '"media": null, "reviewers": null, "tags": null}]}'
    )
    sandbox.faults(operation="list_messages", kind="status", status=200, body=body, nth=15)
    rows = [row for row in extract().rows("messages") if row["state"] == "TELEPORTED"]
    assert [row["id"] for row in rows] == ["9223372036854775807"]
    assert "brand_new" not in rows[0]


def test_an_organization_app_gets_a_useful_run(sandbox, extract, assert_equal):
    """An app of an organization has no member of its own; everything else is read."""
    output = extract(auth_method="organization_app")
    for name in ("organizations", "organization_members", "teams", "team_members"):
        assert_equal(name, output.rows(name), KEYS[name])
    assert not output.rows("me")
