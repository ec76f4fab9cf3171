"""What is refused, gone or no answer at all empties no table and ends in no stack trace."""

import pytest

from hootsuite_api.errors import ServerFault, TornBody
from tap_hootsuite.tap import stream_classes

REPLACED = {stream.name for stream in stream_classes() if stream.replaces}


FULL = {}  # rows of each stream in the whole world, which is the same for every test


@pytest.fixture
def broken(sandbox, attempt):
    """Run while one operation has one answer; return output, failure and emptied tables."""
    sandbox.reset(messages=100)

    def once(operation, **answer):
        if not FULL:
            full, _ = attempt()
            FULL.update({name: len(full.rows(name)) for name in REPLACED})
        sandbox.faults(operation=operation, kind="status", times=0, **answer)
        output, failure = attempt()
        emptied = {
            name
            for name in REPLACED
            if "ACTIVATE_VERSION" in output.types(name) and len(output.rows(name)) < FULL[name]
        }
        return output, failure, emptied

    return once


@pytest.mark.parametrize("operation", ["list_my_organizations", "list_social_profiles"])
def test_a_refused_list_is_a_gap_for_all_who_need_it(broken, operation, caplog):
    """The run goes on, the streams say what they lack, and no table is emptied."""
    output, failure, emptied = broken(operation, status=401, code=4006)
    assert failure is None
    assert not emptied
    assert output.rows("me")
    assert output.rows("scim_users")
    assert "skipped 1 that the caller may not read" in caplog.text


@pytest.mark.parametrize(
    ("operation", "stream"),
    [
        ("list_organization_members", "organization_members"),
        ("list_team_members", "team_members"),
        ("get_social_profile_permissions", "social_profile_permissions"),
        ("get_member", "members"),
    ],
)
def test_what_is_listed_and_never_found_empties_no_table(broken, operation, stream, caplog):
    """An operation that knows nothing of what was just listed is named, not believed."""
    output, failure, emptied = broken(operation, status=404)
    assert failure is None
    assert not emptied
    assert output.rows("messages")
    said = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert [text for text in said if text.startswith(f"{stream}: not one of the ")]


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("list_social_profiles", '{"data": null}'),
        ("list_team_members", '{"data": null}'),
        ("list_organization_members", '{"data": {}}'),
        ("get_message_history", '{"data": null}'),
        ("get_member", '{"data": []}'),
        ("list_scim_users", '{"totalResults": 8}'),
        ("list_scim_users", '{"totalResults": 8, "Resources": []}'),
        ("list_scim_resource_types", '{"totalResults": 1, "Resources": null}'),
    ],
)
def test_an_answer_of_another_shape_is_an_error(broken, operation, body):
    """Nothing where a list or an object must be is no empty list."""
    _, failure, emptied = broken(operation, status=200, body=body)
    assert isinstance(failure, TornBody)
    assert failure.path
    assert not emptied


def test_half_an_answer_names_the_call(broken):
    """An answer with rows and errors ends the run with method, path, code and trace."""
    body = '{"data": [], "errors": [{"code": 5000, "message": "One shard is down", "id": "ab-12"}]}'
    _, failure, _ = broken("list_messages", status=200, body=body)
    assert isinstance(failure, ServerFault)
    assert "One shard is down (GET /v1/messages, HTTP 200, code 5000, trace ab-12)" in str(failure)


def test_what_was_refused_is_read_when_it_is_allowed(sandbox, extract, warehouse, assert_equal):
    """A refused history is asked for again, although its message has not changed."""
    sandbox.faults(operation="get_message_history", kind="status", status=401, code=4006, times=0)
    warehouse.load(extract())
    assert not warehouse.rows("message_history")
    sandbox.clear_faults()
    warehouse.load(extract(state=warehouse.state, lookback_days=500))
    assert_equal("message_history", warehouse.rows("message_history"), ["message_id", "sequence"])
