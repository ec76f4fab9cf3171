"""No secret gets out: not in a log line, not in an error, in none of its spellings."""

from __future__ import annotations

import ast
import base64
import logging
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hootsuite_api.errors import HootsuiteError
from hootsuite_api.redact import MASK, ScrubFilter, guard_logs, register, register_pair, scrub


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer SECRETSECRET",
        "authorization: basic U0VDUkVUU0VDUkVU",
        '{"access_token": "SECRETSECRET", "a": 1}',
        "{'refresh_token': 'SECRETSECRET'}",
        '{\\"client_secret\\": \\"SECRETSECRET\\"}',
        "refresh_token=SECRETSECRET&grant_type=refresh_token",
        "client_secret: SECRETSECRET",
        "https://s3.test/k?AWSAccessKeyId=SECRETSECRET&Expires=1&Signature=SECRETSECRET%3D",
        "https://s3.test/k?X-Amz-Credential=SECRETSECRET&X-Amz-Signature=SECRETSECRET",
        "https://x.test/callback?code=SECRETSECRET&state=abc",
        "postgresql://user:SECRETSECRET@host/db",
        "http://user:SECRETSECRET@proxy:3128",
    ],
)
def test_what_looks_like_a_secret_is_masked(text):
    """Headers, fields, queries and addresses, known to us or not."""
    shown = scrub(text)
    assert "SECRETSECRET" not in shown
    assert "U0VDUkVUU0VDUkVU" not in shown
    assert "***" in shown


@pytest.mark.parametrize(
    "text",
    [
        "operation=list_messages status=200 ms=12 attempt=1 quota_used=77",
        "The setting client_secret is missing: auth_method member_app needs it",
        "GET /v1/messages/{messageId}, HTTP 404, code 4001, trace 00ab-12cd",
        "Hootsuite does not accept the access token",
        "https://platform.hootsuite.com/v1/messages?limit=100&cursor=a%3Ab",
    ],
)
def test_ordinary_text_stays(text):
    """A scrubber that hides everything helps nobody."""
    assert scrub(text) == text


@settings(max_examples=30)  # each one stays registered
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=12))
def test_a_registered_secret_is_masked_in_every_spelling(secret):
    """As it is, percent-encoded and in base64."""
    register(secret)
    raw = secret.encode()
    for spelling in (secret, quote(secret, safe=""), base64.b64encode(raw).decode()):
        assert spelling not in scrub(f"before {spelling} after")


def test_the_basic_header_of_a_client_is_a_secret():
    """Client id and secret together, as base64 puts them."""
    register_pair("client", "secret-of-client")
    header = base64.b64encode(b"client:secret-of-client").decode()
    assert header not in scrub(f"header was {header}")


def test_errors_are_scrubbed():
    """Whoever raises an error can't leak by it."""
    register("hunter2hunter2")
    assert "hunter2hunter2" not in str(HootsuiteError("It said hunter2hunter2"))


def test_log_records_are_scrubbed_with_their_tracebacks(caplog):
    """Message, arguments and traceback."""
    register("traceback-secret-1")
    logger = logging.getLogger("hootsuite_api")
    guard_logs()
    guard_logs()
    assert sum(isinstance(one, ScrubFilter) for one in logger.filters) == 1
    try:
        int("traceback-secret-1")
    except ValueError:
        logger.exception("with %s and %s", "traceback-secret-1", 7)
    assert "traceback-secret-1" not in caplog.text
    assert "and 7" in caplog.text


def test_libraries_that_log_addresses_are_kept_quiet():
    """Signed addresses stand in their debug lines."""
    guard_logs()
    assert logging.getLogger("urllib3").level >= logging.WARNING
    assert logging.getLogger("PIL").level >= logging.WARNING


@pytest.mark.parametrize(
    "text",
    ["as HTTP Basic authentication", "HTTP Basic authentication.", "a Bearer token, please"],
)
def test_words_about_headers_are_no_secrets(text):
    """An ordinary word after Basic or Bearer stays readable."""
    assert scrub(text) == text


@pytest.mark.parametrize("value", ["authenticationZ2=", "tokens.abc", "dXNlcjpwYXNz"])
def test_what_only_begins_like_a_word_is_a_secret(value):
    """The exception is for whole words."""
    assert value not in scrub(f"Authorization: Basic {value}")


@pytest.mark.parametrize("name", ["tap-hootsuite.messages", "target-hootsuite", "singer_sdk", "x"])
def test_every_log_line_is_one_line_without_secrets(name, caplog):
    """Whichever logger it is of, with arguments or without: foreign text forges no second line."""
    guard_logs()
    register("very-secret-value")
    hostile = "key\x1b[2J\r\nERROR forged \u202e very-secret-value"
    caplog.set_level(logging.INFO)
    logging.getLogger(name).warning("The row %s", hostile)
    logging.getLogger(name).warning(f"The row {hostile}")  # noqa: G004 - as libraries do it
    logging.getLogger(name).warning("100 %")
    shown = "The row key\\x1b[2J\\r\\nERROR forged \\u202e ***"
    assert caplog.messages == [shown, shown, "100 %"]
    assert [one.msg for one in caplog.records][1:] == [shown, "100 %"]


ROOT = Path(__file__).parents[2]
PACKAGES = ("hootsuite_api", "hootsuite_cli", "hootsuite_sandbox", "tap_hootsuite")
PACKAGES += ("tap_hootsuite_sheet", "target_hootsuite")


def sentences(source):
    """All texts of a module but regular expressions; values in them stand as one word."""
    for node in ast.walk(ast.parse(source)):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        if isinstance(node, (ast.JoinedStr, ast.Constant)):
            pieces = [part.value if isinstance(part, ast.Constant) else "value" for part in parts]
            text = "".join(one for one in pieces if isinstance(one, str))
            if text.count(" ") > 2 and "(?" not in text:
                yield text


@pytest.mark.parametrize("package", PACKAGES)
def test_our_own_sentences_stay_whole(package):
    """Advice that names a setting, as in "client_secret: both are ...", holds no secret."""
    texts = [
        text
        for path in sorted((ROOT / package).rglob("*.py"))
        for text in sentences(path.read_text(encoding="utf-8"))
    ]
    assert len(texts) > 50
    assert [one for one in texts if scrub(one) != one] == []


@pytest.mark.parametrize(
    "text",
    [
        "client_secret: Zx81-abc", "client_secret:abcdefgh", "client_secret = abcdefgh it is",
        "password: correct horse", "refresh_token: abcdefghijklmnop is it", "token: secretword",
        "access_token: 12345678 was sent", "https://someone:hunter2@host/", "token:word and more",
    ],
)  # fmt: skip
def test_a_secret_after_a_name_is_still_masked(text):
    """What is no sentence is taken for a value."""
    assert MASK in scrub(text)


def test_each_new_secret_costs_the_same():
    """A process that lives long sees thousands of tokens; none waits for all earlier ones."""
    started = time.process_time()
    for number in range(1000):
        register(f"token/{number}+of a long life")
    assert scrub("It was token/7+of a long life.") == f"It was {MASK}."
    assert time.process_time() - started < 10
