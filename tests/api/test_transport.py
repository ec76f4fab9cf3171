"""One exchange: who gets the bearer, and which certificates are believed."""

from __future__ import annotations

import ssl
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from requests.exceptions import InvalidSchema

import hootsuite_api.errors as e
from hootsuite_api import Call
from hootsuite_api.transport import BearerAuth

READ = Call("get_message", {"messageId": "7"})
# A certificate for 127.0.0.1 that nobody's system trusts, valid for a hundred years. Its key
# protects nothing.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQguHdm2AC9ViL2b1nL
4RFfj0n7UeiD4pyO/55tz9XbI42hRANCAATnkp0S0umryjRJzv4u012NDP8d9eZ5
Tmbzwo1bdM48fanKb5rSpSbIhhxFvBQ4GZX68gZzyjRu5xd+HvZfZpyy
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUWoOwoppFkqn6l76hM2TKQXBkZQQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMjEzMTEzNloYDzIxMjYxMDI5
MTMxMTM2WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATnkp0S0umryjRJzv4u012NDP8d9eZ5Tmbzwo1bdM48fanKb5rSpSbI
hhxFvBQ4GZX68gZzyjRu5xd+HvZfZpyyo2QwYjAdBgNVHQ4EFgQUUZEjv98eKvhp
huCfVqEijDXlVVQwHwYDVR0jBBgwFoAUUZEjv98eKvhphuCfVqEijDXlVVQwDwYD
VR0RBAgwBocEfwAAATAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUC
IDNpOsgALyMDj10qQOoRunZymWTxI0gBpmTf91wKVLbCAiEA63BKfQiHe8t18Y/0
YTN0weaZluVuih86yTO3wNedAGU=
-----END CERTIFICATE-----
"""


class Handler(BaseHTTPRequestHandler):
    """Answers everything with an empty envelope."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append(self.path)
        body = b'{"data": {}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


class Secure(ThreadingHTTPServer):
    """Speaks TLS with the certificate that nobody trusts."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, pem):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def get_request(self):
        with suppress(ssl.SSLError):
            return super().get_request()
        raise OSError  # the handshake failed, as it should

    def handle_error(self, *_):
        """Say nothing."""


@pytest.fixture
def pem(tmp_path):
    path = tmp_path / "certificate.pem"
    path.write_text(CERTIFICATE)
    return path


@pytest.fixture
def secure(pem):
    server = Secure(pem)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def secure_client(secure, make_client, monkeypatch):
    """Builds a client with a fixed token, so that its first request is the call itself."""

    def make(bundle=None):
        monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
        monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
        if bundle:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        return make_client(
            api_url=f"https://127.0.0.1:{secure.server_port}",
            auth_method="access_token",
            access_token="given-access-token",
        )

    return make


def test_an_untrusted_certificate_ends_the_call(secure, secure_client):
    """Nothing is sent, nothing is repeated, and the message says what to do."""
    client = secure_client()
    with pytest.raises(e.ConnectionNeverMade, match=r"not trusted.*REQUESTS_CA_BUNDLE"):
        client.send(READ)
    assert client.stats.requests["get_message"] == 1
    assert secure.seen == []


@pytest.mark.parametrize("variable", ["https_proxy", "all_proxy"])
def test_a_proxy_that_cannot_be_used_is_named(variable, make_client, monkeypatch):
    """Not a byte leaves for it, so a write is not in doubt, and asking again is no use."""

    def missing(*_args, **_options):
        raise InvalidSchema("Missing dependencies for SOCKS support.")

    monkeypatch.setattr("requests.adapters.SOCKSProxyManager", missing)
    monkeypatch.setenv(variable, "socks5://127.0.0.1:9")
    client = make_client(
        api_url="https://nowhere.invalid", auth_method="access_token", access_token="tok-en-tok-en"
    )
    for call in (READ, Call("create_message", body={"text": "x"})):
        with pytest.raises(e.ConnectionNeverMade, match=r"proxy.*ALL_PROXY.*SOCKS.*\[socks\]"):
            client.send(call)
        assert client.stats.requests[call.operation] == 1


def test_a_company_s_own_authority_is_believed(secure, secure_client, pem):
    """Where the environment names it."""
    secure_client(pem).send(READ)
    assert secure.seen == ["/v1/messages/7"]


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://platform.hootsuite.com/v1/me", True),
        ("https://platform.hootsuite.com:443/v1/me", True),
        ("https://PLATFORM.hootsuite.com/v1/me", True),
        ("http://platform.hootsuite.com/v1/me", False),
        ("https://platform.hootsuite.com:8443/v1/me", False),
        ("https://platform.hootsuite.com.evil.example/v1/me", False),
        ("https://platform.hootsuite.com@evil.example/v1/me", False),
        ("https://evil.example/platform.hootsuite.com", False),
    ],
)
def test_the_bearer_goes_to_the_platform_alone(url, sent):
    """Same scheme, host and port, or no token."""
    auth = BearerAuth("a-token-of-ours", "https://platform.hootsuite.com")
    prepared = requests.Request("GET", url, auth=auth).prepare()
    assert (prepared.headers.get("Authorization") == "Bearer a-token-of-ours") is sent
