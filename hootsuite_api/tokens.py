"""Access tokens: how each authentication method obtains and renews one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from hootsuite_api.errors import (
    AuthError,
    ConfigError,
    HootsuiteError,
    SignInNeeded,
    TokenRejected,
)
from hootsuite_api.redact import register
from hootsuite_api.retry import Retry, harmless, passing
from hootsuite_api.settings import Settings, digest
from hootsuite_api.token_endpoint import WHERE, Form, Token, TokenEndpoint, scopes
from hootsuite_api.token_store import TokenStore

_LOGIN = "login"
_CHAINS_KEPT = 8
# Error codes of RFC 6749 and of the platform for a refresh token that is no longer valid.
_SPENT = frozenset(
    {"invalid_grant", "token_inactive", "token_expired", "invalid_token", "request_forbidden"}
)


class TokenManager:
    """Returns the access token of this process and renews it; thread-safe.

    Args:
        renew: Obtains a new token by the rules of the method; its argument is the token to
            replace, or None.
    """

    def __init__(self, renew: Callable[[str | None], Token]) -> None:
        self._renew = renew
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._unproven: str | None = None
        self._proven: str | None = None

    def current(self) -> Token:
        """A token that is valid for at least another minute, as far as known."""
        token = self._token
        if token and token.fresh:
            return token
        with self._lock:
            if not (self._token and self._token.fresh):
                self._token = self._renew(None)
            return self._token

    def renew(self) -> None:
        """Obtain a new token, even if the present one is fresh."""
        with self._lock:
            self._token = self._renew(self._token.value if self._token else None)

    def replace(self, rejected: Token, error: HootsuiteError) -> Token:
        """Replace a token that the platform rejected: at most once per token.

        Raises:
            AuthError: If the platform rejects a token that it has just issued.
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
    """Method `access_token`: the configured token, until it expires."""

    def __init__(self, settings: Settings) -> None:
        self._value = settings.access_token

    def __call__(self, rejected: str | None) -> Token:
        """The configured token; it can't be renewed."""
        if rejected:
            raise TokenRejected("Hootsuite does not accept the configured access_token", None)
        return Token(self._value, time.time(), float("inf"))


class AppToken:
    """Methods `member_app` and `organization_app`: tokens can be requested at any time.

    The store only lets processes share a token; nothing is lost with it.
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
        self._scope = settings.scope

    def __call__(self, rejected: str | None) -> Token:
        """The token that another process has stored meanwhile, or a new one."""
        with self._store.locked():
            entry = self._store.read(self._key) or {}
            stored = Token.from_entry(entry)
            usable = stored and stored.fresh and stored.value != rejected
            if stored and usable and self._covers(entry.get("asked_scope")):
                return stored
            grant = self._retry.run(lambda n: self._endpoint.post(self._form, n), passing)
            asked = {"asked_scope": self._scope}  # what is granted may be less
            _update(self._store, self._key, grant.token.entry() | asked)
            return grant.token

    def _covers(self, asked: object) -> bool:
        """Whether a stored token was requested with all scopes that the settings name now."""
        return scopes(self._scope) <= scopes(asked if isinstance(asked, str) else "")


class RefreshToken:
    """Method `refresh_token`: a chain in which each refresh token gives one successor.

    The store keeps a chain per configured token (by its hash) and one for `hootsuite login`. A
    chain is marked before its token is sent. A process that finds the mark (the sender was killed,
    or the answer got lost) does not send the token again: a second use would revoke the tokens that
    the first one gave. Writing the mark also proves that the store can be written and has room for
    the successor. If the store fails right after that, the sign-in is lost, and the error says so.
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
        """The token that another process has stored meanwhile, or the next one of the chain."""
        with self._store.locked():
            chains = self._chains()
            name = self._choose(chains)
            chain = chains[name]
            stored = Token.from_entry(chain)
            if stored and stored.fresh and stored.value != rejected:
                return stored
            if chain.get("state") != "ok" or not chain.get("refresh_token"):
                raise SignInNeeded(_lost(chain.get("state")), WHERE)
            return self._next(name, chain)

    def sign_in(self, form: Form) -> None:
        """Start the login chain with an authorization code; the code is sent once.

        Args:
            form: `code`, `redirect_uri` and `code_verifier`.

        Raises:
            SignInNeeded: If the answer is lost: the code must not be sent again.
            AuthError: If the platform refuses the code or the client.
        """
        form = {"grant_type": "authorization_code", **form}
        with self._store.locked():
            _update(self._store, self._key, {}, reserve=True)
            try:
                grant = self._retry.run(lambda n: self._endpoint.post(form, n), harmless)
            except HootsuiteError as error:
                if error.not_written:
                    raise
                raise SignInNeeded("The answer to the code was lost", error.where) from error
            self._keep_new(_LOGIN, grant.token.entry(), grant.refresh_token)

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
        self._keep_new(name, grant.token.entry(), grant.refresh_token or secret)
        return grant.token

    def _keep_new(self, name: str, entry: Mapping[str, Any], secret: str | None) -> None:
        """Store the tokens just granted; the code or refresh token that they replace is used up.

        Raises:
            ConfigError: The store can't be written any more.
        """
        try:
            self._keep(name, "ok", entry, secret)
        except ConfigError as error:
            raise ConfigError(
                f"{error.happened}, so the refresh token that Hootsuite has just given is lost",
                advice="Make room or give the permission, then sign in again (hootsuite login) or "
                "configure a new refresh_token",
            ) from error

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
        kept = {"chains": {one: chains[one] for one in newest}}
        _update(self._store, self._key, kept, reserve=state == "sent")


def entry_key(settings: Settings) -> str:
    """The store's key: platform, client and account; all methods share the entry."""
    return f"{settings.api_url} {settings.client_id} {settings.account}"


def _update(store: TokenStore, key: str, changes: dict[str, Any], *, reserve: bool = False) -> None:
    """Update the part of one method in an entry; the parts of other methods stay."""
    store.write(key, {**(store.read(key) or {}), **changes}, reserve=reserve)


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
    """The state of the refresh token after a failed refresh."""
    if error.code in _SPENT:
        return "spent"
    # Not written: never sent, or refused for another reason, such as a wrong client secret.
    return "ok" if error.not_written else "unclear"
