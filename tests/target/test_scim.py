"""SCIM users: desired state, not commands."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scim2_models import PatchOp, User

from target_hootsuite.lookup.scim import equals
from target_hootsuite.rules.scim import EXTENSION, desired, differences

NAME = "ada@larkspur.example"
ROW = {
    "user_name": NAME,
    "display_name": "Ada Example",
    "active": True,
    "name": {"givenName": "Ada", "familyName": "Example"},
    "emails": [{"primary": True, "value": NAME, "type": "work"}],
}
WHOLE = ROW | {"timezone": "Europe/Paris", "preferred_language": "fr", "title": "Poet"}


def bodies(sandbox):
    """Operations that wrote, in order."""
    return [entry["operation"] for entry in sandbox.ledger()]


def user(sandbox, name=NAME):
    """The user as the platform has it."""
    return next(one for one in sandbox.truth("scim_users") if one["userName"] == name)


def test_created_once_then_unchanged(run_target, sandbox):
    """Rule 21: the platform's present state decides, by a look-up in every run."""
    assert run_target([ROW], "scim_users").statuses == {"done": 1}
    assert run_target([ROW], "scim_users").statuses == {"unchanged": 1}
    assert bodies(sandbox) == ["create_scim_user"]


def test_only_what_differs_is_patched(run_target, sandbox):
    """A row that says less than the user has is a PATCH of the difference."""
    run_target([ROW], "scim_users")
    before = user(sandbox)
    run = run_target([{"user_name": NAME, "display_name": "Ada Other"}], "scim_users")
    assert run.statuses == {"done": 1}
    after = user(sandbox)
    assert bodies(sandbox)[-1] == "patch_scim_user"
    assert after["displayName"] == "Ada Other"
    assert {**after, "displayName": "", "meta": 0} == {**before, "displayName": "", "meta": 0}


def test_a_whole_row_replaces(run_target, sandbox):
    """A row that says all there is to say replaces the user."""
    run_target([ROW], "scim_users")
    assert run_target([WHOLE], "scim_users").statuses == {"done": 1}
    assert bodies(sandbox)[-1] == "replace_scim_user"
    assert run_target([WHOLE], "scim_users").statuses == {"unchanged": 1}


def test_leavers_stay_deactivated(run_target, sandbox):
    """Rule 21: a leaver who was reactivated by somebody is deactivated again."""
    run_target([ROW], "scim_users")
    leaver = {"user_name": NAME, "active": False}
    assert run_target([leaver], "scim_users").statuses == {"done": 1}
    assert user(sandbox)["active"] is False
    assert run_target([leaver], "scim_users").statuses == {"unchanged": 1}
    sandbox.mutate("change_member", member_id=user(sandbox)["id"], is_active=True)
    assert run_target([leaver], "scim_users").statuses == {"done": 1}
    assert user(sandbox)["active"] is False


@pytest.mark.parametrize(
    ("row", "action"),
    [
        (ROW, "none"),
        ({"display_name": "Ada Other"}, "patch"),
        ({"active": False}, "deactivate"),
        (WHOLE, "replace"),
        (WHOLE | {"active": False}, "deactivate"),
        ({"user_name": "new@larkspur.example", "display_name": "New"}, "create"),
    ],
)
def test_results_name_what_was_done(row, action, run_target, sandbox):
    """A result, and before it the plan of a dry run, says what happened to the user."""
    run_target([ROW], "scim_users")
    row = {"user_name": NAME} | row
    for dry in (True, False):
        (result,) = run_target([row], "scim_users", dry_run=dry).results
        assert result["action"] == action


def test_an_unanswered_patch_is_no_creation(run_target, sandbox):
    """What a look-up finds done has the name of what was sent."""
    run_target([ROW], "scim_users")
    sandbox.faults(operation="patch_scim_user", kind="close", when="after", times=1)
    run = run_target([{"user_name": NAME, "active": False}], "scim_users")
    assert [(one["status"], one["action"]) for one in run.results] == [("done", "deactivate")]


def test_only_a_new_user_needs_a_name(run_target, sandbox):
    """What the platform wants of a new user is asked for only where one is to be made."""
    run = run_target([{"user_name": NAME, "active": False}], "scim_users")
    (result,) = run.results
    assert (result["status"], result["error_code"]) == ("rejected", "contract")
    assert "to create this user, the row needs display_name" in result["error_message"]
    assert bodies(sandbox) == []


def test_a_nameless_user_is_patched(run_target, sandbox):
    """A row that can't be a whole user is no replacement, however little the user has."""
    run_target([ROW], "scim_users")
    poor = {"id": user(sandbox)["id"], "userName": NAME, "active": True}
    body = json.dumps({"schemas": [], "Resources": [poor], "totalResults": 1})
    sandbox.faults(operation="list_scim_users", kind="status", status=200, body=body, times=2)
    run_target([{"user_name": NAME, "active": False}], "scim_users")
    assert bodies(sandbox)[-1] == "patch_scim_user"


def test_nothing_turns_false_into_true(run_target, sandbox):
    """A row without `active`, or with a word in it, never activates anybody."""
    run_target([ROW | {"active": False}], "scim_users")
    silent = {name: value for name, value in ROW.items() if name != "active"}
    run_target([silent | {"display_name": "Other"}], "scim_users")
    run = run_target(
        [ROW | {"active": "true"}, ROW | {"active": 1, "user_name": "x@y.example"}], "scim_users"
    )
    assert run.statuses == {"rejected": 2}
    assert user(sandbox)["active"] is False


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", ["create_scim_user", "patch_scim_user"])
def test_unanswered_writes(operation, when, run_target, sandbox):
    """Rule 21: a look-up tells what became of an unanswered write."""
    row = ROW
    if operation == "patch_scim_user":
        run_target([ROW], "scim_users")
        row = {"user_name": NAME, "display_name": "Changed"}
    sandbox.faults(operation=operation, kind="close", when=when, times=1)
    run = run_target([row], "scim_users")
    assert run.statuses == {"done" if when == "after" else "unknown": 1}
    assert run_target([row], "scim_users").code == 0
    assert bodies(sandbox).count(operation) == 1


def test_a_look_up_must_name_exactly_one(run_target, sandbox):
    """Rule 22: a look-up that gives another user, or several, decides nothing."""
    other = sandbox.truth("scim_users")[0]
    for found in ([other], [other, other]):
        body = json.dumps({"schemas": [], "Resources": found, "totalResults": len(found)})
        sandbox.faults(operation="list_scim_users", kind="status", status=200, body=body)
        run = run_target([ROW], "scim_users")
        assert run.results[0]["error_code"] == "ambiguous_user"
    assert bodies(sandbox) == []


@given(st.text(max_size=30))
def test_filters_are_escaped(name):
    """Rule 22: whatever the name holds, the filter compares it and nothing else."""
    text = equals("userName", name)
    assert text.startswith('userName eq "')
    assert json.loads(text.removeprefix("userName eq ")) == name


def test_the_extension_is_sent_only_when_configured(run_target, sandbox):
    """Organization and team ids travel in the extension, and only if the setting says so."""
    row = ROW | {"organization_ids": [int(sandbox.ready["organization_id"])]}
    assert EXTENSION not in desired(row, extended=False)
    assert desired(row, extended=True)[EXTENSION]["organizationIds"]
    sandbox.reset(quirks="recorded")
    assert run_target([row], "scim_users", scim_extension=True).statuses == {"done": 1}
    assert run_target([row], "scim_users", scim_extension=True).statuses == {"unchanged": 1}


def test_bodies_are_scim(sandbox):
    """Request bodies are valid SCIM by an independent model."""
    wanted = desired(ROW, extended=False)
    made = User.model_validate(
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], **wanted}
    )
    assert made.user_name == NAME
    changes = differences(wanted, {"userName": NAME, "active": False, "name": {}})
    patch = PatchOp[User].model_validate(
        {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": changes}
    )
    assert {one.path for one in patch.operations} == {
        "displayName",
        "active",
        "name.givenName",
        "name.familyName",
        "emails",
    }


def test_scim_refusals_keep_their_words(run_target, sandbox):
    """A refusal is a rejection with the platform's scimType."""
    run = run_target([ROW | {"emails": [{"primary": True, "value": "no address"}]}], "scim_users")
    (result,) = run.results
    assert (result["status"], result["error_code"]) == ("rejected", "invalidValue")


@pytest.mark.parametrize("spelling", ["CASE@larkspur.example", "Case@Larkspur.Example"])
def test_a_user_name_is_not_case_sensitive(spelling, run_target, sandbox):
    """Rule 22 (RFC 7643): a leaver in another spelling is the same user, and is deactivated."""
    row = ROW | {"user_name": "case@larkspur.example"}
    row["emails"] = [{"value": "case@larkspur.example", "primary": True}]
    assert run_target([row], "scim_users").statuses == {"done": 1}
    same = row | {"user_name": spelling, "emails": [{"value": spelling, "primary": True}]}
    assert run_target([same], "scim_users").statuses == {"unchanged": 1}
    leaver = {"user_name": spelling, "active": False}
    run = run_target([leaver], "scim_users")
    assert [(one["status"], one["action"]) for one in run.results] == [("done", "deactivate")]
    kinds = [entry["kind"] for entry in sandbox.ledger()]
    assert len(kinds) == 2, kinds


def test_two_spellings_in_one_run(run_target):
    """Rule 4 and 22: two spellings are one row if they say the same, else a contradiction."""
    row = ROW | {"user_name": "twice@larkspur.example"}
    run = run_target([row, row | {"user_name": "TWICE@larkspur.example"}], "scim_users")
    assert run.statuses == {"done": 1, "unchanged": 1}
    other = row | {"user_name": "Twice@larkspur.example", "active": False}
    run = run_target([row, other], "scim_users")
    assert run.statuses == {"unchanged": 1, "rejected": 1}
    assert "duplicate_key" in {one["error_code"] for one in run.results}
