"""JSON Schemas of the settings that plugins share, and functions that build such schemas.

Each plugin has one table of settings; a row has the title, the description and examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_api.settings import AUTH_METHODS, NUMBERS, PLATFORM

Schema = dict[str, Any]


def row(kind: str, title: str, description: str, *examples: Any, **more: Any) -> Schema:
    """Return the row of a setting.

    Args:
        kind: Its type, as JSON Schema calls it.
        title: One or two words.
        description: What it does.
        examples: Example values.
        more: Further keywords of JSON Schema.
    """
    about = {"title": title, "description": description, "examples": list(examples)}
    return {"type": [kind, "null"], **about, **more}


def text(title: str, description: str, *examples: str, **more: Any) -> Schema:
    """Return the row of a text setting."""
    return row("string", title, description, *examples, **more)


def secret(title: str, description: str, example: str = "...") -> Schema:
    """Return the row of a secret text."""
    return text(title, description, example, secret=True, writeOnly=True)


def choice(title: str, description: str, *values: str) -> Schema:
    """Return the row of an enumeration; the first value is the default."""
    return text(title, description, values[0], default=values[0], enum=list(values))


def texts(title: str, description: str, *example: str) -> Schema:
    """Return the row of a list of texts."""
    return row("array", title, description, list(example), items={"type": ["string"]})


def number(title: str, description: str, example: int, **more: Any) -> Schema:
    """Return the row of a whole number."""
    return row("integer", title, description, example, **more)


def flag(title: str, description: str, *, default: bool) -> Schema:
    """Return the row of a switch."""
    return row("boolean", title, description, True, default=default)  # noqa: FBT003 - an example


def schema(table: Mapping[str, Schema], *required: str) -> Schema:
    """Return the JSON Schema of a plugin's settings.

    Args:
        table: The row of each setting.
        required: Names of the required settings.
    """
    whole: Schema = {"type": "object", "properties": dict(table)}
    return {**whole, "required": list(required)} if required else whole


def _bounded(name: str, title: str, description: str) -> Schema:
    default, least, most = NUMBERS[name]
    return number(title, description, default, default=default, minimum=least, maximum=most)


SHARED: Mapping[str, Schema] = {
    "api_url": text(
        "API address",
        "The platform, or a sandbox on this machine.",
        "http://127.0.0.1:8765",
        default=PLATFORM,
    ),
    "auth_method": text(
        "Authentication method",
        "How to get an access token: as an app installed by a member or an organization, from a "
        "signed-in member's refresh token, or with a token from elsewhere.",
        "member_app",
        type=["string"],
        enum=list(AUTH_METHODS),
    ),
    "client_id": text(
        "Client id",
        "Client id of the app in Hootsuite's developer area; not needed for access_token.",
        "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
    ),
    "client_secret": secret("Client secret", "The secret of the client id."),
    "member_id": text(
        "Member id",
        "For member_app: the member who installed the app, in whose name everything is done.",
        "1000001",
    ),
    "organization_id": text(
        "Organization id",
        "For organization_app: the organization that the app is installed in.",
        "814001",
    ),
    "refresh_token": secret(
        "Refresh token",
        "For refresh_token: where the chain starts. Each use brings a new one, which the token "
        "store keeps.",
    ),
    "access_token": secret(
        "Access token",
        "For access_token; it can't be renewed and lasts about an hour.",
    ),
    "scope": text(
        "Scope",
        "Scopes to request, separated by blanks. Only analytics needs one: analytics:read.",
        "offline",
    ),
    "token_store": text(
        "Token store",
        "File for renewed tokens, or `keyring:NAME`. The default is in the user's state folder.",
        "/var/lib/meltano/hootsuite-tokens.json",
    ),
    "requests_per_second": _bounded(
        "requests_per_second",
        "Requests per second",
        "Rate limit of the account. All runs on this machine together never exceed it in any "
        "second.",
    ),
    "daily_quota_percent": _bounded(
        "daily_quota_percent",
        "Share of the daily quota",
        "The run pauses when this percentage of the account's daily requests is used.",
    ),
    "max_concurrency": _bounded(
        "max_concurrency",
        "Concurrency",
        "Requests in flight at the same time.",
    ),
    "request_timeout_seconds": _bounded(
        "request_timeout_seconds",
        "Request time-out",
        "Seconds to wait for an answer.",
    ),
    "user_agent": text(
        "User agent",
        "Value of the User-Agent header.",
        "acme-warehouse (data@acme.example)",
    ),
}
"""Settings of the account: the same for every plugin that calls the platform."""
