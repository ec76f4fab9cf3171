"""Time in the sandbox: the clock, and what becomes of messages while it runs."""

from __future__ import annotations

from collections import Counter

import pytest

from hootsuite_sandbox.clock import Clock, http_date, parse_instant
from hootsuite_sandbox.domain.records import Message
from hootsuite_sandbox.options import Options
from hootsuite_sandbox.seed.world import build

DAY = 86_400


def world(**options):
    return build(
        Options(**{"messages": 300, "members": 8, "profiles": 9, "clock_rate": 0, **options})
    )


def states(a_world):
    return {message.id: message.state for message in a_world.messages}


def scheduled(a_world, **fields):
    now = a_world.now()
    defaults = {
        "id": a_world.new_id("message"),
        "profile_id": next(iter(a_world.profiles)),
        "state": "SCHEDULED",
        "text": "Hello",
        "time": now + 60,
        "created": now,
        "created_by": None,
    }
    return a_world.messages.add(Message(**{**defaults, **fields}))


def test_it_starts_where_it_is_told_and_runs_on():
    """Without a rate the clock stands still between advances; with one it runs."""
    frozen = Clock(1000, rate=0)
    assert (frozen.time(), frozen.time()) == (1000, 1000)
    running = Clock(1000, rate=1e6)
    assert running.time() < running.time()


def test_it_never_goes_back():
    """Going back is refused."""
    with pytest.raises(ValueError, match="forward"):
        Clock(0).advance(-1)


@pytest.mark.parametrize("text", ["tomorrow", "2026-01-15", "2026-01-15T12:00:00"])
def test_instants_need_a_zone(text):
    """What is no instant with a zone is refused."""
    with pytest.raises(ValueError):  # noqa: PT011 - any message of datetime's own will do
        parse_instant(text)


def test_http_dates():
    """The `Date` header has the form of RFC 9110."""
    assert http_date(1768478400.9) == "Thu, 15 Jan 2026 12:00:00 GMT"


def test_scheduled_becomes_sent():
    """At its time a message is sent, with the network's id, and a link where there is one."""
    a_world = world()
    pages = {p.type: p.id for p in a_world.profiles.values()}
    plain = scheduled(a_world, profile_id=pages["TWITTER"])
    linked = scheduled(a_world, profile_id=pages["FACEBOOKPAGE"])
    assert a_world.messages.get(plain.id).post_id is None
    a_world.clock.advance(60)
    assert a_world.messages.get(plain.id).state == "SENT"
    assert a_world.messages.get(plain.id).post_id
    assert a_world.messages.get(plain.id).post_url is None
    assert a_world.messages.get(linked.id).post_url.startswith("https://www.facebook.com/")


def test_video_passes_through_submitted():
    """A message with a video takes its time at the network."""
    a_world = world()
    message = scheduled(a_world, video=True)
    a_world.clock.advance(61)
    assert a_world.messages.get(message.id).state == "SUBMITTED"
    a_world.clock.advance(90)
    assert a_world.messages.get(message.id).state == "SENT"


def test_a_lost_connection_fails_the_message():
    """What goes to a profile that needs a new sign-in fails for good."""
    a_world = world()
    lost = next(p.id for p in a_world.profiles.values() if p.is_reauth_required)
    message = scheduled(a_world, profile_id=lost)
    a_world.clock.advance(61)
    assert a_world.messages.get(message.id).state == "SEND_FAILED_PERMANENTLY"


def test_what_nobody_approved_expires():
    """Pending messages end at their time, but after ninety days at the latest."""
    a_world = world()
    distant = scheduled(a_world, state="PENDING_APPROVAL", time=a_world.now() + 400 * DAY)
    timed = scheduled(a_world, state="PENDING_APPROVAL")
    untimed = scheduled(a_world, state="PENDING_APPROVAL", time=None)
    a_world.clock.advance(60)
    assert a_world.messages.get(timed.id).state == "REJECTED"
    for one in (untimed, distant):
        assert a_world.messages.get(one.id).state == "PENDING_APPROVAL"
    a_world.clock.advance(90 * DAY)
    for one in (untimed, distant):
        assert a_world.messages.get(one.id).state == "REJECTED"


def test_a_week_brings_every_kind_of_change():
    """People write, edit and withdraw posts, decide about others, and sending goes on."""
    a_world = world(messages=2000)
    before, texts = states(a_world), {m.id: m.text for m in a_world.messages}
    a_world.clock.advance(7 * DAY)
    after = states(a_world)
    moves = Counter((before[i], after[i]) for i in before if i in after and before[i] != after[i])
    assert moves["SCHEDULED", "SENT"] > 20
    assert moves["PENDING_APPROVAL", "REJECTED"] > 0
    assert len(set(after) - set(before)) > 20
    assert set(before) - set(after)
    assert any(m.text != texts.get(m.id, m.text) for m in a_world.messages)


def test_advancing_in_steps_or_at_once_is_the_same():
    """How the clock got somewhere makes no difference."""
    at_once, in_steps = world(), world()
    at_once.clock.advance(20 * DAY)
    for _ in range(20):
        in_steps.clock.advance(DAY)
        list(in_steps.messages)
    assert list(at_once.messages) == list(in_steps.messages)


def test_without_activity_nobody_writes():
    """With `activity` off only what was there moves on."""
    a_world = world(activity=False)
    before = states(a_world)
    a_world.clock.advance(30 * DAY)
    assert set(states(a_world)) <= set(before)


def test_days_change_people(call):
    """A week brings newcomers and modified members and teams, the same for every sandbox."""

    def rows(name):
        return {row["id"]: row for row in call.sandbox.truth(name)}

    members, teams = rows("members"), rows("teams")
    call.sandbox.advance(7 * DAY)
    later = rows("members")
    assert len(later) > len(members)
    assert any(later[i]["modifiedDate"] > members[i]["modifiedDate"] for i in members)
    assert any(rows("teams")[i] != teams[i] for i in teams)
    call.sandbox.reset()
    call.sandbox.advance(7 * DAY)
    assert rows("members") == later
