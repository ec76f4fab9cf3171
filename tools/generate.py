"""Write the parts of `meltano.yml` and the documents that the code already knows.

A generated part of a document stands between two comment lines, `begin NAME` and `end NAME`;
`meltano.yml` and the definitions for MeltanoHub are written as a whole. `python -m tools.generate`
writes all of them anew; with `--check` it only says which are out of date.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tools import columns, hub, meltano_file, staging, tables

ROOT = Path(__file__).resolve().parent.parent
_PART = re.compile(
    r"(?P<head>^[^\n]*\bbegin (?P<name>[\w:-]+)[^\n]*\n)"
    r"(?P<body>.*?)(?P<tail>^[^\n]*\bend (?P=name)\b)",
    re.DOTALL | re.MULTILINE,
)

GENERATORS: Mapping[str, Callable[[str], str]] = {
    "settings": tables.settings_table,
    "streams": tables.streams_table,
    "operations": tables.operations_table,
    "actions": tables.actions_table,
    "columns": columns.columns_tables,
    "stream-columns": columns.stream_columns_tables,
}


def rewrite(text: str) -> str:
    """Return `text` with every generated part written anew."""

    def fresh(part: re.Match[str]) -> str:
        kind, _, argument = part["name"].partition(":")
        return part["head"] + GENERATORS[kind](argument) + part["tail"]

    return _PART.sub(fresh, text)


def documents() -> Iterator[Path]:
    """Return the files that hold generated parts."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").glob("*.md"))


def outputs() -> Iterator[tuple[Path, str]]:
    """Return every file that is generated, in part or as a whole, with the text it must have."""
    project = ROOT / "meltano.yml"
    yield project, meltano_file.rewrite(project.read_text(encoding="utf-8"))
    for path in documents():
        yield path, rewrite(path.read_text(encoding="utf-8"))
    yield from hub.files(ROOT)
    yield from staging.files(ROOT)


def main(arguments: list[str]) -> int:
    """Write or check the generated parts; return the exit code."""
    stale = []
    for path, new in outputs():
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if new != old:
            stale.append(path.name)
            if "--check" not in arguments:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(new, encoding="utf-8")
    if stale and "--check" in arguments:
        sys.stderr.write(f"out of date: {', '.join(stale)}; run `python -m tools.generate`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
