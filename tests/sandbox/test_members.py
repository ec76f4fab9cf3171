"""Members."""

from __future__ import annotations

import pytest

NEW = {"email": "ada@example.com", "fullName": "Ada Lovelace"}


@pytest.fixture
def create(api):
    def call(**fields):
        return api.post(
            "/v1/members", {"organizationIds": [api.ready["organization_id"]], **NEW, **fields}
        )

    return call


def test_get_member(api):
    """An administrator reads every member of the organization."""
    for member in api.sandbox.truth("members"):
        assert api.get(f"/v1/members/{member['id']}").data == member


def test_recorded_refusals(plain):
    """Without rights not even the own record can be read here, nor anyone created."""
    own, org = plain.ready["member_id"], plain.ready["organization_id"]
    assert plain.get(f"/v1/members/{own}").refusal == (403, 1202)
    assert plain.get("/v1/members/999").refusal == (403, 1202)
    assert plain.post("/v1/members", {"organizationIds": [org], **NEW}).refusal == (401, 1201)
    assert plain.post("/v1/members", {}).refusal == (401, 1201)


def test_own_organizations(plain):
    """One's own organizations can be read without rights, those of others can't."""
    own, org = plain.ready["member_id"], plain.ready["organization_id"]
    assert plain.get(f"/v1/members/{own}/organizations").data == [{"id": org}]
    other = plain.sandbox.truth("members")[1]["id"]
    assert plain.get(f"/v1/members/{other}/organizations").refusal == (401, 4004)


def test_unknown_and_unfit_ids(api):
    """An unknown member is 4001; an id that can't be one is 2304."""
    assert api.get("/v1/members/999").refusal == (404, 4001)
    assert api.get("/v1/members/999/organizations").refusal == (404, 4001)
    assert api.get("/v1/members/a%2Fb").refusal == (400, 2304)


def test_create(api, create):
    """A new member has a seat with default rights, appears in the lists and in SCIM."""
    member = create(organizationIds=[int(api.ready["organization_id"])]).data
    assert (member["email"], member["fullName"]) == (NEW["email"], NEW["fullName"])
    assert (member["timezone"], member["language"]) == ("America/Vancouver", "en")
    assert member["createdDate"] == member["modifiedDate"] == "2026-01-15T12:00:00Z"
    organization = f"/v1/organizations/{api.ready['organization_id']}/members"
    assert {"id": member["id"]} in api.get(organization).data
    rights = api.get(f"{organization}/{member['id']}/permissions").data
    assert rights == {"permissions": ["BASIC_USAGE"], "permissionPreset": "DEFAULT"}
    user = api.get(f"/scim/v2/Users/{member['id']}").body
    assert user["userName"] == NEW["email"]
    assert user["meta"]["lastModified"] == "2026-01-15T12:00:00.000Z"
    [entry] = api.sandbox.ledger()
    assert (entry["kind"], entry["member_id"]) == ("member_created", member["id"])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"email": "no address"}, 2001),
        ({"fullName": "A"}, 2002),
        ({"fullName": "A" * 101}, 2002),
        ({"timezone": "Mars/Olympus"}, 2003),
        ({"organizationIds": ["77"]}, 2303),
        ({"organizationIds": []}, 2303),
        ({"language": "xx"}, 4000),
        ({"bio": 7}, 4000),
    ],
)
def test_bad_fields(api, create, fields, code):
    """Each unfit field has its code, and nothing is created."""
    assert create(**fields).refusal == (400, code)
    assert api.sandbox.ledger() == []


def test_missing_fields(api):
    """Missing name and address have codes of their own."""
    org = [api.ready["organization_id"]]
    without_name = {"organizationIds": org, "email": NEW["email"]}
    assert api.post("/v1/members", without_name).refusal == (400, 2005)
    without_email = {"organizationIds": org, "fullName": "Ada"}
    assert api.post("/v1/members", without_email).refusal == (400, 2006)


def test_address_in_use(api, create):
    """An address is used once on the platform, capitals or not."""
    create()
    assert create(email="ADA@example.com").refusal == (400, 3010)
    taken = api.get("/v1/me").data["email"]
    assert create(email=taken).refusal == (400, 3010)
