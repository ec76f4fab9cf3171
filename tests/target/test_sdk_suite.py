"""The SDK's own target suite, with a check of what became of every row.

The suite's streams are none that this target writes, so each of their rows must be rejected and
accounted for, where other targets would load it.
"""

import json
from importlib import resources
from pathlib import Path

import pytest
from singer_sdk.testing import SuiteConfig, target_test_streams
from singer_sdk.testing.runners import TargetTestRunner
from singer_sdk.testing.suites import target_tests

from target_hootsuite.target import HootsuiteTarget

DIES = {"record_missing_key_property"}  # the SDK ends the run there; here the row is rejected
RAISES = {"invalid_schema", "record_before_schema"}


@pytest.mark.parametrize("kind", target_tests.tests, ids=lambda kind: kind.name)
def test_suite(kind, target_config):
    """Each test of the suite passes, and every record of its input has its result."""
    path = resources.files(target_test_streams) / f"{kind.name}.singer"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []
    records = [line for line in lines if line["type"] == "RECORD"]

    class Checked(kind):
        """The suite's test with a `validate` that looks at what was written."""

        checked = False

        def test(self):
            if self.name in DIES:
                self.runner.sync_all()
            else:
                super().test()

        def validate(self):
            type(self).checked = True
            if self.name in RAISES or not lines:
                return
            text = Path(target_config["results_path"]).read_text()
            results = [json.loads(line) for line in text.splitlines()]
            assert [one["status"] for one in results] == ["rejected"] * len(records)
            assert all(one["error_code"] == "unknown_stream" for one in results)

    runner = TargetTestRunner(HootsuiteTarget, config=target_config)
    try:
        Checked().run(SuiteConfig(), None, runner)
    finally:
        if runner.target_input is not None:
            runner.target_input.close()  # the suite leaves it open
    assert Checked.checked
