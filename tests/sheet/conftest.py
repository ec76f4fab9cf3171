"""Plans for the tests: written by openpyxl or by hand, read by the tap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

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
