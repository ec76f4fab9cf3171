"""Access tokens: who renews, when and how often, and what a refusal says."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

import hootsuite_api.errors as e
from hootsuite_api import Call, HootsuiteClient

READ = Call("get_message", {"messageId": "7"})
WRITE = Call("create_message", body={"text": "x"})
EXPIRED = {"error": "token_expired", "error_description": "expired"}


# -- renewing --------------------------------------------------------------------------------


def test_a_token_serves_until_a_minute_before_its_end(make_client, server, store_path, age):
    """3,539 seconds of 3,600; then the next one is asked for."""
    make_client().send(READ)
    age(store_path, 3530)
    make_client().send(READ)
    assert len(server.token_calls()) == 1
    age(store_path, 20)
    make_client().send(READ)
    assert len(server.token_calls()) == 2


def test_a_short_lived_token_is_not_asked_for_each_time(client, server, script):
    """With 40 seconds of life the minute's rule would renew for every call."""
    server.tokens = lambda _: script(body={"access_token": "short-lived", "expires_in": 40})
    client.send(READ)
    client.send(READ)
    assert len(server.token_calls()) == 1


@pytest.mark.parametrize("lifetime", [None, "3599", "soon", -5, 1e400])
def test_odd_lifetimes_do_no_harm(client, server, script, lifetime):
    """Missing, text or nonsense: an hour is assumed."""
    body = (
        b'{"access_token": "odd-token", "expires_in": %s}'
        % json.dumps(None if lifetime == 1e400 else lifetime).encode()
    )
    server.tokens = lambda _: script(body=body)
    client.send(READ)
    client.send(READ)
    assert len(server.token_calls()) == 1


@pytest.mark.parametrize(
    "value", ["two words", "a\r\nX-Injected: y", "caf\u00e9", "\u20ac" * 9, "a\0b"]
)
def test_a_token_that_no_header_can_carry(make_client, server, script, value):
    """What can't be sent as it is, is no access token, and is neither kept nor sent."""
    server.tokens = lambda _: script(body={"access_token": value, "expires_in": 3600})
    with pytest.raises(e.TornBody) as caught:
        make_client(waits=False).send(READ)
    assert value not in str(caught.value)
    assert not server.calls()


def test_another_scope_in_the_settings_asks_for_a_token(make_client, server):
    """A stored token serves who wants no more than it was requested with, whatever was granted."""
    for scope in ("", "offline analytics:read", "analytics:read", "analytics:read,offline", ""):
        make_client(scope=scope).send(READ)
    assert len(server.token_calls()) == 2
    make_client(scope="analytics:read other").send(READ)
    assert len(server.token_calls()) == 3


def test_threads_share_one_token(client, server):
    """Sixteen threads that need one ask once."""
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: client.send(READ), range(64)))
    assert len(server.token_calls()) == 1


def test_two_processes_share_the_token_of_an_app(make_client, server):
    """The second finds it in the store."""
    make_client().send(READ)
    make_client().send(READ)
    assert len(server.token_calls()) == 1


@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_rejected_token_is_renewed_once_and_the_call_repeated(client, server, script, call):
    """Even a write: the gateway refused it before anybody read it."""
    server.add(script(401, EXPIRED))
    client.send(call)
    assert len(server.token_calls()) == 2
    bearers = [one.headers["authorization"] for one in server.calls()]
    assert bearers == ["Bearer issued-token-1", "Bearer issued-token-2"]


def test_threads_with_the_same_rejected_token_renew_it_once(client, server, script):
    """Sixteen rejections of one generation, one renewal."""
    client.send(READ)

    def answer(seen):
        old = seen.headers["authorization"].endswith("-1")
        return script(401, EXPIRED) if old else script()

    server.default = answer
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: client.send(READ), range(48)))
    assert len(server.token_calls()) == 2


def test_a_token_rejected_right_after_its_renewal_ends_the_run(client, server, script):
    """Renewing again wouldn't help, for this call or for the next."""
    server.default = lambda _: script(401, EXPIRED)
    for _ in range(3):
        with pytest.raises(e.AuthError):
            client.send(READ)
    assert len(server.token_calls()) == 2


@pytest.mark.parametrize("code", [1201, 1202, 4003, 4005, 4006, 1037])
@pytest.mark.parametrize("status", [401, 403])
def test_a_permission_code_never_renews(client, server, rest_error, status, code):
    """A 401 with such a code says who may do what, not who is who."""
    server.add(rest_error(status, code))
    with pytest.raises(e.PermissionDenied):
        client.send(READ)
    assert len(server.token_calls()) == 1


def test_a_bare_401_with_a_token_that_worked_is_a_permission(client, server, script):
    """Nothing says token, and the token was fine a moment ago."""
    client.send(READ)
    server.add(script(401, None))
    with pytest.raises(e.PermissionDenied):
        client.send(READ)
    assert len(server.token_calls()) == 1


def test_a_fault_proves_nothing_about_a_token(client, server, script):
    """A 429 comes before anybody looks at the token."""
    server.add(script(429, None, {"Retry-After": "0"}), script(401, None))
    client.send(READ)
    assert len(server.token_calls()) == 2


def test_a_bare_401_with_a_token_that_never_worked_renews(client, server, script):
    """Then the token is the likelier culprit."""
    server.add(script(401, None))
    client.send(READ)
    assert len(server.token_calls()) == 2


def test_a_configured_access_token_has_no_successor(make_client, server, script):
    """The message says what to set; the endpoint is never asked."""
    client = make_client(auth_method="access_token", access_token="given-access-token")
    client.send(READ)
    server.add(script(401, EXPIRED))
    with pytest.raises(e.TokenRejected, match="access_token"):
        client.send(READ)
    assert server.token_calls() == []


# -- refusals --------------------------------------------------------------------------------


def test_a_wrong_client_secret_is_named_without_being_shown(client, server, script):
    """One message, one request, no secret."""
    body = {"error": "invalid_client", "error_description": "open-sesame-secret is wrong"}
    server.tokens = lambda _: script(401, body)
    with pytest.raises(e.AuthError, match="client_secret") as caught:
        client.send(READ)
    assert "open-sesame-secret" not in str(caught.value)
    assert len(server.token_calls()) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"error": "invalid_client", "error_description": "No.", "error_hint": "Use HTTP Basic."},
        {"error": "invalid_client", "error_hint": "Use HTTP Basic."},
        {"errors": [{"code": 1007, "message": "client"}]},
    ],
)
def test_a_wrong_client_is_put_in_the_terms_of_our_settings(client, server, script, body):
    """What a server advises to programmers is no use to the person who sets two settings."""
    server.tokens = lambda _: script(401, body)
    with pytest.raises(e.AuthError, match=r"Check client_id and client_secret: .* one app") as seen:
        client.send(READ)
    assert "Basic" not in str(seen.value)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, {"error": "access_denied"}),
        (400, {"error": "invalid_grant"}),
        (404, {"error": "not_found"}),
        (401, {"errors": [{"code": 1007, "message": "client"}]}),
        (400, {"errors": [{"code": 1009, "message": "grant"}]}),
        (401, None),
    ],
)
def test_every_refusal_of_a_token_is_an_auth_error(client, server, script, status, body):
    """Whatever the body calls it."""
    server.tokens = lambda _: script(status, body)
    with pytest.raises(e.AuthError):
        client.send(READ)
    assert len(server.token_calls()) == 1


@pytest.mark.parametrize("fault", ["close", "reset", "truncate", "status", "foreign", "429"])
def test_an_app_asks_again_after_a_fault(client, server, script, fault):
    """Nothing is used up by asking."""
    faults = {
        "status": script(503, None),
        "foreign": script(200, b"<html>"),
        "429": script(429, None, {"Retry-After": "0"}),
    }
    answers = [faults.get(fault) or script(kind=fault), script(body={"access_token": "at-last"})]
    server.tokens = lambda _: answers.pop(0)
    client.send(READ)
    assert len(server.token_calls()) == 2


# -- against the sandbox ---------------------------------------------------------------------


@pytest.mark.parametrize("method", ["member_app", "organization_app", "access_token"])
def test_each_method_opens_the_sandbox(sandbox, settings, method):
    """With what the ready line says; and each can tell the platform's time."""
    given = {**settings, "auth_method": method, "access_token": sandbox.ready["access_token"]}
    with HootsuiteClient.from_settings(given) as client:
        assert client.send(Call("list_social_profiles")).data
        assert client.now().isoformat().startswith(sandbox.now()[:16])


def test_a_wrong_client_secret_at_the_sandbox(settings):
    """The message names the setting and shows neither the wrong value nor a trace of Python."""
    given = {**settings, "client_secret": "wrong-client-secret"}
    with (
        HootsuiteClient.from_settings(given) as client,
        pytest.raises(e.AuthError, match="client_secret") as caught,
    ):
        client.send(Call("get_me"))
    assert "wrong-client-secret" not in str(caught.value)
