"""The rule from camelCase to snake_case, over every name of the contract."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hootsuite_api import naming
from hootsuite_api.contract import load

COMPONENTS = tuple(load().document["components"]["schemas"])
OBJECTS = [name for name in COMPONENTS if "properties" in load().component(name)]


def _names(node, *, inside=False):
    if isinstance(node, dict):
        for key, value in node.items():
            if inside:
                yield key
            yield from _names(value, inside=key == "properties" and not inside)
    elif isinstance(node, list):
        for item in node:
            yield from _names(item)


NAMES = sorted(
    {
        *(name for component in COMPONENTS for name in _names(load().component(component))),
        *(p.name for o in load().operations.values() for p in o.parameters),
    }
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("id", "id"),
        ("scheduledSendTime", "scheduled_send_time"),
        ("externalURL", "external_url"),
        ("externalUrl", "external_url"),
        ("linkedInV2Company", "linked_in_v2_company"),
        ("HTTPStatusCode", "http_status_code"),
        ("already_snake", "already_snake"),
        ("Operations", "operations"),
    ],
)
def test_snake(name, expected):
    """A word starts at a capital; an acronym is one word; snake_case is left alone."""
    assert naming.snake(name) == expected


@given(st.sampled_from(NAMES))
def test_every_name_of_the_contract_becomes_a_plain_column(name):
    """No name of the contract yields a column with capitals, and a second pass changes nothing."""
    column = naming.snake(name)
    assert column == column.lower()
    assert naming.snake(column) == column


@pytest.mark.parametrize("component", OBJECTS)
def test_columns_never_collide_and_lead_back(component):
    """Each column of a component comes from a field of its own, which the contract names."""
    schema = load().component(component)
    columns = naming.columns(schema)
    assert len(set(columns.values())) == len(columns)
    for path in columns.values():
        assert naming.field_schema(schema, path) is not None


def test_references_become_columns():
    """A reference is a column for its id and one for its link; other objects stay whole."""
    columns = naming.columns(load().component("Message"))
    assert columns["social_profile_id"] == ("socialProfile", "id")
    assert columns["social_profile_external_url"] == ("socialProfile", "externalURL")
    assert columns["created_by_member_id"] == ("createdByMember", "id")
    assert columns["targeting"] == ("targeting",)
    assert columns["location"] == ("location",)


def test_lifted_fields_need_no_prefix():
    """SCIM's `meta.lastModified` is the column `last_modified`."""
    columns = naming.columns(load().component("ScimUser"))
    assert columns["last_modified"] == ("meta", "lastModified")
    assert columns["organization_ids"][1] == "organizationIds"


def test_two_spellings_are_one_column():
    """`defaultTimezone` is no column beside `timezone`."""
    assert "default_timezone" not in naming.columns(load().component("Member"))


def test_a_collision_is_refused():
    """Two fields that would share a column are an error, not a silent loss."""
    schema = {"properties": {"externalURL": {}, "externalUrl": {}}}
    with pytest.raises(ValueError, match="external_url"):
        naming.columns(schema)
