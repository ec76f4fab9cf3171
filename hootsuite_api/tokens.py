"""Access tokens: how each authentication method gets and renews one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
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
    SignInNeeded,
    TokenRejected,
    TornBody,
    ValidationRejected,
    Where,
)
from hootsuite_api.exchange import Mark
from hootsuite_api.gateway import Gateway
from hootsuite_api.redact import register
from hootsuite_api.retry import Retry, harmless, passing
from hootsuite_api.settings import TOKEN, Settings, digest
from hootsuite_api.token_store import TokenStore
from hootsuite_api.transport import BasicAuth, NoAuth, Outgoing

_EARLY = 60.0  # seconds before its end at which a token is renewed
_LIFETIME = 3600.0  # what the platform grants when its answer doesn't say
_LOGIN = "login"
TOKEN_OPERATION = "create_token"  # noqa: S105 - the name of an operation
_CHAINS_KEPT = 8
_REFUSALS = (AuthError, PermissionDenied, NotFound, ValidationRejected)
# What RFC 6749 and the platform say of a refresh token that is no longer good.
_SPENT = frozenset(
    {"invalid_grant", "token_inactive", "token_expired", "invalid_token", "request_forbidden"}
)
_WRONG_CLIENT = frozenset({"invalid_client", 1007})
_ONE_APP = (
    "Check client_id and client_secret: both are those of one app in Hootsuite's developer area"
)
_WHERE = Where("POST", "/oauth2/token")
log = logging.getLogger("hootsuite_api")

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and its times, by this machine's wall clock."""

    value: str = field(repr=False)
    issued_at: float
    renew_at: float
    scope: str | None = None  # what was granted; None where the platform didn't say

    @property
    def fresh(self) -> bool:
        """Whether it may be used; a clock that was put back makes it stale."""
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
        """What the store keeps of it."""
        return {
            "access_token": self.value,
            "issued_at": self.issued_at,
            "renew_at": self.renew_at,
            **({} if self.scope is None else {"scope": self.scope}),
        }


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint gave."""

    token: Token
    refresh_token: str | None = field(default=None, repr=False)


class TokenEndpoint:
    """`POST /oauth2/token`, once per call.

    Args:
        settings: Address and client.
        gateway: The door; token requests count against the account like any other.
    """

    def __init__(self, settings: Settings, gateway: Gateway) -> None:
        self._url = f"{settings.api_url}/oauth2/token"
        secret = settings.client_secret
        self._auth = BasicAuth(settings.client_id, secret) if secret else NoAuth()
        # A client without a secret says who it is in the body, RFC 6749 section 3.2.1.
        self._named = {} if secret else {"client_id": settings.client_id}
        self._scope = settings.scope
        self._gateway = gateway
        self._operation = load().operations[TOKEN_OPERATION]

    def post(self, form: Form, attempt: int = 1) -> Grant:
        """Ask for tokens.

        Raises:
            HootsuiteError: By its type, what went wrong. Unless `not_written` is set, a secret that
                was sent may be used up.
        """
        if self._scope and form["grant_type"] != "authorization_code":
            form = {**form, "scope": self._scope}
        form = {**form, **self._named}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        out = Outgoing(
            "POST", self._url, _WHERE.path or "", headers, urlencode(form).encode(), fresh=True
        )
        mark = Mark()
        try:
            answer = self._gateway.ask(self._operation, out, self._auth, mark, attempt)
        except HootsuiteError as error:
            if not mark.is_set:
                error.never_left()
            raise
        if answer.status != 200:  # noqa: PLR2004 - the contract knows no other success
            raise _refusal(error_from(self._operation, answer))
        return _grant(answer)


class TokenManager:
    """Hands out the one access token of this process and renews it; safe for threads.

    Args:
        renew: Gets a successor of the token that is given (None: of none), by the method's rules.
    """

    def __init__(self, renew: Callable[[str | None], Token]) -> None:
        self._renew = renew
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._unproven: str | None = None
        self._proven: str | None = None

    def current(self) -> Token:
        """A token that is good for another minute by what we know."""
        token = self._token
        if token and token.fresh:
            return token
        with self._lock:
            if not (self._token and self._token.fresh):
                self._token = self._renew(None)
            return self._token

    def renew(self) -> None:
        """Get a successor of the present token, however fresh it is."""
        with self._lock:
            self._token = self._renew(self._token.value if self._token else None)

    def replace(self, rejected: Token, error: HootsuiteError) -> Token:
        """The successor of a token that the platform rejected: asked for once per token.

        Raises:
            AuthError: If the platform rejects what it has just issued.
        """
        with self._lock:
            if self._token and self._token.value != rejected.value and self._token.fresh:
                return self._token
            if rejected.value == self._unproven:
                raise AuthError(
                    "Hootsuite rejects the access token that it has just issued", error.where
                ) from error
            self._token = self._renew(rejected.value)
            self._unproven = self._token.value
            return self._token

    def prove(self, token: Token) -> None:
        """Note that the platform accepted a token."""
        if self._proven is not token.value:
            self._proven = token.value
            self._unproven = None

    def is_proven(self, token: Token) -> bool:
        """Whether the platform has accepted this very token before."""
        return self._proven == token.value


class StaticToken:
    """Method `access_token`: what was configured, as long as it lasts."""

    def __init__(self, settings: Settings) -> None:
        self._value = settings.access_token

    def __call__(self, rejected: str | None) -> Token:
        """The configured token; there is no successor."""
        if rejected:
            raise TokenRejected("Hootsuite does not accept the configured access_token", None)
        return Token(self._value, time.time(), float("inf"))


class AppToken:
    """Methods `member_app` and `organization_app`: ask again, nothing is used up.

    The store lets processes share a token; it could be lost without harm.
    """

    def __init__(
        self, settings: Settings, endpoint: TokenEndpoint, store: TokenStore, retry: Retry
    ) -> None:
        subject = "member_id" if settings.auth_method == "member_app" else "organization_id"
        self._form = {
            "grant_type": settings.auth_method,
            subject: getattr(settings, subject),
        }
        self._endpoint = endpoint
        self._store = store
        self._retry = retry
        self._key = entry_key(settings)

    def __call__(self, rejected: str | None) -> Token:
        """The token that another process has stored meanwhile, or a new one."""
        with self._store.locked():
            stored = Token.from_entry(self._store.read(self._key))
            if stored and stored.fresh and stored.value != rejected:
                return stored
            grant = self._retry.run(lambda n: self._endpoint.post(self._form, n), passing)
            _update(self._store, self._key, grant.token.entry())
            return grant.token


class RefreshToken:
    """Method `refresh_token`: a chain in which each token is good for one successor.

    The store keeps a chain per configured token (by its hash) and one for `hootsuite login`. A
    chain is marked before its token is sent, so that whoever finds the mark (the process was
    killed, or the answer got lost) does not send it again: a second use would revoke what the
    first one gave.
    """

    def __init__(
        self, settings: Settings, endpoint: TokenEndpoint, store: TokenStore, retry: Retry
    ) -> None:
        self._configured = settings.refresh_token
        self._endpoint = endpoint
        self._store = store
        self._retry = retry
        self._key = entry_key(settings)

    def __call__(self, rejected: str | None) -> Token:
        """The token that another process has stored meanwhile, or the chain's next one."""
        with self._store.locked():
            chains = self._chains()
            name = self._choose(chains)
            chain = chains[name]
            stored = Token.from_entry(chain)
            if stored and stored.fresh and stored.value != rejected:
                return stored
            if chain.get("state") != "ok" or not chain.get("refresh_token"):
                raise SignInNeeded(_lost(chain.get("state")), _WHERE)
            return self._next(name, chain)

    def sign_in(self, form: Form) -> None:
        """Begin the login chain with an authorization code; the code is sent once.

        Args:
            form: `code`, `redirect_uri` and `code_verifier`.

        Raises:
            SignInNeeded: If the code's answer is lost: it must not be sent again.
            AuthError: If the platform refuses the code or the client.
        """
        form = {"grant_type": "authorization_code", **form}
        with self._store.locked():
            try:
                grant = self._retry.run(lambda n: self._endpoint.post(form, n), harmless)
            except HootsuiteError as error:
                if error.not_written:
                    raise
                raise SignInNeeded("The answer to the code was lost", error.where) from error
            self._keep(_LOGIN, "ok", grant.token.entry(), grant.refresh_token)

    def _next(self, name: str, chain: dict[str, Any]) -> Token:
        secret = str(chain["refresh_token"])
        register(secret)
        self._keep(name, "sent", chain, secret)
        form = {"grant_type": "refresh_token", "refresh_token": secret}
        try:
            grant = self._retry.run(lambda n: self._endpoint.post(form, n), harmless)
        except HootsuiteError as error:
            state = _state_after(error)
            self._keep(name, state, chain, secret)
            if state == "ok":
                raise
            raise SignInNeeded(_lost(state), error.where) from error
        self._keep(name, "ok", grant.token.entry(), grant.refresh_token or secret)
        return grant.token

    def _chains(self) -> dict[str, dict[str, Any]]:
        found = (self._store.read(self._key) or {}).get("chains")
        chains = found if isinstance(found, dict) else {}
        return {name: one for name, one in chains.items() if isinstance(one, dict)}

    def _choose(self, chains: dict[str, dict[str, Any]]) -> str:
        login = chains.get(_LOGIN)
        if not self._configured:
            if login is None:
                raise SignInNeeded("There is no refresh token, neither configured nor stored")
            return _LOGIN
        name = digest(self._configured)
        chain = chains.setdefault(name, {"refresh_token": self._configured, "state": "ok"})
        if login and chain["state"] != "ok" and _at(login) > _at(chain):
            return _LOGIN  # a person has signed in since the configured chain broke
        return name

    def _keep(self, name: str, state: str, chain: Mapping[str, Any], secret: str | None) -> None:
        chains = self._chains()
        chains[name] = {
            **chain,
            "refresh_token": secret,
            "state": state if secret else "none",
            "changed_at": time.time(),
        }
        newest = sorted(chains, key=lambda one: _at(chains[one]), reverse=True)[:_CHAINS_KEPT]
        _update(self._store, self._key, {"chains": {one: chains[one] for one in newest}})


def entry_key(settings: Settings) -> str:
    """The store's key: platform, client and account; all methods share the entry."""
    return f"{settings.api_url} {settings.client_id} {settings.account}"


def _update(store: TokenStore, key: str, changes: dict[str, Any]) -> None:
    """Write one method's part of an entry, and keep what other methods stored for the account."""
    store.write(key, {**(store.read(key) or {}), **changes})


def _at(chain: Mapping[str, Any]) -> float:
    at = chain.get("changed_at")
    return float(at) if isinstance(at, (int, float)) else 0.0


def _lost(state: Any) -> str:
    says = {
        "spent": "Hootsuite no longer accepts the refresh token: it was used, revoked or withdrawn",
        "none": "The platform gave no refresh token (the scope offline was not granted)",
    }
    unclear = "The answer to the refresh token's one use was lost, so it may be spent"
    return says.get(str(state), unclear)


def _state_after(error: HootsuiteError) -> str:
    """What a failed refresh leaves of the refresh token."""
    if error.code in _SPENT:
        return "spent"
    # Not written: never sent, or refused for another reason, such as a wrong client secret.
    return "ok" if error.not_written else "unclear"


def _refusal(error: HootsuiteError) -> HootsuiteError:
    """An `AuthError` for every refusal, whatever the body calls it."""
    if type(error) is AuthError and error.code in _WRONG_CLIENT:
        refused = AuthError(error.happened, error.where, advice=_ONE_APP)
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
        where = Where(_WHERE.method, _WHERE.path, answer.status)
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
