"""A bare HTTP client for the sandbox: these tests must not lean on the client they help to test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from hootsuite_api.contract import load

# Large enough for one profile of every network; the clock stands still between two advances, and
# the token outlives them.
WORLD = {
    "messages": 2000,
    "members": 40,
    "teams": 6,
    "profiles": 12,
    "clock_rate": 0.0,
    "token_ttl": 50_000_000,
}


@cache
def declared(operation_id: str, status: int) -> tuple[Draft202012Validator | None, set[str]]:
    """What the contract declares for an answer: its JSON schema, and its media types."""
    contract = load()
    operation = contract.operations[operation_id]
    item = contract.document["paths"][operation.path][operation.method.lower()]
    response = contract._inline(item["responses"][str(status)])
    content = response.get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return None if schema is None else Draft202012Validator(schema), set(content)


def check_answer(method: str, path: str, status: int, body: Any) -> None:
    """Hold every answer in these tests against the contract."""
    for operation in load().operations.values():
        shape = re.sub(r"\{\w+\}", "[^/]+", operation.path)
        if operation.method == method and re.fullmatch(shape, path):
            validator, media_types = declared(operation.id, status)
            if isinstance(body, str):
                assert "text/plain" in media_types, (operation.id, status, body)
            elif validator:
                validator.validate(body)
            return


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Any

    @property
    def data(self) -> Any:
        assert self.status == 200, self.body
        return self.body["data"]

    @property
    def refusal(self) -> tuple[int, int]:
        """Status and first code of an error."""
        return self.status, self.body["errors"][0]["code"]


class Api:
    """Calls of one caller."""

    def __init__(self, sandbox: Any, session: requests.Session, token: str) -> None:
        self.sandbox = sandbox
        self.session = session
        self.token = token
        self.ready = sandbox.ready

    def call(self, method: str, path: str, json: Any = None, **query: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = self.ready["url"] + path
        reply = self.session.request(method, url, params=query, json=json, headers=headers)
        is_json = reply.headers["Content-Type"].startswith("application/json") and reply.content
        body = reply.json() if is_json else reply.text
        check_answer(method, path, reply.status_code, body)
        return Answer(reply.status_code, body, reply.headers)

    def get(self, path: str, **query: Any) -> Answer:
        return self.call("GET", path, **query)

    def post(self, path: str, json: Any = None) -> Answer:
        return self.call("POST", path, json)

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)

    def named(self, grant: str, **form: str) -> Api:
        """The same API for somebody else."""
        client = (self.ready["client_id"], self.ready["client_secret"])
        url = self.ready["url"] + "/oauth2/token"
        reply = self.session.post(url, data={"grant_type": grant, **form}, auth=client)
        assert reply.status_code == 200, reply.text
        return Api(self.sandbox, self.session, reply.json()["access_token"])

    def member(self, member_id: str) -> Api:
        return self.named("member_app", member_id=member_id)

    def organization(self) -> Api:
        return self.named("organization_app", organization_id=self.ready["organization_id"])

    def profile(self, kind: str, number: int = 0) -> str:
        """The id of a visible profile of a network."""
        profiles = self.get("/v1/socialProfiles").data
        return [p["id"] for p in profiles if p["type"] == kind][number]

    def message(self, **fields: Any) -> Answer:
        """Schedule something harmless, unless told otherwise."""
        body = {"text": "Hello", "scheduledSendTime": "2026-02-01T10:00:00Z", **fields}
        if "socialProfileIds" not in fields:
            body["socialProfileIds"] = [self.profile("FACEBOOKPAGE")]
        return self.post("/v1/messages", {k: v for k, v in body.items() if v is not None})

    def messages(self, start: str, end: str, **query: Any) -> Answer:
        return self.get("/v1/messages", startTime=start, endTime=end, **query)


@pytest.fixture(scope="session")
def world() -> dict[str, Any]:
    """The options of the world that these tests run in."""
    return WORLD


@pytest.fixture(scope="session")
def http() -> Iterator[requests.Session]:
    """One pool of connections for all tests."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def start(sandbox: Any, http: requests.Session) -> Callable[..., Api]:
    """Reset the sandbox to given options; return the API of its main member."""

    def begin(**options: Any) -> Api:
        sandbox.reset(**{**WORLD, **options})
        return Api(sandbox, http, sandbox.ready["access_token"])

    return begin


@pytest.fixture
def api(start: Callable[..., Api]) -> Api:
    """The API for an administrator, shapes as documented."""
    return start()


@pytest.fixture
def recorded(start: Callable[..., Api]) -> Api:
    """The API for an administrator, shapes as recorded."""
    return start(quirks="recorded")


@pytest.fixture
def plain(start: Callable[..., Api]) -> Api:
    """The API for a member without rights."""
    return start(role="member")
