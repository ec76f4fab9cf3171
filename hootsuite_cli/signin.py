"""The platform's side of a sign-in: the exchange, and who it was that signed in."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hootsuite_api import Call, HootsuiteClient
from hootsuite_api.errors import AuthError
from hootsuite_api.keyring_store import open_store
from hootsuite_api.settings import Settings
from hootsuite_api.tokens import entry_key


@dataclass(frozen=True)
class Person:
    """Who signed in.

    Args:
        id: The member's id.
        name: In full.
        email: The address of the account.
        organizations: As the platform lists them.
        lasting: Whether the tokens can be renewed.
    """

    id: str
    name: str
    email: str
    organizations: Sequence[Mapping[str, Any]]
    lasting: bool


def sign_in(client: HootsuiteClient, code: str, redirect_uri: str, verifier: str) -> Person:
    """Exchange a code, store the tokens, ask who they belong to.

    Args:
        client: With auth_method refresh_token.
        code: What the browser brought back; sent once.
        redirect_uri: As it was given to the browser.
        verifier: The secret of the PKCE challenge.

    Raises:
        AuthError: If the code is refused, or somebody else signed in than `member_id` names.
    """
    client.sign_in(code, redirect_uri, verifier)
    me, settings = client.send(Call("get_me")).data, client.settings
    if settings.member_id and str(me["id"]) != settings.member_id:
        forget(settings)
        raise AuthError(
            f"Member {me['id']} signed in, but member_id is {settings.member_id}",
            advice="Sign out of Hootsuite in the browser and sign in as the other member",
        )
    organizations = client.send(Call("list_my_organizations")).data
    name, email = str(me.get("fullName") or "?"), str(me.get("email") or "?")
    return Person(str(me["id"]), name, email, organizations, _lasts(settings))


def _lasts(settings: Settings) -> bool:
    store = open_store(settings.token_store, threading.Event())
    chains = (store.read(entry_key(settings)) or {}).get("chains", {})
    return bool(chains.get("login", {}).get("refresh_token"))


def forget(settings: Settings) -> bool:
    """Drop the tokens of an account from its store.

    Returns:
        Whether there were any.
    """
    store = open_store(settings.token_store, threading.Event())
    key = entry_key(settings)
    with store.locked():
        known = bool(store.read(key))
        if known:
            store.write(key, {})
    return known
