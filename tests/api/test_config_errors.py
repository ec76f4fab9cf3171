"""What a person reads about a setting that does not fit."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from hootsuite_api.config_errors import explain
from hootsuite_api.settings_schema import flag, row, text

SCHEMA = {
    "type": "object",
    "properties": {
        "ids": row("array", "Ids", "Some.", ["814001", "814002"]),
        "maps": row("object", "Maps", "Some.", {"a": True, "b": None}),
        "sure": flag("Sure", "Or not.", default=False) | {"examples": [True]},
        "name": text("Name", "Yours.", "Zoë"),
    },
    "required": ["ids", "sure"],
}


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"sure": True, "ids": 1}, 'For example: ["814001", "814002"].'),
        ({"sure": True, "ids": [], "maps": 1}, 'For example: {"a": true, "b": null}.'),
        ({"sure": "x", "ids": []}, "For example: true."),
        ({"sure": True, "ids": [], "name": 1}, "For example: Zoë."),
        ({}, 'For example: ids ["814001", "814002"], sure true.'),
    ],
)
def test_examples_are_what_one_would_type(config, says):
    """As JSON and YAML have it, not as Python prints it; a text stands without quotes."""
    (sentence,) = explain(Draft202012Validator(SCHEMA).iter_errors(config), SCHEMA)
    assert sentence.endswith(says)
