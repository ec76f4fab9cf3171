"""Run Meltano as a user would: this repository's `meltano.yml`, settings from the environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent


class PipelineError(Exception):
    """Meltano ended with an exit code other than 0; the message carries the end of its log."""


@dataclass(frozen=True)
class Meltano:
    """Meltano in this repository, with state and log in a work folder of its own.

    Args:
        work: folder for Meltano's database and the log.
        env: settings as environment variables.
    """

    work: Path
    env: Mapping[str, str]

    @property
    def log(self) -> Path:
        """Return the file that holds all that Meltano and its plugins said."""
        return self.work / "meltano.log"

    def given(self, **env: str) -> Self:
        """Return the same project with more settings in its environment."""
        return replace(self, env={**self.env, **env})

    def __call__(self, *arguments: str) -> None:
        """Run `meltano ARGUMENTS`; raise `PipelineError` when it fails."""
        command = [str(Path(sys.executable).with_name("meltano")), *arguments]
        with self.log.open("ab") as log:
            done = subprocess.run(  # noqa: S603  # our own program, no shell
                command,
                cwd=ROOT,
                env=os.environ | self._own() | dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode != 0:
            message = f"`meltano {' '.join(arguments)}` ended with {done.returncode}"
            raise PipelineError(f"{message}; the end of {self.log}:\n{self._tail()}")

    def _own(self) -> dict[str, str]:
        return {
            "MELTANO_DATABASE_URI": f"sqlite:///{self.work / 'meltano.db'}",
            "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
            "MELTANO_CLI_LOG_LEVEL": "info",
            "NO_COLOR": "1",
        }

    def _tail(self, lines: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def tap_settings(ready: Mapping[str, Any], work: Path, **more: str) -> dict[str, str]:
    """Return the tap's settings for a sandbox, as Meltano reads them from the environment."""
    return _variables("TAP_HOOTSUITE_", {**_account(ready, work), **more})


def sheet_settings(ready: Mapping[str, Any], work: Path) -> dict[str, str]:
    """Return the spreadsheet tap's settings for a sandbox: profiles by name need an account."""
    return _variables("TAP_HOOTSUITE_SHEET_", _account(ready, work))


def target_settings(ready: Mapping[str, Any], work: Path, **more: str) -> dict[str, str]:
    """Return the target's settings for a sandbox; its journal and media lie in the work folder."""
    own = {"journal_url": f"sqlite:///{work / 'journal.db'}", "media_root": str(work / "media")}
    return _variables("TARGET_HOOTSUITE_", {**_account(ready, work), **own, **more})


def loader_settings(url: str, schema: str) -> dict[str, str]:
    """Return target-postgres's settings."""
    return {
        "TARGET_POSTGRES_SQLALCHEMY_URL": url,
        "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": schema,
    }


def _account(ready: Mapping[str, Any], work: Path) -> dict[str, str]:
    return {
        "api_url": ready["url"],
        "auth_method": "member_app",
        "client_id": ready["client_id"],
        "client_secret": ready["client_secret"],
        "member_id": ready["member_id"],
        "token_store": str(work / "tokens.json"),
    }


def _variables(prefix: str, settings: Mapping[str, str]) -> dict[str, str]:
    return {f"{prefix}{name.upper()}": value for name, value in settings.items()}
