"""Plans for the tests: written by openpyxl or by hand, read by the tap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from hootsuite_cli.main import main
from tap_hootsuite_sheet.model import Options, Plan
from tap_hootsuite_sheet.plan import read_plan
from tap_hootsuite_sheet.profiles import Profile

BERLIN = Options(timezone="Europe/Berlin")
HEADER = ("Date", "Text", "Profiles")


class Books:
    """Writes plans into a folder and reads them back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def xlsx(
        self,
        *rows: Sequence[Any],
        header: Sequence[Any] = HEADER,
        name: str = "plan.xlsx",
        change: Callable[[Any], None] | None = None,
    ) -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Plan"
        for row in (header, *rows) if header else rows:
            sheet.append(list(row))
        if change is not None:
            change(sheet)
        path = self.folder / name
        book.save(path)
        return path

    def csv(self, text: str, encoding: str = "utf-8", name: str = "plan.csv") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path


@pytest.fixture
def books(tmp_path):
    return Books(tmp_path)


@pytest.fixture
def read() -> Callable[..., Plan]:
    def reading(path: Path, directory: Any = None, **options: Any) -> Plan:
        return read_plan(path, Options(**({"timezone": "Europe/Berlin"} | options)), directory)

    return reading


class StubDirectory:
    """An account with a few profiles, which counts how often it is asked."""

    def __init__(self, zone: str | None = "Europe/Berlin") -> None:
        self.asked: list[str] = []
        self.zone = zone

    def profiles(self) -> list[Profile]:
        self.asked.append("profiles")
        return [
            Profile("1001", "LINKEDINCOMPANY", "ACME"),
            Profile("1002", "FACEBOOKPAGE", "ACME"),
            Profile("1003", "TWITTER", None, "acme_news"),
            Profile("1004", "PINTEREST", "acme-pins"),
            Profile("1005", "FACEBOOKPAGE", "Twin"),
            Profile("1006", "FACEBOOK", "Twin"),
        ]

    def time_zone(self) -> str | None:
        self.asked.append("zone")
        return self.zone


@pytest.fixture
def directory() -> StubDirectory:
    return StubDirectory()


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
