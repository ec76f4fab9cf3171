"""Scripted faults do to a client what they say, and spare or keep the commit."""

from __future__ import annotations

import threading

import pytest
import requests

TEAM = "/v1/organizations/814001/teams"


def teams(call):
    return [t["name"] for t in call.sandbox.truth("teams")]


def create(call, name="Fault Finders", **options):
    return call("POST", TEAM, json={"teamName": name}, **options)


@pytest.mark.parametrize("kind", ["reset", "close", "truncate"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_lost_answers(call, kind, when):
    """The client gets no answer; the write is there if and only if the fault came after it."""
    call.sandbox.faults(kind=kind, when=when, operation="create_team")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        create(call)
    assert ("Fault Finders" in teams(call)) == (when == "after")
    assert len(call.sandbox.ledger()) == (when == "after")


def test_a_reset_is_a_reset(call):
    """`reset` is a TCP RST, not an orderly close."""
    call.sandbox.faults(kind="reset")
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        call("GET", "/v1/me")


@pytest.mark.parametrize("when", ["before", "after"])
def test_no_answer_at_all(call, when):
    """`timeout` leaves the client waiting; what it wanted was done, or not."""
    call.sandbox.faults(kind="timeout", when=when)
    with pytest.raises(requests.ReadTimeout):
        create(call, timeout=0.3)
    assert ("Fault Finders" in teams(call)) == (when == "after")


@pytest.mark.parametrize("when", ["before", "after"])
def test_garbage(call, when):
    """`garbage` answers 200 with something that is no JSON."""
    call.sandbox.faults(kind="garbage", when=when)
    answer = create(call)
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert ("Fault Finders" in teams(call)) == (when == "after")


def test_statuses(call):
    """`status` answers with the platform's shape for a code, and a gateway's page without."""
    call.sandbox.faults(
        [
            {"kind": "status", "status": 429, "code": 1043},
            {"kind": "status", "status": 502, "nth": 2},
            {"kind": "status", "status": 400, "code": 5000, "nth": 3, "when": "after"},
        ]
    )
    first, second, third = (create(call, f"Team {n}") for n in range(3))
    assert (first.status_code, first.json()["errors"][0]["code"]) == (429, 1043)
    assert (second.status_code, second.headers["Content-Type"]) == (502, "text/html")
    assert (third.status_code, third.json()["errors"][0]["code"]) == (400, 5000)
    assert teams(call)[-1] == "Team 2"


def test_oauth_statuses(call):
    """A keyword as code gives the OAuth shape, for the token endpoint and gateways."""
    call.sandbox.faults(kind="status", status=401, code="token_expired")
    answer = call("GET", "/v1/me")
    assert (answer.status_code, answer.json()["error"]) == (401, "token_expired")


@pytest.mark.parametrize(
    ("path", "carried"),
    [
        ("/v1/me", lambda body: [body["data"]]),
        ("/v1/socialProfiles", lambda body: body["data"]),
        ("/scim/v2/Users", lambda body: body["Resources"]),
    ],
)
def test_merge(call, path, carried):
    """`merge` lets the platform change: every object of the answer gets the fields."""
    call.sandbox.faults(kind="merge", merge={"newColumn": 2**63, "type": "HOLOGRAM"})
    objects = carried(call("GET", path).json())
    assert objects
    assert all((o["newColumn"], o["type"]) == (2**63, "HOLOGRAM") for o in objects)


def test_nth_and_times(call):
    """A fault hits the requests it is told to hit, and only of its operation."""
    call.sandbox.faults(kind="status", operation="get_me", nth=2, times=2)
    paths = ["/v1/me", "/v1/me", "/v1/socialProfiles", "/v1/me", "/v1/me"]
    assert [call("GET", path).status_code for path in paths] == [200, 500, 200, 500, 200]
    [fault] = call.sandbox.installed_faults()
    assert (fault["seen"], fault["hits"]) == (4, 2)


def test_for_ever_and_cleared(call):
    """`times` 0 never stops, until the faults are cleared."""
    call.sandbox.faults(kind="status", times=0)
    assert [call("GET", "/v1/me").status_code for _ in range(3)] == [500] * 3
    call.sandbox.clear_faults()
    assert call("GET", "/v1/me").status_code == 200


def test_by_content(call):
    """`contains` picks out one row."""
    call.sandbox.faults(kind="status", contains="Team B")
    assert [create(call, f"Team {x}").status_code for x in "ABC"] == [200, 500, 200]


def test_tokens_die_in_mid_run(call):
    """`expire_token` and `revoke_token` end the token of the request they hit."""
    call.sandbox.faults(kind="expire_token", nth=2)
    assert [call("GET", "/v1/me").status_code for _ in range(3)] == [200, 401, 401]
    call.sandbox.reset()
    call.sandbox.faults(kind="revoke_token")
    assert call("GET", "/v1/me").json()["error"] == "request_forbidden"


def test_skew(call):
    """`skew` lies about the time in one answer."""
    call.sandbox.faults(kind="skew", seconds=7200)
    assert " 14:0" in call("GET", "/v1/me").headers["Date"]
    assert " 12:0" in call("GET", "/v1/me").headers["Date"]


def test_delay(call):
    """`delay_ms` alone only takes time."""
    call.sandbox.faults(kind="delay", delay_ms=50)
    assert call("GET", "/v1/me").elapsed.total_seconds() >= 0.05


@pytest.mark.parametrize("when", ["before", "after"])
def test_hold_and_release(call, when):
    """A held request waits at an exact boundary and goes on when it is released."""
    fault = call.sandbox.hold("create_team", when=when)
    answers = []
    thread = threading.Thread(target=lambda: answers.append(create(call).status_code))
    thread.start()
    assert call.sandbox.wait_held(fault)
    assert ("Fault Finders" in teams(call)) == (when == "after")
    assert call.sandbox.requests("create_team")[0]["status"] == (200 if when == "after" else None)
    call.sandbox.release(fault)
    thread.join()
    assert answers == [200]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_client_that_dies_while_held(call, when):
    """A write whose client died before the commit never happens, even when it is released."""
    fault = call.sandbox.hold("create_team", when=when)
    with pytest.raises(requests.ReadTimeout):
        create(call, timeout=0.2)
    assert call.sandbox.wait_held(fault)
    call.sandbox.release()
    assert call("GET", "/v1/me").ok
    assert ("Fault Finders" in teams(call)) == (when == "after")


def test_nothing_held_yet(call):
    """Waiting for a request that does not come ends with a no."""
    assert not call.sandbox.wait_held(call.sandbox.hold("get_team"), timeout=0.05)


def test_faulted_requests_still_count(call):
    """The log and "most in any second" know requests that were never answered."""
    call.sandbox.faults(kind="close", times=0)
    with pytest.raises(requests.ConnectionError):
        call("GET", "/v1/me")
    [seen] = call.sandbox.requests()
    assert (seen["operation"], seen["status"], seen["faults"]) == ("get_me", None, ["close before"])
    assert call.sandbox.stats()["most_in_any_second"] == 1


@pytest.mark.parametrize(
    "fault",
    [{"kind": "sabotage"}, {"kind": "close", "nht": 1}, {"kind": "close", "nth": "1"}, "close"],
)
def test_bad_scripts_are_refused(call, fault):
    """A slip in a script is an error, never a fault that doesn't happen."""
    with pytest.raises(RuntimeError, match="ValueError"):
        call.sandbox.faults([fault])
