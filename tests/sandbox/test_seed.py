"""The seeded world: deterministic, believable, complete, and quick at any size."""

from __future__ import annotations

import time
import tracemalloc
from collections import Counter, defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hootsuite_sandbox.domain.records import Message
from hootsuite_sandbox.domain.views import show_message
from hootsuite_sandbox.options import Options
from hootsuite_sandbox.seed.world import build
from hootsuite_sandbox.testing import SMALL_WORLD

DAY = 86_400
YEAR = 365 * DAY


def world(**options):
    return build(Options(**{"clock_rate": 0, **options}))


@pytest.fixture(scope="module")
def default():
    """The world of the command line's defaults."""
    return world()


def test_equal_seeds_equal_worlds():
    """The same options give the same records, another seed gives others."""
    one, two, other = world(seed=3), world(seed=3), world(seed=4)
    assert list(one.messages) == list(two.messages)
    assert (one.members, one.teams, one.profiles) == (two.members, two.teams, two.profiles)
    assert list(one.messages) != list(other.messages)


@pytest.mark.parametrize("count", [0, 1, 7, 49, 300, 5000])
def test_exactly_as_many_as_asked_for(count):
    """Each size option is exact."""
    a_world = world(messages=count, members=5, teams=4, profiles=9)
    assert len(list(a_world.messages)) == count
    assert (len(a_world.members), len(a_world.teams), len(a_world.profiles)) == (5, 4, 9)


def test_the_smallest_world():
    """One member, one profile, no team: nothing breaks."""
    a_world = world(messages=60, members=1, teams=0, profiles=1)
    assert all(message.state for message in a_world.messages)


def test_every_state_is_there(default):
    """A default world has messages in every state that lasts."""
    counts = Counter(message.state for message in default.messages)
    assert set(counts) >= {
        "SENT", "SCHEDULED", "PENDING_APPROVAL", "REJECTED", "SEND_FAILED_PERMANENTLY",
    }  # fmt: skip
    assert counts["SENT"] > 0.7 * 2000


def test_states_fit_the_clock(default):
    """What was sent lies in the past, what is scheduled in the future."""
    now = default.now()
    for message in default.messages:
        if message.state == "SENT":
            assert now - YEAR <= message.time <= now
            assert message.post_id
        elif message.state == "SCHEDULED":
            assert message.time > now
        assert message.created <= now


def test_a_weekly_rhythm(default):
    """A weekday has several times the posts of a Sunday; nobody is up late by their own clock."""
    moments = [local(default, message) for message in default.messages if message.time]
    days = Counter(moment.weekday() for moment in moments)
    assert days[2] > 3 * days[6]
    at_night = sum(not 7 <= moment.hour <= 21 for moment in moments)
    assert at_night < len(moments) / 100
    assert len({default.profiles[m.profile_id].timezone for m in default.messages}) > 4


def local(a_world, message):
    """A message's time by the clock of its profile."""
    zone = ZoneInfo(a_world.profiles[message.profile_id].timezone)
    return datetime.fromtimestamp(message.time, zone)


def test_stories_are_told_on_several_profiles(default):
    """The same text goes to several profiles within a day, at the same time of their own clocks."""
    told = defaultdict(list)
    for message in default.messages:
        if message.time:
            told[message.text].append(message)
    crossed = [
        [m for m in found if abs(m.time - found[0].time) < DAY]
        for found in told.values()
        if len({m.profile_id for m in found}) > 1
    ]
    assert sum(map(len, crossed)) > 300
    same_clock = 0
    for found in crossed:
        types = [default.profiles[m.profile_id].type for m in found]
        assert len(set(types)) == len(types) or len(found) > 3
        same_clock += len({local(default, m).strftime("%H:%M") for m in found}) == 1
    assert same_clock > 0.8 * len(crossed)


def test_failures_come_in_clusters(default):
    """Most failures of an account have another one within four days, though failures are rare."""
    failed = defaultdict(list)
    for message in default.messages:
        if message.state == "SEND_FAILED_PERMANENTLY":
            failed[message.profile_id].append(message.time)
    times = [time for found in failed.values() for time in found]
    near = sum(
        any(0 < abs(time - other) < 4 * DAY for other in found)
        for found in failed.values()
        for time in found
    )
    assert 0.01 < len(times) / 2000 < 0.06
    assert near > 0.4 * len(times)


def test_reviewers_decide_at_work(default):
    """Most decisions fall into working hours, within two days."""
    decisions = [
        (action.at, message.created)
        for message in default.messages
        for action in message.history
        if action.action_type in {"APPROVE", "REJECT"}
    ]
    moments = [datetime.fromtimestamp(at, UTC) for at, _ in decisions]
    at_work = sum(m.weekday() < 5 and 8 <= m.hour < 18 for m in moments)
    assert at_work > 0.6 * len(moments) > 60
    prompt = sum(at - created < 3 * DAY for at, created in decisions)
    assert prompt > 0.6 * len(decisions)


def test_hashtags_repeat(default):
    """A few hashtags make up most, the others come now and then."""
    counts = Counter(
        word for message in default.messages for word in message.text.split() if word[0] == "#"
    )
    ranked = [count for _, count in counts.most_common()]
    assert len(ranked) > 15
    assert sum(ranked[:7]) > 0.5 * sum(ranked)
    assert ranked[0] > 5 * ranked[-1]


def test_campaigns_have_weeks(default):
    """A campaign's tag is used in its weeks most of all."""
    spring = [
        datetime.fromtimestamp(message.time, UTC).month
        for message in default.messages
        if message.time and "spring-launch" in (message.tags or ())
    ]
    in_season = sum(month in {3, 4, 5} for month in spring)
    assert in_season > 0.6 * len(spring) > 15


def test_seasons():
    """Before the holidays more is posted than in the summer."""
    months = Counter(
        datetime.fromtimestamp(message.time, UTC).month
        for message in world(messages=4000).messages
        if message.state == "SENT"
    )
    assert months[11] + months[12] > 1.3 * (months[7] + months[8])


def test_reviewed_messages_have_a_history(default):
    """Whoever has a sequence number was in review, and the history says how it went."""
    for message in default.messages:
        assert (message.sequence_number is None) == (not message.history)
        actions = [action.action_type for action in message.history]
        if message.state == "REJECTED":
            assert actions[-1] in {"REJECT", "EXPIRE"}
        if message.history and message.state == "SENT":
            assert actions == ["CREATE", "APPROVE", "SCHEDULE", "SEND"]
        instants = [action.at for action in message.history]
        assert instants == sorted(instants)


def test_media_of_messages_exist(default):
    """Every medium that a message names is known."""
    named = {medium["id"] for message in default.messages for medium in message.media or ()}
    assert named
    assert named <= set(default.media)


def test_every_key_has_a_value_somewhere():
    """Whatever a message can show, some message of the small world shows."""
    small = world(**SMALL_WORLD)
    shown = [show_message(small, message) for message in small.messages]
    assert {key for one in shown for key, value in one.items() if value is not None} == set(
        shown[0]
    )


def test_unscheduled_reviews(default):
    """Two send-now messages wait for review and have no time."""
    waiting = default.messages.unscheduled()
    assert [message.state for message in waiting] == ["PENDING_APPROVAL"] * 2


def test_several_organizations():
    """The main member belongs to each organization, the others to one."""
    a_world = world(organizations=3, members=12, teams=6, profiles=9)
    homes = {m: len(a_world.organizations_of(m)) for m in a_world.members}
    assert homes.pop(a_world.main_member_id) == 3
    assert set(homes.values()) == {1}
    assert {p.organization_id for p in a_world.profiles.values()} == set(a_world.organizations)


def test_a_profile_for_every_rule(default):
    """Small worlds hold two Twitter accounts, Pinterest, an approver, a private profile."""
    small = world(messages=10, members=8, teams=3, profiles=6)
    profiles = list(small.profiles.values())
    kinds = Counter(profile.type for profile in profiles)
    assert kinds["TWITTER"] == 2
    assert kinds["PINTEREST"] == 1
    assert sum(bool(profile.approvers) for profile in profiles) == 1
    assert [p.owner_id for p in profiles if p.owner == "MEMBER"] == [small.main_member_id]
    assert any(profile.is_reauth_required for profile in default.profiles.values())


def test_the_role_decides_rights(default):
    """The main member is an administrator, or has no rights beyond their teams."""
    plain = world(role="member")
    assert default.is_admin(default.main_member_id)
    assert not plain.is_admin(plain.main_member_id)
    reach = len(plain.profiles_of(plain.main_member_id))
    assert 0 < reach < len(default.profiles_of(default.main_member_id))


def test_reach_and_grants_agree(default):
    """Listing a member's profiles and asking for one grant are two ways to one answer."""
    for member_id in default.members:
        reach = {profile.id for profile in default.profiles_of(member_id)}
        granted = {p for p in default.profiles if default.profile_grant(member_id, p)}
        assert reach == granted


@settings(max_examples=60)
@given(
    st.integers(0, 380),
    st.integers(1, 40),
    st.sampled_from([None, "SENT", "SCHEDULED", "REJECTED", "PENDING_APPROVAL"]),
    st.sets(st.integers(0, 5), min_size=1),
    st.integers(1, 7),
)
def test_pages_equal_the_whole(first_day, days, state, chosen, limit):
    """Paging forwards and backwards through any window gives exactly its messages."""
    a_world = LISTED
    start = a_world.now() - YEAR + first_day * DAY
    end = start + days * DAY
    profiles = {list(a_world.profiles)[n] for n in chosen}
    wanted = [
        m.id
        for m in a_world.messages
        if m.time is not None
        and start <= m.time < end
        and state in (None, m.state)
        and m.profile_id in profiles
    ]
    options = {"state": state, "profiles": profiles, "limit": limit}
    assert _walk(a_world, start, end, "after", options) == wanted
    assert _walk(a_world, start, end, "before", options) == wanted


def _walk(a_world, start, end, direction, options):
    found, place = [], (end, 0) if direction == "before" else None
    while True:
        page = a_world.messages.scan(start, end, **{direction: place}, **options)
        if not page:
            return found
        ids = [message.id for message in page]
        found = ids + found if direction == "before" else found + ids
        edge = page[0] if direction == "before" else page[-1]
        place = (edge.time, edge.number)


def _touched():
    """A world in which every tenth message was changed, moved or removed."""
    a_world = world(messages=400, members=8, teams=3, profiles=6)
    for number, message in enumerate(list(a_world.messages)):
        if number % 30 == 0:
            a_world.messages.remove(message)
        elif number % 30 == 10:
            a_world.messages.change(message, time=(message.time or a_world.now()) - 3 * DAY)
        elif number % 30 == 20:
            a_world.messages.change(message, state="REJECTED")
    now = a_world.now()
    for number in range(20):
        a_world.messages.add(
            Message(
                id=a_world.new_id("message"),
                profile_id=list(a_world.profiles)[number % 6],
                state="SCHEDULED",
                text="Same second",
                time=now + 3600,
                created=now,
                created_by=None,
            )
        )
    return a_world


LISTED = _touched()


def test_removed_is_removed():
    """A removed message is neither found nor listed."""
    a_world = world(messages=50)
    first = next(iter(a_world.messages))
    a_world.messages.remove(first)
    assert a_world.messages.get(first.id) is None
    assert first.id not in {message.id for message in a_world.messages}


def test_lag_hides_from_reads_only():
    """What is not visible yet is found by the truth, and by reads later."""
    a_world = world(messages=50)
    message = next(iter(a_world.messages))
    a_world.messages.change(message, visible_from=a_world.now() + 10)
    assert a_world.messages.get(message.id) is None
    assert a_world.messages.get(message.id, hidden=True)
    assert message.id in {m.id for m in a_world.messages}
    a_world.clock.advance(10)
    assert a_world.messages.get(message.id)


@pytest.mark.parametrize("message_id", ["", "0", "x", "-1", "4300000002", "9" * 40, "\uff14\uff13"])
def test_unknown_ids(default, message_id):
    """No text whatever finds a message that is not there."""
    assert default.messages.get(message_id) is None


def test_large_worlds_are_cheap():
    """100,000 messages take under two seconds and 20 MB, and a page under 30 ms."""
    tracemalloc.start()
    a_world = world(messages=100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000
    now = a_world.now()
    costs = []
    for _ in range(5):  # the least of them, since a busy machine is slow
        started = time.process_time()
        assert len(a_world.messages.scan(now - 28 * DAY, now, limit=100)) == 100
        assert len(a_world.messages.scan(now - 28 * DAY, now, limit=100, state="REJECTED")) == 100
        costs.append(time.process_time() - started)
    assert min(costs) < 0.06


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mesages": 1}, "unknown option"),
        ({"messages": -1}, "at least 0"),
        ({"messages": "many"}, "of type int"),
        ({"members": 0}, "at least 1"),
        ({"role": "king"}, "one of admin, member"),
        ({"now": "yesterday"}, "yesterday"),
        ({"activity": 1}, "of type bool"),
    ],
)
def test_unfit_options(options, message):
    """Each unfit option is refused with its name."""
    with pytest.raises(ValueError, match=message):
        Options().changed(options)
