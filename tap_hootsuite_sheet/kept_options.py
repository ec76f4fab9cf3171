"""Options that a plan needs on every run, kept beside it: `may.options.yml` for `may.xlsx`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from hootsuite_api.phrases import listed
from tap_hootsuite_sheet import identity
from tap_hootsuite_sheet.problems import SheetError
from tap_hootsuite_sheet.safe_zip import read_bytes

SUFFIX = ".options.yml"
NAMES = (
    *("sheet", "encoding", "delimiter", "columns", "date_formats", "timezone", "profiles"),
    *("alias_file", "composer_date_format", "plan_name", "as_is", "media_url_hosts"),
)
_LIMIT = 64 * 1024


def place(plan: Path) -> Path:
    """Return where the options of a plan are kept; its copies share them."""
    return plan.with_name(f"{identity.plan_name(plan.name)}{SUFFIX}")


def read(plan: Path) -> dict[str, Any]:
    """Return the options beside a plan, by the names of the settings; none where there is no file.

    Raises:
        SheetError: The file can't be used.
    """
    path = place(plan)
    if not path.exists():
        return {}
    try:
        content = yaml.safe_load(read_bytes(path, _LIMIT)) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SheetError(f"{path.name} is not YAML: {str(error).splitlines()[0]}.") from error
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise SheetError(f"{path.name} must have a setting and its value per line.")
    if unknown := sorted(set(content) - set(NAMES)):
        raise SheetError(f"{path.name} names {listed(unknown[:5])}; it may name {listed(NAMES)}.")
    if isinstance(content.get("alias_file"), str):
        content["alias_file"] = str(path.parent / content["alias_file"])
    return content


def write(plan: Path, options: Mapping[str, Any]) -> bytes:
    """Return the content of the file that keeps options."""
    kept = {name: _plain(options[name]) for name in NAMES if options.get(name)}
    if "alias_file" in kept:
        aliases = Path(kept["alias_file"]).absolute()
        beside = aliases.parent == plan.absolute().parent
        kept["alias_file"] = aliases.name if beside else str(aliases)
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
