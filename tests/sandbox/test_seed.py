"""The seeded world: deterministic, believable, complete, and quick at any size."""

from __future__ import annotations

import time
import tracemalloc
from collections import Counter
from datetime import UTC, datetime

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
    """A weekday has several times the posts of a Sunday, and nobody posts at night."""
    moments = [datetime.fromtimestamp(m.time, UTC) for m in default.messages if m.time]
    days = Counter(moment.weekday() for moment in moments)
    assert days[2] > 3 * days[6]
    at_night = sum(moment.hour < 7 for moment in moments)
    assert at_night < len(moments) / 20


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
