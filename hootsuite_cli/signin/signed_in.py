"""Exchanges the code for tokens and looks up who signed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hootsuite_api import Call, HootsuiteClient
from hootsuite_api.errors import AuthError
from hootsuite_cli.saved_account import forget_tokens, lasts


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
        forget_tokens(settings)
        raise AuthError(
            f"Member {me['id']} signed in, but member_id is {settings.member_id}",
            advice="Sign out of Hootsuite in the browser and sign in as the other member",
        )
    organizations = client.send(Call("list_my_organizations")).data
    name, email = str(me.get("fullName") or "?"), str(me.get("email") or "?")
    return Person(str(me["id"]), name, email, organizations, lasts(settings))
