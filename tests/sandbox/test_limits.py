"""Rate and quota, as a client sees them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hootsuite_sandbox.limits import Limiter, most_in_any_second

DAY = 86_400


def test_headers_on_every_answer(call):
    """Success, refusal and SCIM answers tell the quota and what is left of the second."""
    call.sandbox.reset(requests_per_second=20, daily_quota=500)
    for path in ("/v1/me", "/v1/teams/0", "/scim/v2/ResourceTypes"):
        headers = call("GET", path).headers
        assert headers["X-Account-Quota"] == "500 per day"
        assert int(headers["X-Account-Quota-Used"]) > 0
        assert 0 <= int(headers["X-Account-Rate-Limit-Requests-Remaining"]) < 20


def test_too_many_in_a_second(call):
    """The third request in a second is refused with the documented body, without Retry-After."""
    call.sandbox.reset(requests_per_second=2)
    answers = [call("GET", "/v1/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["errors"][0]["code"] == 1003
    assert "Retry-After" not in answers[2].headers
    stats = call.sandbox.stats()
    assert (stats["rejected_429"], stats["most_in_any_second"]) == (1, 3)


def test_the_recorded_rate_limit_is_plain_text(call):
    """As recorded, the gateway says it in plain text."""
    call.sandbox.reset(requests_per_second=1, quirks="recorded")
    call("GET", "/v1/me")
    answer = call("GET", "/v1/me")
    assert answer.status_code == 429
    assert answer.text.startswith("Max rate reached")


def test_recorded_headers_lag_behind(call):
    """As recorded, the count in the headers moves in steps, and what is left is always the same."""
    call.sandbox.reset(quirks="recorded")
    answers = [call("GET", "/v1/me").headers for _ in range(9)]
    used = [int(headers["X-Account-Quota-Used"]) for headers in answers]
    assert len(set(used)) < len(used)
    assert used == sorted(used)
    assert {headers["X-Account-Rate-Limit-Requests-Remaining"] for headers in answers} == {"14"}


def test_the_quota_ends_and_begins_again_with_the_day(call):
    """A used-up quota answers 1003 until the sandbox's day ends."""
    call.sandbox.reset(daily_quota=2, token_ttl=10 * DAY)
    answers = [call("GET", "/v1/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["errors"][0]["code"] == 1003
    call.sandbox.advance(DAY)
    assert call("GET", "/v1/me").headers["X-Account-Quota-Used"] == "1"


def test_quota_can_be_used_by_others(call):
    """`use_quota` stands for what other programs of the account did today."""
    call.sandbox.use_quota(99_999)
    assert call("GET", "/v1/me").headers["X-Account-Quota-Used"] == "100000"
    assert call("GET", "/v1/me").status_code == 429


def test_colleagues_share_limits(call):
    """Tokens of two members of one organization draw from the same window."""
    call.sandbox.reset(requests_per_second=2)
    me = call.sandbox.ready["member_id"]
    other = next(m["id"] for m in call.sandbox.truth("members") if m["id"] != me)
    theirs = call.token(grant_type="member_app", member_id=other).json()["access_token"]
    assert [call("GET", "/v1/me", token=theirs).status_code for _ in range(2)] == [200, 200]
    assert call("GET", "/v1/me").status_code == 429


def test_tokens_and_control_are_free(call):
    """Neither the token endpoint nor the control API counts."""
    call.sandbox.reset(requests_per_second=1)
    for _ in range(3):
        assert call.token(grant_type="member_app", member_id=call.sandbox.ready["member_id"]).ok
    assert call("GET", "/v1/me").status_code == 200


@given(st.lists(st.floats(0, 0.4), max_size=60), st.integers(1, 5))
def test_never_more_than_the_limit_is_admitted(gaps, limit):
    """Whatever the arrivals, no second holds more admitted requests than allowed."""
    limiter, now, admitted = Limiter(limit, 0), 0.0, []
    for gap in gaps:
        now += gap
        if limiter.admit("a", now, 0).allowed:
            admitted.append(now)
    for first in admitted:
        assert sum(first <= other < first + 1 for other in admitted) <= limit


def test_refused_requests_do_not_count():
    """A client that is refused is let in as soon as the window has moved on."""
    limiter = Limiter(1, 0)
    assert limiter.admit("a", 0.0, 0).allowed
    assert not limiter.admit("a", 0.9, 0).allowed
    assert limiter.admit("a", 1.0, 0).allowed


@given(st.lists(st.floats(0, 5), max_size=50))
def test_the_busiest_second(arrivals):
    """The judge finds the busiest second whatever the order in which requests were read."""
    slow = max((sum(a - 1 < b <= a for b in arrivals) for a in arrivals), default=0)
    assert most_in_any_second(arrivals) == slow


def test_reading_order_does_not_matter():
    """A request that is decided late, but came before others, still fits its own second only."""
    limiter = Limiter(2, 0)
    assert [limiter.admit("a", at, 0).allowed for at in (0.0, 1.001, 0.999)] == [True, True, True]
    assert not limiter.admit("a", 1.5, 0).allowed
