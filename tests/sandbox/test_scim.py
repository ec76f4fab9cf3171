"""SCIM: users, filters, errors, PATCH."""

from __future__ import annotations

import importlib

import pytest

EXTENSION = "urn:ietf:params:scim:schemas:extension:Hootsuite:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ADA = {"userName": "ada@example.com", "displayName": "Ada Lovelace", "active": True}


@pytest.fixture
def ada(api):
    return api.post("/scim/v2/Users", ADA).body


def patch(api, user, *operations):
    body = {"schemas": [PATCH], "Operations": list(operations)}
    return api.call("PATCH", f"/scim/v2/Users/{user['id']}", body)


def trouble(answer):
    assert answer.body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert answer.body["status"] == str(answer.status)
    return answer.status, answer.body.get("scimType")


def test_resource_types(plain):
    """Any member may ask for the kinds: users, whose extension is required, and groups."""
    body = plain.get("/scim/v2/ResourceTypes").body
    user, group = body["Resources"]
    assert (user["id"], user["endpoint"], body["totalResults"]) == ("User", "/Users", 2)
    assert user["schemaExtensions"] == [{"schema": EXTENSION, "required": True}]
    assert (group["id"], group["endpoint"], group["schemaExtensions"]) == ("Group", "/Groups", [])
    assert plain.sandbox.truth("scim_resource_types") == body["Resources"]


def test_pages(api):
    """Pages by startIndex and count bring every user once, by id."""
    rows = []
    while True:
        page = api.get("/scim/v2/Users", startIndex=len(rows) + 1, count=7).body
        if not page["Resources"]:
            break
        assert page["itemsPerPage"] == len(page["Resources"])
        rows += page["Resources"]
    assert rows == api.sandbox.truth("scim_users")
    assert page["totalResults"] == len(rows)


def test_odd_pages(api):
    """Values below the least are read as the least; count 0 asks for the total alone."""
    page = api.get("/scim/v2/Users", startIndex=-3, count=0).body
    assert (page["startIndex"], page["Resources"]) == (1, [])
    assert page["totalResults"] == 40
    assert trouble(api.get("/scim/v2/Users", count="many")) == (400, "invalidValue")


def test_last_modified_is_the_members(api):
    """`lastModified` is the member's modifiedDate, with milliseconds."""
    members = {m["id"]: m["modifiedDate"] for m in api.sandbox.truth("members")}
    for user in api.sandbox.truth("scim_users"):
        assert user["meta"]["lastModified"] == members[user["id"]].replace("Z", ".000Z")


@pytest.mark.parametrize("shape", ['userName eq "{}"', 'USERNAME EQ "{}"', ' userName  eq "{}" '])
def test_filter(api, ada, shape):
    """`userName eq` finds exactly one user, capitals or not."""
    for name in (ADA["userName"], ADA["userName"].upper()):
        body = api.get("/scim/v2/Users", filter=shape.format(name)).body
        assert body["Resources"] == [ada]
        assert body["totalResults"] == 1


def test_filter_escapes(api):
    """Quotes and backslashes in a filter are escaped as in JSON, and can't break out."""
    name = r"a\"b\\c@example.com"
    user = api.post("/scim/v2/Users", {**ADA, "userName": 'a"b\\c@example.com'}).body
    assert api.get("/scim/v2/Users", filter=f'userName eq "{name}"').body["Resources"] == [user]


@pytest.mark.parametrize(
    "text", ['userName co "a"', 'displayName eq "a"', "userName eq a", 'userName eq "a" or "b"',
             'userName eq "\\q"', ""],
)  # fmt: skip
def test_bad_filters(api, text):
    """Other filters are refused."""
    assert trouble(api.get("/scim/v2/Users", filter=text)) == (400, "invalidValue")


def test_create(api, ada):
    """A new user is a member of the caller's organization, in REST too; the answer is 200."""
    assert ada["emails"] == [{"primary": True, "value": "ada@example.com", "type": "work"}]
    assert ada["meta"]["created"] == "2026-01-15T12:00:00.000Z"
    assert (ada["timezone"], ada["preferredLanguage"]) == ("America/Vancouver", "en")
    assert ada["groups"] == []
    assert EXTENSION not in ada
    member = api.get(f"/v1/members/{ada['id']}").data
    assert (member["email"], member["fullName"]) == ("ada@example.com", "Ada Lovelace")
    organization = api.ready["organization_id"]
    assert api.get(f"/v1/members/{ada['id']}/organizations").data == [{"id": organization}]


def test_rest_members_are_users(api):
    """What REST creates, SCIM finds."""
    body = {"organizationIds": [api.ready["organization_id"]], "email": "bob@example.com"}
    member = api.post("/v1/members", {**body, "fullName": "Bob Stone"}).data
    [user] = api.get("/scim/v2/Users", filter='userName eq "bob@example.com"').body["Resources"]
    assert (user["id"], user["displayName"]) == (member["id"], "Bob Stone")
    assert user["name"] == {"givenName": "Bob", "familyName": "Stone"}


@pytest.mark.parametrize(
    "fields",
    [
        {"userName": "no address"},
        {"displayName": "A"},
        {"timezone": "Mars/Olympus"},
        {"preferredLanguage": "xx"},
        {"name": "Ada"},
        {"emails": "ada@example.com"},
        {"emails": [{"value": "ada@example.com"}]},
        {"emails": [{"primary": True, "value": "x"}]},
        {"emails": [{"primary": True, "value": f"{n}@example.com"} for n in "ab"]},
        {EXTENSION: {"organizationIds": [5]}},
        {EXTENSION: {"teamIds": [5]}},
        {"active": "true"},
    ],
)
def test_bad_values(api, fields):
    """Values that don't fit are invalidValue, and nobody is created."""
    assert trouble(api.post("/scim/v2/Users", {**ADA, **fields})) == (400, "invalidValue")
    assert api.get("/scim/v2/Users").body["totalResults"] == 40


def test_not_json(api):
    """A body that is not JSON is invalidSyntax."""
    headers = {"Authorization": f"Bearer {api.token}"}
    url = f"{api.ready['url']}/scim/v2/Users"
    answer = api.session.post(url, data="{", headers=headers)
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidSyntax")


def test_uniqueness(api, ada):
    """A user name or address in use is `uniqueness`, on create and on replace."""
    assert trouble(api.post("/scim/v2/Users", ADA)) == (400, "uniqueness")
    other = api.post("/scim/v2/Users", {**ADA, "userName": "bob@example.com"}).body
    answer = api.call("PUT", f"/scim/v2/Users/{other['id']}", ADA)
    assert trouble(answer) == (400, "uniqueness")
    mails = [{"primary": True, "value": "ada@example.com", "type": "work"}]
    fresh = {**ADA, "userName": "eve@example.com", "emails": mails}
    assert trouble(api.post("/scim/v2/Users", fresh)) == (400, "uniqueness")


def test_replace(api, ada):
    """PUT sets everything; what it leaves out falls back."""
    api.sandbox.advance(60)
    path = f"/scim/v2/Users/{ada['id']}"
    full = {**ADA, "title": "Countess", "timezone": "Europe/London", "preferredLanguage": "fr"}
    user = api.call("PUT", path, {**full, "name": {"givenName": "A", "familyName": "L"}}).body
    assert (user["title"], user["timezone"]) == ("Countess", "Europe/London")
    assert user["name"] == {"givenName": "A", "familyName": "L"}
    assert user["meta"]["lastModified"] == "2026-01-15T12:01:00.000Z"
    user = api.call("PUT", path, ADA).body
    assert user["timezone"] == "America/Vancouver"
    assert "title" not in user
    assert user == {**ada, "meta": user["meta"]}


def test_nothing_changed(api, ada):
    """Writing what is there already does not count as a change."""
    api.sandbox.advance(60)
    seeded = api.sandbox.truth("scim_users")[4]
    for user in (ada, seeded):
        body = {key: value for key, value in user.items() if key not in ("id", "meta", "groups")}
        assert api.call("PUT", f"/scim/v2/Users/{user['id']}", body).body == user


def test_deactivation(api, ada):
    """`active: false` is the member's isActive, and takes the access away."""
    ada_api = api.member(ada["id"])
    assert ada_api.get("/v1/me").status == 200
    user = patch(api, ada, {"op": "replace", "path": "active", "value": False}).body
    assert user["active"] is False
    assert api.get(f"/v1/members/{ada['id']}").data["isActive"] is False
    assert ada_api.get("/v1/me").status == 401
    assert patch(api, ada, {"op": "replace", "value": {"active": True}}).body["active"] is True
    assert ada_api.get("/v1/me").status == 200


@pytest.mark.parametrize(
    ("operation", "attribute", "wanted"),
    [
        ({"op": "replace", "path": "displayName", "value": "Ada L"}, "displayName", "Ada L"),
        ({"op": "add", "path": "title", "value": "Countess"}, "title", "Countess"),
        (
            {"op": "replace", "path": "name.givenName", "value": "Augusta"},
            "name", {"givenName": "Augusta", "familyName": "Lovelace"},
        ),
        (
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": "a@example.org"},
            "emails", [{"primary": True, "value": "a@example.org", "type": "work"}],
        ),
        (
            {"op": "replace", "path": 'emails[type eq "work"]', "value": {"value": "a@b.org"}},
            "emails", [{"primary": True, "value": "a@b.org", "type": "work"}],
        ),
        (
            {"op": "add", "path": "emails",
             "value": [{"primary": False, "value": "home@b.org", "type": "home"}]},
            "emails", [
                {"primary": True, "value": "ada@example.com", "type": "work"},
                {"primary": False, "value": "home@b.org", "type": "home"},
            ],
        ),
        ({"op": "replace", "value": {"timezone": "Asia/Tokyo"}}, "timezone", "Asia/Tokyo"),
    ],
)  # fmt: skip
def test_patch(api, ada, operation, attribute, wanted):
    """Each operation changes what its path names, and only that."""
    user = patch(api, ada, operation).body
    assert user[attribute] == wanted
    assert user == {**ada, "meta": user["meta"], attribute: wanted}


def test_patch_removes(api, ada):
    """A removed attribute is gone, as it was before it had a value (RFC 7643, section 2.5)."""
    assert patch(api, ada, {"op": "add", "path": "title", "value": "Countess"}).body["title"]
    assert patch(api, ada, {"op": "remove", "path": "title"}).body == ada


def test_patched_address_is_the_members(api, ada):
    """A new work address is the member's e-mail address."""
    path = 'emails[type eq "work"].value'
    patch(api, ada, {"op": "replace", "path": path, "value": "new@example.org"})
    assert api.get(f"/v1/members/{ada['id']}").data["email"] == "new@example.org"


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ({"op": "remove"}, "invalidSyntax"),
        ({"op": "replace", "path": "title"}, "invalidSyntax"),
        ({"op": "Replace", "path": "title", "value": "x"}, "invalidValue"),
        ({"op": "replace", "path": "nickName", "value": "x"}, "invalidValue"),
        ({"op": "replace", "path": 'title[type eq "work"]', "value": "x"}, "invalidValue"),
        ({"op": "replace", "path": "title eq", "value": "x"}, "invalidValue"),
        ({"op": "replace", "path": "active", "value": "False"}, "invalidValue"),
        ({"op": "replace", "path": "emails", "value": ["x"]}, "invalidValue"),
        ({"op": "replace", "path": 'emails[type eq "work"]', "value": "x"}, "invalidValue"),
        ({"op": "remove", "path": 'emails[type eq "work"].value'}, "invalidValue"),
        ({"op": "replace", "value": "x"}, "invalidValue"),
        ({"op": "replace", "path": "id", "value": "5"}, "mutability"),
        ({"op": "add", "path": "groups", "value": []}, "mutability"),
        ({"op": "remove", "path": "userName"}, "mutability"),
    ],
)
def test_bad_patches(api, ada, operation, kind):
    """A bad operation is refused with its type, and nothing of the PATCH happens."""
    good = {"op": "replace", "path": "title", "value": "Countess"}
    assert trouble(patch(api, ada, good, operation)) == (400, kind)
    assert api.get(f"/scim/v2/Users/{ada['id']}").body == ada


def test_empty_patches(api, ada):
    """Recorded: an empty object is invalidSyntax."""
    assert trouble(api.call("PATCH", f"/scim/v2/Users/{ada['id']}", {})) == (400, "invalidSyntax")
    assert trouble(patch(api, ada)) == (400, "invalidSyntax")


def test_recorded_refusals(plain):
    """Without rights: 403 without a type, before existence; the list holds the caller alone."""
    own = plain.ready["member_id"]
    assert trouble(plain.get(f"/scim/v2/Users/{own}")) == (403, None)
    assert trouble(plain.call("PUT", "/scim/v2/Users/999", {})) == (403, None)
    assert trouble(plain.post("/scim/v2/Users", {"name": "x"})) == (400, "invalidValue")
    assert trouble(plain.post("/scim/v2/Users", ADA)) == (403, None)
    assert trouble(plain.call("PATCH", f"/scim/v2/Users/{own}", {})) == (400, "invalidSyntax")
    good = {"op": "replace", "path": "title", "value": "Countess"}
    assert trouble(patch(plain, {"id": own}, good)) == (403, None)
    page = plain.get("/scim/v2/Users").body
    assert [user["id"] for user in page["Resources"]] == [own]


def test_unknown_user(api):
    """An unknown id is 404 in the SCIM shape."""
    assert trouble(api.get("/scim/v2/Users/999")) == (404, None)
    assert trouble(api.call("PUT", "/scim/v2/Users/999", ADA)) == (404, None)


def test_extension(recorded):
    """Recorded: the extension lists organizations and teams as numbers, and is read back."""
    team = recorded.sandbox.truth("teams")[0]["id"]
    organization = int(recorded.ready["organization_id"])
    wanted = {"organizationIds": [organization], "teamIds": [int(team)]}
    user = recorded.post("/scim/v2/Users", {**ADA, EXTENSION: wanted}).body
    assert user[EXTENSION] == wanted
    assert EXTENSION in user["schemas"]
    assert [group["value"] for group in user["groups"]] == [team]
    joined = patch(recorded, user, {"op": "replace", "path": f"{EXTENSION}:teamIds", "value": []})
    assert joined.body[EXTENSION] == wanted, "nobody leaves a team this way"


def test_shapes_by_the_rfc(start):
    """An independent model of RFC 7643 and 7644 reads users, pages, types and errors."""
    rfc = importlib.import_module("scim2_models")  # takes seconds, so not when tests are collected
    api = start()
    page = rfc.ListResponse[rfc.User].model_validate(api.get("/scim/v2/Users", count=5).body)
    assert [user.user_name for user in page.resources] == [
        user["userName"] for user in api.sandbox.truth("scim_users")[:5]
    ]
    kinds = rfc.ListResponse[rfc.ResourceType].model_validate(
        api.get("/scim/v2/ResourceTypes").body
    )
    assert [kind.endpoint for kind in kinds.resources] == ["/Users", "/Groups"]
    error = rfc.Error.model_validate(api.get("/scim/v2/Users/999").body)
    assert error.status == 404
