"""`/scim/v2/Groups`: teams on both sides, pages, PATCH without a path, refusals."""

from __future__ import annotations

import pytest

GROUPS = "/scim/v2/Groups"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def patch(*operations):
    return {"schemas": [PATCH], "Operations": list(operations)}


def members(*ids):
    return {"members": [{"value": member_id} for member_id in ids]}


@pytest.fixture
def seated(api):
    """Ids of members of the organization."""
    path = f"/v1/organizations/{api.ready['organization_id']}/members"
    return [one["id"] for one in api.get(path).data]


@pytest.fixture
def group(api):
    """A new, empty group."""
    return api.post(GROUPS, {"displayName": "Night Shift"}).body


def team_of(api, group_id):
    """Name and member ids of the team, as REST shows it."""
    organization = api.ready["organization_id"]
    found = api.get(f"/v1/organizations/{organization}/teams/{group_id}/members").data
    return api.get(f"/v1/teams/{group_id}").data["name"], [one["id"] for one in found]


def test_groups_are_teams(api):
    """The list holds every team with the members that REST names, and the truth agrees."""
    listed = api.get(GROUPS).body
    assert listed["totalResults"] == len(listed["Resources"]) == 6
    for shown in listed["Resources"]:
        name, ids = team_of(api, shown["id"])
        assert (shown["displayName"], [m["value"] for m in shown["members"]]) == (name, ids)
        assert api.get(f"{GROUPS}/{shown['id']}").body == shown
        for member in shown["members"]:
            assert member["$ref"] == f"/scim/v2/Users/{member['value']}"
            assert member["display"]
    assert api.sandbox.truth("scim_groups") == listed["Resources"]
    rows = api.sandbox.truth("scim_group_members")
    assert len(rows) == sum(len(one["members"]) for one in listed["Resources"])
    user = api.get(f"/scim/v2/Users/{rows[0]['memberId']}").body
    assert rows[0]["groupId"] in {one["value"] for one in user["groups"]}


def test_what_is_written_shows_on_both_sides(api, group, seated):
    """Created by SCIM, joined by REST, renamed by SCIM: one team, one truth."""
    organization = api.ready["organization_id"]
    joined = api.post(f"/v1/organizations/{organization}/teams/{group['id']}/members/{seated[2]}")
    assert joined.status == 200
    shown = api.get(f"{GROUPS}/{group['id']}").body
    assert [one["value"] for one in shown["members"]] == [seated[2]]
    body = patch({"op": "replace", "value": {"displayName": "Day Shift"}})
    assert api.call("PATCH", f"{GROUPS}/{group['id']}", body).status == 200
    assert team_of(api, group["id"]) == ("Day Shift", [seated[2]])


def test_patch_adds_replaces_and_removes(api, group, seated):
    """Each operation does what it says; the others' places stay; all in one request, in order."""
    path = f"{GROUPS}/{group['id']}"

    def change(*operations):
        shown = api.call("PATCH", path, patch(*operations)).body
        return [one["value"] for one in shown["members"]]

    one, two, three = seated[:3]
    assert change({"op": "add", "value": members(one, two)}) == [one, two]
    assert change({"op": "add", "value": members(two, three)}) == [one, two, three]
    assert change({"op": "remove", "value": members(two, "999")}) == [one, three]
    assert change({"op": "replace", "value": members(two)}) == [two]
    both = [{"op": "add", "value": members(one)}, {"op": "remove", "value": members(two)}]
    assert change(*both) == [one]
    assert change({"op": "replace", "value": {"members": []}}) == []


def test_put_replaces_everything(api, group, seated):
    """A PUT without members leaves nobody in the team."""
    path = f"{GROUPS}/{group['id']}"
    api.call("PUT", path, {"displayName": "Late Shift", **members(*seated[:2])})
    assert team_of(api, group["id"]) == ("Late Shift", seated[:2])
    api.call("PUT", path, {"displayName": "Late Shift"})
    assert team_of(api, group["id"]) == ("Late Shift", [])


def test_rights_of_those_who_stay(api, seated):
    """A team's administrator keeps the rights when others come and go."""
    row = next(r for r in api.sandbox.truth("team_member_permissions") if "ADMIN" in str(r))
    path = f"{GROUPS}/{row['teamId']}"
    new = next(one for one in seated if one not in team_of(api, row["teamId"])[1])
    api.call("PATCH", path, patch({"op": "add", "value": members(new)}))
    after = [
        r for r in api.sandbox.truth("team_member_permissions") if r["teamId"] == row["teamId"]
    ]
    assert row in after


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "value": members("999")},
        {"op": "add", "value": {"members": "x"}},
        {"op": "add", "value": {"members": [{"value": 7}]}},
        {"op": "add", "value": {"members": [{}]}},
        {"op": "add", "value": {"color": "red"}},
        {"op": "add"},
        {"op": "replace", "value": "Night"},
        {"op": "replace", "value": {"displayName": "x"}},
        {"op": "replace", "value": {"displayName": None}},
        {"op": "replace", "path": "displayName", "value": "Night"},
        {"op": "remove", "value": {"displayName": "Night Shift"}},
        {"op": "move", "value": {}},
    ],
)
def test_patches_that_are_refused(api, group, seated, operation):
    """All operations or none: after a refusal nothing has changed."""
    first = {"op": "add", "value": members(seated[0])}
    answer = api.call("PATCH", f"{GROUPS}/{group['id']}", patch(first, operation))
    assert (answer.status, answer.body["status"]) == (400, "400")
    assert team_of(api, group["id"]) == ("Night Shift", [])


def test_names_are_unique_and_have_a_length(api, group):
    """A name in use, in any spelling, is refused with `uniqueness`; so is one too short."""
    taken = api.post(GROUPS, {"displayName": "night shift"})
    assert (taken.status, taken.body["scimType"]) == (400, "uniqueness")
    assert api.post(GROUPS, {"displayName": "x"}).status == 400
    assert api.post(GROUPS, {}).status == 400
    again = api.call("PUT", f"{GROUPS}/{group['id']}", {"displayName": "NIGHT SHIFT"})
    assert again.body["displayName"] == "NIGHT SHIFT"


def test_filter_and_pages(api):
    """Teams are found by name, capitals aside, and come in pages."""
    name = api.get(GROUPS).body["Resources"][1]["displayName"]
    found = api.get(GROUPS, filter=f'displayName eq "{name.upper()}"').body
    assert [one["displayName"] for one in found["Resources"]] == [name]
    assert api.get(GROUPS, filter='displayName co "x"').status == 400
    assert api.get(GROUPS, filter='userName eq "x"').status == 400
    page = api.get(GROUPS, startIndex=5, count=3).body
    assert (page["startIndex"], page["itemsPerPage"], page["totalResults"]) == (5, 2, 6)


def test_there_is_no_delete(api, group):
    """Groups can't be deleted."""
    assert api.delete(f"{GROUPS}/{group['id']}").status == 405


def test_who_may(plain):
    """Without the right to manage teams: the own teams in the list, and refusals."""
    own = {r["teamId"] for r in plain.sandbox.truth("team_members") if r["memberId"] == "1000001"}
    listed = {one["id"] for one in plain.get(GROUPS).body["Resources"]}
    assert listed == own
    assert plain.post(GROUPS, {"displayName": "Night Shift"}).status == 403
    assert plain.get(f"{GROUPS}/320001").status == 403


def test_an_unknown_group(api):
    """An unknown id is a SCIM 404."""
    answer = api.get(f"{GROUPS}/999")
    assert (answer.status, answer.body["status"]) == (404, "404")


def test_the_ledger_says_who_came_and_went(api, group, seated):
    """Writes are in the ledger; one that changes nothing leaves the date of change."""
    path = f"{GROUPS}/{group['id']}"
    api.sandbox.advance(60)
    done = api.call("PATCH", path, patch({"op": "add", "value": members(seated[1])})).body
    entry = api.sandbox.ledger()[-1]
    assert (entry["kind"], entry["added"], entry["removed"]) == (
        "scim_group_patched",
        [seated[1]],
        [],
    )
    api.sandbox.advance(60)
    same = api.call("PATCH", path, patch({"op": "add", "value": members(seated[1])})).body
    assert same["meta"] == done["meta"]
    assert done["meta"]["lastModified"] > group["meta"]["lastModified"]
