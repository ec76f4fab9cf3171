"""`/oauth2`: the consent page and the token endpoint (RFC 6749, RFC 7636)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import html
from collections.abc import Callable
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from starlette.datastructures import QueryParams

from hootsuite_sandbox.domain.clients import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URIS,
    SCOPES,
    Client,
)
from hootsuite_sandbox.domain.records import Document
from hootsuite_sandbox.domain.tokens import Access, Code
from hootsuite_sandbox.errors import OAuthError
from hootsuite_sandbox.guard import PRIVATE
from hootsuite_sandbox.operations import Context, Result, operation

STATE_LENGTH = 8
_READY_LINE = "The sandbox printed its client_id and client_secret when it started."
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Hootsuite sandbox: sign in</title></head>
<body><main><h1>Hootsuite sandbox</h1>
<p><b>{client}</b> would like to act for <b>{member}</b> (scope: {scope}).</p>
<p><a id="allow" href="{allow}">Allow</a> &nbsp; <a id="deny" href="{deny}">Deny</a></p>
</main></body></html>
"""


# -- GET /oauth2/auth --------------------------------------------------------------------------


@operation("authorize")
def authorize(ctx: Context) -> Result:
    """Show the consent page, or answer at once if the option `consent` or `decision` says so."""
    query = ctx.query
    redirect_uri = query.get("redirect_uri", "")
    client = _client(ctx, query.get("client_id", ""))
    if client is None:
        raise OAuthError(400, "invalid_client", "The client is unknown.", _READY_LINE)
    if not _takes(client, redirect_uri):
        # Never redirect to an unregistered URL: it may be an attacker's.
        raise OAuthError(400, "invalid_request", "The redirect_uri is not registered.")
    problem = _request_problem(ctx, client)
    if problem:
        return _back(ctx, redirect_uri, error=problem[0], error_description=problem[1])
    decision = query.get("decision") or {"auto": "allow", "deny": "deny"}.get(ctx.options.consent)
    if decision is None:
        return _consent(ctx, client)
    if decision != "allow":
        return _back(
            ctx, redirect_uri, error="access_denied", error_description="The member said no."
        )
    code = ctx.world.tokens.code(
        member_id=ctx.world.main_member_id,
        redirect_uri=redirect_uri,
        scope=query.get("scope", ""),
        challenge=query.get("code_challenge", ""),
    )
    ctx.world.tokens.bind(code.family, client.id)
    return _back(ctx, redirect_uri, code=code.value)


def _client(ctx: Context, client_id: str) -> Client | None:
    """Return a client: the app of the ready line, or a dynamically registered one."""
    if client_id == CLIENT_ID:
        return Client(CLIENT_ID, CLIENT_ID, CLIENT_SECRET, ())
    return ctx.world.clients.get(client_id)


def _takes(client: Client, redirect_uri: str) -> bool:
    return is_registered(redirect_uri) if client.id == CLIENT_ID else client.takes(redirect_uri)


def is_registered(redirect_uri: str) -> bool:
    """Return whether a redirect URI belongs to the app: listed, or http on localhost."""
    parts = urlsplit(redirect_uri)
    if redirect_uri in REDIRECT_URIS:
        return True
    return parts.scheme == "http" and parts.hostname == "localhost" and not parts.fragment


def _request_problem(ctx: Context, client: Client) -> tuple[str, str] | None:
    query = ctx.query
    if any(len(query.getlist(name)) > 1 for name in query):
        return "invalid_request", "A parameter is given twice."
    if query.get("response_type") != "code":
        return "unsupported_response_type", "Only response_type=code is supported."
    if len(query.get("state", "")) < STATE_LENGTH:
        return "invalid_state", "The state must have at least 8 characters."
    unknown = set(query.get("scope", "").split()) - SCOPES
    if unknown:
        return "invalid_scope", "There are the scopes offline and analytics:read."
    return _challenge_problem(query, client)


def _challenge_problem(query: QueryParams, client: Client) -> tuple[str, str] | None:
    challenge = query.get("code_challenge")
    if client.is_public and not challenge:
        return "invalid_request", "A client without a secret must send a code_challenge."
    if challenge and query.get("code_challenge_method", "plain") != "S256":
        return "invalid_request", "The code_challenge_method must be S256."
    return None


def _back(ctx: Context, redirect_uri: str, **answer: str) -> Result:
    state = {"state": ctx.query["state"]} if ctx.query.get("state") else {}
    joint = "&" if "?" in redirect_uri else "?"
    location = f"{redirect_uri}{joint}{urlencode({**answer, **state})}"
    return Result(302, b"", {"Location": location, **_NO_STORE}, "text/html; charset=utf-8")


def _consent(ctx: Context, client: Client) -> Result:
    member = ctx.world.members[ctx.world.main_member_id]
    here = f"?{urlencode(list(ctx.query.multi_items()), quote_via=quote)}"
    page = _PAGE.format(
        client=html.escape(client.name or client.id),
        member=html.escape(member.full_name),
        scope=html.escape(ctx.query.get("scope", "") or "none"),
        allow=html.escape(f"{here}&decision=allow"),
        deny=html.escape(f"{here}&decision=deny"),
    )
    return Result(200, page.encode(), {**_NO_STORE, **PRIVATE}, "text/html; charset=utf-8")


# -- POST /oauth2/token ------------------------------------------------------------------------


@operation("create_token")
def create_token(ctx: Context) -> Result:
    """Exchange a code, a refresh token or an app's installation for an access token."""
    form = _form(ctx)
    client = _authenticated(ctx, form)
    grant = form.get("grant_type")
    if not grant:
        raise OAuthError(400, "invalid_request", "The grant_type is missing.")
    if grant == "client_credentials":
        raise OAuthError(400, "unauthorized_client", "This client may not use that grant.")
    if grant not in _GRANTS:
        raise OAuthError(400, "unsupported_grant_type", "There is no such grant_type.")
    if client.id != CLIENT_ID and grant not in client.grant_types:
        raise OAuthError(400, "unauthorized_client", "This client may not use that grant.")
    body = _GRANTS[grant](ctx, client, form)
    return Result(200, body, _NO_STORE)


def _form(ctx: Context) -> dict[str, str]:
    if not ctx.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise OAuthError(400, "invalid_request", "The body must be form-urlencoded.")
    pairs = parse_qsl(ctx.raw_body.decode("utf-8", "replace"), keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        raise OAuthError(400, "invalid_request", "A parameter is given twice.")
    return dict(pairs)


def _authenticated(ctx: Context, form: dict[str, str]) -> Client:
    """Return the client that requests a token.

    Dynamically registered clients authenticate by the method that they registered.
    """
    header = ctx.headers.get("authorization", "")
    named = ctx.world.clients.get(form.get("client_id", "") if not header else _user_of(header))
    if named is None:
        _authenticate_client(header, form)
        return Client(CLIENT_ID, CLIENT_ID, CLIENT_SECRET, ())
    given = _basic(header)[1] if header else form.get("client_secret", "")
    way = "client_secret_basic" if header else "client_secret_post"
    fits = named.auth_method == way or (named.is_public and not header)
    if not fits or not hmac.compare_digest(given.encode(), named.secret.encode()):
        hint = f"This client was registered with {named.auth_method}."
        raise OAuthError(401, "invalid_client", "The client's authentication is wrong.", hint)
    return named


def _user_of(header: str) -> str:
    try:
        return _basic(header)[0]
    except (ValueError, UnicodeDecodeError):
        return ""


def _basic(header: str) -> tuple[str, str]:
    """Return id and secret of a Basic header; ValueError if it is invalid."""
    value = header.partition(" ")[2]
    client_id, _, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    return client_id, secret


def _authenticate_client(header: str, form: dict[str, str]) -> None:
    scheme, _, value = header.partition(" ")
    hint = "Send the client's id and secret as HTTP Basic authentication, not form-encoded."
    if scheme.lower() != "basic":
        tried = " in the body" if "client_secret" in form else ""
        raise OAuthError(401, "invalid_client", f"No client authentication, or it is{tried}.", hint)
    try:
        plain = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError(401, "invalid_client", "The Basic header is malformed.", hint) from None
    client_id, _, secret = plain.partition(":")
    if not (
        hmac.compare_digest(client_id.encode(), CLIENT_ID.encode())
        and hmac.compare_digest(secret.encode(), CLIENT_SECRET.encode())
    ):
        raise OAuthError(401, "invalid_client", "The client's id or secret is wrong.", _READY_LINE)


def _by_code(ctx: Context, client: Client, form: dict[str, str]) -> Document:
    tokens = ctx.world.tokens
    code = tokens.find_code(_need(form, "code"))
    if code is None or not _is_given_to(ctx, code.family, client):
        raise OAuthError(400, "invalid_grant", "The authorization code is unknown.")
    if code.used:
        tokens.revoke_family(code.family)
        raise OAuthError(
            400, "invalid_grant", "The code was used before; all its tokens are revoked now."
        )
    if tokens.is_expired(code):
        raise OAuthError(400, "invalid_grant", "The authorization code has expired.")
    if form.get("redirect_uri") != code.redirect_uri:
        raise OAuthError(400, "invalid_grant", "The redirect_uri differs from the first one.")
    _check_verifier(code, form.get("code_verifier", ""))
    code.used = True
    access = tokens.access(member_id=code.member_id, scope=code.scope, family=code.family)
    return _reply(ctx, access)


def _check_verifier(code: Code, verifier: str) -> None:
    if not code.challenge:
        return
    digest = hashlib.sha256(verifier.encode()).digest()
    if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
        raise OAuthError(400, "invalid_grant", "The code_verifier does not fit the challenge.")


def _by_refresh(ctx: Context, client: Client, form: dict[str, str]) -> Document:
    tokens = ctx.world.tokens
    refresh = tokens.find_refresh(_need(form, "refresh_token"))
    if refresh is None or refresh.revoked or not _is_given_to(ctx, refresh.family, client):
        raise OAuthError(400, "invalid_grant", "The refresh token is unknown or was revoked.")
    if refresh.spent:
        # This answer was never recorded; a client must accept either.
        error = "token_inactive" if ctx.recorded else "invalid_grant"
        raise OAuthError(400, error, "The refresh token was used before.")
    refresh.spent = True
    access = tokens.access(member_id=refresh.member_id, scope=refresh.scope, family=refresh.family)
    return _reply(ctx, access)


def _is_given_to(ctx: Context, family: int, client: Client) -> bool:
    return (ctx.world.tokens.client_of(family) or CLIENT_ID) == client.id


def _by_member_app(ctx: Context, _: Client, form: dict[str, str]) -> Document:
    member = ctx.world.members.get(_need(form, "member_id"))
    _check_installed(ctx)
    if member is None or not member.is_active:
        raise OAuthError(400, "invalid_grant", "The app is not installed for this member.")
    return _reply(ctx, ctx.world.tokens.access(member_id=member.id, scope=_scope(form)))


def _by_organization_app(ctx: Context, _: Client, form: dict[str, str]) -> Document:
    organization_id = _need(form, "organization_id")
    _check_installed(ctx)
    if organization_id not in ctx.world.organizations:
        raise OAuthError(400, "invalid_grant", "The app is not installed in this organization.")
    access = ctx.world.tokens.access(organization_id=organization_id, scope=_scope(form))
    return _reply(ctx, access)


def _check_installed(ctx: Context) -> None:
    if not ctx.world.tokens.installed:
        raise OAuthError(403, "request_forbidden", "The app was uninstalled.")


def _scope(form: dict[str, str]) -> str:
    scope = form.get("scope", "")
    if set(scope.split()) - SCOPES:
        raise OAuthError(400, "invalid_scope", "There are the scopes offline and analytics:read.")
    # These grants never give a refresh token, so `offline` has no effect.
    return " ".join(item for item in scope.split() if item != "offline")


def _need(form: dict[str, str], name: str) -> str:
    if not form.get(name):
        raise OAuthError(400, "invalid_request", f"The parameter {name} is missing.")
    return form[name]


def _reply(ctx: Context, access: Access) -> Document:
    body: Document = {
        "access_token": access.value,
        "token_type": "bearer" if ctx.recorded else "Bearer",
        "expires_in": ctx.world.tokens.lifetime,
        "scope": access.scope,
    }
    if "offline" in access.scope.split():
        body["refresh_token"] = ctx.world.tokens.refresh(access).value
    return body


_GRANTS: dict[str, Callable[[Context, Client, dict[str, str]], Document]] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh,
    "member_app": _by_member_app,
    "organization_app": _by_organization_app,
}


# -- the .well-known documents -----------------------------------------------------------------


def server_metadata(base_url: str) -> Document:
    """Return the authorization server's metadata (RFC 8414), with the platform's own mistakes."""
    return {
        "issuer": base_url,
        "authorization_endpoint": f"{base_url}/oauth2/auth",
        "token_endpoint": f"{base_url}/oauth2/token",
        "registration_endpoint": f"{base_url}/oauth2/register",
        "scopes_supported": sorted(SCOPES, reverse=True),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        "code_challenge_methods_supported": ["S256"],
    }


def resource_metadata(base_url: str) -> Document:
    """Return the protected resource's metadata (RFC 9728); one string has both scopes."""
    return {
        "resource": base_url,
        "authorization_servers": [base_url],
        "scopes_supported": ["offline analytics:read"],
        "bearer_methods_supported": ["header"],
    }
