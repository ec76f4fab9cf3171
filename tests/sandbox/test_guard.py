"""The control API and the sign-in page against web pages: DNS rebinding, other sites, forms."""

from __future__ import annotations

from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from starlette.datastructures import Headers

from hootsuite_sandbox.guard import Request, refusal

JSON = "application/json"
SIGN_IN = "/oauth2/auth?" + urlencode(
    {
        "response_type": "code",
        "client_id": "sandbox-client",
        "redirect_uri": "http://localhost:8400/callback",
        "state": "12345678",
    }
)
CHANGING = ["reset", "settings", "clock", "faults", "faults/release", "quota", "mutate"]


@pytest.fixture
def send(sandbox):
    """Sends a request with exactly these headers; returns status and body."""
    parts = urlsplit(sandbox.url)

    def ask(method, path, headers, body=None):
        connection = HTTPConnection(parts.hostname, parts.port, timeout=20)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value.replace("PORT", str(parts.port)))
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        try:
            return answer.status, answer.read().decode(), dict(answer.getheaders())
        finally:
            connection.close()

    return ask


HOST = ("Host", "127.0.0.1:PORT")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:PORT",
        "127.0.0.1",
        "localhost:PORT",
        "LOCALHOST:PORT",
        "localhost.:PORT",
        "[::1]:PORT",
        "[0:0:0:0:0:0:0:1]:PORT",
        "127.0.0.1:9999",  # a forwarded port
    ],
)
def test_own_names(send, host):
    """This machine's names are taken in every spelling."""
    assert send("GET", "/__sandbox__/ready", [("Host", host)])[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:PORT",
        "EVIL.example.:PORT",
        "127.0.0.1.evil.example:PORT",
        "localhost.evil.example",
        "evil-localhost",
        "localhost@evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1:PORT, evil.example",
        "127.0.0.1:0",
        "127.0.0.1:99999",
        "127.0.0.1:http",
        "192.0.2.1:PORT",
        "[2001:db8::1]:PORT",
        "[::1",
        "2130706433",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/__sandbox__/ready", "/__sandbox__/truth/members", SIGN_IN])
def test_foreign_hosts(send, host, path):
    """DNS rebinding: under any other name, control and pages are refused and show nothing."""
    status, body, _ = send("GET", path, [("Host", host)])
    assert status == 403
    assert "sandbox-" not in body
    assert "Host header" in body


def test_two_hosts_or_none(send):
    """A request has one Host: two of them, or none at all (HTTP/1.0), are refused."""
    assert send("GET", "/__sandbox__/ready", [HOST, ("Host", "evil.example")])[0] in {400, 403}
    headers = Headers(raw=[])
    assert refusal(Request("/__sandbox__/ready", headers, ["127.0.0.1"])) is not None


@pytest.mark.parametrize("name", CHANGING)
@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "https://127.0.0.1:PORT",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "http://localhost:PORT",
        "http://127.0.0.1:PORT.evil.example",
        "file://",
        "",
    ],
)
def test_foreign_origins(send, sandbox, name, origin):
    """A web page of another origin changes nothing, whatever it declares."""
    headers = [HOST, ("Origin", origin), ("Content-Type", JSON)]
    before = sandbox.now()[:13]
    status, _, _ = send("POST", f"/__sandbox__/{name}", headers, b'{"advance_seconds": 90000}')
    assert status == 403
    assert sandbox.now()[:13] == before


def test_own_origin(send):
    """A page of the sandbox itself may use the control API."""
    headers = [HOST, ("Origin", "http://127.0.0.1:PORT"), ("Content-Type", JSON)]
    assert send("POST", "/__sandbox__/clock", headers, b"{}")[0] == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_other_sites(send, site, method):
    """Images, links and forms of other sites are refused, even those that carry no Origin."""
    headers = [HOST, ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "navigate")]
    headers += [("Sec-Fetch-Dest", "document")]
    assert send(method, "/__sandbox__/faults", headers)[0] == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_own_site(send, site):
    """What a person types into the address bar is answered."""
    assert send("GET", "/__sandbox__/ready", [HOST, ("Sec-Fetch-Site", site)])[0] == 200


@pytest.mark.parametrize("name", CHANGING)
@pytest.mark.parametrize(
    "kind",
    [
        None,
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/json, text/plain",
        "",
    ],
)
def test_bodies_that_are_not_declared_json(send, sandbox, name, kind):
    """A form with JSON inside is refused: a page can send one without asking."""
    declared = [] if kind is None else [("Content-Type", kind)]
    status, body, _ = send("POST", f"/__sandbox__/{name}", [HOST, *declared], b'{"seed": 8}')
    assert status == 403
    assert "Content-Type: application/json" in body


@pytest.mark.parametrize("kind", [JSON, "Application/JSON; charset=utf-8", f"{JSON};charset=UTF-8"])
def test_bodies_that_are(send, kind):
    """Parameters and case of the media type don't matter."""
    assert send("POST", "/__sandbox__/clock", [HOST, ("Content-Type", kind)], b"{}")[0] == 200


def test_gets_change_nothing(send, sandbox):
    """A GET of any control, even with a body, leaves the world as it is."""
    sandbox.reset(clock_rate=0.0)
    ledger, now = sandbox.ledger(), sandbox.now()
    for name in [*CHANGING, "ready", "ledger", "requests", "stats"]:
        headers = [HOST, ("Content-Type", JSON)]
        send("GET", f"/__sandbox__/{name}?advance_seconds=9", headers, b'{"advance_seconds": 9}')
    assert (sandbox.ledger(), sandbox.now()) == (ledger, now)
    assert sandbox.installed_faults() == []


def test_no_other_site_may_read_or_frame(send):
    """Answers of the control API and the sign-in page can't be embedded or kept."""
    for path in ("/__sandbox__/ready", SIGN_IN):
        status, _, headers = send("GET", path, [HOST])
        given = {name.lower(): value for name, value in headers.items()}
        assert status == 200
        assert given["x-frame-options"] == "DENY"
        assert given["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in given


def test_an_application_may_send_its_user_to_sign_in(send):
    """A visit from another site shows the page; a decision from there, or an image, is refused."""
    visit = [HOST, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")]
    document = [*visit, ("Sec-Fetch-Dest", "document")]
    assert send("GET", SIGN_IN, document)[0] == 200
    assert send("GET", f"{SIGN_IN}&decision=allow", document)[0] == 403
    assert send("GET", f"{SIGN_IN}&d%65cision=allow", document)[0] == 403
    assert send("GET", SIGN_IN, [*visit, ("Sec-Fetch-Dest", "image")])[0] == 403
    own = [HOST, ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Mode", "navigate")]
    assert send("GET", f"{SIGN_IN}&decision=allow", own)[0] == 302


def test_the_platform_works_under_other_names(send, sandbox):
    """Proxies and test helpers reach `/v1`, `/scim` and the tokens under any Host."""
    token = ("Authorization", f"Bearer {sandbox.ready['access_token']}")
    host = ("Host", "platform.hootsuite.example")
    assert send("GET", "/v1/me", [host, token])[0] == 200
    assert send("GET", "/scim/v2/ResourceTypes", [host, token])[0] == 200
    assert send("GET", "/.well-known/oauth-authorization-server", [host])[0] == 200
    assert send("POST", "/oauth2/token", [host], b"")[0] == 400
