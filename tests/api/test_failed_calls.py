"""A call that fails: what is repeated, what never, and what the caller learns of its fate."""

from __future__ import annotations

import threading

import pytest
import requests
from urllib3.exceptions import ProxyError

import hootsuite_api.errors as e
from hootsuite_api import Call, HootsuiteClient

READ = Call("get_message", {"messageId": "7"})
WRITE = Call("create_message", body={"text": "hi", "socialProfileIds": ["1"]})
DELETE = Call("delete_message", {"messageId": "7"})


@pytest.mark.parametrize("kind", ["reset", "close", "truncate"])
def test_a_read_is_repeated_after_a_fault(client, server, script, kind):
    """A broken connection and a torn body do no harm to a read."""
    server.add(script(kind=kind), script(body={"data": {"id": "7"}}))
    assert client.send(READ).data == {"id": "7"}
    assert len(server.calls()) == 2


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_read_is_repeated_after_a_server_fault(client, server, script, status):
    """5xx passes."""
    server.add(script(status, b"<html>"), script(body={"data": 1}))
    assert client.send(READ).data == 1


def test_a_server_fault_in_disguise_is_repeated(client, server, rest_error):
    """Code 5000 means a fault, whatever the status."""
    server.add(rest_error(400, 5000))
    client.send(READ)
    assert len(server.calls()) == 2


def test_patience_ends(client, server, script):
    """A fault that stays is raised after six attempts, as itself."""
    server.default = lambda _: script(500, {"errors": [{"code": 9000, "message": "x"}]})
    with pytest.raises(e.ServerFault):
        client.send(READ)
    assert len(server.calls()) == 6


@pytest.mark.parametrize("kind", ["reset", "close", "truncate"])
@pytest.mark.parametrize("call", [WRITE, DELETE])
def test_a_write_without_an_answer_is_never_repeated(client, server, script, kind, call):
    """Its fate is unknown, and the cause is chained."""
    server.add(script(kind=kind))
    with pytest.raises(e.OutcomeUnknown) as caught:
        client.send(call)
    assert isinstance(caught.value.__cause__, (e.NetworkFault, e.TornBody))
    assert len(server.calls()) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"errors": [{"code": 9000}]}),
        (500, {"errors": [{"code": 4000}]}),
        (400, {"errors": [{"code": 5000}]}),
        (400, {"errors": [{"code": 4000}, {"code": 9000}]}),
        (400, {"errors": [{"code": 77777}]}),
        (400, b"<html>nginx</html>"),
        (401, None),
        (404, {"title": "gone"}),
        (302, {"data": {"id": "1"}}),
        (200, b'{"data": '),
        (200, b"<html>hello</html>"),
        (200, None),
        (200, [1, 2]),
        (200, {"message": "foreign"}),
        (418, "text"),
    ],
)
def test_a_write_with_an_answer_that_proves_nothing_is_unknown(
    client, server, script, status, body
):
    """Only known non-server codes in a 4xx prove that nothing was written."""
    server.add(script(status, body))
    with pytest.raises(e.OutcomeUnknown):
        client.send(WRITE)
    assert len(server.calls()) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ((400, 4000), e.ValidationRejected),
        ((401, 1201), e.PermissionDenied),
        ((403, 4002), e.PermissionDenied),
        ((400, 40003), e.WrongState),
        ((400, 40025), e.WrongState),
        ((404, 4001), e.NotFound),
    ],
)
def test_a_write_that_was_refused_says_so(client, server, rest_error, error, kind):
    """The platform's own known code is proof; it is neither repeated nor called unknown."""
    server.add(rest_error(*error))
    with pytest.raises(kind) as caught:
        client.send(WRITE)
    assert caught.value.not_written
    assert (caught.value.status, caught.value.code) == error
    assert caught.value.trace_id == "00ab-12cd"
    assert len(server.calls()) == 1


def test_a_delete_answered_by_a_page_is_unknown(client, server, script):
    """A gateway's page is not the platform's word."""
    server.add(script(body=b"<html>login</html>"))
    with pytest.raises(e.OutcomeUnknown):
        client.send(DELETE)


@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_429_is_repeated_even_for_a_write(client, server, rest_error, call):
    """It was not processed, so nothing is doubled."""
    server.add(rest_error(429, 1003, Retry_After="0"))
    client.send(call)
    assert len(server.calls()) == 2
    assert client.stats.too_many == 1


def test_max_rate_reached_in_plain_words_is_a_429(client, server, script):
    """The gateway's text counts for a read, whatever its status; for a write it proves nothing."""
    slow = script(403, b"Max rate reached, slow down", {"Retry-After": "0"})
    server.add(slow)
    client.send(READ)
    assert len(server.calls()) == 2
    server.add(slow)
    with pytest.raises(e.OutcomeUnknown):
        client.send(WRITE)
    assert len(server.calls()) == 3


def test_429_without_end_is_a_quota_that_is_used_up(client, server, rest_error):
    """Twelve refusals in a row are no coincidence."""
    server.default = lambda _: rest_error(429, 1003, Retry_After="0")
    with pytest.raises(e.QuotaExhausted) as caught:
        client.send(WRITE)
    assert caught.value.code == 1003
    assert len(server.calls()) == 12


def test_a_429_with_the_quota_used_up_is_not_repeated(client, server, rest_error):
    """The headers say that waiting a second won't help."""
    quota = {"X_Account_Quota": "100 per day", "X_Account_Quota_Used": "100"}
    server.add(rest_error(429, 1003, **quota))
    with pytest.raises(e.QuotaExhausted):
        client.send(READ)
    assert len(server.calls()) == 1


def test_a_429_that_asks_for_hours_is_the_quota(client, server, rest_error):
    """Nobody waits for tomorrow inside a run."""
    server.add(rest_error(429, 1003, Retry_After="7200"))
    with pytest.raises(e.QuotaExhausted):
        client.send(READ)


def test_the_share_of_the_quota_stops_before_sending(make_client, server, script):
    """At `daily_quota_percent` the next call isn't sent."""
    client = make_client(daily_quota_percent=50)
    quota = {"X-Account-Quota": "100 per day", "X-Account-Quota-Used": "50"}
    server.add(script(headers=quota))
    client.send(READ)
    assert (client.quota.used, client.quota.total) == (50, 100)
    with pytest.raises(e.QuotaExhausted):
        client.send(READ)
    assert len(server.calls()) == 1


@pytest.mark.parametrize("call", [READ, WRITE])
def test_redirects_are_not_followed(client, server, script, call):
    """Neither the body nor the bearer goes anywhere else."""
    server.add(script(307, None, {"Location": f"{server.url}/v1/elsewhere"}))
    with pytest.raises((e.ServerFault, e.OutcomeUnknown)):
        client.send(call)
    assert len(server.calls()) == 1


def test_a_connection_never_made_is_repeated_even_for_a_write(make_client, server, monkeypatch):
    """Nothing left, so nothing can be doubled."""
    client = make_client()
    client.send(READ)
    server.close()
    with pytest.raises(e.ConnectionNeverMade):
        client.send(WRITE)
    assert client.stats.requests["create_message"] == 6


def test_an_unknown_host_has_a_message(make_client):
    """Which name, and what to look at."""
    client = make_client(
        api_url="https://nowhere.invalid", auth_method="access_token", access_token="tok-en-tok-en"
    )
    with pytest.raises(e.ConnectionNeverMade, match=r"nowhere\.invalid can't be resolved"):
        client.send(READ)


def test_a_refused_connection_names_host_and_port(make_client, server):
    """On this machine it is a sandbox that is not running: what starts it there is said."""
    server.close()
    port = server.url.rpartition(":")[2]
    says = rf"127\.0\.0\.1:{port} can't be reached.*sandbox.*`hootsuite sandbox --port {port}`"
    with pytest.raises(e.ConnectionNeverMade, match=says):
        make_client().send(READ)
    elsewhere = make_client(
        api_url="https://0.0.0.0:1", auth_method="access_token", access_token="tok-en-tok-en"
    )
    with pytest.raises(e.ConnectionNeverMade, match=r"0\.0\.0\.0:1 can't .*Check the network"):
        elsewhere.send(READ)


def test_a_stop_ends_waiting(raw, server, script):
    """A call that waits to be repeated raises at once when the run is cancelled."""
    client = HootsuiteClient.from_settings(raw)
    failed = threading.Event()

    def fail(_):
        failed.set()
        return script(500, None)

    server.default = fail
    outcome = []

    def call():
        try:
            client.send(READ)
        except e.HootsuiteError as error:
            outcome.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    failed.wait(10)
    client.cancel()
    thread.join(10)
    client.close()
    assert isinstance(outcome[0], e.Cancelled)
    with pytest.raises(e.Cancelled):
        client.send(READ)


def test_an_answer_with_two_lengths_is_no_fault_of_the_request(client, server, script):
    """A read gets another chance, and nobody is told to correct a value."""
    body = b'{"data": {"id": "7"}}'
    server.add(script(body=body, headers={"content-length": "5"}), script(body=body))
    assert client.send(READ).data == {"id": "7"}


@pytest.mark.parametrize("kind", [RuntimeError, OSError, requests.ConnectionError, ProxyError])
def test_whatever_is_raised_after_the_mark_a_write_is_unknown(client, server, monkeypatch, kind):
    """The class of an exception proves nothing, not even one that speaks of a proxy."""
    client.send(READ)

    def burst(*_args, **_kwargs):
        raise kind("unforeseen", OSError())

    monkeypatch.setattr("urllib3.connection.HTTPConnection.getresponse", burst)
    with pytest.raises(e.OutcomeUnknown):
        client.send(WRITE)
    with pytest.raises(e.NetworkFault) as caught:
        client.send(READ)
    assert not isinstance(caught.value, e.ConnectionNeverMade)


@pytest.mark.parametrize("kind", [RuntimeError, OSError, requests.ReadTimeout, ProxyError])
def test_whatever_is_raised_before_the_mark_nothing_was_sent(client, server, monkeypatch, kind):
    """Not even an exception that speaks of an answer makes it unknown."""
    client.send(READ)
    calls = len(server.calls())

    def burst(*_args, **_kwargs):
        raise kind("unforeseen", OSError())

    monkeypatch.setattr("hootsuite_api.transport.requests.Session.request", burst)
    with pytest.raises(e.ConnectionNeverMade) as caught:
        client.send(WRITE)
    assert caught.value.never_sent
    assert caught.value.not_written
    assert len(server.calls()) == calls


def test_no_token_for_a_write_means_that_nothing_was_written(client, server, script):
    """The token's trouble is not the write's: `OutcomeUnknown` is kept for the latter."""
    server.tokens = lambda _: script(kind="close")
    with pytest.raises(e.NetworkFault) as caught:
        client.send(WRITE)
    assert caught.value.never_sent
    assert server.calls() == []


@pytest.mark.parametrize("what", ["budget", "tokens"])
def test_a_file_that_becomes_unusable_in_mid_run_is_before_the_mark(
    what, make_client, server, tmp_path, store_path
):
    """It says nothing about the write, which was never sent."""
    client = make_client()
    client.send(READ)
    calls = len(server.calls())
    if what == "budget":
        (slots,) = (tmp_path / "state").rglob("*.slots")
        slots.unlink()
        slots.mkdir()
    else:
        client = make_client()
        store_path.write_text("{damaged")
    with pytest.raises(e.ConfigError) as caught:
        client.send(WRITE)
    assert caught.value.never_sent
    assert caught.value.not_written
    assert len(server.calls()) == calls


# -- against the sandbox ---------------------------------------------------------------------


@pytest.fixture
def live(settings):
    with HootsuiteClient.from_settings(settings) as client:
        yield client


def post(sandbox):
    """A message that the sandbox accepts."""
    profile = sandbox.truth("social_profiles")[0]["id"]
    body = {
        "text": "A post of the client's tests",
        "socialProfileIds": [profile],
        "scheduledSendTime": "2026-02-15T12:00:00Z",
    }
    return Call("create_message", body=body)


@pytest.mark.parametrize("kind", ["reset", "close", "truncate", "garbage", "status"])
@pytest.mark.parametrize(("when", "written"), [("before", 0), ("after", 1)])
def test_a_post_is_sent_once_whatever_happens(sandbox, live, kind, when, written):
    """Before or after the commit, the ledger never holds two."""
    sandbox.faults(operation="create_message", kind=kind, when=when)
    with pytest.raises(e.OutcomeUnknown):
        live.send(post(sandbox))
    commits = [one for one in sandbox.ledger() if one["operation"] == "create_message"]
    assert len(commits) == written
    assert sandbox.stats()["requests"]["create_message"] == 1


@pytest.mark.parametrize("kind", ["reset", "close", "truncate", "garbage", "status"])
def test_reads_get_through_faults(sandbox, live, kind):
    """Two faults in a row cost two requests and nothing else."""
    sandbox.faults(operation="get_me", kind=kind, times=2)
    assert live.send(Call("get_me")).data["id"] == sandbox.ready["member_id"]
    assert sandbox.stats()["requests"]["get_me"] == 3


def test_a_revoked_token_is_replaced(sandbox, live):
    """The run goes on with a new one."""
    live.send(Call("get_me"))
    sandbox.faults(operation="get_me", kind="revoke_token")
    live.send(Call("get_me"))
    assert sandbox.stats()["requests"]["create_token"] == 2


def test_an_administrator_s_list_is_refused_to_a_member(sandbox, live):
    """A permission, however it is dressed, is no reason for a new token."""
    sandbox.settings(role="member")
    call = Call("list_organization_members", {"organizationId": sandbox.ready["organization_id"]})
    with pytest.raises(e.PermissionDenied):
        live.send(call)
    assert sandbox.stats()["requests"]["create_token"] == 1


def test_the_day_s_quota_of_the_sandbox_stops_the_client(sandbox, live):
    """At 90 % of it, by the headers."""
    sandbox.reset(daily_quota=100)
    sandbox.use_quota(89)
    live.send(Call("get_me"))
    with pytest.raises(e.QuotaExhausted):
        live.send(Call("get_me"))
