"""What a sign-in leaves behind: tokens and settings, who finds them, and how they go again."""

import json
import stat
import sys
from types import SimpleNamespace

import pytest

from hootsuite_api import Call, HootsuiteClient
from hootsuite_api.errors import SignInNeeded
from hootsuite_api.settings import state_folder
from hootsuite_cli.account import read
from hootsuite_cli.saved_account import secret_of

LOGIN = ("login", "--port", "0")


def test_the_plugins_find_the_tokens(signed_in, settings):
    """The same client with auth_method refresh_token needs nothing else, for long."""
    store = str(state_folder() / "tokens.json")
    wanted = {name: settings[name] for name in ("api_url", "client_id", "client_secret")}
    wanted |= {"auth_method": "refresh_token", "token_store": store, "requests_per_second": 1000}
    with HootsuiteClient.from_settings(wanted) as client:
        assert client.send(Call("get_me")).data["id"] == settings["member_id"]


def test_a_nightly_run_as_the_same_member_leaves_the_sign_in(environment, browser, run, tmp_path):
    """With one configuration file for both: `member_app` reads, the person stays signed in."""
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"auth_method": "member_app", "member_id": "1000001"}))
    assert run(*LOGIN, "--config", path).exit_code == 0
    as_app = run("check", "--json", "--config", path)
    assert as_app.exit_code == 0, as_app.output
    environment.delenv("HOOTSUITE_CLIENT_ID")
    as_person = run("check", "--json")
    assert as_person.exit_code == 0, as_person.output
    (entry,) = (
        one
        for key, one in json.loads((state_folder() / "tokens.json").read_text())["entries"].items()
        if key.endswith(" member:1000001")
    )
    assert entry["chains"]["login"]["refresh_token"]


def test_the_files_are_private(signed_in):
    """Tokens and the client's secret: readable by their owner only."""
    for name in ("tokens.json", "account.json"):
        assert stat.S_IMODE((state_folder() / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(state_folder().stat().st_mode) == 0o700


def test_profiles_keep_accounts_apart(signed_in, run):
    """Each profile has a folder of its own; signing out of one leaves the other."""
    assert run(*LOGIN, "--profile", "acme").exit_code == 0
    assert (state_folder() / "profiles" / "acme" / "tokens.json").exists()
    assert "Signed out" in run("logout", "--profile", "acme").stdout
    assert read("acme", (), {}).remembered == {}
    acme = state_folder() / "profiles" / "acme"
    left = "".join(one.read_text() for one in acme.iterdir())
    assert "sandbox-secret" not in left
    assert "access_token" not in left
    assert read("", (), {}).remembered["client_id"]


def test_a_sign_in_is_remembered(signed_in, environment, run):
    """The next command needs no settings."""
    for name in ("API_URL", "CLIENT_ID", "CLIENT_SECRET"):
        environment.delenv(f"HOOTSUITE_{name}")
    account = read("", (), {}).settings
    with HootsuiteClient.from_settings({**account, "requests_per_second": 1000}) as client:
        assert client.send(Call("get_me")).data["id"]


def test_a_remembered_secret_does_not_go_to_another_address(signed_in, environment):
    """Other settings mean another account: nothing of the sign-in is mixed in."""
    assert secret_of(read("", (), {}).remembered)
    environment.delenv("HOOTSUITE_CLIENT_SECRET")
    other = read("", (), {"api_url": "https://other.example"})
    assert "client_secret" not in other.sign_in_settings


def test_signing_out_forgets(signed_in, run, settings):
    """The store has no token left; the next run says what to do."""
    store = state_folder() / "tokens.json"
    secret = json.loads(store.read_text())["entries"]
    assert "refresh_token" in json.dumps(secret)
    assert run("logout").stdout == "Signed out.\n"
    assert "access_token" not in store.read_text()
    assert not (state_folder() / "account.json").exists()
    assert run("logout").stdout == "Nobody is signed in.\n"
    wanted = {
        **settings,
        "auth_method": "refresh_token",
        "token_store": str(store),
        "member_id": "",
    }
    with (
        HootsuiteClient.from_settings(wanted) as client,
        pytest.raises(SignInNeeded, match="Sign in again: hootsuite login"),
    ):
        client.send(Call("get_me"))


def test_the_keyring_keeps_tokens_and_secret(environment, browser, run, monkeypatch, sandbox):
    """With --keyring no file holds a token or the client's secret, and check finds them."""
    passwords = {}
    keyring = SimpleNamespace(
        errors=SimpleNamespace(KeyringError=OSError),
        get_password=lambda *name: passwords.get(name),
        set_password=lambda service, name, text: passwords.update({(service, name): text}),
    )
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    assert run(*LOGIN, "--keyring").exit_code == 0
    files = [one for one in state_folder().rglob("*") if one.is_file()]
    for secret in ("access_token", sandbox.ready["client_secret"]):
        assert all(secret.encode() not in one.read_bytes() for one in files)
    environment.delenv("HOOTSUITE_CLIENT_SECRET")
    assert run("check").exit_code == 0
