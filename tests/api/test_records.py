"""Rows built from API objects, and the Singer schemas that describe them."""

from datetime import datetime

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hootsuite_api import naming, records
from hootsuite_api.contract import load

STREAMS = [
    "Interaction",
    "MediaStatus",
    "Member",
    "Message",
    "Organization",
    "Permissions",
    "Reference",
    "ReviewAction",
    "ScimResourceType",
    "ScimUser",
    "SocialProfile",
    "Team",
]
TIMES = st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")
SCALARS = {
    "string": st.text(max_size=8),
    "integer": st.integers(),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
}


def _objects(schema):
    """Objects of the right types, with nulls, gaps and values that no list names."""
    schema = naming.plain(schema)
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    return st.one_of(st.none(), *(_typed(schema, t) for t in types if t != "null"))


def _typed(schema, kind):
    if kind == "array":
        return st.lists(_objects(schema["items"]), max_size=2)
    if kind == "object":
        inner = {n: _objects(s) for n, s in schema.get("properties", {}).items()}
        return st.fixed_dictionaries({"newerField": st.integers()}, optional=inner)
    return TIMES if schema.get("format") == "date-time" else SCALARS[kind]


ANY_OBJECT = st.sampled_from(STREAMS).flatmap(
    lambda name: st.tuples(st.just(name), _typed(load().component(name), "object"))
)


@given(ANY_OBJECT)
def test_every_row_fits_its_schema(case):
    """Nulls, gaps, new fields and new enum values all become rows that a target accepts."""
    component, api_object = case
    row = records.record(component, api_object)
    schema = records.singer_schema(component)
    assert set(row) == set(schema["properties"])
    jsonschema.Draft202012Validator({**schema, "additionalProperties": False}).validate(row)


def test_message():
    """References are flattened, ids are texts, documents keep the API's names."""
    row = records.record(
        "Message",
        {
            "id": 4400000001,
            "state": "SCHEDULED",
            "socialProfile": {"id": 12, "externalURL": "https://x.test/a"},
            "createdByMember": None,
            "scheduledSendTime": "2026-01-15T12:00:00.000Z",
            "location": {"latitude": 1.5, "longitude": 2},
            "reviewers": [{"id": 77, "type": "MEMBER"}, {"id": None, "type": "TEAM"}],
            "unheardOf": 1,
        },
    )
    assert row["id"] == "4400000001"
    assert row["social_profile_id"] == "12"
    assert row["social_profile_external_url"] == "https://x.test/a"
    assert row["created_by_member_id"] is None
    assert row["scheduled_send_time"] == "2026-01-15T12:00:00.000Z"
    assert row["location"] == {"latitude": 1.5, "longitude": 2}
    assert row["reviewers"] == [{"id": "77", "type": "MEMBER"}, {"id": None, "type": "TEAM"}]
    assert "unheard_of" not in row


def test_building_a_row_leaves_the_object_alone():
    """The API object may be used again after its row was built."""
    source = {"id": "1", "state": "SENT", "reviewers": [{"id": 77, "type": "MEMBER"}]}
    records.record("Message", source)
    assert source["reviewers"] == [{"id": 77, "type": "MEMBER"}]


@pytest.mark.parametrize("key", ["timezone", "defaultTimezone"])
def test_either_spelling_of_the_time_zone(key):
    """A member's time zone arrives under both names that the wire was seen to use."""
    assert records.record("Member", {"id": "1", key: "Europe/Zurich"})["timezone"] == (
        "Europe/Zurich"
    )


def test_scim_user():
    """The modification date is a column and the numbers of the extension become texts."""
    extension = "urn:ietf:params:scim:schemas:extension:Hootsuite:2.0:User"
    row = records.record(
        "ScimUser",
        {
            "id": "5",
            "meta": {"lastModified": "2026-01-01T00:00:00.000Z"},
            extension: {"organizationIds": [626731], "teamIds": None},
        },
    )
    assert row["last_modified"] == "2026-01-01T00:00:00.000Z"
    assert row["organization_ids"] == ["626731"]
    assert row["team_ids"] is None


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("2026-01-15T12:00:00Z", "2026-01-15T12:00:00Z"),
        ("2026-01-15T12:00:00.000Z", "2026-01-15T12:00:00.000Z"),
        ("2026-01-15T13:30:00+01:30", "2026-01-15T12:00:00Z"),
        ("2026-01-15T12:00:00+0000", "2026-01-15T12:00:00Z"),
        ("2026-01-15t12:00:00z", "2026-01-15T12:00:00Z"),
        ("2026-01-15 12:00", "2026-01-15T12:00:00Z"),
        ("2026-01-15T12:00:00.5", "2026-01-15T12:00:00.5Z"),
        ("2026-01-15T14:00:00.123456789+02:00", "2026-01-15T12:00:00.123456789Z"),
        ("", None),
        ("soon", "soon"),
        ("9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59-01:00"),
    ],
)
def test_times(given_text, expected):
    """Times end as UTC with a Z, as precise as they came; what is no time stays visible."""
    assert records.utc(given_text) == expected


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_times_keep_their_instant(moment):
    """Whatever the offset, the instant stays the same, and a second pass changes nothing."""
    text = moment.isoformat()
    normal = records.utc(text)
    assert datetime.fromisoformat(normal) == datetime.fromisoformat(text)
    assert normal.endswith("Z")
    assert records.utc(normal) == normal


def test_schema_of_messages():
    """Columns are nullable, value lists are gone, only times carry a format."""
    properties = records.singer_schema("Message")["properties"]
    assert properties["state"]["type"] == ["string", "null"]
    assert properties["scheduled_send_time"]["format"] == "date-time"
    assert properties["tags"] == {"type": ["array", "null"], "items": {"type": ["string", "null"]}}
    assert properties["media"]["items"]["type"] == ["object", "null"]
    assert "enum" not in str(properties)
    assert all("null" in column["type"] for column in properties.values())


def test_extra_columns_come_first_and_win():
    """Keys of the path stand in front and replace a column of the same name."""
    key = {"type": "string"}
    schema = records.singer_schema("Reference", extra={"organization_id": key, "id": key})
    assert schema["properties"] == {"organization_id": key, "id": key}


def test_unknown_component():
    """A component that does not exist is an error at once."""
    with pytest.raises(KeyError):
        records.record("Nonsense", {})


def test_an_open_object_names_no_properties():
    """A list of known properties that is empty would let flattening drop the column."""
    metrics = records.singer_schema("PostMetrics")["properties"]["metrics"]
    assert metrics["type"] == ["object", "null"]
    assert "properties" not in metrics
