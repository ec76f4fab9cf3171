"""What `hootsuite schedule` warns of before it sends: texts too long, posts nearly twice."""

from __future__ import annotations

import datetime as dt

import pytest

from hootsuite_cli.plan import likeness
from hootsuite_cli.plan.forecast import Forecast, posts_of, warn_about_texts
from tap_hootsuite_sheet.profiles import Profile

MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
KNOWN = {
    "1": Profile("1", "TWITTER", "acme"),
    "2": Profile("2", "INSTAGRAMBUSINESS", "acme"),
    "3": Profile("3", "THREADS", "acme"),
}


@pytest.fixture
def warned(books, read):
    """The forecast of some rows: minutes after nine thirty, text, profile."""

    def forecast(*rows):
        cells = [(MORNING + dt.timedelta(minutes=at), text, to) for at, text, to in rows]
        outlook = Forecast(posts_of(read(books.xlsx(*cells))), KNOWN)
        warn_about_texts(outlook)
        likeness.warn(outlook)
        return outlook

    return forecast


@pytest.mark.parametrize(
    ("text", "network", "words"),
    [
        ("x" * 283, "1", ("3 characters too long (283 of 280)", "X refuses", "Shorten")),
        ("x" * 281, "1", ("1 character too long",)),
        (
            "\N{CJK UNIFIED IDEOGRAPH-65E5}\N{CJK UNIFIED IDEOGRAPH-672C}" * 75,
            "1",
            ("20 characters too long (300 of 280)",),
        ),
        ("x" * 2300, "2", ("100 characters too long (2,300 of 2,200)", "may refuse")),
        ("x" * 600, "3", ("100 characters too long",)),
    ],
)
def test_a_text_that_is_too_long_can_not_be_missed(warned, text, network, words):
    """How many too many, what happens, what to do; it is counted among the facts."""
    outlook = warned((0, text, network), (60, "short", network))
    (said,) = outlook.warnings[2]
    assert said.startswith("TOO LONG for ")
    for word in words:
        assert word in said
    assert (outlook.too_long, 3 in outlook.warnings) == (1, False)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Spring sale! https://example.com/a", 5),
        ("Spring  sale!\nhttps://example.com/a", 0),
        ("SPRING SALE https://example.com/a", 0),
        ("Spring sale! \N{TULIP} https://example.com/a", 60),
        ("Spring sale! https://example.com/a?utm_source=x", 5),
        ("Spring sale! https://example.com/a/#top", 5),
    ],
)
def test_nearly_the_same_post_is_told_at_both_rows(warned, text, minutes):
    """Whatever makes the difference that no reader would see as one."""
    outlook = warned((0, "Spring sale! https://example.com/a", "1"), (minutes, text, "1"))
    for row, other in ((2, 3), (3, 2)):
        said = "; ".join(outlook.warnings[row])
        assert f"nearly the same post as row {other}" in said


@pytest.mark.parametrize(
    ("second", "text", "profile"),
    [
        (5, "Spring sales", "1"),
        (5, "Spring sale", "2"),
        (7 * 24 * 60, "Spring sale", "1"),
        (5, "\N{TULIP}", "1"),
    ],
)
def test_other_posts_are_no_twins(warned, second, text, profile):
    """Another word, another profile, or the same post every week."""
    assert warned((0, "Spring sale", "1"), (second, text, profile)).warnings == {}
    assert warned((0, "\N{ROSE}", "1"), (second, text, profile)).warnings == {}
