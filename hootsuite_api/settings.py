"""The settings that tap and target share: parsed and checked, each with its own message."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import platformdirs

from hootsuite_api.errors import ConfigError
from hootsuite_api.redact import register, register_pair

PLATFORM = "https://platform.hootsuite.com"
AUTH_METHODS: Mapping[str, tuple[str, ...]] = {
    "member_app": ("client_id", "client_secret", "member_id"),
    "organization_app": ("client_id", "client_secret", "organization_id"),
    # The token may be in the store, and a dynamically registered client has no secret.
    "refresh_token": ("client_id",),
    "access_token": ("access_token",),
}
NUMBERS: Mapping[str, tuple[int, int, int]] = {  # default, least, most
    "requests_per_second": (20, 1, 10_000),
    "daily_quota_percent": (90, 1, 100),
    "max_concurrency": (16, 1, 128),
    "request_timeout_seconds": (60, 1, 3600),
}
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")
_PRINTABLE = re.compile(r"[\x20-\x7e]+")
_ID = re.compile(r"[0-9]{1,32}")
TOKEN = re.compile(r"[\x21-\x7e]+")  # characters that fit into a header as one word
KEYRING = re.compile(r"keyring:([A-Za-z0-9][A-Za-z0-9_.-]{0,63})")  # instead of a token file


@dataclass(frozen=True, slots=True)
class Settings:
    """The shared settings, after all checks; `settings_schema` describes them."""

    auth_method: str
    api_url: str = PLATFORM
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    member_id: str = ""
    organization_id: str = ""
    refresh_token: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    scope: str = ""
    token_store: Path = Path()
    requests_per_second: int = 20
    daily_quota_percent: int = 90
    max_concurrency: int = 16
    request_timeout_seconds: int = 60
    user_agent: str = "meltano-hootsuite"

    @property
    def account(self) -> str:
        """Whom the tokens act for, as far as known; each has its own budget and tokens."""
        if self.auth_method == "organization_app":
            return f"organization:{self.organization_id}"
        if self.member_id:
            return f"member:{self.member_id}"
        if self.auth_method == "access_token":
            return f"token:{digest(self.access_token)}"
        return f"signed-in:{self.client_id}"


def digest(secret: str) -> str:
    """A short hash of a secret, from which the secret can't be recovered."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port: addresses on the same server have the same ones."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default


def is_loopback(url: str) -> bool:
    """Whether a URL points at this machine."""
    return bool(_LOOPBACK.fullmatch(urlsplit(url).hostname or ""))


def state_folder() -> Path:
    """The user's state folder for this project; it may not exist yet."""
    return platformdirs.user_state_path("meltano-hootsuite", appauthor=False)


def private_folder(folder: Path) -> Path:
    """Create a folder that only its owner may enter, and test that it can be written.

    Raises:
        ConfigError: If it can't be created or written.
    """
    try:
        for one in (*reversed(folder.parents), folder):  # `parents=True` would open them to all
            one.mkdir(mode=0o700, exist_ok=True)
    except OSError as cause:
        raise ConfigError(_unwritable(folder, cause.strerror)) from cause
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(_unwritable(folder, "permission denied"))
    return folder


def _unwritable(folder: Path, why: str | None) -> str:
    return (
        f"The folder {folder} can't be written ({why}); it is to hold tokens and the request "
        "budget: let the setting token_store name a file in a folder that you may write"
    )


def parse(raw: Mapping[str, Any]) -> Settings:
    """Parse and check the shared settings; other settings in the same mapping are ignored.

    Args:
        raw: Setting names and values, as a plugin's configuration holds them.

    Raises:
        ConfigError: For the first setting that is wrong: which one, why, and what to do. A secret's
            value is never shown.
    """
    for name in ("client_secret", "refresh_token", "access_token"):
        if isinstance(raw.get(name), str):
            register(raw[name])
    method = _auth_method(raw)
    texts = {name: _text(raw, name) for name in ("client_id", "client_secret", "refresh_token")}
    texts |= {name: _text(raw, name) for name in ("access_token", "scope", "user_agent")}
    texts |= {name: _id(raw, name) for name in ("member_id", "organization_id")}
    for name in AUTH_METHODS[method]:
        if not texts[name]:
            raise ConfigError(
                f"The setting {name} is missing: auth_method {method} needs it",
                advice=f"Set {name}, or choose another auth_method",
            )
    if texts["client_secret"]:
        register_pair(texts["client_id"], texts["client_secret"])
    texts["user_agent"] = texts["user_agent"] or "meltano-hootsuite"
    values: dict[str, Any] = {**texts, **{name: _number(raw, name) for name in NUMBERS}}
    return Settings(auth_method=method, api_url=_url(raw), token_store=_store(raw), **values)


def _auth_method(raw: Mapping[str, Any]) -> str:
    method = raw.get("auth_method")
    choices = ", ".join(AUTH_METHODS)
    if method is None or method == "":
        raise ConfigError("The setting auth_method is missing", advice=f"Choose one of {choices}")
    if not isinstance(method, str) or method not in AUTH_METHODS:
        shown = method if isinstance(method, str) and len(method) < 24 else "a value"  # noqa: PLR2004
        raise ConfigError(
            f"The setting auth_method is {shown}, which is not a method",
            advice=f"Choose one of {choices}",
        )
    return method


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ConfigError(f"The setting {name} must be a text", advice="Put it in quotes")
    allowed = _PRINTABLE if name in ("scope", "user_agent") else TOKEN
    if value and not allowed.fullmatch(value):
        raise ConfigError(
            f"The setting {name} holds a blank, a line break or a character outside ASCII",
            advice="Copy it again without what surrounds it",
        )
    return value


def _id(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if value is None or value == "":
        return ""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _ID.fullmatch(text):
        raise ConfigError(
            f"The setting {name} must be an id of digits only",
            advice="Hootsuite shows it in the answer to /v1/me and /v1/me/organizations",
        )
    return text


def _number(raw: Mapping[str, Any], name: str) -> int:
    default, least, most = NUMBERS[name]
    value = raw.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigError(
            f"The setting {name} must be a whole number", advice=f"For example {default}"
        )
    if not least <= value <= most:
        raise ConfigError(
            f"The setting {name} is {value}, outside {least} to {most}",
            advice=f"The default is {default}",
        )
    return value


def _url(raw: Mapping[str, Any]) -> str:
    value = raw.get("api_url")
    if value is None or value == "":
        return PLATFORM
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        host, _ = parts.hostname, parts.port  # `port` raises if it is invalid
    except ValueError:
        parts, host = urlsplit(""), None
    extra = parts.username or parts.password or parts.query or parts.fragment
    odd = not TOKEN.fullmatch(value) if isinstance(value, str) else True
    if odd or parts.scheme not in ("http", "https") or not host or extra:
        raise ConfigError(
            "The setting api_url is not the address of a server", advice=f"For example {PLATFORM}"
        )
    if parts.path not in ("", "/"):
        raise ConfigError(
            "The setting api_url has a path; it names the server only",
            advice=f"Write {parts.scheme}://{parts.netloc}",
        )
    address = _address(parts)
    if parts.scheme == "http" and not is_loopback(address):
        raise ConfigError(
            "The setting api_url is plain http, which would send the token in the clear",
            advice="Write https; plain http is only for a sandbox on this machine",
        )
    return address


def server_of(url: str) -> str | None:
    """The server of an address, normalised like `api_url`; None if it is not a plain address."""
    try:
        parts = urlsplit(url)
        odd = parts.username or parts.password or parts.fragment or parts.query
        return None if odd or not parts.hostname else _address(parts)
    except (KeyError, ValueError):
        return None


def _address(parts: SplitResult) -> str:
    """The normalised address of a server: the token store and the budget use it in their keys."""
    host = parts.hostname or ""
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://[{host}]{port}" if ":" in host else f"{parts.scheme}://{host}{port}"


def _store(raw: Mapping[str, Any]) -> Path:
    value = raw.get("token_store")
    if value is None or value == "":
        return state_folder() / "tokens.json"
    if not isinstance(value, (str, os.PathLike)) or "\0" in str(value):
        raise ConfigError("The setting token_store must be the path of a file")
    if KEYRING.fullmatch(str(value)):
        return Path(value)
    path = Path(value).expanduser()
    if path.is_dir():
        raise ConfigError(
            f"The setting token_store names the folder {path}", advice="Name a file inside it"
        )
    return path.absolute()
