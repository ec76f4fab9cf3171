"""Streams that the defaults don't fill: what they bring, and that the defaults ask for nothing."""

import json

import pytest
from singer_sdk.exceptions import ConfigValidationError

from tests.tap.conftest import FURTHER


def test_the_defaults_ask_for_none(sandbox, extract):
    """Without the scope, a selection or ids of comments, no operation of these is asked."""
    output = extract()
    asked = {request["path"] for request in sandbox.requests()}
    words = ("/analytics/", "/scim/v2/Groups", "/adAccounts", "/comments")
    assert not [path for path in asked if any(word in path for word in words)]
    off = [name for name in FURTHER if output.types(name) and not output.rows(name)]
    assert not {"scim_groups", "scim_group_members"} & set(off)


def test_groups_are_listed_once(sandbox, extract, only):
    """Both streams read the same pages, and no page twice."""
    extract(catalog=only("scim_groups", "scim_group_members"))
    assert len(sandbox.requests("list_scim_groups")) == 1


def test_groups_follow_the_teams(sandbox, extract, only, warehouse, assert_equal):
    """Groups and members that are gone leave the tables with the next run."""
    catalog = only("scim_groups", "scim_group_members")
    state = warehouse.load(extract(catalog=catalog)).state
    rows = sandbox.truth("scim_group_members")
    sandbox.mutate("remove_team_member", team_id=rows[0]["groupId"], member_id=rows[0]["memberId"])
    sandbox.mutate("remove_team", team_id=rows[-1]["groupId"])
    warehouse.load(extract(state, catalog))
    for name in ("scim_groups", "scim_group_members"):
        assert_equal(name, warehouse.rows(name), FURTHER[name])


def test_a_group_without_its_members_is_asked_for(sandbox, extract, only):
    """A list may leave members out; they are no team without members then."""
    (first, *_) = sandbox.truth("scim_groups")
    shown = {name: value for name, value in first.items() if name != "members"}
    body = json.dumps({"Resources": [shown], "totalResults": 1})
    sandbox.faults(operation="list_scim_groups", kind="status", status=200, body=body)
    output = extract(catalog=only("scim_groups", "scim_group_members"))
    (row,) = output.rows("scim_groups")
    assert row["members"] == first["members"]
    assert len(output.rows("scim_group_members")) == len(first["members"]) > 0
    assert len(sandbox.requests("get_scim_group")) == 1


def test_a_list_of_groups_that_ends_too_early_is_named(sandbox, attempt, only):
    """A page without groups before the total is no empty table."""
    body = '{"Resources": [], "totalResults": 3}'
    sandbox.faults(operation="list_scim_groups", kind="status", status=200, body=body)
    output, failure = attempt(catalog=only("scim_groups"))
    assert "The list of groups ends at 0 of 3" in str(failure)
    assert "ACTIVATE_VERSION" not in output.types("scim_groups")


def test_refused_groups_empty_no_table(sandbox, extract, only, caplog):
    """Who may not list groups is told once, and the tables stay."""
    sandbox.faults(operation="list_scim_groups", kind="status", status=403, code=4006, times=0)
    output = extract(catalog=only("scim_groups", "scim_group_members"))
    assert "ACTIVATE_VERSION" not in output.types("scim_groups")
    assert "ACTIVATE_VERSION" not in output.types("scim_group_members")
    assert caplog.text.count("skipped 1 that the caller may not read") == 2
    assert len(sandbox.requests("list_scim_groups")) == 1


def test_comments_are_those_that_are_named(sandbox, extract, only):
    """An id that is unknown gives no row; what was loaded before is kept."""
    known = [one["commentId"] for one in sandbox.comment_events()][:3]
    output = extract(catalog=only("comments"), comment_ids=[*known, known[0], "99"])
    assert [row["id"] for row in output.rows("comments")] == known
    assert len(sandbox.requests("get_comment")) == 4
    assert "ACTIVATE_VERSION" not in output.types("comments")


@pytest.mark.parametrize("wrong", ["4138x", "-1", ""])
def test_an_id_that_is_none_is_named(attempt, only, wrong):
    """A word in place of an id is a sentence before any request."""
    with pytest.raises(ConfigValidationError) as caught:
        attempt(catalog=only("comments"), comment_ids=[wrong])
    assert "comment_ids holds" in caught.value.errors[0]
