"""Which account a command speaks for: flags, environment, files, what a sign-in remembered."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

import click
from dotenv import dotenv_values

from hootsuite_api.errors import ConfigError
from hootsuite_api.settings import PLATFORM, state_folder
from hootsuite_cli import saved_account

# The last one wins. The plugins' own spellings are read so that one .env serves them and us.
_PREFIXES = ("TAP_HOOTSUITE_", "TARGET_HOOTSUITE_", "HOOTSUITE_")
_NOT_SETTINGS = frozenset({"config", "profile"})  # these are flags
_WHOLE = re.compile(r"requests_per_second|max_concurrency|.*_(percent|seconds|days|minutes)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Account:
    """An account as the command line names it.

    Args:
        profile: The name that keeps it apart from others; empty for the one without a name.
        given: Settings from flags, environment and files.
        remembered: What the last sign-in under this name kept.
    """

    profile: str
    given: Mapping[str, Any]
    remembered: Mapping[str, Any]

    @property
    def settings(self) -> dict[str, Any]:
        """The settings as a plugin's configuration holds them."""
        merged = dict(self.given)
        if self._is_the_same():
            merged = {**self._recalled(merged), "auth_method": "refresh_token", **merged}
        if not merged.get("auth_method"):
            merged["auth_method"] = _method(merged)
        merged.setdefault("token_store", str(self.folder / "tokens.json"))
        return {name: value for name, value in merged.items() if value not in (None, "")}

    @property
    def sign_in_settings(self) -> dict[str, Any]:
        """The settings of a sign-in: of what is given, only what concerns it."""
        base = self._recalled(self.given) if self._agrees("api_url", "client_id") else {}
        merged = {**base, **self.given, "auth_method": "refresh_token"}
        merged.setdefault("token_store", str(self.folder / "tokens.json"))
        dropped = ("refresh_token", "access_token", "organization_id")
        return {name: value for name, value in merged.items() if name not in dropped and value}

    @property
    def registered_address(self) -> str:
        """The redirect address of a client that a sign-in registered; empty if it did not."""
        if not self._agrees("api_url", "client_id"):
            return ""
        return str(self.remembered.get(saved_account.REDIRECT) or "")

    @property
    def folder(self) -> Path:
        """Where this account's files lie."""
        return folder_of(self.profile)

    def _recalled(self, given: Mapping[str, Any]) -> dict[str, Any]:
        secret = given.get("client_secret") or saved_account.secret_of(self.remembered)
        kept = {n: one for n, one in self.remembered.items() if n != saved_account.REDIRECT}
        return {**kept, "client_secret": secret}

    def _is_the_same(self) -> bool:
        """Whether what is given speaks of nobody else than the remembered sign-in.

        A secret of one account must never travel to the address of another: all or nothing.
        """
        methods = (None, "", "refresh_token")
        return self.given.get("auth_method") in methods and self._agrees(
            "api_url", "client_id", "member_id", "access_token", "organization_id"
        )

    def _agrees(self, *names: str) -> bool:
        """Whether nothing that is given contradicts what is remembered."""
        pairs = ((self.given.get(name), self.remembered.get(name)) for name in names)
        return bool(self.remembered) and all(not given or given == kept for given, kept in pairs)


def folder_of(profile: str) -> Path:
    """The folder of a profile; the nameless one is the plugins' default place."""
    return state_folder() / "profiles" / profile if profile else state_folder()


def account_options(command: _Command) -> _Command:
    """Add the options that name an account; the command gets an `Account`."""

    @click.option("--profile", envvar="HOOTSUITE_PROFILE", default="", help="Name of the account.")
    @click.option(
        "--config",
        "files",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Settings: a JSON file as the plugins take it, or a .env file. May be repeated.",
    )
    @click.option("--api-url", help=f"The platform or a sandbox.  [default: {PLATFORM}]")
    @click.option("--client-id", help="Of the app in Hootsuite's developer area.")
    @click.option("--token-store", help="File for tokens; `keyring:NAME` for the system's keyring.")
    @functools.wraps(command)
    def wrapper(
        profile: str,
        files: tuple[Path, ...],
        api_url: str | None,
        client_id: str | None,
        token_store: str | None,
        **rest: Any,
    ) -> Any:
        flags = {"api_url": api_url, "client_id": client_id, "token_store": token_store}
        return command(account=read(profile, files, flags), **rest)

    return wrapper  # type: ignore[return-value]  # click reads the options from its attributes


def read(profile: str, files: tuple[Path, ...], flags: Mapping[str, Any]) -> Account:
    """Collect the settings: flags before the environment before files.

    Raises:
        ConfigError: For a file that can't be read, or a name that can't be a profile's.
    """
    if profile and not _NAME.fullmatch(profile):
        raise ConfigError(
            "A profile's name has letters, digits and - _ . only", advice="For example acme"
        )
    given: dict[str, Any] = {}
    for path in files:
        given |= _from_file(path)
    given |= _from_environment(os.environ)
    given |= {name: value for name, value in flags.items() if value}
    return Account(profile, given, saved_account.recall(folder_of(profile)))


def _from_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise ConfigError(f"The file {path} can't be read ({reason})") from error
    if path.suffix == ".env" or path.name.startswith(".env"):
        return _from_environment(dotenv_values(stream=StringIO(text), interpolate=False))
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ConfigError(
            f"The file {path} is not JSON", advice="Name a .json file, or a .env file"
        ) from error
    if not isinstance(found, dict):
        raise ConfigError(f"The file {path} holds no settings", advice='Write {"name": "value"}')
    return found


def _from_environment(variables: Mapping[str, str | None]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for prefix in _PREFIXES:
        for variable, text in variables.items():
            name = variable.removeprefix(prefix).lower()
            if variable.startswith(prefix) and text and name not in _NOT_SETTINGS:
                found[name] = _value(name, text)
    return found


def _value(name: str, text: str) -> Any:
    """A setting's value from its text; what does not look right stays text, to be refused later."""
    if _WHOLE.fullmatch(name) and text.isascii() and text.isdecimal():
        return int(text)
    if text in ("true", "false"):
        return text == "true"
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _method(settings: Mapping[str, Any]) -> str | None:
    """The authentication method that the given settings point at."""
    pointers = {
        "access_token": "access_token",
        "refresh_token": "refresh_token",
        "member_id": "member_app",
        "organization_id": "organization_app",
    }
    for name, method in pointers.items():
        if settings.get(name):
            return method
    here = "hootsuite ... --config .env" if Path(".env").is_file() else "--config FILE"
    raise ConfigError(
        "There is no account to speak for",
        advice=f"Sign in with hootsuite login, or give settings: {here} or HOOTSUITE_... in the "
        "environment",
    )
