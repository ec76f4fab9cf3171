"""What proves that nothing was written: the whole table of docs/client.md."""

from __future__ import annotations

import itertools

import pytest
from requests.structures import CaseInsensitiveDict

import hootsuite_api.errors as e
from hootsuite_api import Call
from hootsuite_api.classify import Answer, are_refusals, error_from
from hootsuite_api.contract import load

OPERATIONS = load().operations
CODES = load().error_codes
REST = OPERATIONS["create_message"]
SCIM = OPERATIONS["create_scim_user"]
TOKEN = OPERATIONS["create_token"]
WRITE = Call("create_message", body={"text": "hi", "socialProfileIds": ["1"]})
SCIM_ERROR = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": "no"}
STATUSES = (101, 103, 300, 302, 307, 400, 401, 403, 404, 405, 407, 408, 409, 410, 413, 418, 422)
STATUSES += (425, 426, 428, 431, 451, 499, 500, 501, 502, 503, 504, 520, 599)
SERVER_WORDS = ("server_error", "temporarily_unavailable", "unknown_error", "misconfiguration")
OAUTH_WORDS = (
    *("request_unauthorized", "request_forbidden", "invalid_request", "unauthorized_client"),
    *("access_denied", "unsupported_response_type", "invalid_scope", "unsupported_grant_type"),
    *("invalid_grant", "invalid_client", "not_found", "invalid_state", "insufficient_entropy"),
    *("invalid_token", "token_signature_mismatch", "token_expired", "scope_not_granted"),
    *("token_claim", "token_inactive"),
)


def errors(*codes):
    """A REST body with an error for each code."""
    return {"errors": [{"code": code, "message": "no"} for code in codes]}


def proves(operation, status, body):
    """Whether the answer is taken for a proof."""
    as_json = not isinstance(body, (str, type(None)))
    answer = Answer(status, CaseInsensitiveDict(), body, is_json=as_json)
    return error_from(operation, answer).not_written


NO_REFUSALS = [
    errors(5000),
    errors(9000),
    errors(1003, 5000),
    errors(5000, 1003),
    errors(4000, 9000),
    errors(4000, 77777),
    errors(4000, None),
    errors(77777),
    errors(1202),  # seen, never published
    errors(bool(1)),
    errors(4000.5),
    errors("4000x"),
    errors([4000]),
    {"errors": []},
    {"errors": ["no", {"code": 4000}]},
    {"errors": [{"code": 4000}, None]},
    {"errors": {"code": 4000}},
    {"errors": "4000"},
    {"code": 4000},
    {**errors(4000), "data": [{"id": "1"}]},
    {"error": "never_heard_of"},
    *({"error": word} for word in SERVER_WORDS),
    {"error": {"code": 4000}},
    {"title": "invalid-argument", "status": 422},
    {},
    [],
    None,
    "Max rate reached, slow down",
    "<html>4000</html>",
    '{"errors": [{"code": 4000}',
]


@pytest.mark.parametrize("status", STATUSES)
def test_published_codes_prove_a_refusal_with_4xx_only(status):
    """Each code of the contract, alone and in pairs, in numbers and in quotes."""
    for code, meaning in CODES.items():
        right = 400 <= status < 500 and meaning.kind != "server" and meaning.published
        assert proves(REST, status, errors(code)) is right, code
        assert proves(REST, status, errors(str(code))) is right, code
        assert proves(SCIM, status, errors(code)) is right, code
    for one, two in itertools.product((1003, 4000, 40003, 5000, 9000, 1202, 77777), repeat=2):
        right = 400 <= status < 500 and max(one, two) in (1003, 4000, 40003)
        right = right and not {one, two} & {5000, 9000, 1202, 77777}
        assert proves(REST, status, errors(one, two)) is right, (one, two)


@pytest.mark.parametrize("status", STATUSES)
def test_other_bodies_prove_nothing(status):
    """Server codes, mixtures, malformed entries, pages, text, nothing."""
    for body in NO_REFUSALS:
        assert not proves(REST, status, body), body
        assert not proves(SCIM, status, body), body
        assert not proves(TOKEN, status, body), body


@pytest.mark.parametrize("status", STATUSES)
def test_a_word_of_oauth_proves_a_refusal_with_401_and_403(status):
    """At the token endpoint with 400, too: RFC 6749 5.2 says so."""
    for word in OAUTH_WORDS:
        body = {"error": word, "error_description": "no"}
        assert proves(REST, status, body) is (status in (401, 403)), word
        assert proves(TOKEN, status, body) is (status in (400, 401, 403)), word


@pytest.mark.parametrize("status", STATUSES)
def test_a_scim_error_proves_a_refusal_of_a_scim_operation(status):
    """With every 4xx, when the status in the body agrees; on other operations it is foreign."""
    right = 400 <= status < 500
    for body in (SCIM_ERROR, {**SCIM_ERROR, "scimType": "uniqueness"}, {"scimType": "mutability"}):
        for inner in ({}, {"status": str(status)}, {"status": status}):
            assert proves(SCIM, status, {**body, **inner}) is right
            assert not proves(REST, status, {**body, **inner})
        assert not proves(SCIM, status, {**body, "status": "500"})


@pytest.mark.parametrize("body", [*NO_REFUSALS, errors(4000), errors(1003), {"error": "x"}])
def test_429_proves_a_refusal_whatever_it_says(body):
    """It was not processed."""
    assert all(proves(one, 429, body) for one in (REST, SCIM, TOKEN))


SENT_ONCE = [
    (302, errors(1003)),
    (500, errors(1003)),
    (503, errors(1003)),
    (503, b"max rate reached"),
    (403, b"max rate reached"),
    (400, errors(1003, 5000)),
    (503, errors(4000)),
    (504, {"error": "token_expired"}),
    (500, errors(1001)),
    (400, {"error": "invalid_token"}),
    (103, errors(1003)),
    (200, {"error": "access_denied"}),
]


@pytest.mark.parametrize(("status", "body"), SENT_ONCE)
def test_a_write_is_sent_once_after_an_answer_that_proves_nothing(
    client, server, script, status, body
):
    """Not for a rate, not for a token: its outcome is unknown."""
    server.add(script(status, body, {"Retry-After": "0"}))
    with pytest.raises(e.OutcomeUnknown):
        client.send(WRITE)
    assert len(server.calls()) == 1


@pytest.mark.parametrize(
    "quota", [{}, {"X-Account-Quota": "9 per day", "X-Account-Quota-Used": "9"}]
)
@pytest.mark.parametrize("wait", ["0", "99999"])
def test_a_quota_in_a_5xx_leaves_a_write_unknown(client, server, script, quota, wait):
    """Even when the headers say that the day is used up."""
    server.add(script(503, errors(1003), {"Retry-After": wait, **quota}))
    with pytest.raises(e.OutcomeUnknown):
        client.send(WRITE)
    assert len(server.calls()) == 1


@pytest.mark.parametrize(
    "call",
    [
        Call("delete_message", {"messageId": "7"}),
        Call("approve_message", {"messageId": "7"}, body={"sequenceNumber": 1}),
    ],
)
@pytest.mark.parametrize("codes", [(4000,), (5000,), (1003,)])
def test_errors_with_a_200_leave_a_write_unknown(client, server, script, call, codes):
    """Only creating messages is answered in parts; elsewhere such an answer says nothing."""
    server.add(script(200, errors(*codes)))
    with pytest.raises(e.OutcomeUnknown):
        client.send(call)
    assert len(server.calls()) == 1


@pytest.mark.parametrize(
    ("codes", "right"), [((4000,), True), ((4000, 5000), False), ((5000, 4000), False), ((), False)]
)
def test_a_profile_is_refused_by_all_its_errors(codes, right):
    """The same measure for errors beside other profiles' messages."""
    assert are_refusals(errors(*codes)["errors"]) is right
