"""What all tests share: one sandbox for the session, reset for each test."""

from __future__ import annotations

import gc
import logging
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import hypothesis
import openpyxl
import pytest
import requests
from fault_lab import Authority

from demo.pipeline import Meltano
from demo.postgres import database
from hootsuite_api import redact
from hootsuite_api.clock import TEST_CLOCK_AHEAD
from hootsuite_api.redact import guard_logs
from hootsuite_api.retry import Retry
from hootsuite_sandbox.testing import SMALL_WORLD, SandboxProcess
from tap_hootsuite_sheet.model import Options, Plan
from tap_hootsuite_sheet.plan import read_plan
from tap_hootsuite_sheet.profiles import Profile

PLAN_HEADER = ("Date", "Text", "Profiles")
# What Meltano runs in the tests.
PLUGINS = ("tap-hootsuite", "target-postgres", "target-duckdb", "target-jsonl", "tap-postgres")
PLUGINS += ("target-hootsuite", "dbt-postgres", "dbt-duckdb")

# A busy machine is slow; that is no counterexample. A failure is found again by what it prints.
hypothesis.settings.register_profile("suite", deadline=None, print_blob=True)
hypothesis.settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """Keep modules and thousands of tests from being walked by each collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxProcess]:
    """The sandbox's process; use `sandbox` unless the test never changes anything."""
    with SandboxProcess(**SMALL_WORLD) as process:
        yield process


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> SandboxProcess:
    """A fresh small world without limits; `sandbox.reset(...)` makes it another one."""
    sandbox_process.reset()
    return sandbox_process


@pytest.fixture
def settings(sandbox: SandboxProcess, tmp_path: Path) -> dict[str, Any]:
    """The settings that tap and target share, for the sandbox."""
    return {
        "api_url": sandbox.url,
        "auth_method": "member_app",
        "client_id": sandbox.ready["client_id"],
        "client_secret": sandbox.ready["client_secret"],
        "member_id": sandbox.ready["member_id"],
        "organization_id": sandbox.ready["organization_id"],
        "token_store": str(tmp_path / "tokens" / "tokens.json"),
        "requests_per_second": 1000,
    }


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL that is started once; each of its users has a schema of its own."""
    with database() as url:
        yield url


@pytest.fixture(scope="session")
def meltano(tmp_path_factory: pytest.TempPathFactory) -> Meltano:
    """Meltano with every plugin of the tests, installed once: `meltano.given(SETTING=...)`.

    There is one folder `.meltano`, so its users belong to the group `meltano`.
    """
    found = Meltano(tmp_path_factory.mktemp("meltano"), {})
    found("install", *PLUGINS)
    return found


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority of the tests' own."""
    return Authority(tmp_path_factory.mktemp("authority"))


class Caller:
    """Calls the sandbox over plain HTTP, for tests that must not depend on our client."""

    def __init__(self, sandbox: SandboxProcess) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.trust_env = False

    def __call__(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send one request with the ready line's token (`token=None`: without any)."""
        token = options.pop("token", self.sandbox.ready["access_token"])
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})
        options = {"timeout": 20, "allow_redirects": False, **options}
        return self.session.request(method, self.sandbox.url + path, headers=headers, **options)

    def token(self, **form: str) -> requests.Response:
        """Ask the token endpoint, as the sandbox's client."""
        secret = (self.sandbox.ready["client_id"], self.sandbox.ready["client_secret"])
        url = f"{self.sandbox.url}/oauth2/token"
        return self.session.post(url, data=form, auth=secret, timeout=20)


@pytest.fixture
def call(sandbox: SandboxProcess) -> Iterator[Caller]:
    """A caller with the ready line's token."""
    caller = Caller(sandbox)
    yield caller
    caller.session.close()


class Books:
    """Writes plans into a folder and reads them back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def xlsx(
        self,
        *rows: Sequence[Any],
        header: Sequence[Any] = PLAN_HEADER,
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
def no_retry_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come at once."""
    defaults = Retry.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "waits", value=False)


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep journals, token stores and shared budgets of tests out of the user's folders."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(autouse=True)
def _process_as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test leaves a trace that decides about the next one, in whatever order they run."""
    monkeypatch.setattr(redact, "_vault", redact._Vault())  # thousands of tokens, one after another
    guard_logs()  # changes levels once and for all, whoever calls it first
    handlers = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    before = _logging()
    yield
    for one, handler in handlers.items():
        signal.signal(one, handler)  # the SDK's taps and targets take them and never give them back
    assert _logging() == before


def _logging() -> dict[str, Any]:
    own = ("hootsuite_api", "tap-hootsuite", "target-hootsuite", "tap-hootsuite-sheet")
    loggers = {name: logging.getLogger(name) for name in (*own, "urllib3", "")}
    levels = {name: (one.level, one.disabled, one.propagate) for name, one in loggers.items()}
    return {"disabled below": logging.root.manager.disable, **levels}


@pytest.fixture
def set_clock(sandbox, monkeypatch):
    """A function that sets our own clock so many seconds ahead of the platform's."""

    def set_clock(ahead=0):
        platform = datetime.fromisoformat(sandbox.now()).timestamp()
        monkeypatch.setenv(TEST_CLOCK_AHEAD, str(platform - time.time() + ahead))

    return set_clock
