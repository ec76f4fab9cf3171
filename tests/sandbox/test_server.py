"""The transport: envelopes, headers, unknown paths, compression, latency."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from email.utils import parsedate_to_datetime

import pytest

from hootsuite_api.contract import load
from hootsuite_sandbox.operations import handlers
from hootsuite_sandbox.options import Options
from hootsuite_sandbox.sandbox import Sandbox

SPAN = "startTime=2026-01-01T00:00:00Z&endTime=2026-01-02T00:00:00Z"


def test_every_operation_of_the_contract_has_a_handler():
    """The sandbox handles the operations of the contract, and no others."""
    Sandbox(Options(messages=0))
    assert set(load().operations) == set(handlers())


def test_json_answers_say_so(call):
    """A `/v1` answer has the recorded content type and the `data` envelope."""
    answer = call("GET", "/v1/me")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert answer.json()["data"]["id"] == call.sandbox.ready["member_id"]


def test_unknown_paths_and_methods(call):
    """An unknown path is 404, a known path with another method 405 with the allowed ones."""
    assert call("GET", "/v1/nowhere").status_code == 404
    wrong = call("DELETE", "/v1/me")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET")
    assert wrong.json()["errors"][0]["code"] == 5001


def test_unknown_paths_and_methods_of_scim(call):
    """Below `/scim` the same refusals have the SCIM shape."""
    missing = call("GET", "/scim/v2/Schemas")
    assert (missing.status_code, missing.json()["status"]) == (404, "404")
    wrong = call("DELETE", "/scim/v2/ResourceTypes")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET")
    assert wrong.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]


def test_an_encoded_slash_stays_in_its_segment(call):
    """An id with an encoded slash addresses an unknown thing, never another operation."""
    assert call("GET", "/v1/messages/1%2Fhistory").status_code == 404
    assert call.sandbox.requests()[-1]["operation"] == "get_message"


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{", 1100), (b"", 1100), (b'{"sizeBytes": "12", "mimeType": "image/png"}', 4000)],
)
def test_bodies_that_do_not_fit(call, body, code):
    """What is no JSON is 1100, JSON that breaks the contract 4000."""
    answer = call("POST", "/v1/media", data=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)


def test_every_problem_of_a_body_is_named(call):
    """A body with two bad fields gets two errors with one trace id."""
    answer = call("POST", "/v1/media", json={"sizeBytes": "1", "mimeType": "image/bmp"})
    errors = answer.json()["errors"]
    assert len(errors) == 2
    assert len({error["id"] for error in errors}) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("startTime=2026-01-01T00:00:00Z", 4000),
        ("startTime=x&endTime=2026-01-02T00:00:00Z", 4000),
        (f"{SPAN}&limit=many", 4000),
        (f"{SPAN}&limit=1&limit=2", 4000),
        (f"{SPAN}&state=SUBMITTED", 40019),
        (f"{SPAN}&includeUnscheduledReviewMsgs=maybe", 40022),
    ],
)
def test_queries_that_do_not_fit(call, query, code):
    """Missing, mistyped and repeated parameters are refused with the code of the facts."""
    answer = call("GET", f"/v1/messages?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)


def test_date_follows_the_sandbox_clock(call):
    """The `Date` header is the sandbox's time, so clients can trust it as now."""
    call.sandbox.advance(86_400)
    date = parsedate_to_datetime(call("GET", "/v1/me").headers["Date"])
    assert date.isoformat().startswith("2026-01-16T12:00:")


def test_date_can_be_wrong(call):
    """`date_skew_seconds` moves the header and nothing else."""
    call.sandbox.settings(date_skew_seconds=-3600)
    date = parsedate_to_datetime(call("GET", "/v1/me").headers["Date"])
    assert date.hour == 11


def test_large_answers_are_compressed_on_request(call):
    """Gzip only for those who take it, and the same bytes in both ways."""
    packed = call("GET", "/v1/socialProfiles")
    plain = call("GET", "/v1/socialProfiles", headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content


def test_latency(call):
    """An answer takes as long as the option says, counted from the arrival."""
    call.sandbox.settings(latency_ms=80)
    started = time.monotonic()
    call("GET", "/v1/me")
    assert 0.08 <= time.monotonic() - started < 1


def test_connections_are_kept_alive(call):
    """Two calls of a session use one connection."""
    ports = []
    for _ in range(2):
        with call("GET", "/v1/me", stream=True) as answer:
            ports.append(answer.raw.connection.sock.getsockname()[1])
            assert answer.content
    assert ports[0] == ports[1]


def test_the_arrival_is_stamped_before_the_body_is_there(call):
    """A request that dawdles with its body counts from its first byte."""
    host, port = call.sandbox.url.removeprefix("http://").split(":")
    head = f"POST /v1/media HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\n"
    token = call.sandbox.ready["access_token"]
    with socket.create_connection((host, int(port))) as raw:
        raw.sendall(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
        between = call("GET", "/v1/me")
        raw.sendall(b"{}")
        assert raw.recv(12) == b"HTTP/1.1 400"
    assert between.ok
    seen = {entry["operation"]: entry["arrived"] for entry in call.sandbox.requests()}
    assert seen["create_media"] < seen["get_me"]


def test_well_known_documents(call):
    """Both metadata documents are there without a token, slips included."""
    server = call("GET", "/.well-known/oauth-authorization-server", token=None).json()
    assert server["token_endpoint"] == f"{call.sandbox.url}/oauth2/token"
    assert server["code_challenge_methods_supported"] == ["S256"]
    resource = call("GET", "/.well-known/oauth-protected-resource", token=None).json()
    assert resource["scopes_supported"] == ["offline analytics:read"]


def test_trace_ids_are_two_hex_groups(call):
    """Every error has a trace id of the recorded form, another one each time."""
    ids = [call("GET", "/v1/teams/0").json()["errors"][0]["id"] for _ in range(2)]
    assert ids[0] != ids[1]
    assert all([len(part) for part in trace.split("-")] == [16, 6] for trace in ids)


def test_arrivals_are_stamped_by_the_kernel(call):
    """However long the sandbox is busy, a request counts from when it came in."""
    if sys.platform != "linux":
        pytest.skip("other systems have no stamps: there the moment of reading counts")
    call("GET", "/v1/me")
    host, port = call.sandbox.url.removeprefix("http://").split(":")
    token = call.sandbox.ready["access_token"]
    request = (
        f"GET /v1/socialProfiles HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as raw:
        os.kill(call.sandbox.pid, signal.SIGSTOP)
        raw.sendall(request.encode())
        sent = time.monotonic()
        stopped = threading.Timer(0.2, os.kill, (call.sandbox.pid, signal.SIGCONT))
        stopped.start()
        assert raw.recv(15) == b"HTTP/1.1 200 OK"
        stopped.join()
    assert abs(call.sandbox.requests()[-1]["arrived"] - sent) < 0.1
