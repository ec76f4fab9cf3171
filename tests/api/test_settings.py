"""Wrong settings: one message each, that says which, why and what to do, without a secret."""

from __future__ import annotations

import os

import pytest

from hootsuite_api import HootsuiteClient
from hootsuite_api.errors import ConfigError
from hootsuite_api.settings import parse

GOOD = {
    "auth_method": "member_app",
    "client_id": "client",
    "client_secret": "very-secret-value",
    "member_id": "42",
}


def test_the_defaults_are_those_of_the_interface():
    """What isn't set has its documented value."""
    settings = parse(GOOD)
    assert settings.api_url == "https://platform.hootsuite.com"
    assert settings.requests_per_second == 20
    assert settings.daily_quota_percent == 90
    assert settings.max_concurrency == 16
    assert settings.request_timeout_seconds == 60
    assert settings.token_store.name == "tokens.json"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"auth_method": None}, "auth_method is missing"),
        ({"auth_method": "password"}, "auth_method is password"),
        ({"auth_method": 7}, "auth_method"),
        ({"client_id": None}, "client_id is missing"),
        ({"client_secret": ""}, "client_secret is missing"),
        ({"client_secret": "very secret value"}, "client_secret holds a blank"),
        ({"client_secret": "very-secret-value\n"}, "client_secret holds a blank"),
        ({"client_secret": 12345678}, "client_secret must be a text"),
        ({"member_id": None}, "member_id is missing"),
        ({"member_id": "me"}, "member_id must be an id"),
        ({"member_id": True}, "member_id must be an id"),
        ({"auth_method": "organization_app"}, "organization_id is missing"),
        ({"auth_method": "access_token"}, "access_token is missing"),
        ({"api_url": "platform.hootsuite.com"}, "api_url is not the address"),
        ({"api_url": "ftp://platform.hootsuite.com"}, "api_url is not the address"),
        ({"api_url": "https://"}, "api_url is not the address"),
        ({"api_url": "https://host:port"}, "api_url is not the address"),
        ({"api_url": "https://a b"}, "api_url is not the address"),
        ({"api_url": "https://user:very-secret-value@host"}, "api_url is not the address"),
        ({"api_url": "http://127.0.0.1@evil.example"}, "api_url is not the address"),
        ({"api_url": 5}, "api_url is not the address"),
        ({"api_url": "https://platform.hootsuite.com/v1"}, "api_url has a path"),
        ({"api_url": "http://platform.hootsuite.com"}, "api_url is plain http"),
        ({"api_url": "http://127.0.0.1.evil.example"}, "api_url is plain http"),
        ({"requests_per_second": 0}, "requests_per_second is 0"),
        ({"requests_per_second": 20.5}, "requests_per_second must be a whole number"),
        ({"requests_per_second": "20"}, "requests_per_second must be a whole number"),
        ({"requests_per_second": True}, "requests_per_second must be a whole number"),
        ({"daily_quota_percent": 101}, "daily_quota_percent is 101"),
        ({"max_concurrency": -1}, "max_concurrency is -1"),
        ({"request_timeout_seconds": 10**9}, "request_timeout_seconds"),
        ({"user_agent": "a\r\nX: y"}, "user_agent holds"),
        ({"token_store": 5}, "token_store must be the path"),
        ({"token_store": "/"}, "token_store names the folder"),
    ],
)
def test_a_wrong_setting_is_named(change, word):
    """The message names the setting; no secret is in it."""
    with pytest.raises(ConfigError, match=word) as caught:
        parse({**GOOD, **change})
    assert "very-secret" not in str(caught.value)
    assert "12345678" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8765",
        "http://localhost:8765/",
        "http://[::1]:8765",
        "https://platform.hootsuite.com",
        "https://example.com:8443/",
    ],
)
def test_good_addresses(url):
    """TLS anywhere, plain http on this machine."""
    assert parse({**GOOD, "api_url": url}).api_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://Platform.Hootsuite.COM", "https://platform.hootsuite.com"),
        ("https://platform.hootsuite.com:443/", "https://platform.hootsuite.com"),
        ("HTTPS://example.com:8443", "https://example.com:8443"),
        ("http://LocalHost:80", "http://localhost"),
        ("http://[::1]:80/", "http://[::1]"),
        ("https://@example.com:", "https://example.com"),
    ],
)
def test_one_server_has_one_address(url, same):
    """The store's key is the address: another spelling would send a spent refresh token again."""
    assert parse({**GOOD, "api_url": url}).api_url == same


def test_an_id_may_be_a_number():
    """YAML makes numbers of ids."""
    assert parse({**GOOD, "member_id": 42}).member_id == "42"


def test_a_representation_shows_no_secret():
    """Settings may end up in a traceback."""
    assert "very-secret-value" not in repr(parse(GOOD))


def test_a_store_in_a_place_that_is_no_folder(tmp_path):
    """The message names the folder and the setting that moves it."""
    (tmp_path / "file").write_text("")
    raw = {**GOOD, "token_store": str(tmp_path / "file" / "tokens.json")}
    with pytest.raises(ConfigError, match=r"can't be written.*token_store"):
        HootsuiteClient.from_settings(raw)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_store_in_a_folder_that_may_not_be_written(tmp_path):
    """As above, for permissions."""
    (tmp_path / "locked").mkdir(mode=0o500)
    raw = {**GOOD, "token_store": str(tmp_path / "locked" / "tokens.json")}
    with pytest.raises(ConfigError, match=r"can't be written.*token_store"):
        HootsuiteClient.from_settings(raw)


def test_accounts_are_told_apart():
    """Budget and store are kept per account."""
    accounts = {
        parse({**GOOD, **change}).account
        for change in (
            {},
            {"member_id": "43"},
            {"auth_method": "organization_app", "organization_id": "42"},
            {"auth_method": "access_token", "access_token": "abc", "member_id": ""},
            {"auth_method": "access_token", "access_token": "abd", "member_id": ""},
            {"auth_method": "refresh_token", "member_id": ""},
        )
    }
    assert len(accounts) == 6
