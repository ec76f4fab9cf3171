# ruff: noqa: RUF001 - texts as people type them, and what programs make of them
"""UTF-8 text that was opened in a legacy code page is noticed, and only that."""

from __future__ import annotations

import pytest

from hootsuite_api.garbled import DOUBLE_BYTE, SINGLE_BYTE, repaired

TEXTS = (
    "Grüße & Küsse aus Köln",
    "It’s “spring” – at last…",
    "Frühling 🌷 in Düsseldorf",
    "Neu: ☕ Café",
    "Zażółć gęślą jaźń",
    "naïve 🌷 Straße",
)
RIGHT = (
    *("Ã la carte", "RŮŽE A KŘÍŽ", "Ні, дякую", "Її", "Рёкан", "её", "猫", "猫が好き", "T恤"),
    *(
        "卡拉OK",
        "联通",
        "“café…”",
        "l’été",
        "«Été»",
        "— à bientôt",
        "ﾈｺ",
        "ﾃｽﾄ",
        "日本語のテキスト",
    ),
    *("你好，世界", "안녕하세요", "Ελληνικά ΌΧΙ", "ŻÓŁĆ ŹDŹBŁO", "Árvíztűrő tükörfúrógép"),
    *(
        "Việt Nam đẹp",
        "İstanbul’da",
        "SÃO PAULO",
        "ÂNGELA",
        "‚Äpfel‘",
        "Größe 5 €",
        "👩‍👩‍👧 família",
    ),
    *("Café ☕️", "½ Preis · 5 × 3", "20 °C ± 5 µm", "ПРИВЕТ «МИР» — ЁЖ", "שלום", "مرحبا", "हिन्दी"),
    *("ŠKODA", "MŮŽE", "œuvre", "ÑANDÚ", "«È»", "Å…", "été à «Paris»", "서울", "→ ✓ ®™©"),
)


def opened_in(text: str, page: str) -> str:
    """Read UTF-8 bytes in another page, as programs do: what the page lacks stands for itself."""
    pieces = []
    for byte in text.encode():
        try:
            pieces.append(bytes([byte]).decode(page))
        except UnicodeDecodeError:
            pieces.append(chr(byte))
    return "".join(pieces)


@pytest.mark.parametrize("page", SINGLE_BYTE)
@pytest.mark.parametrize("text", TEXTS)
def test_text_opened_in_another_page_is_noticed(text, page):
    """In every page of the list, with curly quotes (whose bytes are C1 controls) and with emoji."""
    assert repaired(opened_in(text, page)) is not None


@pytest.mark.parametrize("page", ["cp1252", "cp1250", "cp1251", "latin-1", "mac_roman", "cp437"])
@pytest.mark.parametrize("text", TEXTS)
def test_the_repaired_text_is_the_one_that_was_meant(text, page):
    """It is shown to the person, who can copy it into the cell."""
    assert repaired(opened_in(text, page)) == text


@pytest.mark.parametrize("page", DOUBLE_BYTE)
@pytest.mark.parametrize(
    "text", ["日本語のテキスト、です", "你好，世界，再见", "안녕하세요 세계", "Größe"]
)
def test_text_opened_in_an_east_asian_page_is_noticed(text, page):
    """Where that page can hold the bytes at all."""
    try:
        garbled = text.encode().decode(page)
    except UnicodeDecodeError:
        pytest.skip("such bytes are lost in this page, and marked as lost")
    assert repaired(garbled) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("GrÃ¼n 🌷 intact", "Grün 🌷 intact"),
        ("Ã¼🌷", "ü🌷"),
        ("GrÃƒÂ¼n", "Grün"),
        ("voilÃ\xa0", "voilà"),
        ("Café, GrÃ¼n", "Café, Grün"),
        ("20 Â°C", "20 °C"),
        ("â€œquoteâ€\x9d", "“quote”"),
        ("â€œquoteâ€", "“quote”"),
    ],
)
def test_garble_beside_right_text_is_noticed(text, meant):
    """An intact emoji, a right letter, a second round, a byte that was dropped."""
    assert repaired(text) == meant


@pytest.mark.parametrize("text", RIGHT)
def test_right_text_is_left_alone(text):
    """In any script, with pairs of characters that are valid UTF-8 in some page by chance."""
    assert repaired(text) is None
