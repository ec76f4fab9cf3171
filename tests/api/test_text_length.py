"""Lengths of texts as the networks count them."""

from __future__ import annotations

import pytest

from hootsuite_api.text_length import text_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Hello", 5),
        ("Grüße", 5),
        ("e\u0301", 1),
        ("Привет", 6),
        ("日本語", 6),
        ("“quoted” … yes", 15),
        ("\N{TULIP}", 2),
        ("\N{FAMILY}", 2),
        ("\U0001f469\u200d\U0001f469\u200d\U0001f467", 2),
        ("\U0001f44d\U0001f3fd", 2),
        ("\U0001f1e8\U0001f1e6", 2),
        ("1\ufe0f\u20e3", 2),
        ("\u2764\ufe0f", 2),
        ("See https://example.com/a/very/long/path?with=a&query=string#too", 27),
        ("https://a.co, https://b.co.", 49),
        ("example.com is short", 23 + 9),
        ("no.address here", 15),
        ("x" * 257 + " https://example.com/1", 281),
    ],
)
def test_x_counts_by_weight(text, length):
    """East Asian letters and emoji count 2, an address 23, as published in twitter-text."""
    assert text_length(text, "TWITTER") == length


def test_other_networks_count_characters():
    """Only X has weights."""
    text = "日本語 https://example.com/a/very/long/path"
    assert text_length(text, "LINKEDIN") == len(text)
