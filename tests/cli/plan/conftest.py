"""What the tests of `hootsuite schedule` share: the command, and profiles to schedule to."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from hootsuite_cli.main import main


@pytest.fixture
def hootsuite(settings, monkeypatch):
    """Run the command for the sandbox's account."""
    for name, value in settings.items():
        monkeypatch.setenv(f"HOOTSUITE_{name.upper()}", str(value))
    monkeypatch.setenv("HOOTSUITE_TIMEZONE", "Europe/Berlin")
    monkeypatch.setenv("HOOTSUITE_SETTLE_SECONDS", "0")

    def run(*arguments, **options):
        return CliRunner().invoke(main, ["schedule", *map(str, arguments)], **options)

    return run


@pytest.fixture
def profiles(sandbox):
    """Ids of profiles that posts can be scheduled to, by network."""
    return {one["type"]: one["id"] for one in sandbox.truth("social_profiles")}
