"""The contract is complete, valid and consistent in itself, and answers questions about bodies."""

import re
import time
from importlib import resources
from typing import get_args

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from hootsuite_api.contract import Problem, load, loader
from hootsuite_api.contract.model import Kind

CONTRACT = load()


def _dicts(node):
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _dicts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _dicts(item)


def _fields(operation, body):
    return [problem.field for problem in CONTRACT.problems(operation, body)]


# ------------------------------------------------------------------ the document


def test_document_is_valid_openapi():
    """An OpenAPI 3.1 validator finds nothing wrong with the document."""
    assert list(OpenAPIV31SpecValidator(CONTRACT.document).iter_errors()) == []


def test_each_method_of_each_path_is_an_operation():
    """Nothing in the document is lost on the way: each method of a path has an id of its own."""
    methods = {"get", "post", "put", "patch", "delete"}
    written = [
        item[method]["operationId"]
        for item in CONTRACT.document["paths"].values()
        for method in methods & set(item)
    ]
    assert sorted(CONTRACT.operations) == sorted(written)
    assert len(set(written)) == len(written)


def test_every_path_parameter_is_declared():
    """The placeholders of a template and its path parameters are the same names."""
    for operation in CONTRACT.operations.values():
        declared = {p.name for p in operation.parameters if p.location == "path"}
        assert declared == set(re.findall(r"{(\w+)}", operation.path)), operation.id


def test_every_schema_is_a_json_schema():
    """Bodies, answers and parameters are JSON Schemas of the 2020-12 draft."""
    for operation in CONTRACT.operations.values():
        schemas = [operation.body, operation.response, *(p.schema for p in operation.parameters)]
        for schema in filter(None, schemas):
            Draft202012Validator.check_schema(schema)


def test_every_component_is_used():
    """No component lies around unused."""
    pointers = {str(node.get("$ref")) for node in _dicts(CONTRACT.document)}
    for kind in ("parameters", "headers", "responses", "schemas"):
        declared = {f"#/components/{kind}/{n}" for n in CONTRACT.document["components"][kind]}
        assert declared - pointers == set()


def test_value_lists_are_what_they_look_like():
    """YAML turned no value of a text field into a boolean or a number."""
    for schema in _dicts(CONTRACT.document["components"]["schemas"]):
        values = [*schema.get("enum", ()), *schema.get("x-extensible-enum", ())]
        types = schema.get("type", [])
        if "integer" in types:
            assert all(v is None or type(v) is int for v in values)
        elif isinstance(types, (str, list)):
            assert all(v is None or isinstance(v, str) for v in values)


def test_linkedin_codes_are_all_there():
    """The legacy LinkedIn targeting has its 9 + 470 + 147 + 26 + 10 codes, none twice."""
    properties = CONTRACT.component("LinkedInCompanyTargeting")["properties"]
    lists = {name: field["items"]["enum"] for name, field in properties.items()}
    assert {name: len(values) for name, values in lists.items()} == {
        "companySize": 9,
        "geography": 470,
        "industry": 147,
        "jobFunction": 26,
        "seniority": 10,
    }
    assert all(len(set(values)) == len(values) for values in lists.values())


def test_answers_are_open():
    """No answer forbids further fields, and no list of profile types or rights is closed."""
    for operation in CONTRACT.operations.values():
        nodes = list(_dicts(operation.response))
        assert all(node.get("additionalProperties", True) is not False for node in nodes)
    assert "enum" not in CONTRACT.component("SocialProfile")["properties"]["type"]
    assert "enum" not in CONTRACT.component("Interaction")["properties"]["type"]
    assert "enum" not in CONTRACT.component("Permissions")["properties"]["permissions"]["items"]


def test_components_have_no_references_left():
    """A component comes with every pointer replaced; a field named `$ref` is no pointer."""
    for name in CONTRACT.document["components"]["schemas"]:
        for node in _dicts(CONTRACT.component(name)):
            assert not isinstance(node.get("$ref"), str), name
    assert "$ref" in CONTRACT.component("ScimGroup")["properties"]


def test_unknown_component():
    """A component that does not exist is an error."""
    with pytest.raises(KeyError):
        CONTRACT.component("Nonsense")


def test_loading_is_quick():
    """Reading and resolving the whole contract costs little more than the C parser of YAML alone.

    Compared with it in the same run, so that it holds on a slow machine, too.
    """
    text = resources.files("hootsuite_api.contract").joinpath("openapi.yaml").read_bytes()
    parsing = _cost(lambda: yaml.load(text, Loader=yaml.CSafeLoader))
    assert _cost(loader.load.__wrapped__) < 3 * parsing


def _cost(work):
    """The least processor time of a few runs."""
    costs = []
    for _ in range(3):
        started = time.thread_time()
        assert work()
        costs.append(time.thread_time() - started)
    return min(costs)


# ------------------------------------------------------------------ operations


def test_shapes():
    """Each operation says which envelope it speaks."""
    shapes = {o.id: o.shape for o in CONTRACT.operations.values()}
    assert shapes.pop("authorize") == "html"
    assert shapes.pop("create_token") == "oauth"
    for name, shape in shapes.items():
        path = CONTRACT.operations[name].path
        assert (shape == "scim") == path.startswith("/scim/v2/")
        assert (shape == "analytics") == path.startswith("/v1/analytics/")


def test_reads_are_the_gets_and_analytics():
    """Only these may be repeated at will; analytics asks by POST, and changes nothing."""
    for operation in CONTRACT.operations.values():
        assert operation.read == (operation.method == "GET" or operation.shape == "analytics")


def test_what_holds_the_answer():
    """`data` holds what was asked for, save in the one answer that has no envelope."""
    others = {o.id: o.data for o in CONTRACT.operations.values() if o.data != "data"}
    assert others == {"list_my_ad_accounts": "ad_accounts"}
    for operation in CONTRACT.operations.values():
        if operation.shape in {"rest", "analytics"}:
            response = operation.response or {}
            assert operation.data in response.get("properties", {operation.data: None})


def test_the_retired_operation():
    """Interactions is the one operation that the platform's documents have dropped."""
    assert [o.id for o in CONTRACT.operations.values() if o.retired] == ["list_interactions"]


def test_bodies():
    """All but the GETs, the DELETEs and the joining of a team have a body that has to be there."""
    with_body = {o.id for o in CONTRACT.operations.values() if o.body is not None}
    bare = {o.id for o in CONTRACT.operations.values() if o.method in {"GET", "DELETE"}}
    assert with_body == set(CONTRACT.operations) - bare - {"add_team_member"}
    for name in with_body:
        operation = CONTRACT.operations[name]
        form = name == "create_token"
        assert operation.body_required
        assert operation.body_media_type == (
            "application/x-www-form-urlencoded" if form else "application/json"
        )


def test_quirks_of_the_wire():
    """What the wire was seen to do differently is on record."""
    quirks = {o.id: o.quirks for o in CONTRACT.operations.values()}
    assert "data_as_list" in quirks["get_message"]
    assert "alias" in quirks["get_me"]
    assert "body" in quirks["delete_message"]
    assert "truncation" in quirks["list_messages"]
    assert quirks["list_team_members"]["denied"] == {
        "status": 401,
        "code": 4005,
        "source": "recorded",
    }


def test_a_message_may_come_as_a_list():
    """The answer to get_message fits as an object and as a list of one."""
    message = {"id": "1", "state": "SENT", "text": None, "socialProfile": {"id": "2"}}
    validator = Draft202012Validator(CONTRACT.operations["get_message"].response)
    assert validator.is_valid({"data": message})
    assert validator.is_valid({"data": [message]})
    assert not validator.is_valid({"data": "message"})


# ------------------------------------------------------------------ error codes


def test_every_error_code_has_a_kind_and_a_meaning():
    """The 97 published codes and the recorded 1202 are classed, each in a few words."""
    assert len(CONTRACT.error_codes) == 98
    assert 1202 in CONTRACT.error_codes
    for number, code in CONTRACT.error_codes.items():
        assert code.code == number
        assert code.kind in get_args(Kind)
        assert code.meaning


def test_only_bad_access_tokens_are_worth_a_renewal():
    """A fresh token is tried for the seven codes that blame the access token, for no other."""
    renew = {number for number, code in CONTRACT.error_codes.items() if code.renew}
    assert renew == {1000, 1001, 1005, 1032, 1035, 1036, 1040}
    assert {CONTRACT.error_codes[number].kind for number in renew} == {"token"}


def test_codes_on_fields_and_parameters_exist():
    """Every code that the contract ties to a value or to a denial is in the table."""
    for node in _dicts({"paths": CONTRACT.document["paths"], **CONTRACT.document["components"]}):
        tied = node.get("x-hootsuite-code", {})
        codes = tied.values() if isinstance(tied, dict) else [tied]
        assert all(code in CONTRACT.error_codes for code in codes)
    for operation in CONTRACT.operations.values():
        code = operation.quirks.get("denied", {}).get("code")
        assert code is None or CONTRACT.error_codes[code].kind == "permission"


# ------------------------------------------------------------------ bodies


def test_no_error_no_problem():
    """A body that fits has no problems, with every kind of field in it."""
    body = {
        "text": "Hello",
        "socialProfileIds": ["1"],
        "scheduledSendTime": "2026-01-15T12:00:00.000Z",
        "targeting": {
            "facebookPage": {"ageMin": 18, "countries": [{"k": "Switzerland", "v": "CH"}]},
            "linkedInCompany": {"geography": ["eu.no"], "industry": ["1"]},
            "linkedInV2Company": {"interfaceLocales": [{"country": "CH", "language": "de"}]},
        },
        "privacy": {"linkedIn": {"visibility": ["anyone"]}},
        "location": {"latitude": 46.9, "longitude": 7},
        "media": [{"id": "x=", "videoOptions": {"facebook": {"category": "NEWS"}}}],
        "somethingNewer": True,
    }
    assert CONTRACT.problems("create_message", body) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"media": [{}]}, "media[0].id"),
        ({"media": [{"id": "a"}, {"id": 5}]}, "media[1].id"),
        ({"socialProfileIds": []}, "socialProfileIds"),
        ({"socialProfileIds": [1]}, "socialProfileIds[0]"),
        ({"scheduledSendTime": "2026-01-15T12:00:00+01:00"}, "scheduledSendTime"),
        ({"location": {"latitude": 91, "longitude": 0}}, "location.latitude"),
        ({"privacy": {"facebook": {"visibility": "everyone"}}}, "privacy.facebook.visibility"),
        ({"targeting": {"facebookPage": {"ageMin": 16}}}, "targeting.facebookPage.ageMin"),
        ({"extendedInfo": [{"data": {}}]}, "extendedInfo[0].data.boardId"),
        ({"text": None}, "text"),
        ({"emailNotification": "yes"}, "emailNotification"),
    ],
)
def test_problems_name_the_field(change, field):
    """A problem says where it is, down to the item of a list."""
    assert field in _fields("create_message", {"socialProfileIds": ["1"], **change})


def test_every_missing_field_is_named():
    """All required fields that are missing are named, each with the platform's code."""
    assert sorted(CONTRACT.problems("create_member", {}), key=lambda p: p.field) == [
        Problem("email", "is missing", 2006),
        Problem("fullName", "is missing", 2005),
        Problem("organizationIds", "is missing", None),
    ]


@pytest.mark.parametrize(
    ("operation", "body", "message"),
    [
        ("create_team", {"teamName": "x"}, "teamName: is shorter than 2 characters"),
        ("create_media", {"sizeBytes": "9"}, "sizeBytes: must be a whole number"),
        (
            "create_message",
            {"scheduledSendTime": "tomorrow"},
            "scheduledSendTime: must look like 2026-01-15T12:00:00Z",
        ),
        ("create_message", {"media": {}}, "media: must be a list"),
        ("create_message", [], "must be an object"),
        (
            "approve_message",
            {"sequenceNumber": 1, "reviewerType": "BOSS"},
            "reviewerType: must be one of EXTERNAL, MEMBER",
        ),
        ("get_me", {}, "this call takes no body"),
    ],
)
def test_messages_are_for_people(operation, body, message):
    """A problem reads as a sentence about the field."""
    assert message in [str(problem) for problem in CONTRACT.problems(operation, body)]


def test_problems_never_show_a_value():
    """A secret in a body does not come back in a message."""
    body = {"grant_type": 7, "refresh_token": ["hush"], "code": {"a": "hush"}}
    assert "hush" not in str(CONTRACT.problems("create_token", body))


@pytest.mark.parametrize(
    ("grant", "fields"),
    [
        ("authorization_code", ["code", "redirect_uri"]),
        ("member_app", ["member_id"]),
        ("organization_app", ["organization_id"]),
        ("refresh_token", ["refresh_token"]),
        ("client_credentials", []),
    ],
)
def test_grants_need_their_own_fields(grant, fields):
    """Each grant type asks for what belongs to it and for nothing else."""
    assert _fields("create_token", {"grant_type": grant}) == fields


def test_organization_ids_as_numbers_and_texts():
    """A new member's organizations may be numbers or texts, but not fractions."""
    base = {"email": "a@example.com", "fullName": "Ada L"}
    assert _fields("create_member", {**base, "organizationIds": [1, "2"]}) == []
    assert _fields("create_member", {**base, "organizationIds": [1.5]}) == ["organizationIds[0]"]


def test_any_value_in_a_scim_patch():
    """A patch may carry any JSON value, none included."""
    for value in ("x", 1, None, {"a": []}, [1]):
        operation = {"op": "replace", "path": "title", "value": value}
        body = {"schemas": [], "Operations": [operation, {"op": "remove", "path": "title"}]}
        assert _fields("patch_scim_user", body) == []
