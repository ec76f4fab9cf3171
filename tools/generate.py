"""Write the parts of `meltano.yml` and the documents that the code already knows.

A generated part stands between two comment lines, `begin NAME` and `end NAME`. `python -m
tools.generate` writes all of them anew; with `--check` it only says which are out of date.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tools import tables

ROOT = Path(__file__).resolve().parent.parent
_PART = re.compile(
    r"(?P<head>^[^\n]*\bbegin (?P<name>[\w:-]+)[^\n]*\n)"
    r"(?P<body>.*?)(?P<tail>^[^\n]*\bend (?P=name)\b)",
    re.DOTALL | re.MULTILINE,
)
Settings = Mapping[str, Mapping[str, Any]]


def meltano_settings(plugin: str) -> str:
    """Return the `settings:` list of one plugin for `meltano.yml`."""
    return "".join(_setting(name, field) for name, field in tables.settings(plugin).items())


def _setting(name: str, field: Mapping[str, Any]) -> str:
    lines = [f"    - name: {name}", f"      label: {json.dumps(field['title'])}"]
    lines += [f"      description: {json.dumps(field['description'])}"]
    lines += [f"      kind: {tables.kind(field)}"]
    lines += [f"      options: {json.dumps(_options(field))}"] if "enum" in field else []
    lines += ["      sensitive: true"] if field.get("secret") else []
    return "\n".join(lines) + "\n"


def _options(field: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"label": value, "value": value} for value in field["enum"] if value is not None]


GENERATORS: Mapping[str, Callable[[str], str]] = {
    "meltano": meltano_settings,
    "settings": tables.settings_table,
    "streams": tables.streams_table,
    "operations": tables.operations_table,
    "actions": tables.actions_table,
}


def rewrite(text: str) -> str:
    """Return `text` with every generated part written anew."""

    def fresh(part: re.Match[str]) -> str:
        kind, _, argument = part["name"].partition(":")
        return part["head"] + GENERATORS[kind](argument) + part["tail"]

    return _PART.sub(fresh, text)


def documents() -> Iterator[Path]:
    """Return the files that hold generated parts."""
    yield ROOT / "meltano.yml"
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").glob("*.md"))


def main(arguments: list[str]) -> int:
    """Write or check the generated parts; return the exit code."""
    stale = []
    for path in documents():
        old = path.read_text(encoding="utf-8")
        new = rewrite(old)
        if new != old:
            stale.append(path.name)
            if "--check" not in arguments:
                path.write_text(new, encoding="utf-8")
    if stale and "--check" in arguments:
        sys.stderr.write(f"out of date: {', '.join(stale)}; run `python -m tools.generate`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
