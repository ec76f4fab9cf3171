"""The rules that tests and comments name by number stand in `docs/promise.md`."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULES = re.findall(r"(?m)^(\d+)\. ", (ROOT / "docs" / "promise.md").read_text(encoding="utf-8"))


def test_the_rules_are_numbered_from_1_to_30():
    """No number is lost or given twice: tests name them."""
    assert [str(number) for number in range(1, 31)] == RULES


def test_every_rule_that_a_test_names_is_there():
    """A test that says "Rule 12" speaks of a rule that a reader can find."""
    named = {
        number
        for path in (ROOT / "tests" / "target").glob("*.py")
        for found in re.findall(r"[Rr]ules? (\d+(?:(?:, | and )\d+)*)", path.read_text("utf-8"))
        for number in re.findall(r"\d+", found)
    }
    assert named <= set(RULES)
    assert {"6", "9", "12", "15", "18", "24"} <= named, "the search finds them"
