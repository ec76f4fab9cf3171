"""Who a row is and what it says."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from target_hootsuite.errors import JournalFault
from target_hootsuite.rows.identity import Identity, fingerprint, scope_of

ROW = {
    "text": "Grüße aus Köln\nBis bald",
    "scheduled_send_time": "2026-03-01T09:30:00Z",
    "tags": ["b", "a"],
    "media": ["sha256:00ff"],
    "location": {"latitude": 50.9, "longitude": 6.0},
}


def test_scope_separates_platforms_and_accounts():
    """Rule 1: the same key on two platforms, or for two accounts, is two identities."""
    scopes = {
        scope_of("https://platform.hootsuite.com", "member:1"),
        scope_of("https://platform.hootsuite.com", "member:2"),
        scope_of("http://127.0.0.1:1", "member:1"),
    }
    identities = {Identity(scope, "messages", "k", "7").digest for scope in scopes}
    assert len(identities) == 3
    same = scope_of("HTTPS://Platform.Hootsuite.com/", "member:1")
    assert same in scopes


def test_identity_parts_do_not_run_into_each_other():
    """Rule 1: stream, key and profile are separate parts, whatever characters they hold."""
    one = Identity("s", "messages", 'a", "b', "c")
    two = Identity("s", "messages", "a", 'b", "c')
    assert one.digest != two.digest
    assert Identity("s", "m", "k", None).digest != Identity("s", "m", "k", "None").digest


def test_golden_fingerprints():
    """Rule 3: values of algorithm 1 never change; a change needs a new version."""
    assert fingerprint(ROW) == "c6cfcf526f6710e449bd87db10f645151eae814564748b7e8b26a1f8ff88e2d8"
    assert fingerprint({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert (
        fingerprint({"send_now": True, "text": "x"})
        == "ce39763a0ebdad4f355dba0c88502a25a4795ebd9f190967edac3014744ae969"
    )


def test_equal_rows_have_equal_fingerprints():
    """Rule 3: order of keys, nulls, empty lists, NFD, CRLF and order of tags say nothing."""
    shuffled = list(ROW.items())
    shuffled.reverse()
    same = dict(shuffled) | {
        "text": unicodedata.normalize("NFD", ROW["text"]).replace("\n", "\r\n"),
        "tags": ["a", "b"],
        "privacy": None,
        "webhook_urls": [],
        "targeting": {"facebookPage": {"countries": None}},
        "location": {"longitude": 6, "latitude": 50.9},
    }
    assert fingerprint(same) == fingerprint(ROW)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Grüße aus Köln\nBis bald "},
        {"scheduled_send_time": "2026-03-01T09:30:01Z"},
        {"tags": ["a"]},
        {"media": ["sha256:00fe"]},
        {"location": {"latitude": 50.9, "longitude": 6.1}},
    ],
)
def test_different_rows_have_different_fingerprints(change):
    """Rule 3: every declared field counts."""
    assert fingerprint(ROW | change) != fingerprint(ROW)


def test_unknown_algorithm_is_refused():
    """Rule 3: entries are compared under their own version, never under a guess."""
    with pytest.raises(JournalFault, match="algorithm 99"):
        fingerprint(ROW, 99)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=5))
def test_unicode_and_order_never_matter(row):
    """Rule 3: NFC and NFD, LF and CRLF, any order of keys: one fingerprint."""

    def other(text):
        return unicodedata.normalize("NFD", text.replace("\r\n", "\n").replace("\r", "\n"))

    twisted = {key: other(row[key]) for key in sorted(row, reverse=True)}
    assert fingerprint(twisted) == fingerprint(row)
