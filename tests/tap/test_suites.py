"""The SDK's own suites, for the tap and each of its streams."""

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class
from singer_sdk.testing.templates import AttributeTestTemplate

from hootsuite_sandbox.testing import SMALL_WORLD, SandboxProcess
from tap_hootsuite.tap import TapHootsuite
from tests.tap.conftest import everything

pytestmark = pytest.mark.xdist_group("suites")  # one world, read once


@pytest.fixture(scope="module", autouse=True)
def _sandbox(tmp_path_factory):
    """A world in which every stream has rows; the suite's settings point at it."""
    with SandboxProcess(**SMALL_WORLD) as sandbox:
        SETTINGS.update(
            api_url=sandbox.url,
            client_id=sandbox.ready["client_id"],
            client_secret=sandbox.ready["client_secret"],
            member_id=sandbox.ready["member_id"],
            token_store=str(tmp_path_factory.mktemp("tokens") / "tokens.json"),
            comment_ids=[one["commentId"] for one in sandbox.comment_events()],
        )
        yield


@pytest.fixture(autouse=True)
def _own_values(monkeypatch):
    """Let each test look at its own column.

    The suite's object of a kind of test is shared by all columns and keeps the first one's values,
    so what is tested would depend on which test runs first.
    """
    fresh = AttributeTestTemplate.non_null_attribute_values.func
    monkeypatch.setattr(AttributeTestTemplate, "non_null_attribute_values", property(fresh))


SETTINGS = {
    "api_url": "http://127.0.0.1:1",  # the fixture knows the port, but only after collection
    "auth_method": "member_app",
    "client_id": "id",
    "client_secret": "to-be-replaced",
    "member_id": "1",
    "token_store": "unused",
    "requests_per_second": 1000,
    "start_date": "2025-01-01",
    "scope": "analytics:read",
    "interactions": [{"social_network_type": "twitter", "target_social_network_id": "5550001"}],
}

TestTap = get_tap_test_class(
    TapHootsuite,
    config=SETTINGS,
    catalog=everything(SETTINGS),
    suite_config=SuiteConfig(
        max_records_limit=None,  # a column that is rarely used must be looked at, too
        ignore_no_records_for_streams=["deleted_messages", "deleted_post_metrics"],
    ),
)
