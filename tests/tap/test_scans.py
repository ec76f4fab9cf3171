"""Long scans: their share of the quota, place and interval; and the pause of a whole run."""

import json

import pytest

from hootsuite_api.errors import PermissionDenied, QuotaExhausted
from tap_hootsuite.stream_types import ScanStream
from tap_hootsuite.tap import stream_classes
from tests.tap.conftest import KEYS

DAY = 86_400
SCANS = {s.name: list(s.primary_keys) for s in stream_classes() if issubclass(s, ScanStream)}
SCAN_REQUESTS = {s.operation for s in stream_classes() if issubclass(s, ScanStream)}


def scanned(sandbox):
    return sum(1 for r in sandbox.requests() if r["operation"] in SCAN_REQUESTS)


def test_scans_stay_within_their_share_and_finish_over_days(
    sandbox, extract, warehouse, assert_equal
):
    """With 3 % of 4,000 requests a day, scans stop, carry on the next day, and come to an end."""
    sandbox.reset(daily_quota=4000, members=60, messages=50, activity=False)
    days = 0
    while True:
        before = scanned(sandbox)
        warehouse.load(extract(state=warehouse.state, scan_quota_percent=3))
        days += 1
        # one batch of 100 more than the share, and what was under way when it was used up
        assert scanned(sandbox) - before <= 120 + 100 + 5 * 32
        marks = warehouse.state["bookmarks"]
        if all(marks.get(name, {}).get("scan", 1) is None for name in SCANS):
            break
        sandbox.advance(DAY)
    assert days > 2
    for name, keys in SCANS.items():
        assert_equal(name, warehouse.rows(name), keys)


def test_scans_are_not_repeated_before_the_interval(sandbox, extract):
    """A second run within the interval leaves them alone; after it they start anew."""
    sandbox.reset(messages=50)
    first = extract()
    before = scanned(sandbox)
    second = extract(state=first.state)
    assert scanned(sandbox) == before
    assert not any(second.rows(name) for name in SCANS)
    assert not any("ACTIVATE_VERSION" in second.types(name) for name in SCANS)
    sandbox.advance(8 * DAY)
    assert all(extract(state=second.state).rows(name) for name in SCANS)


def test_permissions_are_asked_only_where_a_profile_is_reached(sandbox, extract, only):
    """Not the whole product of members and profiles is asked."""
    extract(catalog=only("social_profile_permissions"))
    asked = len(sandbox.requests("get_social_profile_permissions"))
    assert asked == len(sandbox.truth("organization_member_social_profiles"))


def test_links_that_ended_disappear_after_a_complete_scan(
    sandbox, extract, warehouse, assert_equal
):
    """ACTIVATE_VERSION removes what a complete scan did not bring."""
    sandbox.reset(messages=50)
    warehouse.load(extract())
    row = sandbox.truth("team_members")[-1]
    sandbox.mutate("remove_team_member", team_id=row["teamId"], member_id=row["memberId"])
    sandbox.advance(8 * DAY)
    warehouse.load(extract(state=warehouse.state))
    for name in (*SCANS, "team_members"):
        assert_equal(name, warehouse.rows(name), KEYS[name])


def test_a_scan_with_gaps_activates_nothing(sandbox, extract):
    """Where something was forbidden, nobody is told that the rest is gone."""
    sandbox.faults(
        operation="list_organization_member_teams", kind="status", status=401, code=4006, nth=2
    )
    types = extract().types("organization_member_teams")
    assert "RECORD" in types
    assert "ACTIVATE_VERSION" not in types


def test_the_run_pauses_when_its_share_of_the_day_is_used(
    sandbox, extract, warehouse, assert_equal
):
    """Runs end well at the limit, day after day, until everything is there."""
    sandbox.reset(daily_quota=300, activity=False)
    for _ in range(12):
        output = extract(state=warehouse.state, daily_quota_percent=80, scan_quota_percent=100)
        warehouse.load(output)
        if all(warehouse.state["bookmarks"].get(n, {}).get("scan", 1) is None for n in SCANS):
            break
        sandbox.advance(DAY)
    for name, keys in KEYS.items():
        if name not in ("media", "deleted_messages"):  # media expire, nothing was deleted
            assert_equal(name, warehouse.rows(name), keys)


def test_a_used_quota_may_be_a_failure(sandbox, extract):
    """`on_quota: fail` raises instead of pausing."""
    sandbox.reset(daily_quota=100)
    with pytest.raises(QuotaExhausted):
        extract(on_quota="fail")


def test_a_refusal_may_be_a_failure(sandbox, extract):
    """`on_forbidden: fail` raises instead of skipping."""
    sandbox.reset(role="member")
    with pytest.raises(PermissionDenied):
        extract(on_forbidden="fail")


def test_a_member_without_rights_gets_a_useful_run(sandbox, extract, assert_equal, caplog):
    """What may be read is read; each refused stream says once which permission lacks."""
    sandbox.reset(role="member")
    output = extract()
    me = sandbox.truth("me")[0]["id"]
    assert [row["id"] for row in output.rows("members")] == [me]
    for name in (
        "me",
        "organizations",
        "my_social_profiles",
        "social_profiles",
        "social_profile_teams",
        "messages",
        "message_history",
        "media",
        "scim_resource_types",
    ):
        assert_equal(name, output.rows(name), KEYS[name])
    warnings = [r.getMessage() for r in caplog.records if r.name.startswith("tap-hootsuite")]
    for name in ("organization_members", "teams", "organization_member_teams"):
        (said,) = [text for text in warnings if text.startswith(f"{name}: skipped")]
        assert "the caller lacks" in said
        assert "trace " in said


def test_reading_members_carries_on_after_a_pause(sandbox, extract, warehouse, assert_equal):
    """Even the one request per member of a large account comes to an end."""
    sandbox.reset(daily_quota=100, members=200, activity=False)
    catalog = None
    for _ in range(6):
        warehouse.load(extract(state=warehouse.state, catalog=catalog, daily_quota_percent=90))
        sandbox.advance(DAY)
    assert_equal("members", warehouse.rows("members"), ["id"])
    assert json.dumps(warehouse.state)
