"""A full run brings everything there is, as it is."""

import json
from typing import NamedTuple

import pytest
from jsonschema import Draft7Validator
from singer_sdk.helpers._typing import conform_record_data_types
from singer_sdk.helpers.conform import TypeConformanceLevel

from hootsuite_api.contract import load
from tap_hootsuite.tap import TapHootsuite, stream_classes
from tests.tap.conftest import FURTHER, INTERACTIONS, KEYS, SCOPE, Output, everything, run

pytestmark = pytest.mark.xdist_group("full")  # read once for several claims
STREAMS = {stream.name: stream for stream in stream_classes()}
# Tables of a part of what the platform has, such as figures since the start date.
PARTIAL = {name for name in FURTHER if "metric" in name}


class Whole(NamedTuple):
    """A full run of a fresh world: what it wrote, and what it asked for."""

    output: Output
    requests: list


@pytest.fixture(scope="module")
def whole(sandbox_process, tmp_path_factory):
    """One run with everything that there is to select, for all who only look at it."""
    sandbox_process.reset()
    folder = tmp_path_factory.mktemp("whole")
    names = ("client_id", "client_secret", "member_id", "organization_id")
    config = {
        **{name: sandbox_process.ready[name] for name in names},
        **SCOPE,
        "api_url": sandbox_process.url,
        "auth_method": "member_app",
        "token_store": str(folder / "tokens.json"),
        "requests_per_second": 1000,
        "start_date": "2024-12-01",
        "interactions": INTERACTIONS,
        "comment_ids": [one["commentId"] for one in sandbox_process.comment_events()],
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        output, failure = run(config, catalog=everything(config))
    assert failure is None
    return Whole(output, sandbox_process.requests())


@pytest.fixture
def extract(sandbox, extract, config):
    """Run with everything that there is to select."""

    def once(state=None, catalog=None, **settings):
        comments = [one["commentId"] for one in sandbox.comment_events()]
        more = {**SCOPE, "comment_ids": comments, **settings}
        return extract(state, catalog or everything(config), **more)

    return once


def test_streams_are_found_by_themselves():
    """Each class of the folder is found without a list of them anywhere."""
    assert len(STREAMS) == len(stream_classes()) > 20


@pytest.mark.parametrize("quirks", ["documented", "recorded"])
def test_every_stream_equals_the_truth(sandbox, extract, warehouse, assert_equal, quirks):
    """Row by row and column by column, each table is what the platform has."""
    sandbox.reset(quirks=quirks, organizations=2)
    warehouse.load(extract())
    for name, keys in {**KEYS, **FURTHER}.items():
        if name not in PARTIAL:
            assert_equal(name, warehouse.rows(name), keys)


def test_rows_fit_their_schema(whole):
    """Rows need no conforming: the SDK's own pass over them changes nothing."""
    output = whole.output
    schemas = {line["stream"]: line["schema"] for line in output.lines if line["type"] == "SCHEMA"}
    logger = TapHootsuite.logger
    for name, schema in schemas.items():
        validator = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
        for row in output.rows(name):
            assert row.keys() == schema["properties"].keys()
            assert not list(validator.iter_errors(row))
            level = TypeConformanceLevel.RECURSIVE
            assert conform_record_data_types(name, dict(row), schema, level, logger) == row


def test_each_list_is_asked_for_once(whole):
    """No request is sent twice with the same question."""
    gets = [r for r in whole.requests if r["method"] == "GET"]  # the log has no bodies
    asked = [(r["operation"], r["path"], r.get("query")) for r in gets]
    assert len(asked) == len(set(map(repr, asked)))


def test_one_schema_and_no_partitions(whole):
    """Each stream has one SCHEMA, before its records, and its state has no partitions."""
    output = whole.output
    for name in STREAMS:
        types = output.types(name)
        assert types.count("SCHEMA") == 1
        assert types[0] == "SCHEMA"
    assert "partitions" not in str(output.state)


def test_versions_follow_the_last_record(whole):
    """ACTIVATE_VERSION comes once, after the last record, for streams that are read in full."""
    output = whole.output
    for name, stream in STREAMS.items():
        types = output.types(name)
        replaces = stream.replaces or name in ("messages", "message_history")
        assert types.count("ACTIVATE_VERSION") == int(replaces)
        assert not replaces or types[-1] == "ACTIVATE_VERSION"


def test_order_is_the_same_every_time(whole, extract):
    """Two full runs write the same records in the same order."""
    first = [line["record"].copy() for line in whole.output.lines if line["type"] == "RECORD"]
    second = [line["record"] for line in extract().lines if line["type"] == "RECORD"]
    signed = "download_url"
    for row in (*first, *second):
        row.pop(signed, None)
    assert first == second


def test_every_read_of_the_platform_is_called(whole, sandbox, extract):
    """Two runs of an administrator and one of a plain member call every read of the contract."""
    sandbox.mutate("delete_message", message_id=sandbox.truth("messages")[-1]["id"])
    member = sandbox.truth("organization_members")[-1]["memberId"]
    sandbox.mutate("remove_member", member_id=member)  # known to SCIM, listed no more
    profile = sandbox.truth("team_social_profiles")[0]["socialProfileId"]
    sandbox.mutate("grant_profile", profile_id=profile, member_id=sandbox.ready["member_id"])
    listed = {"Resources": [{"id": sandbox.truth("teams")[0]["id"]}], "totalResults": 1}
    sandbox.faults(operation="list_scim_groups", kind="status", status=200, body=json.dumps(listed))
    extract(state=whole.output.state)
    called = {request["operation"] for request in (*whole.requests, *sandbox.requests())}
    sandbox.reset(role="member")  # who may not list the teams meets them at the profiles
    extract()
    called |= {request["operation"] for request in sandbox.requests()}
    read = {one.id for one in load().operations.values() if one.read and one.shape != "html"}
    assert called - {"create_token"} == read
    assert read == {name for s in STREAMS.values() for name in (s.operation, *s.also)}


@pytest.mark.parametrize(
    ("stream", "needs"),
    [
        ("team_members", ["list_my_organizations", "list_organization_teams"]),
        ("members", ["list_my_organizations", "list_organization_members"]),
        (
            "organization_member_permissions",
            ["list_my_organizations", "list_organization_members"],
        ),
        ("messages", ["list_social_profiles"]),
        ("scim_users", []),
    ],
)
def test_a_deselected_stream_costs_nothing(sandbox, extract, only, stream, needs):
    """Only what a selected stream needs is asked for, and the time of day is in every answer."""
    output = extract(catalog=only(stream))
    asked = {r["operation"] for r in sandbox.requests()}
    assert output.rows(stream)
    assert asked - {"create_token"} == {*needs, STREAMS[stream].operation}
