"""An incremental run leaves the tables equal to what the platform has now."""

import json
from datetime import datetime, timedelta

import pytest

from tests.tap.conftest import KEYS

DAY = 86_400


def iso(sandbox, days=0.0):
    now = datetime.fromisoformat(sandbox.now())
    return (now + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(autouse=True)
def _few_messages(sandbox):
    """A world of which several runs are quick."""
    sandbox.reset(messages=100)


@pytest.fixture
def sync(extract, warehouse):
    """Run from the warehouse's state and load the result."""

    def once(**settings):
        output = extract(state=warehouse.state, **settings)
        warehouse.load(output)
        return output

    return once


@pytest.fixture
def sync_messages(sync, only):
    """The same with the streams that come of the list of messages alone."""
    catalog = only("messages", "message_history", "media", "deleted_messages")
    return lambda **settings: sync(catalog=catalog, **settings)


def live(warehouse):
    """Messages of the warehouse that were not reported as deleted."""
    gone = {row["message_id"] for row in warehouse.rows("deleted_messages")}
    return [row for row in warehouse.rows("messages") if row["id"] not in gone]


def some_message(sandbox, state, days=(0, 300)):
    """One message in a state, sent or due within days from now."""
    first, last = iso(sandbox, days[0]), iso(sandbox, days[1])
    return next(
        row["id"]
        for row in sandbox.truth("messages")
        if row["state"] == state and first <= (row["scheduledSendTime"] or first) <= last
    )


def test_everything_that_can_happen_arrives(sandbox, sync, warehouse, assert_equal):
    """Changes of all kinds between two runs leave every table equal to the truth."""
    sync()
    organization = sandbox.ready["organization_id"]
    me = sandbox.ready["member_id"]
    teams = [row for row in sandbox.truth("team_members") if row["memberId"] != me]
    sandbox.mutate("edit_message", message_id=some_message(sandbox, "SCHEDULED"), text="Edited")
    sandbox.mutate("approve_message", message_id=some_message(sandbox, "PENDING_APPROVAL"))
    sandbox.mutate("reject_message", message_id=some_message(sandbox, "PENDING_APPROVAL"))
    sandbox.mutate("delete_message", message_id=some_message(sandbox, "SCHEDULED", (3, 300)))
    sandbox.mutate("add_message", time=iso(sandbox, 200), text="Far ahead")
    sandbox.mutate("add_message", time=iso(sandbox, -0.01), state="SENT", text="Just sent")
    newcomer = sandbox.mutate("add_member", modified="2020-01-01T00:00:00Z")
    sandbox.mutate("change_member", member_id=teams[0]["memberId"], bio="New bio")
    sandbox.mutate(
        "remove_team_member", team_id=teams[-1]["teamId"], member_id=teams[-1]["memberId"]
    )
    sandbox.mutate("remove_member", member_id=teams[1]["memberId"], organization_id=organization)
    team = sandbox.mutate("add_team", name="Old but new", modified="2020-01-01T00:00:00Z")
    sandbox.mutate("add_team_member", team_id=team, member_id=newcomer)
    sandbox.advance(8 * DAY)  # late changes, and a new scan
    sync()
    sync()  # a deletion needs two looks
    for name, keys in KEYS.items():
        rows = live(warehouse) if name == "messages" else warehouse.rows(name)
        if name in ("members", "scim_users", "media"):  # who left or expired stays known
            truth = {row["id"] for row in sandbox.truth(name)}
            rows = [row for row in rows if row["id"] in truth]
        if name == "message_history":
            ids = {row["id"] for row in live(warehouse)}
            rows = [row for row in rows if row["message_id"] in ids]
        if name != "deleted_messages":
            assert_equal(name, rows, keys)


def test_a_deletion_is_sure_after_two_runs(sandbox, sync_messages, warehouse):
    """The first run that misses a message notes it, the second reports it, the third forgets."""
    sync_messages()
    victim = some_message(sandbox, "SCHEDULED")
    sandbox.mutate("delete_message", message_id=victim)
    assert not sync_messages().rows("deleted_messages")
    (row,) = sync_messages().rows("deleted_messages")
    assert row["message_id"] == victim
    assert row["last_state"] == "SCHEDULED"
    assert row["missing_since"] <= row["confirmed_at"]
    assert not sync_messages().rows("deleted_messages")
    assert sum(1 for r in sandbox.requests("get_message")) == 2


def test_a_message_that_comes_back_was_not_deleted(sandbox, sync_messages):
    """Missing once and there again is no deletion."""
    sync_messages()
    victim = some_message(sandbox, "SCHEDULED")
    fault = {"operation": "list_messages", "kind": "status", "status": 200, "times": 0}
    sandbox.faults(**fault, body='{"data": []}')
    sandbox.faults(operation="get_message", kind="status", status=404, code=4001, times=0)
    sync_messages()
    sandbox.clear_faults()
    output = sync_messages()
    assert victim in {row["id"] for row in output.rows("messages")}
    assert not sync_messages().rows("deleted_messages")


def test_an_invisible_profile_deletes_nothing(sandbox, sync_messages):
    """Messages of a profile that the caller no longer sees are not deleted messages."""
    sync_messages()
    sandbox.mutate("remove_profile", profile_id=sandbox.truth("social_profiles")[0]["id"])
    sync_messages()
    assert not sync_messages().rows("deleted_messages")


def test_nothing_changed_costs_little(sandbox, sync):
    """An idle run asks for the lists, the link tables, and the windows of lookback and horizon."""
    sync()
    before = len(sandbox.requests())
    sync()
    asked = [r["operation"] for r in sandbox.requests()][before:]
    counts = {name: asked.count(name) for name in set(asked)}
    teams, profiles = len(sandbox.truth("teams")), len(sandbox.truth("social_profiles"))
    assert counts.pop("list_messages") == 14  # 7 days back, 13 x 28 days ahead
    assert counts.pop("list_team_members") == teams
    assert counts.pop("list_team_social_profiles") == teams
    assert counts.pop("list_social_profile_teams") == profiles
    interactions = counts.pop("list_interactions")
    assert interactions <= 12
    assert counts == dict.fromkeys(
        (
            "get_me",
            "list_my_organizations",
            "list_my_social_profiles",
            "list_organization_members",
            "list_organization_teams",
            "list_social_profiles",
            "list_scim_resource_types",
            "list_scim_users",
        ),
        1,
    )


def test_a_newcomer_with_an_old_date_is_new(sandbox, sync):
    """Who was not known before is emitted, whatever the date says; nobody else is."""
    sync()
    newcomer = sandbox.mutate("add_member", modified="2020-01-01T00:00:00Z")
    output = sync()
    for stream in ("members", "scim_users"):
        assert [row["id"] for row in output.rows(stream)] == [newcomer]


def test_a_change_of_groups_shows_although_the_date_stays(sandbox, sync, warehouse, assert_equal):
    """An account's groups may change without its date, and the warehouse follows."""
    sync()
    link = sandbox.truth("team_members")[-1]
    sandbox.mutate("remove_team_member", team_id=link["teamId"], member_id=link["memberId"])
    sync()
    assert_equal("scim_users", warehouse.rows("scim_users"), ["id"])


def test_without_provisioning_rights_each_member_is_asked(sandbox, sync, assert_equal, warehouse):
    """Where the SCIM listing is refused, every member is read again."""
    sandbox.faults(operation="list_scim_users", kind="status", status=403, times=0)
    sync()
    sandbox.mutate("change_member", member_id=sandbox.ready["member_id"], bio="Changed")
    output = sync()
    assert [row["bio"] for row in output.rows("members")] == ["Changed"]
    assert_equal("members", warehouse.rows("members"), ["id"])


def test_a_profile_that_becomes_visible_is_filled_back(
    sandbox, sync_messages, warehouse, assert_equal
):
    """Its messages are read from the start date, and only its own."""
    profile = sandbox.truth("social_profiles")[0]["id"]
    me = sandbox.ready["member_id"]
    sandbox.mutate("grant_profile", profile_id=profile, member_id=me)
    sync_messages()
    assert profile not in {row["social_profile_id"] for row in warehouse.rows("messages")}
    sandbox.mutate("grant_profile", profile_id=profile, member_id=me, preset="EDITOR")
    before = len(sandbox.requests())
    sync_messages()
    assert_equal("messages", warehouse.rows("messages"), ["id"])
    assert_equal("message_history", warehouse.rows("message_history"), ["message_id", "sequence"])
    again = [
        r
        for r in sandbox.requests("list_messages")
        if f"socialProfileIds={profile}" in r["path"] or profile in str(r.get("query"))
    ]
    assert again
    after = len(sandbox.requests())
    sync_messages()
    assert len(sandbox.requests()) - after < after - before


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ({"message_states": ["SENT"]}, {"message_states": ["SENT", "REJECTED"]}),
        ({"message_states": ["SENT"]}, {}),
        ({"message_states": ["SENT", "SCHEDULED"]}, {"message_states": ["REJECTED"]}),
        ({"start_date": "2025-10-01"}, {}),
        ({"end_date": "2025-10-01"}, {}),
    ],
)
def test_a_wider_filter_is_filled_back(sandbox, sync_messages, warehouse, narrow, wide):
    """What a widened filter lets through is there after the next run, from the start date on."""
    sync_messages(**narrow)
    sync_messages(**wide)
    states = set(wide.get("message_states", ())) or {r["state"] for r in sandbox.truth("messages")}
    wanted = {row["id"] for row in sandbox.truth("messages") if row["state"] in states}
    assert wanted <= {row["id"] for row in warehouse.rows("messages")}


def test_wider_profiles_are_filled_back(sandbox, sync_messages, warehouse):
    """The same for a filter on profiles; narrowing it deletes nothing."""
    first, second, *_ = (row["id"] for row in sandbox.truth("social_profiles"))
    sync_messages(social_profile_ids=[first])
    assert {row["social_profile_id"] for row in warehouse.rows("messages")} == {first}
    sync_messages(social_profile_ids=[first, second])
    wanted = {
        r["id"] for r in sandbox.truth("messages") if r["socialProfile"]["id"] in (first, second)
    }
    assert wanted == {row["id"] for row in warehouse.rows("messages")}
    sync_messages(social_profile_ids=[second])
    assert not sync_messages(social_profile_ids=[second]).rows("deleted_messages")


def test_a_state_that_leaves_the_filter_is_told(sandbox, sync_messages, warehouse):
    """A message that was SCHEDULED and is SENT now does not stay SCHEDULED in the table."""
    sandbox.reset()  # enough messages that some are due within days
    sync_messages(message_states=["SCHEDULED"])
    sandbox.advance(8 * DAY)
    sync_messages(message_states=["SCHEDULED"])
    truth = {row["id"]: row["state"] for row in sandbox.truth("messages")}
    changed = [row for row in warehouse.rows("messages") if row["state"] != "SCHEDULED"]
    assert changed
    for row in warehouse.rows("messages"):
        assert row["state"] == truth.get(row["id"], row["state"])  # some were deleted meanwhile


@pytest.mark.parametrize("late", ["messages", "message_history", "media"])
def test_a_stream_that_lags_reads_by_itself(sandbox, sync, only, *, warehouse, assert_equal, late):
    """A stream selected later catches up; from then on one listing serves all."""
    streams = {"messages", "message_history", "media", "deleted_messages"}
    sandbox_only = only(*(streams - {late}))
    output_state = sync(catalog=sandbox_only)
    assert output_state.state
    sync(catalog=only(*streams))
    assert_equal(late, warehouse.rows(late), KEYS[late])
    before = len(sandbox.requests("list_messages"))
    sync(catalog=only(*streams))
    assert len(sandbox.requests("list_messages")) - before == 14


def test_future_messages_never_move_the_bookmark(sandbox, sync):
    """The bookmark is the run's start by the platform's clock, not the latest row."""
    start = sandbox.now()
    state = sync().state
    assert start[:15] == state["bookmarks"]["messages"]["replication_key_value"][:15]


def test_state_stays_small(sandbox, extract, warehouse, sync):
    """64 KB, 16 bytes per known id, 80 bytes per remembered message."""
    state = sync().state
    known = sum(len(sandbox.truth(name)) for name in ("members", "teams", "scim_users"))
    remembered = len(state["bookmarks"]["messages"]["memory"].split(","))
    size = len(json.dumps(state))
    assert size < 65_536 + 16 * known + 80 * remembered
    assert len(state["bookmarks"]["messages"]["memory"]) < 80 * remembered
