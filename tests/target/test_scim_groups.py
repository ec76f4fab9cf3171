"""Teams as SCIM groups: who is in them by desired state, and who leaves them."""
# ruff: noqa: PLR0917 - fixtures are arguments

import json

import pytest

GROUPS = "scim_groups"
OUT = "team_member_removals"
NAME = "Night Shift"
ROW = {"display_name": NAME}


@pytest.fixture
def people(sandbox):
    """Ids and user names of active members, the same ones each time."""
    users = [one for one in sandbox.truth("scim_users") if one["active"]]
    return [(one["id"], one["userName"]) for one in users]


@pytest.fixture
def team(sandbox, people):
    """A team of three, by its id."""
    made = sandbox.mutate("add_team", name=NAME)
    for member, _ in people[:3]:
        sandbox.mutate("add_team_member", team_id=made, member_id=member)
    return made


@pytest.fixture
def row(sandbox):
    """A row of `team_member_removals` without the member."""
    return {"organization_id": sandbox.ready["organization_id"], "team_name": NAME}


def members(sandbox, name=NAME):
    """Ids of those who are in a team."""
    groups = [one for one in sandbox.truth("scim_groups") if one["displayName"] == name]
    return {one["value"] for group in groups for one in group["members"]}


def done(sandbox):
    """What was written, in order."""
    return [entry["operation"] for entry in sandbox.ledger()]


@pytest.mark.parametrize("as_text", [False, True])
def test_members_become_those_of_the_row(as_text, run_target, sandbox, people, team):
    """Ids and addresses in all forms: one PATCH of the differences; a second run writes nothing."""
    named = [
        int(people[1][0]),
        people[2][1].upper(),
        {"value": people[3][0], "$ref": "x", "display": "y"},
        {"value": people[4][1]},
        {"email": people[4][1].title()},
        people[3][0],
    ]
    row = ROW | {"members": json.dumps(named) if as_text else named}
    run = run_target([row], GROUPS)
    assert (run.code, run.statuses) == (0, {"done": 1}), run.results
    assert [one["action"] for one in run.results] == ["patch"]
    assert members(sandbox) == {one[0] for one in people[1:5]}
    (entry,) = sandbox.ledger()
    assert entry["operation"] == "patch_scim_group"
    assert (entry["added"], entry["removed"]) == ([people[3][0], people[4][0]], [people[0][0]])
    assert run_target([row], GROUPS).statuses == {"unchanged": 1}
    assert done(sandbox) == ["patch_scim_group"]


@pytest.mark.parametrize("absent", [{}, {"members": None}])
def test_absent_members_are_left_alone(absent, run_target, sandbox, team):
    """A row without members asks for the team, and for nothing about who is in it."""
    assert run_target([ROW | absent], GROUPS).statuses == {"unchanged": 1}
    assert len(members(sandbox)) == 3
    other = {"display_name": "Day Shift"} | absent
    assert run_target([other], GROUPS).statuses == {"done": 1}
    assert run_target([other], GROUPS).statuses == {"unchanged": 1}
    assert done(sandbox) == ["create_scim_group"]


def test_an_empty_list_removes_all(run_target, sandbox, people, team):
    """`[]` says that nobody is in the team, as an array and as JSON in a text."""
    for empty in ([], "[]", " [ ] "):
        row = ROW | {"members": empty}
        assert run_target([row], GROUPS).statuses == {"done": 1}
        assert members(sandbox) == set()
        assert run_target([row], GROUPS).statuses == {"unchanged": 1}
        sandbox.mutate("add_team_member", team_id=team, member_id=people[0][0])


def test_an_empty_list_is_not_the_same_as_none(run_target, people, team):
    """Rule 4: two rows of one team, of which one empties it, contradict each other."""
    run = run_target([ROW, ROW | {"members": []}], GROUPS)
    assert run.statuses == {"unchanged": 1, "rejected": 1}
    assert {one["error_code"] for one in run.results} == {None, "duplicate_key"}
    first, second = people[3][0], people[4][0]
    people_twice = [ROW | {"members": [first, second]}, ROW | {"members": [second, int(first)]}]
    assert run_target(people_twice, GROUPS).statuses == {"done": 1, "unchanged": 1}


def test_a_team_is_created_with_its_members(run_target, sandbox, people):
    """A team that is not there is made, whole; never a PUT."""
    row = {"display_name": 'Nacht "Schicht" \\ Ümläut', "members": [one for _, one in people[:2]]}
    dry = run_target([row], GROUPS, dry_run=True)
    assert [(one["status"], one["action"]) for one in dry.results] == [("planned", "create")]
    assert done(sandbox) == []
    assert run_target([row], GROUPS).statuses == {"done": 1}
    assert members(sandbox, row["display_name"]) == {one for one, _ in people[:2]}
    assert run_target([row], GROUPS).statuses == {"unchanged": 1}
    assert done(sandbox) == ["create_scim_group"]


def test_a_name_is_not_case_sensitive(run_target, sandbox, people, team):
    """A team is found however its name is spelt; it is not renamed for that."""
    for place, spelling in enumerate(("NIGHT SHIFT", "night shift", "  Night Shift  ")):
        row = {"display_name": spelling, "members": [people[place][0]]}
        assert run_target([row], GROUPS).statuses == {"done": 1}
        assert members(sandbox) == {people[place][0]}
    assert done(sandbox) == ["patch_scim_group"] * 3


def test_what_others_undo_is_done_again(run_target, sandbox, people, team):
    """Rule 21: the present state decides in every run; who joined by other ways leaves again."""
    row = ROW | {"members": [one for one, _ in people[:3]]}
    assert run_target([row], GROUPS).statuses == {"unchanged": 1}
    sandbox.mutate("remove_team_member", team_id=team, member_id=people[0][0])
    sandbox.mutate("add_team_member", team_id=team, member_id=people[4][0])
    assert run_target([row], GROUPS).statuses == {"done": 1}
    assert members(sandbox) == {one for one, _ in people[:3]}


def crowd(sandbox, count, name=NAME):
    """A team with many members."""
    team = sandbox.mutate("add_team", name=name)
    for number in range(count):
        member = sandbox.mutate("add_member", email=f"m{number}.{team}@larkspur.example")
        sandbox.mutate("add_team_member", team_id=team, member_id=member)


@pytest.mark.parametrize(
    ("count", "limit", "goes"),
    [
        (20, None, True),
        (21, None, False),
        (3, 2, False),
        (3, 3, True),
        (1, 0, False),
        (30, 30, True),
    ],
)
def test_too_many_removals(count, limit, goes, run_target, sandbox, lines, make_rows):
    """Rule 19: more removals than `max_removals` stop the run before its first write."""
    crowd(sandbox, count)
    messages = lines([ROW | {"members": []}], GROUPS) + lines(make_rows(1))
    for dry in (True, False):
        run = run_target(messages=messages, max_removals=limit, dry_run=dry)
        if goes:
            assert run.statuses == {"planned" if dry else "done": 2}
        else:
            assert (run.code, run.statuses) == (1, {"deferred": 2})
            assert "`max_removals`" in run.results[0]["error_message"]
            assert run.states == []
    assert len(members(sandbox)) == (0 if goes else count)
    assert bool(done(sandbox)) == goes


def test_removals_are_counted_over_all_rows(run_target, sandbox):
    """The limit is of the run; a member who only changes places within a row is none."""
    crowd(sandbox, 11, "One")
    crowd(sandbox, 11, "Two")
    rows = [{"display_name": name, "members": []} for name in ("One", "Two")]
    assert run_target(rows, GROUPS).statuses == {"deferred": 2}
    kept = list(members(sandbox, "One"))
    rows[0]["members"] = list(reversed(kept))
    assert run_target(rows, GROUPS).statuses == {"unchanged": 1, "done": 1}


HOSTILE = [
    {"members": 5},
    {"members": "five"},
    {"members": ""},
    {"members": {"value": "1000001"}},
    {"members": [1.5]},
    {"members": [True]},
    {"members": [None]},
    {"members": [""]},
    {"members": ["  "]},
    {"members": [[]]},
    {"members": [{}]},
    {"members": [{"value": None}]},
    {"members": [{"value": {"value": "1000001"}}]},
    {"members": ["a\x00b"]},
    {"members": [{"value": "\ud800"}]},
    {"members": ["1/../2"]},
    {"members": ["999999999"]},
    {"members": ["nobody@larkspur.example"]},
    {"members": [{"email": "nobody@larkspur.example"}]},
    {"display_name": "x", "members": ["1000001"]},
    {"display_name": "y" * 201},
    {"display_name": "  "},
    {"display_name": None},
    {"display_name": 5},
    {"display_name": "a\x00b"},
]


def test_hostile_rows_stop_no_other(run_target, sandbox, team):
    """Whatever a row holds, it is rejected with a reason, and the next row goes on."""
    rows = [{"display_name": f"Team {n}"} | change for n, change in enumerate(HOSTILE)]
    good = ROW | {"members": ["1000001"]}
    run = run_target([*rows, good], GROUPS)
    assert (run.code, run.statuses) == (2, {"rejected": len(HOSTILE), "done": 1}), run.results
    assert all(one["error_message"] for one in run.results if one["status"] == "rejected")
    assert members(sandbox) == {"1000001"}
    assert done(sandbox) == ["patch_scim_group"]


def test_a_look_up_must_name_exactly_one_team(run_target, sandbox, team):
    """Rule 22: a look-up that gives another team, or several, decides nothing."""
    others = [one for one in sandbox.truth("scim_groups") if one["displayName"] != NAME][:2]
    for found in (others[:1], others):
        body = json.dumps({"schemas": [], "Resources": found, "totalResults": len(found)})
        sandbox.faults(operation="list_scim_groups", kind="status", status=200, body=body, times=0)
        run = run_target([ROW | {"members": []}], GROUPS)
        assert [one["error_code"] for one in run.results] == ["ambiguous_group"]
        sandbox.clear_faults()
    assert done(sandbox) == []


def test_a_list_that_hides_members(run_target, sandbox, team):
    """A list may leave members out: the group alone is asked, and nobody is taken for absent."""
    (group,) = [one for one in sandbox.truth("scim_groups") if one["displayName"] == NAME]
    for more in ({}, {"members": None}):
        poor = {"id": team, "displayName": NAME} | more
        body = json.dumps({"schemas": [], "Resources": [poor], "totalResults": 1})
        sandbox.faults(operation="list_scim_groups", kind="status", status=200, body=body, times=0)
        row = ROW | {"members": [one["value"] for one in group["members"]]}
        assert run_target([row], GROUPS).statuses == {"unchanged": 1}
        sandbox.clear_faults()


def test_an_answer_that_lies(run_target, sandbox, team):
    """Members that are no list of references are a failure of the run, not of the row."""
    for shown in (5, [5], [{}], [{"value": None}], "x"):
        group = {"id": team, "displayName": NAME, "members": shown}
        body = json.dumps({"schemas": [], "Resources": [group], "totalResults": 1})
        sandbox.faults(operation="list_scim_groups", kind="status", status=200, body=body, times=0)
        run = run_target([ROW | {"members": []}], GROUPS)
        assert (run.code, run.statuses) == (1, {"deferred": 1})
        assert "members" in run.results[0]["error_message"]
        sandbox.clear_faults()


def test_a_patch_that_does_nothing_is_not_believed(run_target, sandbox, team):
    """The answer shows who is in the team: what it does not show was not done."""
    (group,) = [one for one in sandbox.truth("scim_groups") if one["displayName"] == NAME]
    body = json.dumps(group)
    sandbox.faults(operation="patch_scim_group", kind="status", status=200, body=body, times=1)
    run = run_target([ROW | {"members": []}], GROUPS)
    assert run.statuses == {"unknown": 1}
    assert run_target([ROW | {"members": []}], GROUPS).statuses == {"done": 1}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", ["create_scim_group", "patch_scim_group"])
def test_unanswered_writes(operation, when, run_target, sandbox, people, request):
    """Rule 21: a look-up tells what became of an unanswered write."""
    if operation == "patch_scim_group":
        request.getfixturevalue("team")
    row = ROW | {"members": [one for one, _ in people[2:4]]}
    sandbox.faults(operation=operation, kind="close", when=when, times=1)
    assert run_target([row], GROUPS).statuses == {"done" if when == "after" else "unknown": 1}
    assert run_target([row], GROUPS).code == 0
    assert done(sandbox) == [operation]


def test_without_the_right(run_target, sandbox, lines, make_rows):
    """A look that is refused defers its rows; other streams go on."""
    sandbox.faults(operation="list_scim_groups", kind="status", status=403, body="{}", times=0)
    messages = lines([ROW | {"members": []}], GROUPS) + lines(make_rows(1))
    run = run_target(messages=messages)
    assert (run.code, run.statuses) == (1, {"deferred": 1, "done": 1})


def test_everything_about_a_team_in_one_run(run_target, sandbox, lines, people):
    """Rule 23: users, then their team, then REST's additions to it; the dry run tells the same."""
    organization = sandbox.ready["organization_id"]
    user = {"user_name": "new@larkspur.example", "display_name": "New Person"}
    seat = {"organization_id": organization, "team_name": NAME, "member_id": people[0][0]}
    messages = (
        lines([seat], "team_members")
        + lines([ROW | {"members": ["New@Larkspur.example"]}], GROUPS)
        + lines([user], "scim_users")
    )
    dry = run_target(messages=messages, dry_run=True)
    assert (dry.code, dry.statuses) == (0, {"planned": 3}), dry.results
    run = run_target(messages=messages)
    assert (run.code, run.statuses) == (0, {"done": 3}), run.results
    assert done(sandbox) == ["create_scim_user", "create_scim_group", "add_team_member"]
    assert len(members(sandbox)) == 2


@pytest.mark.parametrize("by", ["names", "ids", "other case"])
def test_a_member_leaves_a_team(by, run_target, sandbox, row, people, team):
    """Through the team's group, the only documented way; the second run asks and writes nothing."""
    member, name = people[1]
    rows = {
        "names": row | {"email": name},
        "other case": row | {"email": name.title()},
        "ids": {"organization_id": row["organization_id"], "team_id": team, "member_id": member},
    }
    dry = run_target([rows[by]], OUT, dry_run=True)
    assert [(one["status"], one["action"]) for one in dry.results] == [("planned", "remove")]
    run = run_target([rows[by]], OUT)
    assert (run.code, run.statuses) == (0, {"done": 1}), run.results
    assert members(sandbox) == {people[0][0], people[2][0]}
    assert run_target([rows[by]], OUT).statuses == {"unchanged": 1}
    (entry,) = sandbox.ledger()
    assert (entry["operation"], entry["removed"]) == ("patch_scim_group", [member])


def test_many_leave_at_once(run_target, sandbox, row, people, team):
    """Rows about one team are done one after another, each on its own."""
    rows = [row | {"member_id": one} for one, _ in people[:3]]
    assert run_target([*rows, rows[0]], OUT).statuses == {"done": 3, "unchanged": 1}
    assert members(sandbox) == set()


def test_who_is_not_there_has_left(run_target, row, people, team, sandbox):
    """Nobody of the address in the organization, or not in the team: nothing is to be done."""
    rows = [row | {"email": "gone@larkspur.example"}, row | {"member_id": people[4][0]}]
    assert run_target(rows, OUT).statuses == {"unchanged": 2}
    assert done(sandbox) == []


def test_removals_that_are_wrong(run_target, row, people, team, sandbox):
    """A team that is none, half a key and hostile ids are rejected; the rest goes on."""
    organization = row["organization_id"]
    rows = [
        row | {"team_name": "Nobody's", "member_id": "1000001"},
        {"organization_id": organization, "team_id": "1/../2", "member_id": "1000001"},
        {"organization_id": organization, "team_id": "404404", "member_id": "1000001"},
        {"organization_id": "1?x=1#", "team_name": NAME, "member_id": "1000001"},
        {"organization_id": organization, "email": "x@y.example"},
        row | {"email": {"a": 1}},
        row | {"email": "a\x00b"},
        row,
    ]
    run = run_target([*rows, row | {"member_id": people[0][0]}], OUT)
    assert run.statuses == {"rejected": len(rows), "done": 1}, run.results
    assert done(sandbox) == ["patch_scim_group"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_unanswered_removal(when, run_target, sandbox, row, people, team):
    """Rule 21: a look at the team tells what became of it."""
    leaver = row | {"email": people[0][1]}
    sandbox.faults(operation="patch_scim_group", kind="close", when=when, times=1)
    assert run_target([leaver], OUT).statuses == {"done" if when == "after" else "unknown": 1}
    assert run_target([leaver], OUT).code == 0
    assert done(sandbox) == ["patch_scim_group"]
