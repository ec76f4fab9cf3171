"""The chain of refresh tokens: each is sent once, whatever fails and whoever shares it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import pytest

import hootsuite_api.errors as e
from hootsuite_api import Call, HootsuiteClient
from hootsuite_api.token_store import TokenStore

READ = Call("get_message", {"messageId": "7"})
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


def test_the_stored_chain_goes_on_where_it_stopped(refreshing, server, store_path, age):
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


# -- several processes -----------------------------------------------------------------------


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


def test_eight_processes_refresh_an_expired_token_once(refreshing, raw, server, store_path, age):
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


# -- against the sandbox ---------------------------------------------------------------------


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


# -- a store that can't be written ------------------------------------------------------------


@pytest.fixture
def disk(monkeypatch):
    """A function that bounds the bytes which the token store may write from now on."""

    def hold(room, after=0):
        inner, left = TokenStore._replace, [after]

        def replace(store, data):
            left[0] -= 1
            if left[0] < 0 and len(data) > room:
                raise OSError(errno.ENOSPC, "No space left on device")
            inner(store, data)

        monkeypatch.setattr(TokenStore, "_replace", replace)

    return hold


def test_a_store_without_room_uses_nothing_up(refreshing, server, disk, store_path):
    """The room of the successor is taken before the token is sent: a full disk is seen in time."""
    with refreshing() as client:
        client.send(READ)
        disk(store_path.stat().st_size + 200)  # enough for the mark alone
        with pytest.raises(e.ConfigError, match="No space left") as caught:
            client._tokens.renew()
    assert "lost" not in str(caught.value)
    assert len(sent(server)) == 1


def test_a_code_is_not_used_up_for_a_store_without_room(refreshing, server, disk):
    """The same for the code that a browser brings."""
    disk(100)
    with refreshing(refresh_token=None) as client, pytest.raises(e.ConfigError):
        client.sign_in("one-code", "http://localhost:1/", "verifier")
    assert server.token_calls() == []


def test_a_store_that_fails_right_after_the_refresh_says_what_is_lost(refreshing, server, disk):
    """No proof holds for ever: one sentence names the loss and what to do; nothing is replayed."""
    disk(0, after=1)
    for says in ("refresh token .* is lost.*sign in again", "may be spent"):
        with refreshing() as client, pytest.raises(e.HootsuiteError, match=says) as caught:
            client.send(READ)
        assert caught.value.never_sent
    assert sent(server) == ["configured-refresh-0"]
