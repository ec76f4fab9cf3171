"""Tokens and codes: their callers, lifetimes and revocation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

CODE_SECONDS = 600


@dataclass(slots=True)
class Access:
    """An access token of a member or of an organization app."""

    value: str
    member_id: str | None
    organization_id: str | None
    scope: str
    expires: float
    family: int
    revoked: bool = False


@dataclass(slots=True)
class Refresh:
    """A refresh token: no expiry, one use."""

    value: str
    member_id: str
    scope: str
    family: int
    spent: bool = False
    revoked: bool = False


@dataclass(slots=True)
class Code:
    """An authorization code: ten minutes, one use."""

    value: str
    member_id: str
    redirect_uri: str
    scope: str
    challenge: str
    expires: float
    family: int
    used: bool = False


class TokenBook:
    """All tokens and codes of a world.

    A *family* holds all tokens of one consent or grant: those of a code and all that were renewed
    from them.

    Args:
        seed: Determines the values; none is a real secret.
        lifetime: Lifetime of an access token in seconds.
        time: The sandbox's clock.
    """

    def __init__(self, seed: int, lifetime: int, time: Callable[[], float]) -> None:
        self._seed = seed
        self.lifetime = lifetime
        self._time = time
        self._count = 0
        self._access: dict[str, Access] = {}
        self._refresh: dict[str, Refresh] = {}
        self._codes: dict[str, Code] = {}
        self._clients: dict[int, str] = {}
        self.installed = True

    def access(
        self,
        *,
        member_id: str | None = None,
        organization_id: str | None = None,
        scope: str = "",
        family: int | None = None,
    ) -> Access:
        """Issue an access token."""
        token = Access(
            value=self._value("at"),
            member_id=member_id,
            organization_id=organization_id,
            scope=scope,
            expires=self._time() + self.lifetime,
            family=self._count if family is None else family,
        )
        self._access[token.value] = token
        return token

    def refresh(self, access: Access) -> Refresh:
        """Issue the refresh token for a member's access token."""
        token = Refresh(self._value("rt"), access.member_id or "", access.scope, access.family)
        self._refresh[token.value] = token
        return token

    def code(self, member_id: str, redirect_uri: str, scope: str, challenge: str) -> Code:
        """Issue an authorization code."""
        value = self._value("ac")
        expires = self._time() + CODE_SECONDS
        code = Code(value, member_id, redirect_uri, scope, challenge, expires, self._count)
        self._codes[value] = code
        return code

    def bind(self, family: int, client_id: str) -> None:
        """Note which client a family of tokens was issued to."""
        self._clients[family] = client_id

    def client_of(self, family: int) -> str | None:
        """Return the client that a family was issued to; None for the one of the ready line."""
        return self._clients.get(family)

    def find_access(self, value: str) -> Access | None:
        """Look up an access token, even an expired or revoked one."""
        return self._access.get(value)

    def find_refresh(self, value: str) -> Refresh | None:
        """Look up a refresh token, even a used or revoked one."""
        return self._refresh.get(value)

    def find_code(self, value: str) -> Code | None:
        """Look up a code, even an expired or used one."""
        return self._codes.get(value)

    def is_expired(self, token: Access | Code) -> bool:
        """Return whether a token or a code has expired."""
        return self._time() >= token.expires

    def expire(self, value: str | None = None) -> int:
        """Expire one access token, or all; return how many."""
        ended = [t for t in self._access.values() if value in (None, t.value)]
        for token in ended:
            token.expires = min(token.expires, self._time())
        return len(ended)

    def revoke(self, value: str | None = None) -> int:
        """Revoke one access token, or all tokens; return the number of access tokens."""
        ended = [t for t in self._access.values() if value in (None, t.value)]
        for token in ended:
            token.revoked = True
        if value is None:
            for renewal in self._refresh.values():
                renewal.revoked = True
        return len(ended)

    def revoke_family(self, family: int) -> None:
        """Revoke all tokens that came from one consent."""
        tokens: list[Access | Refresh] = [*self._access.values(), *self._refresh.values()]
        for token in tokens:
            if token.family == family:
                token.revoked = True

    def _value(self, kind: str) -> str:
        self._count += 1
        text = f"{self._seed}|{kind}|{self._count}"
        return f"sandbox-{kind}-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
