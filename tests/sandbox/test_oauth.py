"""Tokens: grants, the consent page, expiry and revocation."""

from __future__ import annotations

import base64
import hashlib
from contextlib import nullcontext
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest

from hootsuite_sandbox.errors import OAuthError
from hootsuite_sandbox.routes import oauth

REDIRECT = "http://localhost:8912/callback"
VERIFIER = "a-verifier-of-forty-three-characters-or-more-x"
QUERY = {
    "response_type": "code",
    "client_id": "sandbox-client",
    "redirect_uri": REDIRECT,
    "state": "12345678",
    "scope": "offline",
}


def authorize(call, **changes):
    query = {k: v for k, v in {**QUERY, **changes}.items() if v is not None}
    return call("GET", "/oauth2/auth", params=query, token=None)


def sent_back(answer):
    assert answer.status_code == 302
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def code(call, **changes):
    return sent_back(authorize(call, decision="allow", **changes))["code"]


def exchange(call, value, **form):
    return call.token(
        grant_type="authorization_code", code=value, **{"redirect_uri": REDIRECT, **form}
    )


def test_consent_page(call):
    """A browser sees who asks, and two links that carry the request on."""
    page = authorize(call)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "sandbox-client" in page.text
    assert "decision=allow" in page.text
    assert "decision=deny" in page.text


def test_the_page_escapes_what_it_repeats(call):
    """Text of the request cannot become markup."""
    page = authorize(call, state='"><script>alert(1)</script>')
    assert "<script>" not in page.text


def test_consent_can_be_automatic(call):
    """With `consent` auto or deny no browser is needed."""
    call.sandbox.settings(consent="auto")
    assert sent_back(authorize(call))["state"] == QUERY["state"]
    call.sandbox.settings(consent="deny")
    assert sent_back(authorize(call))["error"] == "access_denied"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"state": "short"}, "invalid_state"),
        ({"state": None}, "invalid_state"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
        ({"decision": "deny"}, "access_denied"),
    ],
)
def test_bad_requests_go_back_to_the_app(call, changes, error):
    """What the app did wrong is told to the app by redirect."""
    assert sent_back(authorize(call, **changes))["error"] == error


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "somebody"},
        {"redirect_uri": "https://evil.example/cb"},
        {"redirect_uri": "http://localhost.evil.example/"},
        {"redirect_uri": "http://127.0.0.1:1/"},
    ],
)
def test_strangers_are_never_redirected(call, changes):
    """An unknown client or address gets an error page, no redirect."""
    answer = authorize(call, **changes)
    assert answer.status_code in {400, 401}
    assert "Location" not in answer.headers


def test_code_flow_with_pkce(call):
    """A code with a challenge needs its verifier and gives both tokens, never cached."""
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    value = code(call, code_challenge=challenge, code_challenge_method="S256")
    assert exchange(call, value, code_verifier="wrong").json()["error"] == "invalid_grant"
    answer = exchange(call, value, code_verifier=VERIFIER)
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "offline")
    assert call("GET", "/v1/me", token=body["access_token"]).ok
    assert body["refresh_token"]


def test_without_offline_no_refresh_token(call):
    """Only the scope `offline` brings a refresh token."""
    assert "refresh_token" not in exchange(call, code(call, scope=None)).json()


def test_code_reuse_revokes(call):
    """The second use of a code is refused and ends the tokens of the first."""
    value = code(call)
    first = exchange(call, value).json()
    assert exchange(call, value).json()["error"] == "invalid_grant"
    assert call("GET", "/v1/me", token=first["access_token"]).status_code == 403
    spent = call.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert spent.json()["error"] == "invalid_grant"


def test_codes_live_ten_minutes(call):
    """A code is dead after ten minutes by the sandbox's clock."""
    value = code(call)
    call.sandbox.advance(601)
    assert exchange(call, value).json()["error"] == "invalid_grant"


def test_refresh_tokens_rotate(call):
    """A refresh token works once and is answered with its successor."""
    old = call.sandbox.ready["refresh_token"]
    answer = call.token(grant_type="refresh_token", refresh_token=old).json()
    assert call("GET", "/v1/me", token=answer["access_token"]).ok
    assert answer["refresh_token"] != old
    again = call.token(grant_type="refresh_token", refresh_token=old)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_member_and_organization_apps(call):
    """Apps get short tokens without renewal; an organization app is nobody on `/v1/me`."""
    member = call.token(grant_type="member_app", member_id=call.sandbox.ready["member_id"])
    assert "refresh_token" not in member.json()
    organization = call.token(
        grant_type="organization_app", organization_id=call.sandbox.ready["organization_id"]
    )
    answer = call("GET", "/v1/me", token=organization.json()["access_token"])
    assert answer.status_code >= 400


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 400, "unauthorized_client"),
        ({"grant_type": "member_app"}, 400, "invalid_request"),
        ({"grant_type": "member_app", "member_id": "1"}, 400, "invalid_grant"),
        ({"grant_type": "organization_app", "organization_id": "1"}, 400, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant"),
    ],
)
def test_bad_grants(call, form, status, error):
    """Every refusal has the OAuth shape with the status inside."""
    answer = call.token(**form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["status_code"] == status


def test_only_basic_authenticates_the_client(call):
    """Credentials in the body, none, or wrong ones are refused."""
    form = {"grant_type": "member_app", "member_id": "1000001"}
    body = {**form, "client_id": "sandbox-client", "client_secret": "sandbox-secret"}
    for options in ({"data": body}, {"data": form}, {"data": form, "auth": ("a", "b")}):
        answer = call("POST", "/oauth2/token", token=None, **options)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("secret", ["a%2Bb+c", "a:b%"])
def test_basic_credentials_are_not_form_encoded(monkeypatch, secret):
    """`id:secret` as they are, in base64 only: that is how the platform documents it."""
    monkeypatch.setattr(oauth, "CLIENT_SECRET", secret)
    for sent, accepted in ((secret, True), (quote_plus(secret), False)):
        header = "Basic " + base64.b64encode(f"sandbox-client:{sent}".encode()).decode()
        with nullcontext() if accepted else pytest.raises(OAuthError, match="wrong"):
            oauth._authenticate_client(header, {})


@pytest.mark.parametrize("pair", [("sandbox-client", "wrong"), ("wrong", "sandbox-secret")])
def test_a_wrong_client_is_not_told_how_to_write_a_program(call, pair):
    """Who sent a Basic header knows how to; the hint says what to look at."""
    form = {"grant_type": "member_app", "member_id": "1000001"}
    refused = call("POST", "/oauth2/token", token=None, data=form, auth=pair).json()
    assert "client_secret" in refused["error_hint"]
    assert "Basic" not in str(refused)
    assert "client_id" in authorize(call, client_id="somebody").json()["error_hint"]


def test_tokens_expire_by_the_sandbox_clock(call):
    """A token is refused with the code of an expired one as soon as its time is over."""
    assert call("GET", "/v1/me").ok
    call.sandbox.advance(3600)
    answer = call("GET", "/v1/me")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, 1036)


@pytest.mark.parametrize(
    ("quirks", "shape"),
    [
        ("documented", [1000, 1001, 1036]),
        ("recorded", ["request_unauthorized"] * 2 + ["token_expired"]),
    ],
)
def test_shapes_of_bad_tokens(call, quirks, shape):
    """Missing, unknown and expired tokens answer in the REST shape, or in OAuth's as recorded."""
    call.sandbox.reset(quirks=quirks)
    call.sandbox.advance(3600)
    answers = [call("GET", "/v1/me", **o) for o in ({"token": None}, {"token": "x"}, {})]
    assert [answer.status_code for answer in answers] == [401] * 3
    bodies = [answer.json() for answer in answers]
    assert [b["errors"][0]["code"] if "errors" in b else b["error"] for b in bodies] == shape


def test_an_uninstalled_app(call):
    """Uninstalling revokes tokens and refuses new ones."""
    call.sandbox.mutate("install_app", installed=False)
    answer = call("GET", "/v1/me")
    assert (answer.status_code, answer.json()["error"]) == (403, "request_forbidden")
    refused = call.token(grant_type="member_app", member_id=call.sandbox.ready["member_id"])
    assert refused.status_code == 403


def test_an_app_that_is_installed_again(call):
    """What was revoked stays revoked; only new tokens open the door."""
    ready = call.sandbox.ready
    call.sandbox.mutate("install_app", installed=False)
    call.sandbox.mutate("install_app", installed=True)
    assert call("GET", "/v1/me").status_code == 403
    refused = call.token(grant_type="refresh_token", refresh_token=ready["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    fresh = call.token(grant_type="member_app", member_id=ready["member_id"])
    assert call("GET", "/v1/me", token=fresh.json()["access_token"]).status_code == 200


def test_a_deactivated_member(call):
    """Nobody acts for a member who left."""
    call.sandbox.mutate("change_member", member_id="1000001", is_active=False)
    assert call("GET", "/v1/me").status_code == 401
    refused = call.token(grant_type="member_app", member_id="1000001")
    assert refused.json()["error"] == "invalid_grant"
