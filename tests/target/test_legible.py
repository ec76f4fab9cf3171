# ruff: noqa: RUF001 - texts as people type them, and what programs make of them
"""Garbled texts of any source are refused with what they were; controls never go out."""

import pytest

GARBLED = {
    "GrÃ¼ÃŸe & KÃ¼sse": "Grüße & Küsse",
    "Itâ€™s â€œspringâ€\x9d": "It’s “spring”",
    "ZaÅ¼Ã³Å‚Ä‡": "Zażółć",
    "FrÃ¼hling 🌷": "Frühling 🌷",
    "Gr√º√üe und K√ºsse": "Grüße und Küsse",
    "Р“СЂСѓСЃС‚РЅРѕ": "Грустно",
    "GrÃƒÂ¼n": "Grün",
}
RIGHT = (
    *("Ã la carte", "Grüße & Küsse 🌷", "“café…”", "日本語のテキスト"),
    *("20 °C", "ПРИВЕТ «МИР»", "it's"),
)


def test_garbled_rows_are_refused(run_target, make_rows, sandbox):
    """Whatever made the rows: the result shows the repaired text, and right texts go out."""
    texts = [*GARBLED, *RIGHT]
    rows = [row | {"text": text} for row, text in zip(make_rows(len(texts)), texts, strict=True)]
    run = run_target(rows)
    assert run.statuses == {"rejected": len(GARBLED), "done": len(RIGHT)}, run.results
    for number, meant in enumerate(GARBLED.values()):
        (result,) = run[f"k{number}"]
        assert result["error_code"] == "garbled_text"
        assert result["error_message"].startswith("text: ")
        assert meant in result["error_message"]
        assert "`as_is`" in result["error_message"]
    assert sorted(one["text"] for one in sandbox.ledger()) == sorted(RIGHT)


def test_tags_are_words_too(run_target, make_rows, sandbox):
    """A garbled tag would be a new tag of the organization."""
    rows = make_rows(2)
    rows[0]["tags"] = ["Spring", "KÃ¼che"]
    run = run_target(rows)
    assert run.statuses == {"rejected": 1, "done": 1}
    assert "tags[1]: " in run["k0"][0]["error_message"]


def test_a_named_row_is_sent_as_it_is(run_target, make_rows, sandbox):
    """By the setting, by `*`, or by the row itself; the others stay refused."""
    rows = make_rows(3, text="KÃ¼sse")
    rows[1]["as_is"] = True
    rows[2]["as_is"] = False
    run = run_target(rows, as_is=["k0"])
    assert {one["key"]: one["status"] for one in run.results} == {
        "k0": "done",
        "k1": "done",
        "k2": "rejected",
    }
    assert run_target(rows, as_is=["*"]).statuses == {"unchanged": 2, "done": 1}
    del rows[1]["as_is"]
    assert run_target(rows).statuses == {"unchanged": 3}, "the word is no part of the message"
    assert all("asIs" not in one for one in sandbox.ledger())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\x85b", "control_character"),
        ("a\x80b é", "control_character"),
        ("\x9f", "control_character"),
    ],
)
def test_controls_are_never_sent(text, code, run_target, make_rows, sandbox):
    """C1 controls come of wrong encodings alone; no setting lets them out."""
    rows = make_rows(2, text=text)
    rows[1]["as_is"] = True
    run = run_target(rows, as_is=["*"])
    assert {one["error_code"] for one in run.results} == {code}
    assert sandbox.ledger() == []


def test_lost_characters(run_target, make_rows):
    """U+FFFD stands for what was lost; nobody means it."""
    rows = make_rows(2, text="Gr\ufffdn")
    rows[1]["as_is"] = True
    run = run_target(rows)
    assert [one["error_code"] for one in run["k0"] + run["k1"]] == ["lost_characters"] * 2
