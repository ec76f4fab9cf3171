"""Reads the JSON files named on a plugin's command line; errors name the file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hootsuite_api.errors import ConfigError


def merged(paths: Iterable[str]) -> dict[str, Any]:
    """The settings of configuration files; the last file wins.

    Raises:
        ConfigError: If one of them can't be read or holds no settings.
    """
    found: dict[str, Any] = {}
    for path in paths:
        found |= document(_text(path), "configuration", path)
    return found


def document(text: str, what: str, path: str) -> dict[str, Any]:
    """Parse the JSON object in a file.

    Args:
        text: The file's content.
        what: What the file is, for messages.
        path: Its name.

    Raises:
        ConfigError: If it is not one.
    """
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise _unreadable(what, path, "it is not JSON") from None
    if not isinstance(found, dict):
        raise _unreadable(what, path, "it is not a JSON object, {...}")
    return found


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise _unreadable("configuration", path, error.strerror or "unknown reason") from None
    except ValueError:
        raise _unreadable("configuration", path, "it is not text in UTF-8") from None


def _unreadable(what: str, path: str, why: str) -> ConfigError:
    return ConfigError(f"The {what} {path} can't be read: {why}")
