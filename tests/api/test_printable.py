"""What others wrote stays on one line, and steers no terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hootsuite_api.printable import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Acme\x1b[2J\u202e\nLtd é", "Acme\\x1b[2J\\u202e\\nLtd é"),
        ("a\r\nb", "a\\r\\nb"),
        ("a\x85b\u2028c\u2029d", "a\\x85b\\u2028c\\u2029d"),
        ("\x9b31m", "\\x9b31m"),
        ("\x07\x08\x7f\t", "\\x07\\x08\\x7f\\t"),
        ("lone \ud800", "lone \\ud800"),
        ("\U000e0041tag", "\\U000e0041tag"),
        ("a\u200bb\ufeffc", "a\\u200bb\\ufeffc"),
    ],
)
def test_controls_become_escapes(text, shown):
    """Each of them can be read afterwards."""
    assert one_line(text) == shown


@pytest.mark.parametrize(
    "text",
    ["Grüße", "👩\u200d💻", "\u0645\u06cc\u200c\u062e", "a\u00a0b", "日本", "\\n"],
)
def test_what_people_write_stays(text):
    """Emoji of several parts and scripts with joiners, too."""
    assert one_line(text) == text


@given(st.text())
def test_nothing_is_left_that_a_terminal_obeys(text):
    """No control character, no line break, nothing that can't be encoded."""
    shown = one_line(text)
    assert not {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(one) for one in shown}
    assert len(shown.splitlines()) <= 1
    assert one_line(shown) == shown
