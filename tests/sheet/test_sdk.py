"""The SDK's own checks of a tap, on a plan with every column."""

from __future__ import annotations

from pathlib import Path

from singer_sdk.testing import get_tap_test_class

from tap_hootsuite_sheet.tap import TapHootsuiteSheet

TestTapHootsuiteSheet = get_tap_test_class(
    TapHootsuiteSheet,
    config={
        "path": str(Path(__file__).parent / "complete.csv"),
        "timezone": "Europe/Berlin",
        "as_is": ["1"],
    },
)
