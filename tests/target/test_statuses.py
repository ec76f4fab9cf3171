"""One vocabulary of statuses, said once."""

import ast
from pathlib import Path

import target_hootsuite
from target_hootsuite.statuses import EntryStatus, ResultStatus

WORDS = {str(one) for one in (*EntryStatus, *ResultStatus)}
FOLDER = Path(target_hootsuite.__file__).parent


def test_no_bare_status_outside_the_enums():
    """A status in the target is a member of its enum: no module spells one out."""
    found = [
        (path.name, node.lineno, node.value)
        for path in sorted(FOLDER.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if path.name != "statuses.py" and isinstance(node, ast.Constant) and node.value in WORDS
    ]
    assert found == []
