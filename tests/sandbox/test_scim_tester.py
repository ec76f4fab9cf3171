"""The checks of scim2-tester, an independent reader of RFC 7643 and 7644, against the sandbox."""

from __future__ import annotations

import importlib
import inspect
from collections import Counter
from typing import Any

import pytest

# The checks that apply, with how many results each gives: none may pass by looking at nothing.
APPLIES = {
    "query_all_resource_types": 1,
    "access_invalid_resource_type": 1,
    "resource_types_endpoint_methods": 4,
    "access_invalid_schema": 1,
    "object_creation": 1,
    "object_query": 1,
    "object_query_without_id": 1,
    "object_replacement": 1,
    "random_url": 1,
}

# The checks that go through the attributes of a user, with the attributes that must pass.
PATCHES = {
    "check_add_attribute": {"name", "title", "timezone", "preferredLanguage"},
    "check_remove_attribute": {"title"},
    "check_replace_attribute": {
        "userName", "displayName", "active",
        "name", "emails", "title", "timezone", "preferredLanguage",
    },
}  # fmt: skip

# ... and those that cannot, with the reason.
UNFIT = {
    ("check_add_attribute", "emails"): "a user always has an address; the check expects none",
    ("check_remove_attribute", "emails"): "a user always has an address: the user name",
    ("check_remove_attribute", "name"): "a member always has a full name, which is shown in parts",
    ("check_remove_attribute", "timezone"): "falls back to the documented default",
    ("check_remove_attribute", "preferredLanguage"): "falls back to the default language",
}

_NO_CONFIG = "Hootsuite documents no /ServiceProviderConfig"
_NO_SCHEMAS = "Hootsuite documents no /Schemas"
_NO_SELECTION = "Hootsuite documents neither `attributes` nor `excludedAttributes`"
LEFT_OUT = {
    "service_provider_config_endpoint": _NO_CONFIG,
    "service_provider_config_endpoint_methods": _NO_CONFIG,
    "query_all_schemas": _NO_SCHEMAS,
    "access_schema_by_id": _NO_SCHEMAS,
    "core_schemas_validation": _NO_SCHEMAS,
    "schemas_endpoint_methods": _NO_SCHEMAS,
    "resource_types_schema_validation": _NO_SCHEMAS,
    "query_resource_type_by_id": "Hootsuite documents the list of resource types, not single ones",
    "object_query_with_attributes": _NO_SELECTION,
    "object_list_with_attributes": _NO_SELECTION,
    "search_with_attributes": "Hootsuite documents no POST /.search",
    "object_deletion": "SCIM users are deactivated: Hootsuite documents no DELETE",
}
# It calls the other checks, one after the other.
CALLS_OTHERS = "resource_type_tests"


@pytest.fixture(scope="module")
def checkers() -> Any:
    return importlib.import_module("scim2_tester.checkers")


@pytest.fixture
def check(call, checkers):
    """Runs one check of scim2-tester against the sandbox, by its name."""
    scim = importlib.import_module("scim_client")
    utils = importlib.import_module("scim2_tester.utils")
    token = call.sandbox.ready["access_token"]
    call.session.headers["Authorization"] = f"Bearer {token}"
    client = scim.Client(call.session, f"{call.sandbox.url}/scim/v2")
    subjects = {"model": scim.User, "resource_type": scim.USERS}

    def run(name: str) -> list[Any]:
        function = getattr(checkers, name)
        named = [subjects[key] for key in inspect.signature(function).parameters if key in subjects]
        return function(utils.CheckContext(client, utils.CheckConfig()), *named)

    return run


def test_every_check_is_decided(checkers):
    """A check that a later scim2-tester brings is either run or left out for a reason."""
    decided = [*APPLIES, *PATCHES, *LEFT_OUT, CALLS_OTHERS]
    assert Counter(decided) == Counter(checkers.__all__)


@pytest.mark.parametrize("name", APPLIES)
def test_checks(check, name):
    """What Hootsuite documents of SCIM is as the RFCs want it."""
    results = check(name)
    assert [result.status.name for result in results] == ["SUCCESS"] * APPLIES[name], results


@pytest.mark.parametrize("name", PATCHES)
def test_patches(check, name):
    """PATCH adds, removes and replaces each attribute; where it cannot, the reason is listed."""
    results = check(name)
    passed = {r.data["urn"] for r in results if r.status.name == "SUCCESS"}
    failed = {(name, r.data["urn"]) for r in results if r.status.name != "SUCCESS"}
    assert passed == PATCHES[name], results
    assert failed == {case for case in UNFIT if case[0] == name}, results


@pytest.mark.parametrize("name", LEFT_OUT)
def test_left_out(check, name):
    """No check is left out that would pass: what the sandbox lacks is noticed."""
    assert "ERROR" in {result.status.name for result in check(name)}, LEFT_OUT[name]
