# ruff: noqa: RUF001 - texts as people type them, and what programs make of them
"""UTF-8 text that was opened in a legacy code page is noticed, and only that."""

from __future__ import annotations

import pytest

from hootsuite_api.garbled import DOUBLE_BYTE, SINGLE_BYTE, is_bad, repaired
from hootsuite_api.lost_letters import doubts, is_lost

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
    garbled = opened_in(text, page)
    meant = repaired(garbled)
    assert meant is not None or is_lost(garbled)
    assert meant is None or not is_bad(meant), "no proposal is garbled itself"


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
    assert not is_lost(text)
    assert not [*doubts(text)]


def without_gaps(text: str, page: str) -> str:
    """Read UTF-8 bytes in another page, and drop what the page leaves out."""
    return text.encode().decode(page, "ignore")


@pytest.mark.parametrize(
    "garbled",
    [
        *("ã“ã‚“ã«ã¡ã¯", "Gr\ufffd\ufffdße", "paÃs", "Gr\ufffdn"),
        without_gaps("日本語のテキスト、です", "cp1252"),
        without_gaps("こんにちは世界", "cp1250"),
        without_gaps("안녕하세요", "cp1251"),
        without_gaps("हिन्दी में", "cp1252"),
        "Neu: " + without_gaps("こんにちは", "cp1252") + " https://example.com",
    ],
)
def test_lost_bytes_are_noticed_and_never_guessed(garbled):
    """What is gone can't be proposed: the text is refused without one."""
    assert is_lost(garbled)
    assert repaired(garbled) is None


def test_a_dropped_quotation_mark_is_still_repaired():
    """The one byte that is dropped most often is known, also before more text."""
    assert repaired("â€œspringâ€ â€“ at lastâ€¦") == "“spring” – at last…"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Gr??e aus K?ln", "Gr??e"),
        ("Viele Gr?sse", "Gr?sse"),
        ("?????? ???!", "??????"),
        ("T&uuml;r auf", "&uuml;"),
        ("Q&amp;A", "&amp;"),
        ("It&#39;s", "&#39;"),
        ("It&#x27;s", "&#x27;"),
    ],
)
def test_what_may_be_meant_is_a_doubt(text, word):
    """It names the place; nothing is refused for it."""
    (said,) = doubts(text)
    assert word in said
    assert not is_lost(text)


@pytest.mark.parametrize(
    "text",
    [
        *("What?! Really??", "Who? Me?", "Ready? https://example.com/a?b=c&d=e", "Q&A; more"),
        *("Why?Because", "R&D; Sales & more", "www.example.com/?q=a", "AT&T;", "??", "Really???"),
        *("Місія: сіль і мідь", "«мі» — “сі”…", "İyi günler", "maçã” é «à»…", "Ça va… « où » ?"),
        *("Pão à la “carte”", "l’œuvre — “être”", "naïve–café", "ÉTÉ…", "Łódź „ąę”", "façade™"),
    ],
)
def test_ordinary_signs_raise_no_doubt(text):
    """Questions, addresses, ampersands, quotation marks behind accented letters."""
    assert not [*doubts(text)]
    assert not is_lost(text)
    assert repaired(text) is None
