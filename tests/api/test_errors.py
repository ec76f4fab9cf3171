"""From answer to error: five body shapes, codes before status, and messages for people."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

import hootsuite_api.errors as e
from hootsuite_api.classify import Answer, error_from
from hootsuite_api.clock import ServerClock, date_of
from hootsuite_api.contract import load
from hootsuite_api.replies import judge

OPERATIONS = load().operations
READ = OPERATIONS["get_message"]
NOW = date_of("Thu, 15 Jan 2026 12:00:00 GMT")
SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def answer(status, body, **headers):
    """An answer as the transport hands it over."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, CaseInsensitiveDict(named), body, is_json=not isinstance(body, str))


def rest(code, message="no", **more):
    """The REST shape."""
    error = {"code": code, "message": message, "id": "00ab-12cd", "resource": None, **more}
    return {"errors": [error]}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, rest(1000), e.TokenRejected),
        (400, rest(1036), e.TokenRejected),
        (401, rest(1007), e.AuthError),
        (401, rest(1201), e.PermissionDenied),
        (403, rest(1202), e.PermissionDenied),
        (401, rest(4003), e.PermissionDenied),
        (403, rest(4002), e.PermissionDenied),
        (403, rest(1037), e.ScopeMissing),
        (429, rest(1003), e.RateLimited),
        (403, rest(1043), e.RateLimited),
        (400, rest(4000), e.ValidationRejected),
        (500, rest(4000), e.ServerFault),
        (503, rest(1003), e.RateLimited),
        (302, rest(1003), e.ServerFault),
        (404, {"errors": [{"code": 4001}, {"code": 5000}]}, e.ServerFault),
        (400, rest("4000"), e.ValidationRejected),
        (404, rest(4001), e.NotFound),
        (400, rest(3005), e.NotFound),
        (400, rest(40003), e.WrongState),
        (400, rest(5000), e.ServerFault),
        (500, rest(9000), e.ServerFault),
        (401, {"error": "token_expired"}, e.TokenRejected),
        (403, {"error": "request_forbidden", "error_hint": "gone"}, e.TokenRejected),
        (403, {"error": "scope_not_granted"}, e.ScopeMissing),
        (403, {"error": "access_denied"}, e.PermissionDenied),
        (503, {"error": "temporarily_unavailable"}, e.ServerFault),
        (400, {"error": "invalid_request"}, e.ValidationRejected),
        (
            400,
            {"schemas": [SCIM_ERROR], "detail": "x", "scimType": "uniqueness"},
            e.ValidationRejected,
        ),
        (409, {"schemas": [SCIM_ERROR], "detail": "x"}, e.ValidationRejected),
        (403, {"schemas": [SCIM_ERROR], "detail": "x"}, e.PermissionDenied),
        (404, {"schemas": [SCIM_ERROR], "detail": "x"}, e.NotFound),
        (422, {"title": "invalid-argument", "status": 422}, e.ValidationRejected),
        (403, {"title": "forbidden", "status": 403}, e.PermissionDenied),
        (200, "max rate reached", e.RateLimited),
        (503, "Max rate reached", e.RateLimited),
        (500, "oops", e.ServerFault),
        (302, None, e.ServerFault),
        (400, rest(77777), e.ValidationRejected),
        (401, rest(77777), e.TokenRejected),
        (403, rest(77777), e.PermissionDenied),
        (404, rest(77777), e.NotFound),
        (503, rest(77777), e.ServerFault),
        (401, None, e.TokenRejected),
        (404, "<html>", e.NotFound),
        (429, "<html>", e.RateLimited),
    ],
)
def test_the_body_code_decides_before_the_status(status, body, kind):
    """Each shape and code has its type; what is unknown falls back to the status."""
    assert type(error_from(READ, answer(status, body))) is kind


@pytest.mark.parametrize("code", sorted(load().error_codes))
def test_every_published_code_has_its_kind(code):
    """No code of the contract falls back to the status by oversight."""
    kinds = {
        "token": (e.TokenRejected, e.AuthError),
        "permission": (e.PermissionDenied,),
        "scope": (e.ScopeMissing,),
        "quota": (e.RateLimited,),
        "validation": (e.ValidationRejected,),
        "not_found": (e.NotFound,),
        "state": (e.WrongState,),
        "server": (e.ServerFault,),
    }
    error = error_from(READ, answer(418, rest(code)))
    assert type(error) in kinds[load().error_codes[code].kind]
    proof = not isinstance(error, e.ServerFault) and load().error_codes[code].published
    assert error.not_written is proof


def test_an_error_carries_all_that_support_asks_for():
    """Method, template, status, code, trace, and the API's own objects."""
    body = rest(4001, "It is gone", resource={"type": "message", "id": "7"})
    error = error_from(READ, answer(404, body))
    assert (error.method, error.path) == ("GET", "/v1/messages/{messageId}")
    assert (error.status, error.code, error.trace_id) == (404, 4001, "00ab-12cd")
    assert error.errors == body["errors"]
    assert str(error) == (
        "Hootsuite knows no such thing: It is gone (GET /v1/messages/{messageId}, HTTP 404, "
        "code 4001, trace 00ab-12cd). Check the id; what was deleted stays away."
    )


def test_the_trace_may_stand_in_a_header():
    """`X-Request-Id`, when the body has none."""
    assert error_from(READ, answer(500, None, X_Request_Id="ab-cd")).trace_id == "ab-cd"


def test_a_message_shows_no_secret_and_no_page():
    """Bodies of servers are scrubbed, cut and freed of control characters."""
    text = "Bearer abcdefgh12345\x1b[31m\n" + "x" * 5000
    shown = str(error_from(READ, answer(400, rest(4000, text))))
    assert "abcdefgh12345" not in shown
    assert "\x1b" not in shown
    assert len(shown) < 600


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
error_objects = st.dictionaries(
    st.sampled_from(["code", "message", "id", "resource"]), json_values, max_size=4
)
shapes = st.one_of(
    json_values,
    st.fixed_dictionaries({"errors": st.lists(error_objects | json_values, max_size=3)}),
    st.fixed_dictionaries({"error": json_values, "error_description": json_values}),
    st.fixed_dictionaries({"schemas": json_values, "scimType": json_values, "detail": json_values}),
    st.fixed_dictionaries({"title": json_values, "status": json_values}),
    st.fixed_dictionaries({"data": json_values, "errors": json_values, "metadata": json_values}),
)
headers = st.dictionaries(
    st.sampled_from(["Retry-After", "Date", "X-Request-Id"]), st.text(max_size=20), max_size=3
)


@given(
    operation=st.sampled_from([one for one in OPERATIONS.values() if one.shape != "html"]),
    status=st.integers(100, 999),
    body=shapes,
    head=headers,
)
def test_no_answer_is_beyond_the_tree(operation, status, body, head):
    """Any status with any body is a reply or a member of the tree, never a crash."""
    given_answer = Answer(status, CaseInsensitiveDict(head), body, is_json=True)
    error = error_from(operation, given_answer)
    assert isinstance(error, e.HootsuiteError)
    assert str(error)
    try:
        reply = judge(operation, given_answer, NOW)
    except e.HootsuiteError:
        return
    assert 200 <= reply.status < 300
    assert isinstance(reply.errors, list)


def test_sentences_of_a_server_are_joined_as_sentences():
    """A description and its hint that end in a full stop don't get a semicolon too."""
    body = {
        "error": "invalid_grant",
        "error_description": "The secret is wrong.",
        "error_hint": "Send the secret as HTTP Basic authentication.",
    }
    said = str(error_from(OPERATIONS["create_token"], answer(401, body)))
    assert "The secret is wrong. Send the secret as HTTP Basic authentication (" in said


@pytest.mark.parametrize(
    "header",
    [
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Mon, 01 Jan 99999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2024 00:00:00 +99999999999",
        "9" * 400,
        "-1",
        "soon",
    ],
)
def test_no_date_of_a_server_is_a_crash(header):
    """An instant beyond the calendar is as good as none."""
    clock = ServerClock()
    clock.note(header)
    assert clock.now() is None
    for head in ({"Retry-After": header, "Date": header}, {"Retry-After": header}):
        given = Answer(429, CaseInsensitiveDict(head), None, is_json=False)
        assert isinstance(error_from(OPERATIONS["get_me"], given), e.RateLimited)


def test_a_path_without_an_id_has_none_to_check():
    """Whole operations that aren't there point to the address, single things to their id."""
    assert "Check the id" in str(error_from(READ, answer(404, rest(4001))))
    for name in ("list_social_profiles", "list_scim_users"):
        assert "Check api_url" in str(error_from(OPERATIONS[name], answer(404, rest(4001))))


def test_a_server_s_words_cannot_steer_a_terminal():
    """Control characters in a keyword or a trace reach neither a log nor a screen."""
    body = {"error": "bad\x1b[2J\nWARNING all is well", "id": "t\n\x1b[31m"}
    said = str(error_from(OPERATIONS["get_me"], answer(401, body)))
    assert said.isprintable()


def test_a_wrong_clock_is_told_in_days(caplog):
    """Nobody reads a difference of months in seconds."""
    clock = ServerClock()
    for _ in range(2):
        clock.note("Mon, 01 Jan 2024 00:00:00 GMT")
    assert re.search(r"clock is \d+ days, \d+:\d\d:\d\d ahead of Hootsuite's", caplog.text)
