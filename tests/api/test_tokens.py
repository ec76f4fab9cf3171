"""Tokens: who renews, when, how often, and what is never sent twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs

import pytest

import hootsuite_api.errors as e
from hootsuite_api import Call, HootsuiteClient

READ = Call("get_message", {"messageId": "7"})
WRITE = Call("create_message", body={"text": "x"})
EXPIRED = {"error": "token_expired", "error_description": "expired"}


@pytest.fixture
def rotating(server, script):
    """A token endpoint whose refresh tokens are good once, like the platform's."""
    good = {"configured-refresh-0": 0}
    lock = threading.Lock()

    def answer(seen):
        form = {name: one[0] for name, one in parse_qs(seen.body.decode()).items()}
        with lock:
            number = good.pop(form.get("refresh_token"), None)
            if number is None:
                return script(400, {"error": "invalid_grant", "error_description": "was used"})
            good[f"rotated-refresh-{number + 1}"] = number + 1
        tokens = {
            "access_token": f"access-token-{number + 1}",
            "refresh_token": f"rotated-refresh-{number + 1}",
            "expires_in": 3600,
        }
        return script(body=tokens)

    server.tokens = answer
    return good


@pytest.fixture
def refreshing(make_client, rotating):
    """Builds clients of the method refresh_token, as separate processes would."""

    def make(**changes):
        given = {"auth_method": "refresh_token", "refresh_token": "configured-refresh-0"}
        return make_client(**{**given, **changes})

    return make


def sent(server):
    """The refresh tokens that reached the endpoint, in order."""
    return [parse_qs(one.body.decode())["refresh_token"][0] for one in server.token_calls()]


def age(path, seconds):
    """Put all token times of a store into the past."""
    content = json.loads(path.read_text())

    def shift(entry):
        for name, value in entry.items():
            if name in ("issued_at", "renew_at"):
                entry[name] = value - seconds
            elif isinstance(value, dict):
                shift(value)

    shift(content["entries"])
    path.write_text(json.dumps(content))


@pytest.fixture
def store_path(raw):
    return Path(raw["token_store"])


# -- renewing --------------------------------------------------------------------------------


def test_a_token_serves_until_a_minute_before_its_end(make_client, server, store_path):
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


# -- the chain of refresh tokens -------------------------------------------------------------


def test_the_stored_chain_goes_on_where_it_stopped(refreshing, server, store_path):
    """The configured token is used once, then each successor once, over three processes."""
    for _ in range(3):
        refreshing().send(READ)
        age(store_path, 4000)
    assert sent(server) == ["configured-refresh-0", "rotated-refresh-1", "rotated-refresh-2"]


def test_a_token_that_is_still_good_is_not_refreshed(refreshing, server):
    """The second process uses the first one's access token."""
    refreshing().send(READ)
    refreshing().send(READ)
    assert len(server.token_calls()) == 1


def test_a_newly_configured_token_wins_over_the_stored_chain(refreshing, rotating, server):
    """A person has changed the setting; the old value, put back, finds its own chain again."""
    refreshing().send(READ)
    rotating["configured-by-person"] = 50
    refreshing(refresh_token="configured-by-person").send(READ)
    assert sent(server) == ["configured-refresh-0", "configured-by-person"]
    assert server.calls()[-1].headers["authorization"] == "Bearer access-token-51"
    refreshing().send(READ)
    assert server.calls()[-1].headers["authorization"] == "Bearer access-token-1"
    assert len(server.token_calls()) == 2


def test_a_spent_token_asks_to_sign_in_and_is_not_sent_again(refreshing, rotating, server):
    """One request, however many processes try."""
    rotating.clear()
    for _ in range(3):
        with pytest.raises(e.SignInNeeded, match="hootsuite login"):
            refreshing().send(READ)
    assert sent(server) == ["configured-refresh-0"]


@pytest.mark.parametrize("fault", ["close", "reset", "truncate", "status", "foreign"])
def test_a_refresh_without_a_clear_answer_is_never_repeated(refreshing, server, script, fault):
    """It may be spent, and a second use would revoke what the first gave."""
    faults = {"status": script(500, None), "foreign": script(200, b"<html>")}
    server.tokens = lambda _: faults.get(fault) or script(kind=fault)
    for _ in range(3):
        with pytest.raises(e.SignInNeeded, match="hootsuite login") as caught:
            refreshing().send(READ)
    assert sent(server) == ["configured-refresh-0"]
    assert "configured-refresh-0" not in str(caught.value)


def test_a_refresh_that_never_left_is_repeated(refreshing, server, rotating, script):
    """A 429 or a wrong client secret uses nothing up."""
    answers = [
        script(429, None, {"Retry-After": "0"}),
        script(401, {"error": "invalid_client"}),
    ]
    usual = server.tokens
    server.tokens = lambda seen: answers.pop(0) if answers else usual(seen)
    with pytest.raises(e.AuthError, match="client_secret"):
        refreshing().send(READ)
    refreshing().send(READ)
    assert sent(server) == ["configured-refresh-0"] * 3


def test_an_unreachable_platform_uses_nothing_up(refreshing, server, store_path):
    """The chain is intact when nothing was sent."""
    server.close()
    with pytest.raises(e.ConnectionNeverMade):
        refreshing().send(READ)
    assert '"state": "ok"' in store_path.read_text()


@pytest.mark.parametrize("state", ["ok", None])
def test_a_chain_that_lost_its_token_asks_to_sign_in(make_client, refreshing, server, state):
    """Whatever a person did to the store, the configured token is not sent in its place."""
    client = refreshing()
    client.send(READ)
    store = client.settings.token_store
    content = json.loads(store.read_text())
    for entry in content["entries"].values():
        entry["chains"] = {name: {"state": state} for name in entry["chains"]}
    store.write_text(json.dumps(content))
    with pytest.raises(e.SignInNeeded):
        refreshing().send(READ)
    assert sent(server) == ["configured-refresh-0"]


def test_without_any_refresh_token_the_message_says_sign_in(refreshing, server):
    """Nothing configured, nothing stored, nothing sent."""
    with pytest.raises(e.SignInNeeded, match="hootsuite login"):
        refreshing(refresh_token=None).send(READ)
    assert server.seen == []


def test_a_sign_in_begins_a_chain(refreshing, rotating, server, script):
    """It serves when nothing is configured, and when the configured chain has broken."""
    rotating.clear()
    with pytest.raises(e.SignInNeeded):
        refreshing().send(READ)
    usual = server.tokens
    server.tokens = lambda _: script(
        body={"access_token": "signed-in-token", "refresh_token": "signed-in-refresh"}
    )
    client = refreshing()
    client.sign_in("the-code", "http://localhost:1/", "verifier")
    form = parse_qs(server.token_calls()[-1].body.decode())
    assert form["grant_type"] == ["authorization_code"]
    assert form["code_verifier"] == ["verifier"]
    server.tokens = usual
    for changes in ({}, {"refresh_token": None}):
        refreshing(**changes).send(READ)
        assert server.calls()[-1].headers["authorization"] == "Bearer signed-in-token"


@pytest.mark.parametrize("fault", ["close", "truncate"])
def test_a_code_is_sent_once(refreshing, server, script, fault):
    """A second use would revoke what the first gave."""
    server.tokens = lambda _: script(kind=fault)
    with pytest.raises(e.SignInNeeded):
        refreshing().sign_in("the-code", "http://localhost:1/", "verifier")
    assert len(server.token_calls()) == 1


@pytest.mark.parametrize("app_first", [True, False])
def test_the_methods_of_one_account_keep_each_others_tokens(
    refreshing, make_client, server, app_first
):
    """A nightly member_app run and that member's own sign-in share an entry of the store."""
    chain_endpoint, app_endpoint = server.tokens, server._token

    def as_app():
        server.tokens = app_endpoint
        make_client(auth_method="member_app").send(READ)

    def as_person():
        server.tokens = chain_endpoint
        refreshing().send(READ)

    first, second = (as_app, as_person) if app_first else (as_person, as_app)
    for one in (first, second, first, second):
        one()
    assert len(server.token_calls()) == 2


def test_a_rejected_access_token_advances_the_chain_once(refreshing, server, script):
    """Two processes with the same rejected token: the second adopts the first one's successor."""
    first, second = refreshing(), refreshing()
    first.send(READ)
    second.send(READ)
    for client in (first, second):
        server.add(script(401, EXPIRED))
        client.send(READ)
    assert sent(server) == ["configured-refresh-0", "rotated-refresh-1"]


PROCESS = """
import json, sys
from hootsuite_api import Call, HootsuiteClient
client = HootsuiteClient.from_settings(json.loads(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
client.send(Call("get_message", {"messageId": "7"}))
"""


def start(settings, **kwargs):
    """A process that waits for a line and then sends a call."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS, json.dumps(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **kwargs,
    )
    assert process.stdout.readline() == "ready\n"
    return process


def finish(process):
    """Let a process go on, and wait for its end."""
    process.communicate("\n", timeout=60)
    return process.returncode


def test_eight_processes_refresh_an_expired_token_once(refreshing, raw, server, store_path):
    """All find it expired at the same moment; one asks, seven read."""
    refreshing().send(READ)
    age(store_path, 4000)
    settings = {**raw, "auth_method": "refresh_token", "refresh_token": "configured-refresh-0"}
    processes = [start(settings) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(finish, processes)) == [0] * 8
    assert sent(server) == ["configured-refresh-0", "rotated-refresh-1"]
    bearers = {one.headers["authorization"] for one in server.calls()[1:]}
    assert bearers == {"Bearer access-token-2"}


def test_a_kill_while_the_answer_is_under_way_does_not_replay(raw, server, script, rotating):
    """The next process finds the mark, keeps its hands off, and says what to do."""
    arrived, gate = threading.Event(), threading.Event()
    usual = server.tokens

    def hold(seen):
        held = usual(seen)
        held.wait = gate
        arrived.set()
        return held

    server.tokens = hold
    settings = {**raw, "auth_method": "refresh_token", "refresh_token": "configured-refresh-0"}
    process = start(settings)
    process.stdin.write("\n")
    process.stdin.flush()
    assert arrived.wait(30)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    gate.set()
    second = start(settings, stderr=subprocess.PIPE)
    _, errors = second.communicate("\n", timeout=60)
    assert second.returncode != 0
    assert "hootsuite login" in errors
    assert sent(server) == ["configured-refresh-0"]


def test_a_refresh_works_against_the_sandbox(sandbox, settings):
    """The real rotation: an expired token is refreshed, the old refresh token never used again."""
    given = {
        **settings,
        "auth_method": "refresh_token",
        "refresh_token": sandbox.ready["refresh_token"],
    }
    for _ in range(3):
        with HootsuiteClient.from_settings(given) as client:
            assert client.send(Call("get_me")).data["id"] == sandbox.ready["member_id"]
            sandbox.advance(7200)
            assert client.send(Call("get_me")).data["id"] == sandbox.ready["member_id"]
    assert sandbox.stats()["requests"]["create_token"] == 4


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
