"""`/oauth2/register` (RFC 7591) and what a registered client may do."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

REDIRECT = "http://localhost:8400/callback"
VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
PUBLIC = {
    "client_name": "Larkspur loader",
    "redirect_uris": [REDIRECT],
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "none",
    "scope": "offline analytics:read",
}


def register(call, **changes):
    body = {k: v for k, v in {**PUBLIC, **changes}.items() if v is not None}
    return call("POST", "/oauth2/register", token=None, json=body)


def consent(call, client_id, **changes):
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": REDIRECT,
        "state": "12345678",
        "scope": "offline analytics:read",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "decision": "allow",
        **changes,
    }
    query = {name: value for name, value in query.items() if value is not None}
    return call("GET", "/oauth2/auth", token=None, params=query)


def sent_back(answer):
    assert answer.status_code == 302, answer.text
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def exchange(call, code, auth=None, **form):
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        **form,
    }
    return call("POST", "/oauth2/token", token=None, data=form, auth=auth)


def test_the_metadata_name_the_endpoint(call):
    """`.well-known` says where clients register, and that public ones are welcome."""
    document = call("GET", "/.well-known/oauth-authorization-server", token=None).json()
    assert document["registration_endpoint"] == f"{call.sandbox.url}/oauth2/register"
    assert "none" in document["token_endpoint_auth_methods_supported"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    resource = call("GET", "/.well-known/oauth-protected-resource", token=None).json()
    assert resource["authorization_servers"] == [call.sandbox.url]


def test_a_public_client_signs_in(call):
    """Registered, consented, exchanged by client_id and PKCE, renewed: its token opens REST."""
    answer = register(call)
    client = answer.json()
    assert (answer.status_code, "client_secret" in client) == (201, False)
    assert answer.headers["Cache-Control"] == "no-store"
    assert {name: client[name] for name in PUBLIC} == PUBLIC
    code = sent_back(consent(call, client["client_id"]))["code"]
    tokens = exchange(call, code, client_id=client["client_id"]).json()
    assert tokens["scope"] == "offline analytics:read"
    assert call("GET", "/v1/me", token=tokens["access_token"]).ok
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    stolen = call.token(**form)  # by another client
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    renewed = call("POST", "/oauth2/token", token=None, data={**form, **_id(client)})
    assert renewed.status_code == 200
    assert call("GET", "/v1/me", token=renewed.json()["access_token"]).ok


def _id(client):
    return {"client_id": client["client_id"]}


def test_a_public_client_needs_pkce(call):
    """Without a challenge there is no code, without the verifier no token."""
    client = register(call).json()
    none = consent(call, client["client_id"], code_challenge=None, code_challenge_method=None)
    assert sent_back(none)["error"] == "invalid_request"
    plain = consent(call, client["client_id"], code_challenge_method="plain")
    assert sent_back(plain)["error"] == "invalid_request"
    code = sent_back(consent(call, client["client_id"]))["code"]
    wrong = exchange(call, code, **_id(client), code_verifier="w" * 50)
    assert wrong.json()["error"] == "invalid_grant"


def test_codes_belong_to_their_client(call):
    """A code that was given to one client is of no use to another."""
    one, two = register(call).json(), register(call).json()
    assert one["client_id"] != two["client_id"]
    code = sent_back(consent(call, one["client_id"]))["code"]
    assert exchange(call, code, **_id(two)).json()["error"] == "invalid_grant"
    ready = (call.sandbox.ready["client_id"], call.sandbox.ready["client_secret"])
    assert exchange(call, code, auth=ready).json()["error"] == "invalid_grant"
    assert exchange(call, code, **_id(one)).status_code == 200


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_clients_with_a_secret(call, method):
    """They get a secret, and must show it in the way that they registered for."""
    client = register(call, token_endpoint_auth_method=method).json()
    assert client["client_secret_expires_at"] == 0
    secret = client["client_secret"]
    pair = (client["client_id"], secret)
    ways = {
        "client_secret_basic": {"auth": pair},
        "client_secret_post": {**_id(client), "client_secret": secret},
        "wrong": {"auth": (client["client_id"], "x")},
        "none": _id(client),
    }
    right = ways.pop(method)
    for way in ways.values():
        code = sent_back(consent(call, client["client_id"]))["code"]
        assert exchange(call, code, **way).status_code == 401
    code = sent_back(consent(call, client["client_id"]))["code"]
    assert exchange(call, code, **right).status_code == 200


def test_redirects_of_registered_clients(call):
    """Only registered addresses are redirected to; on loopback the port may differ."""
    client = register(call, redirect_uris=[REDIRECT, "https://app.example/back"]).json()[
        "client_id"
    ]
    assert consent(call, client, redirect_uri="http://localhost:9999/callback").status_code == 302
    assert consent(call, client, redirect_uri="https://app.example/back").status_code == 302
    for other in (
        "http://localhost:8400/other",
        "http://127.0.0.1:8400/callback",
        "http://localhost:8400/callback#x",
        "http://localhost@evil.example/callback",
        "https://app.example:444/back",
        "https://example.com/callback",
        "",
    ):
        assert consent(call, client, redirect_uri=other).status_code == 400


def test_the_page_names_the_client(call):
    """The person sees who asks, whatever the name holds."""
    client = register(call, client_name="<b>Larkspur</b>").json()["client_id"]
    page = consent(call, client, decision=None)
    assert "&lt;b&gt;Larkspur" in page.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uris": None}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": "http://localhost/"}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://evil.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://localhost.evil.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://u@evil.example/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://app.example/#x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://app.example:x/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https:///x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [7]}, "invalid_redirect_uri"),
        ({"redirect_uris": [REDIRECT] * 21}, "invalid_redirect_uri"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"grant_types": ["refresh_token"]}, "invalid_client_metadata"),
        ({"grant_types": "authorization_code"}, "invalid_client_metadata"),
        ({"grant_types": [["authorization_code"]]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": []}, "invalid_client_metadata"),
        ({"scope": "everything"}, "invalid_client_metadata"),
        ({"scope": ["offline"]}, "invalid_client_metadata"),
        ({"client_name": 7}, "invalid_client_metadata"),
    ],
)
def test_refusals(call, changes, error):
    """Unfit metadata are refused with the keyword of the RFC."""
    answer = register(call, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"{", "application/json"), (b"[]", "application/json"), (b"{}", "text/plain")],
)
def test_bodies_that_are_no_metadata(call, body, kind):
    """What is no JSON object, or not declared as JSON, is refused."""
    headers = {"Content-Type": kind}
    answer = call("POST", "/oauth2/register", token=None, data=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"] == ("invalid_client_metadata")


def test_a_client_that_may_not_renew(call):
    """A client registered without refresh_token can't use that grant, nor those of other apps."""
    client = register(call, grant_types=["authorization_code"]).json()
    for grant in ("refresh_token", "member_app", "organization_app"):
        form = {"grant_type": grant, **_id(client)}
        answer = call("POST", "/oauth2/token", token=None, data=form)
        assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
