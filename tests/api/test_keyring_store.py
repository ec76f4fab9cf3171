"""Tokens in the keyring: a stand-in keyring, since a build machine has none."""

import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from hootsuite_api.errors import ConfigError
from hootsuite_api.keyring_store import KeyringStore, open_store
from hootsuite_api.settings import parse
from hootsuite_api.token_store import TokenStore


class LockedKeyringError(Exception):
    """What the stand-in raises."""


@pytest.fixture
def keyring(monkeypatch):
    """A keyring in memory."""
    passwords = {}
    module = SimpleNamespace(
        errors=SimpleNamespace(KeyringError=LockedKeyringError),
        get_password=lambda service, name: passwords.get((service, name)),
        set_password=lambda service, name, text: passwords.update({(service, name): text}),
        passwords=passwords,
    )
    monkeypatch.setitem(sys.modules, "keyring", module)
    return module


def stored_in(value):
    wanted = {"auth_method": "access_token", "access_token": "t" * 9, "token_store": value}
    return open_store(parse(wanted).token_store, threading.Event())


def test_the_setting_chooses(keyring, tmp_path):
    """`keyring:NAME` is a keyring, all else a file."""
    assert isinstance(stored_in("keyring:acme"), KeyringStore)
    assert type(stored_in(str(tmp_path / "keyring:x" / "tokens.json"))) is TokenStore


def test_round_trip(keyring):
    """What one process writes another reads, and no file holds it."""
    with (first := stored_in("keyring:acme")).locked():
        first.write("key", {"access_token": "secret-value"})
    assert stored_in("keyring:acme").read("key") == {"access_token": "secret-value"}
    assert stored_in("keyring:other").read("key") is None
    files = [one for one in first._path.parent.rglob("*") if one.is_file()]
    assert all("secret-value" not in one.read_text() for one in files)


def test_damage_is_named(keyring):
    """As with a file."""
    keyring.passwords["meltano-hootsuite", "acme"] = "{"
    with pytest.raises(ConfigError, match="is damaged"):
        stored_in("keyring:acme").read("key")


def test_a_locked_keyring_is_a_clear_error(keyring):
    """No stack trace, no secret: what to do."""

    def locked(*_):
        raise LockedKeyringError("secret-value")

    keyring.set_password = locked
    with pytest.raises(ConfigError, match="Unlock it") as caught:
        stored_in("keyring:acme").write("key", {})
    assert "secret-value" not in str(caught.value)


def test_without_the_package(monkeypatch):
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match=r"meltano-hootsuite\[keyring\]"):
        stored_in("keyring:acme")


def test_a_path_in_a_keyring_name_is_a_file():
    """Names hold no separator, so nothing leaves the state folder."""
    wanted = {"auth_method": "access_token", "access_token": "t" * 9}
    settings = parse({**wanted, "token_store": "keyring:../x"})
    assert settings.token_store == Path("keyring:../x").absolute()
