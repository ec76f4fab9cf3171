"""Every answer fits the contract: the good ones of all operations, and those to odd requests."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hootsuite_api.contract import load
from hootsuite_sandbox import routes
from hootsuite_sandbox.operations import handlers
from hootsuite_sandbox.routes import oauth

CHECKS = (
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
# Per operation: odd requests are cheap, but there are many operations.
EXAMPLES = [8, pytest.param(150, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])]
LATER = "2026-02-01T10:00:00Z"
ADA = {"userName": "ada@example.com", "displayName": "Ada Lovelace", "active": True}
PATCH = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{"op": "replace", "path": "title", "value": "Countess"}],
}
GROUP = {"schemas": [], "displayName": "Night Shift", "members": []}
GROUP_PATCH = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{"op": "replace", "value": {"displayName": "Night Shift"}}],
}


def test_all_operations():
    """The sandbox handles exactly the operations of the contract."""
    routes.register()
    assert oauth
    operations = sorted(load().operations)
    assert sorted(handlers()) == operations


@pytest.fixture(scope="module")
def real(sandbox_process, world) -> dict[str, Any]:
    """Ids of things that there are, by the names of parameters; the seed makes them always."""
    sandbox = sandbox_process
    sandbox.reset(**world)
    comment = next(c for c in sandbox.truth("comments") if c["reviewState"] == "PENDING_APPROVAL")
    account = sandbox.truth("ad_campaigns")[0]
    pending = next(m for m in sandbox.truth("messages") if m["state"] == "PENDING_APPROVAL")
    team = sandbox.truth("team_members")[0]
    profile = next(p for p in sandbox.truth("social_profiles") if p["type"] == "TWITTER")
    return {
        "organizationId": sandbox.ready["organization_id"],
        "memberId": team["memberId"],
        "teamId": team["teamId"],
        "socialProfileId": profile["id"],
        "messageId": pending["id"],
        "commentId": comment["id"],
        "commentReviewer": reviewer_of(sandbox, comment),
        "groupId": sandbox.truth("scim_groups")[0]["id"],
        "organization_id": sandbox.ready["organization_id"],
        "adAccounts": [{name: account[name] for name in ("adAccountId", "organizationId")}],
        "adEntityCollection": "ads",
        "mediaId": sandbox.truth("media")[0]["id"],
        "socialNetworkType": "twitter",
        "socialNetworkId": profile["socialNetworkId"],
        "targetSocialNetworkId": "5550001",
        "startTime": "2026-01-10T00:00:00Z",
        "endTime": "2026-02-01T00:00:00Z",
        "sequenceNumber": pending["sequenceNumber"],
        "reviewer": pending["reviewers"][0]["id"],
        "client_id": sandbox.ready["client_id"],
    }


def reviewer_of(sandbox: Any, comment: dict[str, Any]) -> str:
    """A member whose turn it is; the API doesn't tell who reviews a comment, so one is named."""
    member = next(m for m in sandbox.truth("members") if m["isActive"] and m["id"] != "1000001")
    sandbox.mutate("change_comment", comment_id=comment["id"], reviewers=[[member["id"], "MEMBER"]])
    return str(member["id"])


def good_body(operation: str, real: dict[str, Any]) -> Any:
    """A body that the operation takes."""
    organization = real["organizationId"]
    decision = {"sequenceNumber": real["sequenceNumber"], "reviewerType": "MEMBER"}
    bodies: dict[str, Any] = {
        "approve_comment": {"sequenceNumber": 1, "reviewerType": "MEMBER"},
        "reject_comment": {"sequenceNumber": 1, "reviewerType": "MEMBER", "reason": "Typo"},
        "list_ad_entities": {"filters": {"adAccounts": real["adAccounts"]}},
        "list_ad_metrics": {"filters": {"adAccounts": real["adAccounts"]}},
        "create_scim_group": GROUP,
        "replace_scim_group": GROUP,
        "patch_scim_group": GROUP_PATCH,
        "list_post_metrics": {"filters": {"profileId": {"eq": real["socialProfileId"]}}},
        "list_profile_metrics": {"filters": {"profileId": {"in": [real["socialProfileId"]]}}},
        "create_media": {"sizeBytes": 3, "mimeType": "image/png"},
        "create_member": {"organizationIds": [organization], "email": "a@b.org", "fullName": "Ada"},
        "create_message": {
            "text": "Hello",
            "socialProfileIds": [real["socialProfileId"]],
            "scheduledSendTime": LATER,
        },
        "approve_message": decision,
        "reject_message": {**decision, "reason": "Typo"},
        "create_team": {"teamName": "Night Shift"},
        "create_scim_user": ADA,
        "replace_scim_user": ADA,
        "patch_scim_user": PATCH,
    }
    return bodies.get(operation)


REST = [o for o in load().operations.values() if o.shape in {"rest", "scim", "analytics"}]


@pytest.mark.parametrize("quirks", ["documented", "recorded"])
@pytest.mark.parametrize("operation", REST, ids=lambda operation: operation.id)
def test_good_answers(start, real, operation, quirks):
    """A good request to each operation is a 200 whose body fits, in both modes."""
    api = start(quirks=quirks)
    caller = api
    if operation.id in {"approve_message", "reject_message"}:
        caller = api.member(real["reviewer"])
    if operation.id in {"approve_comment", "reject_comment"}:
        caller = api.member(reviewer_of(api.sandbox, {"id": real["commentId"]}))
    path = operation.path
    for parameter in operation.parameters:
        if parameter.location == "path":
            value = requests.utils.quote(real[parameter.name], safe="")
            path = path.replace(f"{{{parameter.name}}}", value)
    query = {p.name: real[p.name] for p in operation.parameters if p.required and p.name in real}
    query = {k: v for k, v in query.items() if f"{{{k}}}" not in operation.path}
    # `call` itself holds every answer against the contract.
    answer = caller.call(operation.method, path, good_body(operation.id, real), **query)
    assert answer.status == 200, answer.body


@cache
def schema() -> Any:
    # It takes half a second, so not when tests are collected.
    return importlib.import_module("schemathesis").openapi.from_dict(load().document)


@cache
def checks() -> list[Any]:
    general = importlib.import_module("schemathesis.checks")
    named = importlib.import_module("schemathesis.specs.openapi.checks")
    return [general.not_a_server_error, *(getattr(named, name) for name in CHECKS)]


@pytest.fixture
def busy(sandbox_process, world):
    """A fresh world for the odd requests to one operation."""
    sandbox_process.reset(**world)
    return sandbox_process


@pytest.mark.parametrize(
    "operation", load().operations.values(), ids=lambda operation: operation.id
)
@pytest.mark.parametrize("examples", EXAMPLES)
def test_odd_requests(busy, real, http, operation, examples):
    """Whatever the contract allows to be asked: no server error, no answer outside the contract."""
    sandbox = busy
    target = schema()[operation.path][operation.method]

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data(), existing=st.booleans(), sensible=st.booleans())
    def ask(*, data: st.DataObject, existing: bool, sensible: bool) -> None:
        case = data.draw(target.as_strategy())
        if existing:
            for values in (case.path_parameters, case.query):
                values.update({k: real[k] for k in values if k in real})
        body = good_body(operation.id, real)
        if sensible and isinstance(body, dict) and isinstance(case.body, dict):
            case.body = {**case.body, **body}
        case.headers = {}
        secret = (sandbox.ready["client_id"], sandbox.ready["client_secret"])
        auth = secret if operation.id == "create_token" else Bearer(sandbox)
        answer = case.call(base_url=sandbox.url, session=http, auth=auth, allow_redirects=False)
        case.validate_response(answer, checks=checks())

    ask()
    assert sandbox.stats()["internal_errors"] == []


class Bearer(requests.auth.AuthBase):
    """Sends the ready line's token."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.sandbox.ready['access_token']}"
        return request
