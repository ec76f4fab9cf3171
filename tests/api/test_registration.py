"""Registering a client: what the platform's answers may be, and what is refused."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hootsuite_api.registration import RegistrationRefused, register_client
from hootsuite_api.settings import parse

REDIRECT = "http://localhost:8910/callback"
GOOD = {"client_id": "public-1", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"}


class Platform(ThreadingHTTPServer):
    """Serves one document and one registration, and keeps what it was sent."""

    daemon_threads = True

    def __init__(self):
        self.asked = []
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.document = {
            "authorization_endpoint": f"{self.url}/oauth2/auth",
            "token_endpoint": f"{self.url}/oauth2/token",
            "registration_endpoint": f"{self.url}/oauth2/register",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
            "code_challenge_methods_supported": ["S256"],
        }
        self.answer = (201, GOOD)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self._give(200 if self.server.document is not None else 404, self.server.document)

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(size))
        self.server.asked.append((self.path, dict(self.headers), body))
        self._give(*self.server.answer)

    def _give(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def platform():
    with running() as one:
        yield one


@contextmanager
def running():
    server = Platform()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def registered(platform):
    raw = {"api_url": platform.url, "auth_method": "refresh_token", "client_id": "-"}
    return register_client(parse({**raw, "scope": "offline"}), REDIRECT)


def test_a_public_client_is_registered(platform):
    """With what RFC 7591 asks for, without any credentials."""
    assert registered(platform) == "public-1"
    ((path, headers, body),) = platform.asked
    assert path == "/oauth2/register"
    assert "Authorization" not in headers
    assert body["token_endpoint_auth_method"] == "none"
    assert body["grant_types"] == ["authorization_code", "refresh_token"]
    assert (body["redirect_uris"], body["scope"]) == ([REDIRECT], "offline")


@pytest.mark.parametrize(
    "change",
    [
        {"registration_endpoint": None},
        {"registration_endpoint": 7},
        {"registration_endpoint": "https://evil.example/oauth2/register"},
        {"registration_endpoint": "http://127.0.0.1:1/oauth2/register"},
        {"registration_endpoint": "http://user@127.0.0.1/oauth2/register"},
        {"token_endpoint": "https://evil.example/oauth2/token"},
        {"authorization_endpoint": "//evil.example/oauth2/auth"},
        {"authorization_endpoint": "http://[::1"},
        {"token_endpoint_auth_methods_supported": ["client_secret_basic"]},
        {"code_challenge_methods_supported": ["plain"]},
        {"grant_types_supported": ["authorization_code"]},
    ],
)
def test_a_document_that_leads_elsewhere_is_refused(change, platform):
    """Nothing is sent to another server, and a client of no use is not registered."""
    platform.document |= change
    with pytest.raises(RegistrationRefused):
        registered(platform)
    assert platform.asked == []


def test_endpoints_with_another_path_are_refused(platform):
    """The code would be sent where nobody has looked."""
    platform.document["token_endpoint"] = f"{platform.url}/elsewhere"
    with pytest.raises(RegistrationRefused, match="token_endpoint"):
        registered(platform)


@pytest.mark.parametrize("document", [None, [], "text"])
def test_a_platform_without_the_document(document, platform):
    """Then there is no registration."""
    platform.document = document
    with pytest.raises(RegistrationRefused, match="developer area"):
        registered(platform)


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (403, {"error": "access_denied", "error_description": "Not in your plan"}, "Not in your"),
        (404, None, "registers no client"),
        (400, {"error": "invalid_redirect_uri"}, "invalid_redirect_uri"),
        (500, "oops", "registers no client"),
        (302, {}, "registers no client"),
        (201, {}, "no usable client_id"),
        (201, {**GOOD, "client_id": "with blank"}, "no usable client_id"),
        (201, {**GOOD, "client_secret": "very-secret-1"}, "another kind"),
        (201, {**GOOD, "token_endpoint_auth_method": "client_secret_basic"}, "another kind"),
        (201, {**GOOD, "redirect_uris": ["https://evil.example"]}, "another redirect address"),
        (201, {**GOOD, "redirect_uris": None}, "another redirect address"),
        (201, {**GOOD, "grant_types": ["authorization_code"]}, "can't renew"),
    ],
)
def test_an_answer_of_no_use_is_a_refusal(status, body, says, platform):
    """With the platform's reason, and what to do instead."""
    platform.answer = (status, body)
    with pytest.raises(RegistrationRefused, match=says) as raised:
        registered(platform)
    assert "may not be enabled for your plan" in str(raised.value)
    assert "very-secret-1" not in str(raised.value)
