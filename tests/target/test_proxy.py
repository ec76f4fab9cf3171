"""A run behind a proxy whose tunnels break: the platform's ledger agrees with the results."""

from __future__ import annotations

import http.client
import socket
from urllib.parse import urlsplit

import pytest
from fault_lab import KINDS, WAYS, Fault, Lab


@pytest.fixture
def behind(authority, sandbox, monkeypatch):
    """A function that puts the sandbox behind a way, which fails while a post is answered."""
    labs = []
    address = urlsplit(sandbox.url).netloc

    def forward(lab, kind, request):
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        onward = http.client.HTTPConnection(address, timeout=30)
        onward.request(request.method, request.target_whole, request.body, headers)
        response = onward.getresponse()
        body = response.read()
        onward.close()
        if request.method == "POST" and request.target == "/v1/messages":
            lab.fault = Fault("answer-head", kind)
        lines = [f"{k}: {v}" for k, v in response.headers.items() if k.lower() != "connection"]
        return "\r\n".join([f"HTTP/1.1 {response.status} X", *lines, "", ""]).encode() + body

    def build(way, kind):
        lab = Lab(way, authority, answer=lambda request: forward(lab, kind, request))
        labs.append(lab)
        for name, value in lab.environment(authority).items():
            monkeypatch.setenv(name if name == "REQUESTS_CA_BUNDLE" else name.lower(), value)
        return lab

    yield build
    for lab in labs:
        lab.close()


TUNNELS = [
    pytest.param((way, kind), id=f"{way.name}-{kind}")
    for way in WAYS
    for kind in KINDS
    if way.proxy and way.origin_tls and way.family == socket.AF_INET
]


@pytest.mark.parametrize("trouble", TUNNELS)
def test_a_post_whose_tunnel_breaks_is_sent_once(trouble, behind, run_target, make_rows, posts):
    """Three rows, three posts and no fourth; what was found again is done, the rest unknown."""
    rows = make_rows(3)
    lab = behind(*trouble)
    run = run_target(rows, api_url=lab.api_url, request_timeout_seconds=4)
    assert lab.fault.times == 0  # the answers were cut indeed
    assert sorted(posts().values()) == [1, 1, 1]
    assert set(run.statuses) <= {"done", "unknown"}
    assert run.code == (3 if "unknown" in run.statuses else 0)
