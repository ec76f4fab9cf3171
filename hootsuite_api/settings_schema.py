"""The JSON Schemas of the settings that tap and target share: their names, bounds and meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hootsuite_api.settings import AUTH_METHODS, NUMBERS, PLATFORM

Schema = dict[str, Any]


def _text(title: str, description: str, example: str, **more: Any) -> Schema:
    about = {"title": title, "description": description, "examples": [example]}
    return {"type": ["string", "null"], **about, **more}


def _secret(title: str, description: str) -> Schema:
    return _text(title, description, "...", secret=True, writeOnly=True)


def _number(name: str, title: str, description: str) -> Schema:
    default, least, most = NUMBERS[name]
    about = {"title": title, "description": description, "examples": [default]}
    return {
        "type": ["integer", "null"],
        "default": default,
        "minimum": least,
        "maximum": most,
        **about,
    }


SHARED: Mapping[str, Schema] = {
    "api_url": _text(
        "API address",
        "The platform, or a sandbox on this machine.",
        "http://127.0.0.1:8765",
        default=PLATFORM,
    ),
    "auth_method": _text(
        "Authentication method",
        "How to get an access token: as an app installed by a member or an organization, from a "
        "signed-in member's refresh token, or with a token from elsewhere.",
        "member_app",
        type=["string"],
        enum=list(AUTH_METHODS),
    ),
    "client_id": _text(
        "Client id",
        "Of the app in Hootsuite's developer area; only access_token needs none.",
        "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
    ),
    "client_secret": _secret("Client secret", "Belongs to the client id."),
    "member_id": _text(
        "Member id",
        "For member_app: the member who installed the app, in whose name everything is done.",
        "1000001",
    ),
    "organization_id": _text(
        "Organization id",
        "For organization_app: the organization that the app is installed in.",
        "814001",
    ),
    "refresh_token": _secret(
        "Refresh token",
        "For refresh_token: where the chain starts. Each use brings a new one, which the token "
        "store keeps.",
    ),
    "access_token": _secret(
        "Access token",
        "For access_token; it can't be renewed and lasts about an hour.",
    ),
    "scope": _text(
        "Scope",
        "Scopes to ask for, separated by blanks. Nothing here needs one.",
        "offline",
    ),
    "token_store": _text(
        "Token store",
        "File for renewed tokens, or `keyring:NAME`. The default lies in the user's state folder.",
        "/var/lib/meltano/hootsuite-tokens.json",
    ),
    "requests_per_second": _number(
        "requests_per_second",
        "Requests per second",
        "What the account is allowed. It is never exceeded in any second, by all runs of this "
        "machine together.",
    ),
    "daily_quota_percent": _number(
        "daily_quota_percent",
        "Share of the daily quota",
        "The run pauses when this percentage of the account's daily requests is used.",
    ),
    "max_concurrency": _number(
        "max_concurrency",
        "Concurrency",
        "Requests under way at the same time.",
    ),
    "request_timeout_seconds": _number(
        "request_timeout_seconds",
        "Request time-out",
        "Seconds to wait for an answer.",
    ),
    "user_agent": _text(
        "User agent",
        "What the plugin calls itself to the platform.",
        "acme-warehouse (data@acme.example)",
    ),
}


def with_shared(own: Mapping[str, Any], required: Sequence[str] = ()) -> Schema:
    """Return the JSON Schema of a plugin's settings: the shared ones, then its own.

    Args:
        own: The JSON Schema of the plugin's own settings.
        required: Settings that it needs beyond those that `own` says.
    """
    return {
        "type": "object",
        "properties": {**SHARED, **own["properties"]},
        "required": ["auth_method", *required, *own.get("required", ())],
    }
