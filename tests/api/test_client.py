"""`send` and `upload`: what they ask, and what they make of the answers."""

from __future__ import annotations

import gzip
import json
import logging

import pytest

import hootsuite_api.errors as e
from hootsuite_api import Call

MESSAGE = {"text": "hi", "socialProfileIds": ["1"]}
READ = Call("get_message", {"messageId": "7"})
WRITE = Call("create_message", body=MESSAGE)
DELETE = Call("delete_message", {"messageId": "7"})


def test_a_read_returns_what_the_envelope_holds(client, server, script):
    """Data, metadata, errors and the server's time are all in the reply."""
    date = "Thu, 15 Jan 2026 12:00:00 GMT"
    body = {"data": [{"id": "1"}], "metadata": {"cursor": {"next": "a:b"}}}
    server.add(script(body=body, headers={"Date": date}))
    reply = client.send(Call("list_messages", query={"limit": 100}))
    assert (reply.status, reply.data, reply.errors) == (200, [{"id": "1"}], [])
    assert reply.metadata == {"cursor": {"next": "a:b"}}
    assert reply.body == body
    assert reply.date.isoformat() == "2026-01-15T12:00:00+00:00"


def test_a_request_carries_what_the_platform_asks_for(client, server):
    """Bearer, gzip, our name, and JSON in UTF-8 on a write."""
    client.send(WRITE)
    seen = server.calls()[0]
    assert seen.method == "POST"
    assert json.loads(seen.body) == MESSAGE
    assert seen.headers["authorization"] == "Bearer issued-token-1"
    assert seen.headers["accept-encoding"] == "gzip"
    assert seen.headers["content-type"] == "application/json;charset=utf-8"
    assert seen.headers["user-agent"].startswith("meltano-hootsuite")


def test_the_token_request_authenticates_the_client(client, server):
    """Basic credentials and a form, as the token endpoint wants them."""
    client.send(READ)
    seen = server.token_calls()[0]
    assert seen.headers["authorization"].startswith("Basic ")
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert seen.body == b"grant_type=member_app&member_id=42"


def test_lists_repeat_their_key_and_everything_is_encoded(client, server):
    """A cursor's colon, a list and a truth value arrive as the platform reads them."""
    query = {
        "socialProfileIds": ["1", "2"],
        "cursor": "a:b+c",
        "includeUnscheduledReviewMsgs": True,
        "state": None,
    }
    client.send(Call("list_messages", query=query))
    assert server.calls()[0].path == (
        "/v1/messages?socialProfileIds=1&socialProfileIds=2&cursor=a%3Ab%2Bc"
        "&includeUnscheduledReviewMsgs=true"
    )


def test_a_media_id_stays_one_segment(client, server):
    """Slash, plus and equals of base64 reach the server percent-encoded."""
    client.send(Call("get_media", {"mediaId": "aHR0/cHM6+Ly9=="}))
    assert server.calls()[0].path == "/v1/media/aHR0%2FcHM6%2BLy9%3D%3D"


@pytest.mark.parametrize("bad", ["1/../../x", "", ".", "..", "1?x=2", "1#", "é", "1\r\nX: y", 7])
def test_an_id_that_leads_elsewhere_is_refused_unsent(client, server, bad):
    """No path parameter can reach another operation."""
    with pytest.raises(e.ValidationRejected):
        client.send(Call("get_message", {"messageId": bad}))
    assert server.seen == []


@pytest.mark.parametrize(
    "call",
    [
        Call("get_message"),
        Call("get_message", {"messageId": "1", "other": "2"}),
        Call("list_messages", query={"nonsense": 1}),
    ],
)
def test_missing_and_unknown_parameters_are_refused_unsent(client, server, call):
    """A slip in a call shows before it leaves."""
    with pytest.raises(e.ValidationRejected):
        client.send(call)
    assert server.seen == []


@pytest.mark.parametrize("operation", ["create_token", "authorize", "no_such_thing"])
def test_only_operations_with_json_can_be_sent(client, operation):
    """OAuth has its own door."""
    with pytest.raises(ValueError, match=operation):
        client.send(Call(operation))


def test_data_beside_errors_is_a_reply(client, server, script):
    """A 200 with both carries both; the caller reads them per profile."""
    errors = [{"code": 4000, "message": "no", "resource": {"type": "socialProfile", "id": "2"}}]
    server.add(script(body={"data": [{"id": "1"}], "errors": errors}))
    reply = client.send(WRITE)
    assert (reply.data, reply.errors) == ([{"id": "1"}], errors)


def test_errors_alone_are_a_reply_to_a_write_and_an_error_to_a_read(client, server, rest_error):
    """A write's caller reads per profile; a read's caller got nothing."""
    server.add(rest_error(200, 4000), rest_error(200, 4001))
    assert client.send(WRITE).errors[0]["code"] == 4000
    with pytest.raises(e.NotFound):
        client.send(READ)


@pytest.mark.parametrize(
    "body", [{}, {"data": {}}, {"data": []}, {"data": None}, b"Deleted", None, b"OK\n"]
)
def test_a_delete_may_answer_anything_that_is_not_a_page(client, server, script, body):
    """All the ways in which deletes were seen to say done."""
    server.add(script(body=body))
    assert not client.send(DELETE).data


def test_a_write_uses_a_connection_of_its_own(client, server):
    """So that a server which closes an idle connection can't make its fate unknown."""
    client.send(READ)
    client.send(READ)
    client.send(WRITE)
    client.send(WRITE)
    peers = [one.peer for one in server.calls()]
    assert peers[0] == peers[1]
    assert len(set(peers)) == 3


def test_gzip_is_understood(client, server, script):
    """A compressed answer is an answer."""
    body = gzip.compress(json.dumps({"data": ["ä" * 5000]}).encode())
    server.add(script(body=body, headers={"Content-Encoding": "gzip"}))
    assert client.send(READ).data == ["ä" * 5000]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"cut \ud83d", "cut \ufffd"),
        (r"\uDE00 cut", "\ufffd cut"),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (r"\ud83d \\ud83d \\\ud83d \n", "\ufffd \\ud83d \\\ufffd \n"),
    ],
)
def test_half_a_character_does_not_spoil_a_page(client, server, script, text, wanted):
    """A text that was cut inside an emoji loses that emoji, not the page with it."""
    server.add(script(body=f'{{"data": {{"text": "{text}"}}}}'.encode()))
    assert client.send(READ).data == {"text": wanted}
    assert len(server.calls()) == 1


def test_a_bomb_is_not_inflated(client, server, script, monkeypatch):
    """What inflates beyond all measure is a torn body."""
    monkeypatch.setattr("hootsuite_api.transport.MAX_BODY", 1_000_000)
    body = gzip.compress(b"0" * 50_000_000)
    server.default = lambda _: script(body=body, headers={"Content-Encoding": "gzip"})
    with pytest.raises(e.TornBody):
        client.send(READ)


def test_the_retired_operation_is_withdrawn(client, server, script):
    """404 on interactions is not a missing thing but a missing operation."""
    server.add(script(404, b"not found"), script(410, None))
    query = {"socialNetworkId": "1", "targetSocialNetworkId": "2"}
    call = Call("list_interactions", {"socialNetworkType": "twitter"}, query)
    for _ in range(2):
        with pytest.raises(e.Withdrawn):
            client.send(call)


def test_a_netrc_does_not_interfere(client, server, tmp_path, monkeypatch):
    """The bearer is ours even when a .netrc names the host."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    client.send(READ)
    assert server.calls()[0].headers["authorization"].startswith("Bearer ")


def test_plain_http_to_this_machine_avoids_a_proxy(make_client, server, monkeypatch):
    """A proxy in the environment never sees a token in the clear."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    make_client().send(READ)
    assert len(server.calls()) == 1


def test_now_is_the_servers(client, server, script):
    """It asks once if it must, and knows from then on."""
    date = "Thu, 15 Jan 2026 12:00:00 GMT"
    server.default = lambda _: script(headers={"Date": date})
    server.tokens = lambda _: script(body={"access_token": "tok-en-1"}, headers={"Date": date})
    assert client.now().isoformat().startswith("2026-01-15T12:00:00")
    client.now()
    assert len(server.calls()) == 1


def test_a_skewed_clock_is_named_once(client, server, script, caplog):
    """A warning, and only one."""
    server.default = lambda _: script(headers={"Date": "Thu, 15 Jan 2015 12:00:00 GMT"})
    server.tokens = lambda _: script(
        body={"access_token": "tok-en-1"}, headers={"Date": "Thu, 15 Jan 2015 12:00:00 GMT"}
    )
    client.send(READ)
    client.send(READ)
    assert [one.getMessage() for one in caplog.records if "clock" in one.getMessage()] == [
        one.getMessage() for one in caplog.records if one.levelname == "WARNING"
    ]
    assert sum("clock" in one.getMessage() for one in caplog.records) == 1


def test_every_call_leaves_a_line_without_secrets(client, server, rest_error, caplog):
    """Operation, status, time, attempt and quota; no token."""
    caplog.set_level(logging.DEBUG, logger="hootsuite_api")
    server.add(rest_error(429, 1003, Retry_After="0", X_Account_Quota_Used="9"))
    client.send(READ)
    lines = [one.getMessage() for one in caplog.records if one.levelname == "DEBUG"]
    assert [line.split()[0:2] for line in lines] == [
        ["operation=create_token", "status=200"],
        ["operation=get_message", "status=429"],
        ["operation=get_message", "status=200"],
    ]
    assert "attempt=2" in lines[-1]
    assert "quota_used=9" in lines[-1]
    assert "issued-token" not in caplog.text


def test_stats_count_requests_by_operation(client, server):
    """What a run cost is known at its end."""
    client.send(READ)
    client.send(READ)
    assert client.stats.requests == {"create_token": 1, "get_message": 2}


def test_an_upload_carries_the_file_and_no_token(client, server, tmp_path):
    """Signed addresses get type, length and bytes, nothing else of ours."""
    file = tmp_path / "a.png"
    file.write_bytes(b"12345678")
    with file.open("rb") as stream:
        client.upload(f"{server.url}/upload?Signature=x", stream, 8, "image/png")
    seen = server.seen[0]
    assert (seen.method, seen.body) == ("PUT", b"12345678")
    assert seen.headers["content-type"] == "image/png"
    assert seen.headers["content-length"] == "8"
    assert "authorization" not in seen.headers


def test_an_upload_is_repeated_from_the_start(client, server, script, tmp_path):
    """A PUT of the same bytes does no harm."""
    file = tmp_path / "a.png"
    file.write_bytes(b"12345678")
    server.add(script(kind="close"), script(500, b"<Error/>"), script(body=None))
    with file.open("rb") as stream:
        client.upload(f"{server.url}/upload", stream, 8, "image/png")
    assert [one.body for one in server.seen] == [b"12345678"] * 3


@pytest.mark.parametrize("size", [9, 8])
def test_an_upload_that_is_refused_says_why(client, server, script, tmp_path, size):
    """A wrong length shows here, a wrong signature there."""
    file = tmp_path / "a.png"
    file.write_bytes(b"12345678")
    server.default = lambda _: script(403, b"<Error><Code>AccessDenied</Code></Error>")
    with file.open("rb") as stream, pytest.raises(e.ValidationRejected):
        client.upload(f"{server.url}/upload", stream, size, "image/png")


def test_a_body_that_is_no_json_is_refused_unsent(client, server):
    """Half a surrogate pair can't be written in UTF-8."""
    with pytest.raises(e.ValidationRejected):
        client.send(Call("create_message", body={"text": "\ud800"}))
    assert server.seen == []
