import json
from datetime import datetime, time

import duckdb
import pytest

TEXT = {"type": ["string", "null"]}
MOMENT = {"type": ["string", "null"], "format": "date-time"}
WHOLE = {"type": ["integer", "null"]}
NUMBER = {"type": ["number", "null"]}
DAY = {"type": ["string", "null"], "format": "date"}
ANY = {"type": ["object", "array", "null"]}
NOON = datetime(2026, 1, 15, 12)  # noqa: DTZ001 - columns have no zone: they hold UTC


def test_rows_are_added_and_replaced_by_key(load):
    """The last row of a key counts, within a batch and from run to run."""
    load(
        load.schema(n=WHOLE),
        load.record(id="a", n=1),
        load.record(id="b", n=2),
        load.record(id="a", n=3),
    )
    assert load.rows("id, n") == [("a", 3), ("b", 2)]
    load(load.schema(n=WHOLE), load.record(id="b", n=None), load.record(id="c", n=4))
    assert load.rows("id, n") == [("a", 3), ("b", None), ("c", 4)]


def test_key_is_compared_as_its_column_holds_it(load):
    """Two spellings of one moment, or of one number, are one key; null is a key like others."""
    words = load.schema(keys=("id", "t", "n"), t=MOMENT, n=WHOLE, x=WHOLE)
    load(
        words,
        load.record(id="a", t="2026-01-15T12:00:00Z", n=1, x=1),
        load.record(id="a", t="2026-01-15T14:00:00+02:00", n="1", x=2),
        load.record(id=None, t=None, n=None, x=3),
    )
    load(words, load.record(id=None, t=None, n=None, x=4))
    assert load.rows("x") == [(2,), (4,)]


def test_table_that_is_all_key(load):
    """Rows that are nothing but a key are loaded once."""
    words = load.schema(keys=("id", "other"), other=TEXT)
    for _ in range(2):
        load(words, load.record(id="a", other="b"), load.record(id="a", other="c"))
    assert load.rows("id, other") == [("a", "b"), ("a", "c")]


def test_rows_without_a_key_are_added(load):
    """A stream without a key keeps every row."""
    for _ in range(2):
        load(load.schema(keys=()), load.record(id="a"), load.record(id="a"))
    assert load.rows("id") == [("a",)] * 4


def test_values_keep_their_meaning(load):
    """Times are UTC whatever their offset, documents are JSON, and null is NULL in both."""
    load(
        load.schema(
            t=MOMENT,
            d={"type": "string", "format": "date"},
            c={"type": "string", "format": "time"},
            n=WHOLE,
            big={"type": "integer", "maximum": 2**64},
            x=NUMBER,
            b={"type": "boolean"},
            doc=ANY,
            free={},
        ),
        load.record(
            id="a",
            t="2026-01-15T12:00:00.123456+02:00",
            d="2026-01-15",
            c="12:30:00",
            n=2**63 - 1,
            big=2**63,
            x=0.1,
            b=True,
            doc={"a": [1, None, "ü\u0000"]},
            free="null",
        ),
        load.record(id="b", t="2026-01-15 12:00:00", doc=None, free=None),
        load.record(id="c", doc=[], free=[None]),
    )
    first, second, third = load.rows("t, d, c, n, big, x, b, doc, free, id")
    assert first[:3] == (NOON.replace(hour=10, microsecond=123456), NOON.date(), time(12, 30))
    assert first[3:7] == (2**63 - 1, 2**63, 0.1, True)
    assert [json.loads(one) for one in first[7:9]] == [{"a": [1, None, "ü\u0000"]}, "null"]
    assert second == (NOON, *[None] * 8, "b")
    assert third == (*[None] * 7, "[]", "[null]", "c")
    assert load.query("SELECT id FROM hootsuite.posts WHERE doc IS NULL") == [("b",)]


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, "VARCHAR"),
        ({"type": ["null", "string"], "format": "date-time"}, "TIMESTAMP"),
        ({"type": "string", "format": "uuid"}, "VARCHAR"),
        ({"type": ["integer", "number"]}, "DOUBLE"),
        ({"type": ["integer", "string"]}, "VARCHAR"),
        ({"type": ["boolean", "integer"]}, "VARCHAR"),
        ({"type": ["string", "object"]}, "JSON"),
        ({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}, "TIMESTAMP"),
        ({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string"}]}, "VARCHAR"),
        ({"oneOf": [{"type": "string", "format": "date"}, {"type": "array"}]}, "JSON"),
        ({"type": "null"}, "JSON"),
        ({"enum": ["a"]}, "JSON"),
        ({"type": "integer", "maximum": 2**64}, "HUGEINT"),
    ],
)
def test_column_types(load, schema, kind):
    """A property's schema decides about its column's type."""
    load(load.schema(x=schema))
    assert load.types()["x"] == kind


def test_descriptions_are_comments(load):
    """A property's description is its column's comment, and follows it."""
    query = "SELECT comment FROM duckdb_columns() WHERE column_name = 'n'"
    load(load.schema(n=WHOLE | {"description": "it's one"}))
    assert load.query(query) == [("it's one",)]
    load(load.schema(n=WHOLE | {"description": "another"}))
    assert load.query(query) == [("another",)]


@pytest.mark.parametrize("hard", [True, False])
def test_rows_that_ended(load, hard):
    """What a complete reading no longer has is deleted or marked; what returns is there again."""
    words = load.schema()
    live = "SELECT id FROM hootsuite.posts WHERE _sdc_deleted_at IS NULL ORDER BY id"
    load(words, load.record(id="a", version=1), load.record(id="b", version=1), hard_delete=hard)
    load(words, load.record(id="b", version=2), load.activate(2), hard_delete=hard)
    assert load.query(live) == [("b",)]
    assert len(load.rows()) == (1 if hard else 2)
    load(words, load.record(id="a", version=3), load.activate(3), hard_delete=hard)
    assert load.query(live) == [("a",)]


def test_version_of_an_empty_reading(load):
    """A complete reading that found nothing ends all rows."""
    load(load.schema(), load.record(id="a", version=1), hard_delete=True)
    load(load.schema(), load.activate(2), hard_delete=True)
    assert load.rows() == []


def test_rows_that_the_tap_calls_deleted(load):
    """`_sdc_deleted_at` in a row deletes or marks it."""
    gone = load.record(id="a", _sdc_deleted_at="2026-01-15T12:00:00Z")
    load(load.schema(), gone, load.record(id="b"))
    assert len(load.rows()) == 2
    load(load.schema(), gone, load.record(id="b"), hard_delete=True)
    assert load.rows("id") == [("b",)]


def test_new_columns_and_gone_ones(load):
    """A new property is a new column; one that is gone keeps what it holds."""
    load(load.schema(n=WHOLE), load.record(id="a", n=1), load.record(id="b", n=2))
    load(load.schema(m=WHOLE), load.record(id="a", m=5), load.record(id="c", m=6))
    assert load.rows("id, n, m") == [("a", 1, 5), ("b", 2, None), ("c", None, 6)]


@pytest.mark.parametrize(
    ("before", "after", "kind", "found"),
    [
        ((WHOLE, 1), (NUMBER, 0.5), "DOUBLE", {1.0, 0.5}),
        ((NUMBER, 0.5), (WHOLE, 1), "DOUBLE", {1.0, 0.5}),
        ((WHOLE, 1), (TEXT, "x"), "VARCHAR", {"1", "x"}),
        ((TEXT, "x"), (WHOLE, 1), "VARCHAR", {"1", "x"}),
        ((TEXT, "x"), (ANY, {"a": 1}), "JSON", {'"x"', '{"a":1}'}),
        ((TEXT, '{"b":1}'), (ANY, {"a": 1}), "JSON", {'{"b":1}', '{"a":1}'}),
        ((ANY, {"a": 1}), (TEXT, "x"), "JSON", {'"x"', '{"a":1}'}),
        ((WHOLE, 1), (ANY, [2]), "JSON", {"1", "[2]"}),
        (
            (DAY, "2026-01-15"),
            (MOMENT, "2026-01-15T12:00:00Z"),
            "TIMESTAMP",
            {NOON, NOON.replace(hour=0)},
        ),
    ],
)
def test_changed_columns_hold_both(load, before, after, kind, found):
    """A column whose type changes keeps its rows and takes the new ones."""
    for name, (schema, value) in {"a": before, "b": after}.items():
        load(load.schema(x=schema), load.record(id=name, x=value))
    assert load.types()["x"] == kind
    assert {row[0] for row in load.rows("x")} == found


def test_schema_that_changes_within_a_run(load):
    """Rows under an earlier schema are never written over those under a later one."""
    later = [load.record(id=str(n), n=2, m=2) for n in range(30)]
    load(
        load.schema(n=WHOLE),
        *[load.record(id=str(n), n=1) for n in range(5)],
        load.schema(n=WHOLE, m=WHOLE),
        *later,
        batch_size_rows=10,
    )
    assert load.rows("n, m") == [(2, 2)] * 30


def test_names_of_any_tap(load):
    """Names that SQL would choke on, or take for one another, each have a column."""
    load(
        load.schema(**{"a \"b\" 'c'": TEXT, "ID": TEXT, "select": TEXT, "ü.x": TEXT}),
        load.record(id="1", **{"a \"b\" 'c'": "x", "ID": "2", "select": "y", "ü.x": "z"}),
    )
    assert load.rows("""id, "ID_", "a ""b"" 'c'", "select", "ü.x" """) == [
        ("1", "2", "x", "y", "z")
    ]


@pytest.mark.parametrize(
    ("stream", "given", "table"),
    [
        ("public-posts", None, "public.posts"),
        ("db-public-posts", None, "public.posts"),
        ("posts", None, "main.posts"),
        ("public-posts", "here", "here.posts"),
        ("Posts v1.2", "Here now", '"Here now"."Posts v1.2"'),
    ],
)
def test_places_of_tables(load, stream, given, table):
    """The schema is the setting's, else the stream's own."""
    load.settings = {"default_target_schema": given} if given else {}
    load(load.schema(stream), load.record(stream, id="a"))
    assert load.rows("id", table) == [("a",)]


def test_file_and_schema_of_one_name(load):
    """A file that is called like its schema is loaded as well."""
    load.path = load.path.with_name("hootsuite.duckdb")
    for _ in range(2):
        load(load.schema(), load.record(id="a"))
    assert load.rows("id", "hootsuite.hootsuite.posts") == [("a",)]


def test_two_streams_with_one_table(said, load):
    """Streams whose rows would mix are refused."""
    told = said(load.schema("a-posts"), load.schema("b-posts"))
    assert told == "a-posts and b-posts have one table: rename one by stream_maps."


def test_state_leaves_after_what_it_stands_for(load, capsys):
    """STATE is out once its rows are committed, batch by batch, and never before."""
    messages = [load.schema()]
    for step in range(4):
        messages += [load.record(id=f"{step}-{n}") for n in range(10)]
        messages.append(load.state(posts={"replication_key_value": step}))
    load(*messages, batch_size_rows=10)
    seen = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    steps = [one["bookmarks"]["posts"]["replication_key_value"] for one in seen]
    assert sorted(set(steps)) == [0, 1, 2, 3]
    assert steps == sorted(steps)


def test_file_does_not_grow_with_every_night(load):
    """Rows that are loaded again and again take the place of few copies, not of one each night.

    DuckDB gives blocks back when it closes the file, though not always at once.
    """
    rows = [load.record(id=str(n), text=f"{n} " * 40) for n in range(5000)]
    sizes = []
    for _ in range(12):
        load(load.schema(text=TEXT), *rows)
        sizes.append(load.path.stat().st_size)
    assert max(sizes) <= sizes[0] * 4


def test_file_of_the_earlier_loader_goes_on(load):
    """A file as target-duckdb 0.8 wrote it takes new rows, and its rows stay."""
    with duckdb.connect(str(load.path)) as link:
        link.execute(
            """
            CREATE SCHEMA hootsuite;
            CREATE TABLE hootsuite.posts ("id" varchar, "n" hugeint, "doc" json, "t" timestamp,
                "small" smallint, "_sdc_extracted_at" timestamp, "_sdc_batched_at" timestamp,
                "_sdc_deleted_at" varchar, PRIMARY KEY ("id"));
            INSERT INTO hootsuite.posts VALUES
                ('a', 1, '{"x":1}', '2026-01-01', 1, now(), now(), NULL),
                ('b', 2, NULL, NULL, 2, now(), now(), NULL),
                ('c', 3, NULL, NULL, 3, now(), now(), NULL);
            """
        )
    words = load.schema(n=WHOLE, doc=ANY, t=MOMENT, small=WHOLE)
    load(
        words,
        load.record(id="b", version=5, n=7, doc={"y": 2}, t="2026-02-01T00:00:00Z", small=99999),
        load.record(id="a", version=5, n=1, doc={"x": 1}, t="2026-01-01T00:00:00Z", small=1),
        load.activate(5),
    )
    live = load.rows("id, n, doc, small, _sdc_deleted_at IS NULL")
    assert live == [
        ("a", 1, '{"x":1}', 1, True),
        ("b", 7, '{"y":2}', 99999, True),
        ("c", 3, None, 3, False),
    ]
    load(words, load.record(id="b", version=6), load.activate(6), hard_delete=True)
    assert load.rows("id") == [("b",)]


def test_unknown_fields_are_named_once(load, caplog):
    """A field that the schema lacks is not loaded, and a warning says so."""
    load(load.schema(), load.record(id="a", more=1), load.record(id="b", more=2))
    told = [one.message for one in caplog.records if "Not in the schema" in one.message]
    assert told == ["Not in the schema, so not loaded: more"]
