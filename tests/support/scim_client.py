"""A SCIM client of scim2-client for the sandbox, with the user as Hootsuite documents it.

Its libraries build a hundred models when they are imported, which takes seconds: tests import this
module when they run, not when they are collected.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import requests
from pydantic import Field
from scim2_client import BaseSyncSCIMClient
from scim2_models import (
    AnyExtension,
    ComplexAttribute,
    GroupMembership,
    Mutability,
    Required,
    Resource,
    ResourceType,
    ScimProvider,
    Uniqueness,
)


class FreshNames(list[str]):
    """Examples for the checks to choose from: user names are e-mail addresses, and unique."""

    def __getitem__(self, index: Any) -> Any:
        return f"{uuid.uuid4()}@example.com"


class Name(ComplexAttribute):
    given_name: str | None = None
    family_name: str | None = None


class Email(ComplexAttribute):
    value: str | None = None
    type: str | None = Field(None, examples=["work"])
    primary: Annotated[bool | None, Required.true] = None


class User(Resource[AnyExtension]):
    """The user as Hootsuite documents it: other attributes of the core schema are refused."""

    __schema__ = "urn:ietf:params:scim:schemas:core:2.0:User"

    user_name: Annotated[str | None, Required.true, Uniqueness.server] = Field(
        None, examples=FreshNames([""])
    )
    display_name: Annotated[str | None, Required.true] = None
    active: Annotated[bool | None, Required.true] = None
    name: Name | None = None
    emails: list[Email] | None = None
    title: str | None = None
    timezone: str | None = Field(None, examples=["Europe/Berlin"])
    preferred_language: str | None = Field(None, examples=["de"])
    groups: Annotated[list[GroupMembership] | None, Mutability.read_only] = None
    # Every resource of RFC 7643 has it; Hootsuite knows it for groups alone.
    external_id: Annotated[str | None, Mutability.read_only] = None


USERS = ResourceType(id="User", name="User", endpoint="/Users", schema_=User.__schema__)


class Client(BaseSyncSCIMClient):
    """A SCIM client on a session of requests."""

    def __init__(self, session: requests.Session, url: str) -> None:
        super().__init__(provider=ScimProvider([User], [USERS]))
        self.session, self.url = session, url

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.url + url, timeout=20, **options)

    def create(self, resource: Any, **options: Any) -> Any:
        # RFC 7644 asks for 201; Hootsuite documents 200 for everything, creation too.
        return super().create(resource, **{"expected_status_codes": [200], **options})
