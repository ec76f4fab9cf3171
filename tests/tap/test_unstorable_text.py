"""What PostgreSQL can't hold never leaves the tap, in any stream, on any way through it."""

import json
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_hootsuite.writer import OutputFailed, encode

NASTY = "a\0b"
DOCUMENT = {"facebookPage": {"ci\0ty": ["x\0", {"deep\0": "\0"}]}}
CLEAN = {"facebookPage": {"ci\ufffdty": ["x\ufffd", {"deep\ufffd": "\ufffd"}]}}

# Small, since deep and odd is what matters: most draws of big ones would be thrown away.
texts = st.text(st.characters(codec=None) | st.sampled_from("\0\ud800\udfff\\u"), max_size=8)
storable = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
documents = st.recursive(
    st.none() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(texts, documents, max_size=3))
def test_every_line_is_text_that_postgresql_holds(record):
    """No NUL and no half of a pair is left, in texts and keys of any depth; the rest stays."""
    line = encode(record)
    assert "\0" not in json.dumps(json.loads(line), ensure_ascii=False)
    json.dumps(json.loads(line), ensure_ascii=False).encode()  # a half of a pair would fail here


@given(st.dictionaries(storable, documents, max_size=3))
def test_storable_text_stays_as_it_is(record):
    """A backslash before u0000 is text like any other."""
    record["slash"] = "\\u0000"
    assert json.loads(encode(record))["slash"] == "\\u0000"


def test_a_record_that_nothing_can_write_is_named():
    """Nesting beyond what an encoder can follow is a sentence, not a RecursionError."""
    value: object = 1
    for _ in range(100_000):
        value = [value]
    with pytest.raises(OutputFailed, match="nested too deeply"):
        encode({"value": value})


WAYS = [
    {},
    {"stream_maps": {"messages": {"more": "text"}}},
    {"flattening_enabled": True, "flattening_max_depth": 3},
]


@pytest.mark.parametrize("way", WAYS, ids=["plain", "mapped", "flattened"])
def test_messages_are_clean_on_every_way(sandbox, extract, only, way):
    """Texts, tags and documents of messages, with stream maps and with flattening as well."""
    merged = {"text": NASTY, "tags": ["\0"], "targeting": DOCUMENT}
    sandbox.faults(operation="list_messages", kind="merge", times=0, merge=merged)
    rows = extract(catalog=only("messages"), start_date="2026-01-01", **way).rows("messages")
    assert rows
    for row in rows:
        assert row["text"] == row.get("more", row["text"]) == "a\ufffdb"
        assert "\0" not in json.dumps(row, ensure_ascii=False)
        if not way:
            assert row["targeting"] == CLEAN


@pytest.mark.parametrize(
    ("stream", "place"),
    [
        ("me", ("get_me", "bio")),
        ("organizations", ("list_my_organizations", "name")),
        ("social_profiles", ("list_social_profiles", "socialNetworkUsername")),
        ("members", ("get_member", "fullName")),
        ("teams", ("list_organization_teams", "name")),
    ],
)
def test_other_streams_are_clean(sandbox, extract, only, stream, place):
    """The replacement stands in the one place through which all records go."""
    operation, field = place
    sandbox.faults(operation=operation, kind="merge", times=0, merge={field: NASTY})
    output = extract(catalog=only(stream))
    lines = "".join(json.dumps(line, ensure_ascii=False) for line in output.lines)
    assert "a\ufffdb" in lines
    assert "\0" not in lines


@pytest.mark.parametrize("times", ["", " --discover", " --about"])
@pytest.mark.parametrize(
    ("output", "says"),
    [
        (">/dev/full", "Standard output can't be written to: No space left on device"),
        (">&-", "Standard output is closed"),
    ],
)
def test_standard_output_is_named(command, times, output, says):
    """A full disk or a closed output is said as what it is, without a stack trace."""
    line = shlex.join(command.arguments()) + times + output
    done = subprocess.run(
        ["/bin/sh", "-c", line], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
