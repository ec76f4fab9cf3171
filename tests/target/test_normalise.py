"""Rows from anywhere."""

from decimal import Decimal

import pytest

from target_hootsuite.errors import RowRejected
from target_hootsuite.rows.normalise import coerce, key_of, normalise, unknown_columns

IDS = {"type": "array", "items": {"type": "string"}}
COLUMNS = {
    "external_id": {"type": "string"},
    "text": {"type": "string"},
    "social_profile_ids": IDS,
    "media": {
        "type": "array",
        "items": {"type": "object", "properties": {"id": {"type": "string"}}},
    },
    "location": {"type": "object", "properties": {"latitude": {"type": "number"}}},
    "sequence_number": {"type": ["null", "integer"]},
    "send_now": {"type": "boolean"},
}


def test_whole_numbers_become_ids():
    """Rule 3: ids are strings, whether the table holds numbers or text."""
    row = {"external_id": 17, "social_profile_ids": [1, "2"], "media": [{"id": 3}]}
    assert normalise(row, COLUMNS) == {
        "external_id": "17",
        "social_profile_ids": ["1", "2"],
        "media": [{"id": "3"}],
    }


def test_json_text_is_read_where_arrays_and_objects_belong():
    """Rows often come from a SQL table where documents are text."""
    row = {"social_profile_ids": '["1", 2]', "location": '{"latitude": 1.5}', "media": "[]"}
    assert normalise(row, COLUMNS) == {
        "social_profile_ids": ["1", "2"],
        "location": {"latitude": 1.5},
        "media": [],
    }


def tower(levels):
    """An object in an object, and so on."""
    value = {"a": 1}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "value",
    [tower(60), [tower(60)], tower(700), {"\ud800": 1}, {"a": ["\udc00"]}, {"a": {"b\x00": 1}}],
)
def test_what_no_schema_describes_is_checked_too(value):
    """Towers and broken text, names included, are refused before anything is planned with them."""
    columns = {"free": {"type": "object"}, "open": {}, "data": {"type": "object"}}
    column = "open" if isinstance(value, list) else "free"
    with pytest.raises(RowRejected) as caught:
        normalise({column: value}, columns)
    assert caught.value.code == "wrong_type"
    assert normalise({"free": tower(20)}, columns) == {"free": tower(20)}


def test_null_and_absent_are_the_same():
    """Rule 3: null = absent."""
    assert normalise({"text": None}, COLUMNS) == normalise({}, COLUMNS) == {}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("external_id", 1.0),
        ("external_id", Decimal("1E+3")),
        ("external_id", True),
        ("social_profile_ids", [1.0]),
        ("social_profile_ids", "1"),
        ("social_profile_ids", "{}"),
        ("social_profile_ids", [None]),
        ("social_profile_ids", {"a": 1}),
        ("text", 5),
        ("text", "a\x00"),
        ("text", "\ud800"),
        ("location", "[1]"),
        ("location", "{oops"),
        ("location", {"latitude": "north"}),
        ("location", {"latitude": float("nan")}),
        ("location", {"latitude": True}),
        ("sequence_number", 1.5),
        ("sequence_number", "1.5"),
        ("send_now", "true"),
        ("send_now", 1),
        ("media", [5]),
        ("media", [{"id": 1.5}]),
    ],
)
def test_wrong_types_name_the_field(column, value):
    """A value that can't be had without guessing is refused, and the column is named."""
    with pytest.raises(RowRejected) as caught:
        normalise({column: value}, COLUMNS)
    assert caught.value.field.startswith(column)


def test_decimals_inside_documents_become_numbers():
    """The SDK reads JSON floats as decimals; a body must hold numbers."""
    assert coerce({"x": [Decimal("1.5")]}, {"type": "object"}, "f") == {"x": [1.5]}


def test_unknown_columns_are_found():
    """Rule 3: only declared columns count; the others can be named."""
    assert unknown_columns({"text": "x", "_sdc_seq": 1, "updated_at": 2}, COLUMNS) == {
        "_sdc_seq",
        "updated_at",
    }


def test_key_is_ours_and_never_empty():
    """Rule 2: the key is the one of the interface; an empty one is refused."""
    assert key_of({"external_id": " a "}, (("external_id",),)) == "a"
    assert key_of({"message_id": "7"}, (("message_id",), ("external_id",))) == "7"
    assert key_of({"a": "1", "b": "2"}, (("a", "b"),)) == '["1", "2"]'
    for row in ({}, {"external_id": ""}, {"external_id": "  "}):
        with pytest.raises(RowRejected, match="no key"):
            key_of(row, (("external_id",),))
    with pytest.raises(RowRejected, match="longer"):
        key_of({"external_id": "x" * 501}, (("external_id",),))
