"""Dynamic client registration (RFC 8414, RFC 7591), for people without an app of their own.

The platform's metadata document names the endpoint, but the platform doesn't describe it. So every
answer is checked, and every doubt is a refusal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from hootsuite_api.classify import Answer
from hootsuite_api.client import HootsuiteClient
from hootsuite_api.contract import load
from hootsuite_api.errors import AuthError, Where
from hootsuite_api.redact import register
from hootsuite_api.settings import TOKEN, Settings, server_of
from hootsuite_api.transport import Outgoing

_DOCUMENT = "/.well-known/oauth-authorization-server"
_NAME = "meltano-hootsuite"
_PUBLIC = "none"
_OURS = {"authorization_endpoint": "/oauth2/auth", "token_endpoint": "/oauth2/token"}
_NEEDED = {
    "token_endpoint_auth_methods_supported": _PUBLIC,
    "code_challenge_methods_supported": "S256",
    "grant_types_supported": "refresh_token",
    "response_types_supported": "code",
}
_CREATED = (200, 201)


class RegistrationRefused(AuthError):  # noqa: N818 - named like its siblings in errors
    """The platform does not register a client for us, or not in a way that we can trust."""

    advice = (
        "Registration may not be enabled for your plan: make an app in Hootsuite's developer "
        "area, then: hootsuite login"
    )


def register_client(settings: Settings, redirect_uri: str) -> str:
    """Register a client without a secret; it must use PKCE.

    Args:
        settings: Address, time-outs and scope; no token is sent.
        redirect_uri: Where the browser returns to, on loopback.

    Returns:
        The client id.

    Raises:
        RegistrationRefused: With the reason.
        HootsuiteError: The platform can't be reached.
    """
    with HootsuiteClient(replace(settings, auth_method="access_token")) as client:
        endpoint = _endpoint(client)
        metadata = {
            "client_name": _NAME,
            "redirect_uris": [redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": _PUBLIC,
            "scope": settings.scope,
        }
        answer = _ask(client, "POST", urlsplit(endpoint).path, metadata)
    return _client_id(answer, redirect_uri)


def _endpoint(client: HootsuiteClient) -> str:
    """The registration endpoint, from the platform's metadata document."""
    answer = _ask(client, "GET", _DOCUMENT)
    if answer.status != 200 or not isinstance(answer.body, dict):  # noqa: PLR2004 - RFC 8414
        raise _refused("has no document about its sign-in", answer, _DOCUMENT)
    document, api_url = answer.body, client.settings.api_url
    for name in (*_OURS, "registration_endpoint"):
        _check_endpoint(document.get(name), name, api_url)
    for name, needed in _NEEDED.items():
        offered = document.get(name)
        if isinstance(offered, list) and needed not in offered:
            raise _refused(f"does not offer {needed} ({name})", answer, _DOCUMENT)
    return str(document["registration_endpoint"])


def _check_endpoint(value: Any, name: str, api_url: str) -> None:
    """Refuse an endpoint on another server: it would get the code, or the tokens."""
    where = Where("GET", _DOCUMENT)
    if not isinstance(value, str):
        raise RegistrationRefused(f"Hootsuite's sign-in document names no {name}", where)
    if server_of(value) != api_url:
        raise RegistrationRefused(f"The {name} is on another server than api_url", where)
    if urlsplit(value).path != _OURS.get(name, urlsplit(value).path):
        raise RegistrationRefused(f"The {name} is not the one that we know", where)


def _client_id(answer: Answer, redirect_uri: str) -> str:
    body = answer.body if isinstance(answer.body, dict) else {}
    for name in ("client_secret", "registration_access_token"):
        if isinstance(body.get(name), str):
            register(body[name])
    path = "registration_endpoint"
    if answer.status not in _CREATED:
        raise _refused(f"registers no client{_reason(body)}", answer, path)
    client_id = body.get("client_id")
    if not isinstance(client_id, str) or not TOKEN.fullmatch(client_id):
        raise _refused("gave no usable client_id", answer, path)
    if body.get("token_endpoint_auth_method", _PUBLIC) != _PUBLIC or body.get("client_secret"):
        raise _refused("registered another kind of client than was asked for", answer, path)
    if redirect_uri not in _listed(body, "redirect_uris", redirect_uri):
        raise _refused("registered another redirect address than was asked for", answer, path)
    if "refresh_token" not in _listed(body, "grant_types", "refresh_token"):
        raise _refused("registered a client that can't renew its tokens", answer, path)
    return client_id


def _listed(body: Mapping[str, Any], name: str, usual: str) -> list[Any]:
    """A list in the answer; if it is left out, it is as requested."""
    found = body.get(name, [usual])
    return found if isinstance(found, list) else []


def _reason(body: Mapping[str, Any]) -> str:
    said = [body.get(name) for name in ("error", "error_description")]
    text = ": ".join(one for one in said if isinstance(one, str) and one)
    return f" ({text[:300]})" if text else ""


def _refused(what: str, answer: Answer, path: str) -> RegistrationRefused:
    return RegistrationRefused(f"Hootsuite {what}", Where(None, path, answer.status))


def _ask(
    client: HootsuiteClient, method: str, path: str, document: Mapping[str, Any] | None = None
) -> Answer:
    name = "register_client" if document else "server_metadata"
    operation = replace(load().operations["create_token"], id=name, method=method, path=path)
    headers = {"Accept": "application/json"}
    headers |= {"Content-Type": "application/json"} if document else {}
    body = json.dumps(document).encode() if document else None
    url = f"{client.settings.api_url}{path}"
    return client.ask_openly(operation, Outgoing(method, url, path, headers, body, fresh=True))
