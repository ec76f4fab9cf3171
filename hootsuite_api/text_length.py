"""Length limits of texts per network, and how each network counts characters.

X counts by weight, as published in the configuration of twitter-text, version 3: most Latin, Greek,
Cyrillic, Hebrew, Arabic and punctuation count 1, everything else (CJK among it) counts 2, an emoji
counts 2 whatever its number of code points, and a URL counts 23.
"""

from __future__ import annotations

import re
import unicodedata

X_NETWORK = "TWITTER"
TEXT_LIMITS = {
    "FACEBOOK": 63_206,
    "FACEBOOKPAGE": 63_206,
    "INSTAGRAM": 2_200,
    "INSTAGRAMBUSINESS": 2_200,
    "LINKEDIN": 3_000,
    "LINKEDINCOMPANY": 3_000,
    "PINTEREST": 500,
    "THREADS": 500,
    "TIKTOKBUSINESS": 2_200,
    "TWITTER": 280,
}
"""Most characters, by the platform's type of social network."""
_ADDRESS_WEIGHT = 23
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_TOP_LEVEL = (
    "com|net|org|edu|gov|info|biz|name|mobi|app|dev|shop|store|blog|news|online|site|club|live|"
    "page|link|tech|design|agency|events|travel|museum|jobs|sale|social|world|today|art|music"
)
_ADDRESS = re.compile(
    r"https?://[^\s<>\"]+[^\s<>\"'.,;:!?)\]}»”\u2019]"
    rf"|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:{_TOP_LEVEL})(?![\w-])(?:/[^\s<>\"]*[\w/#=&-])?"
    r"|(?<![\w@.-])(?:[a-z0-9-]+\.)+[a-z]{2}/[^\s<>\"]*[\w/#=&-]",
    re.IGNORECASE,
)
_PICTURE = (
    "[\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_TOUCH = "(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|[\u00a9\u00ae]\ufe0f|"
    f"{_PICTURE}{_TOUCH}[\U000e0020-\U000e007f]*(?:\u200d{_PICTURE}{_TOUCH})*"
)


def text_length(text: str, network: str) -> int:
    """Return the length of a text as the network counts it.

    Args:
        text: The text.
        network: The type of a social profile, such as `TWITTER`.
    """
    return _weighted(text) if network == X_NETWORK else len(text)


def too_long(text: str, network: str) -> str:
    """Return a warning if a text is too long for a network; empty if it is not.

    It is never an error: the limits are not Hootsuite's, X allows paying accounts more, and the
    others may change theirs.

    Args:
        text: The text.
        network: The type of a social profile, such as `TWITTER`.
    """
    limit, length = TEXT_LIMITS.get(network), text_length(text, network)
    if limit is None or length <= limit:
        return ""
    many = length - limit
    over = f"{many:,} character{'s' * (many > 1)} too long ({length:,} of {limit:,})"
    if network != X_NETWORK:
        return f"{over}: the network may refuse the post or cut it off. Shorten the text"
    return (
        f"{over}, as X counts: an address is 23, an emoji or an ideograph 2. X refuses such a post "
        "from an account without Premium, so it would fail when it is due. Shorten the text"
    )


def _weighted(text: str) -> int:
    text = unicodedata.normalize("NFC", text)
    without, addresses = _ADDRESS.subn("", text)
    bare, emoji = _EMOJI.subn("", without)
    return _ADDRESS_WEIGHT * addresses + 2 * emoji + sum(map(_weight, bare))


def _weight(character: str) -> int:
    return 1 if any(low <= ord(character) <= high for low, high in _LIGHT) else 2
