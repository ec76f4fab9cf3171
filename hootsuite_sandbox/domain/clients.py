"""OAuth clients: the app of the ready line, and those that registered themselves (RFC 7591)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hootsuite_sandbox.domain.records import Document

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - printed in the ready line
REDIRECT_URIS = frozenset({"https://example.com/callback"})
SCOPES = frozenset({"offline", "analytics:read"})
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
GRANTS = ("authorization_code", "refresh_token")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST = 2000
_MOST = 20


class MetadataError(ValueError):
    """A client may not be registered so.

    Args:
        error: The keyword of RFC 7591.
        description: Text for people.
    """

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class Client:
    """An application that may ask for tokens; without a secret it is a public one."""

    id: str
    name: str
    secret: str
    redirect_uris: tuple[str, ...]
    auth_method: str = "client_secret_basic"
    grant_types: tuple[str, ...] = GRANTS
    scope: str = ""

    @property
    def is_public(self) -> bool:
        """Whether it has no secret, and so must use PKCE."""
        return self.auth_method == "none"

    def takes(self, redirect_uri: str) -> bool:
        """Tell whether a redirect address is registered; on loopback its port may differ."""
        if redirect_uri in self.redirect_uris:
            return True
        asked = _portless(redirect_uri)
        own = (one for one in self.redirect_uris if _is_loopback(one))
        return asked is not None and any(_portless(one) == asked for one in own)


def read(body: Any, client_id: str, secret: str) -> Client:
    """Read the metadata of a client that registers itself.

    Args:
        body: The JSON body.
        client_id: The id that it will get.
        secret: The secret that it will get unless it is a public client.

    Raises:
        MetadataError: For metadata that are unfit.
    """
    if not isinstance(body, dict):
        raise _unfit("The body must be a JSON object.")
    method = body.get("token_endpoint_auth_method", "client_secret_basic")
    if method not in AUTH_METHODS:
        raise _unfit(f"token_endpoint_auth_method must be one of {', '.join(AUTH_METHODS)}.")
    grants = _some_of(body, "grant_types", GRANTS, ("authorization_code",))
    if "authorization_code" not in grants:
        raise _unfit("grant_types needs authorization_code.")
    _some_of(body, "response_types", ("code",), ("code",))
    scope = body.get("scope", "")
    if not isinstance(scope, str) or set(scope.split()) - SCOPES:
        raise _unfit("There are the scopes offline and analytics:read.")
    return Client(
        id=client_id,
        name=_name(body),
        secret="" if method == "none" else secret,
        redirect_uris=_addresses(body),
        auth_method=method,
        grant_types=grants,
        scope=scope,
    )


def show(client: Client, issued: int) -> Document:
    """Show a client as the answer to its registration."""
    shown: Document = {
        "client_id": client.id,
        "client_id_issued_at": issued,
        "client_name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "grant_types": list(client.grant_types),
        "response_types": ["code"],
        "token_endpoint_auth_method": client.auth_method,
        "scope": client.scope,
    }
    if client.secret:
        shown |= {"client_secret": client.secret, "client_secret_expires_at": 0}
    return shown


def _unfit(description: str) -> MetadataError:
    return MetadataError("invalid_client_metadata", description)


def _name(body: Document) -> str:
    name = body.get("client_name", "")
    if not isinstance(name, str) or len(name) > _LONGEST:
        raise _unfit("client_name must be a text.")
    return name


def _addresses(body: Document) -> tuple[str, ...]:
    given = body.get("redirect_uris")
    listed = given if isinstance(given, list) else []
    if not 0 < len(listed) <= _MOST or not all(_is_safe(one) for one in listed):
        raise MetadataError(
            "invalid_redirect_uri",
            "redirect_uris must name addresses that are https, or http on localhost, and have no "
            "fragment and no user.",
        )
    return tuple(listed)


def _is_safe(address: Any) -> bool:
    if not isinstance(address, str) or not _is_plain(address):
        return False
    try:
        parts = urlsplit(address)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return named and (parts.scheme == "https" or _is_loopback(address))


def _is_plain(address: str) -> bool:
    odd = set(address) & set('#@\\ "<>')
    return address.isascii() and address.isprintable() and not odd and len(address) <= _LONGEST


def _is_loopback(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def _portless(address: str) -> tuple[str | None, ...] | None:
    if not _is_safe(address):
        return None
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.path, parts.query


def _some_of(
    body: Document, name: str, known: tuple[str, ...], usual: tuple[str, ...]
) -> tuple[str, ...]:
    values = body.get(name, list(usual))
    if not isinstance(values, list) or not values or not all(one in known for one in values):
        raise _unfit(f"{name} may name {', '.join(known)}.")
    return tuple(values)
