"""Refuse a lock file that names any host but PyPI's: a mirror would break every other machine."""

import re
import sys
from pathlib import Path

ALLOWED = frozenset({"pypi.org", "files.pythonhosted.org"})
_ADDRESS = re.compile(r"(?:https?|file|ssh|git\+\w+)://([^/\"\s]*)")
_LOCAL = re.compile(r"^\s*(?:source|sdist|wheels)?.*\bpath = \"([^\"]+)\"", re.MULTILINE)


def strangers(text: str) -> list[str]:
    """Return the hosts and local paths in a lock file's text that other machines cannot reach."""
    hosts = set(_ADDRESS.findall(text)) - ALLOWED
    return sorted(hosts | set(_LOCAL.findall(text)))


def main(path: str) -> int:
    """Print what is wrong with the lock file at `path`; return the exit code."""
    found = strangers(Path(path).read_text(encoding="utf-8"))
    for stranger in found:
        sys.stderr.write(
            f"{path} names {stranger or 'a local file'}: "
            "lock again with `uv lock --default-index https://pypi.org/simple`\n",
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
