"""The token endpoint: requests an access token once, and reads the grant or the refusal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from hootsuite_api.classify import Answer, error_from
from hootsuite_api.contract import load
from hootsuite_api.errors import (
    AuthError,
    HootsuiteError,
    NotFound,
    PermissionDenied,
    TornBody,
    ValidationRejected,
    Where,
)
from hootsuite_api.exchange import Mark
from hootsuite_api.gateway import Gateway
from hootsuite_api.redact import register
from hootsuite_api.settings import TOKEN, Settings
from hootsuite_api.transport import BasicAuth, NoAuth, Outgoing

_EARLY = 60.0  # a token is renewed so many seconds before it expires
_LIFETIME = 3600.0  # seconds, if the platform's answer doesn't say
TOKEN_OPERATION = "create_token"  # noqa: S105 - the name of an operation
_REFUSALS = (AuthError, PermissionDenied, NotFound, ValidationRejected)
_WRONG_CLIENT = frozenset({"invalid_client", 1007})
_ONE_APP = (
    "Check client_id and client_secret: both are those of one app in Hootsuite's developer area"
)
_REGISTERED = (
    "There is no client_secret, so this is a client that was registered in place of an app, and "
    "Hootsuite does not know it: hootsuite login --register makes another one. For an app of the "
    "developer area, set its client_secret"
)
WHERE = Where("POST", "/oauth2/token")

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and its times, by this machine's wall clock."""

    value: str = field(repr=False)
    issued_at: float
    renew_at: float
    scope: str | None = None  # granted scopes; None if the platform didn't say

    @property
    def fresh(self) -> bool:
        """Whether it may be used; a token from the future is stale: the clock was set back."""
        return self.issued_at - _EARLY <= time.time() < self.renew_at

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any] | None) -> Token | None:
        """Read a token from the store, None if there is none."""
        value = entry and entry.get("access_token")
        if not entry or not isinstance(value, str) or not TOKEN.fullmatch(value):
            return None
        issued_at, renew_at = entry.get("issued_at"), entry.get("renew_at")
        if not isinstance(issued_at, (int, float)) or not isinstance(renew_at, (int, float)):
            return None
        register(value)
        scope = entry.get("scope")
        return cls(value, issued_at, renew_at, scope if isinstance(scope, str) else None)

    def entry(self) -> dict[str, Any]:
        """Its entry for the token store."""
        return {
            "access_token": self.value,
            "issued_at": self.issued_at,
            "renew_at": self.renew_at,
            **({} if self.scope is None else {"scope": self.scope}),
        }


def scopes(text: str) -> frozenset[str]:
    """The scopes in a text, whether blanks or commas separate them."""
    return frozenset(text.replace(",", " ").split())


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant of the token endpoint."""

    token: Token
    refresh_token: str | None = field(default=None, repr=False)


class TokenEndpoint:
    """`POST /oauth2/token`, once per call.

    Args:
        settings: Address and client.
        gateway: Sends the requests; token requests count against the account's budget, too.
    """

    def __init__(self, settings: Settings, gateway: Gateway) -> None:
        self._url = f"{settings.api_url}/oauth2/token"
        secret = settings.client_secret
        self._advice = _ONE_APP if secret else _REGISTERED
        self._auth = BasicAuth(settings.client_id, secret) if secret else NoAuth()
        # A client without a secret sends its id in the body, RFC 6749 section 3.2.1.
        self._named = {} if secret else {"client_id": settings.client_id}
        self._scope = settings.scope
        self._gateway = gateway
        self._operation = load().operations[TOKEN_OPERATION]

    def post(self, form: Form, attempt: int = 1) -> Grant:
        """Ask for tokens.

        Raises:
            HootsuiteError: The request failed. Unless `not_written` is set, the code or refresh
                token that was sent may be used up.
        """
        if self._scope and form["grant_type"] != "authorization_code":
            form = {**form, "scope": self._scope}
        form = {**form, **self._named}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        out = Outgoing(
            "POST", self._url, WHERE.path or "", headers, urlencode(form).encode(), fresh=True
        )
        mark = Mark()
        try:
            answer = self._gateway.ask(self._operation, out, self._auth, mark, attempt)
        except HootsuiteError as error:
            if not mark.is_set:
                error.never_left()
            raise
        if answer.status != 200:  # noqa: PLR2004 - the contract knows no other success
            raise _refusal(error_from(self._operation, answer), self._advice)
        return _grant(answer)


def _refusal(error: HootsuiteError, advice: str) -> HootsuiteError:
    """Turn every refusal into an `AuthError`, whatever the body calls it.

    Args:
        error: The error that was answered.
        advice: What to do if the client is unknown.
    """
    if type(error) is AuthError and error.code in _WRONG_CLIENT:
        refused = AuthError(error.happened, error.where, advice=advice)
    elif type(error) is AuthError or not isinstance(error, _REFUSALS):
        return error
    else:
        refused = AuthError(f"Hootsuite grants no access token. {error.happened}", error.where)
    refused.__cause__ = error
    return refused


def _grant(answer: Answer) -> Grant:
    body = answer.body if isinstance(answer.body, dict) else {}
    value, refresh = body.get("access_token"), body.get("refresh_token")
    if not isinstance(value, str) or not TOKEN.fullmatch(value):
        where = Where(WHERE.method, WHERE.path, answer.status)
        raise TornBody("The token endpoint answered without a usable access token", where)
    register(value)
    lifetime = _seconds(body.get("expires_in"))
    now = time.time()
    scope = body.get("scope")
    granted = scope if isinstance(scope, str) else None
    token = Token(value, now, now + max(lifetime - _EARLY, lifetime / 2), granted)
    if isinstance(refresh, str) and refresh:
        register(refresh)
        return Grant(token, refresh)
    return Grant(token)


def _seconds(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return _LIFETIME
    return seconds if 0 < seconds < float("inf") else _LIFETIME
