"""What all tests share: one sandbox for the session, reset for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hootsuite_sandbox.testing import SMALL_WORLD, SandboxProcess


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


@pytest.fixture(autouse=True)
def _own_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep journals, token stores and shared budgets of tests out of the user's folders."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
