"""Where the commands take their settings from."""

import json

import pytest

from hootsuite_api.errors import ConfigError
from hootsuite_api.settings import parse
from hootsuite_cli.account import read
from hootsuite_cli.saved_account import remember


def test_flags_before_environment_before_files(tmp_path, monkeypatch):
    """The nearer to the fingers, the stronger."""
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    first.write_text(json.dumps({"client_id": "file-1", "scope": "file-1", "member_id": "1"}))
    second.write_text(json.dumps({"scope": "file-2"}))
    monkeypatch.setenv("HOOTSUITE_CLIENT_ID", "environment")
    account = read("", (first, second), {"client_id": "flag", "api_url": None})
    assert account.given == {"client_id": "flag", "scope": "file-2", "member_id": "1"}
    assert read("", (first,), {}).given["client_id"] == "environment"


def test_a_dotenv_file(tmp_path):
    """One .env for Meltano and for the commands; our own names win; other names are left alone."""
    path = tmp_path / ".env"
    path.write_text(
        "TAP_HOOTSUITE_CLIENT_ID=tap\nHOOTSUITE_CLIENT_ID='mine # one'\nOTHER_CLIENT_ID=x\n"
        "TARGET_HOOTSUITE_SETTLE_SECONDS=5\nTAP_HOOTSUITE_TRACK_DELETIONS=false\n"
        'TAP_HOOTSUITE_ORGANIZATION_IDS=["1","2"]\nHOOTSUITE_CLIENT_SECRET=a$b${c}\n'
    )
    assert read("", (path,), {}).given == {
        "client_id": "mine # one",
        "settle_seconds": 5,
        "track_deletions": False,
        "organization_ids": ["1", "2"],
        "client_secret": "a$b${c}",
    }


def test_ids_stay_text(monkeypatch):
    """Only settings that are numbers become numbers."""
    monkeypatch.setenv("HOOTSUITE_MEMBER_ID", "1000001")
    monkeypatch.setenv("HOOTSUITE_REQUESTS_PER_SECOND", "5")
    given = read("", (), {}).given
    assert (given["member_id"], given["requests_per_second"]) == ("1000001", 5)


@pytest.mark.parametrize(
    ("settings", "method"),
    [
        ({"member_id": "1"}, "member_app"),
        ({"organization_id": "1"}, "organization_app"),
        ({"access_token": "t"}, "access_token"),
        ({"refresh_token": "t", "member_id": "1"}, "refresh_token"),
        ({"member_id": "1", "auth_method": "refresh_token"}, "refresh_token"),
    ],
)
def test_the_method_follows_from_what_is_given(settings, method, tmp_path):
    """Nobody has to name it."""
    path = tmp_path / "c.json"
    path.write_text(json.dumps(settings))
    assert read("", (path,), {}).settings["auth_method"] == method


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("c.json", "{secret-value", "is not JSON"),
        ("c.json", '["secret-value"]', "holds no settings"),
        ("c.json", b"\xff\xfe\x00", "not text in UTF-8"),
        ("missing.json", None, "can't be read"),
    ],
)
def test_a_file_that_is_none(name, content, says, tmp_path):
    """The file is named, its content is not shown."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError, match=says) as caught:
        read("", (path,), {})
    assert "secret-value" not in str(caught.value)


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "x" * 80, "a b"])
def test_a_profile_name_is_no_path(name):
    """Profiles stay in their folder."""
    with pytest.raises(ConfigError, match="letters, digits"):
        read(name, (), {})


def keep(api_url):
    """Leave behind what a sign-in leaves."""
    wanted = {"auth_method": "refresh_token", "client_id": "c", "client_secret": "s-ecret"}
    remember(read("", (), {}).folder, parse({**wanted, "api_url": api_url}))


def test_what_a_sign_in_remembered_is_not_mixed_with_another_account(tmp_path, monkeypatch):
    """Settings of a member app have nothing to do with the sign-in."""
    keep("https://a.example")
    monkeypatch.setenv("HOOTSUITE_MEMBER_ID", "1")
    settings = read("", (), {}).settings
    assert settings["auth_method"] == "member_app"
    assert "client_secret" not in settings
    assert "api_url" not in settings
    monkeypatch.delenv("HOOTSUITE_MEMBER_ID")
    assert read("", (), {}).settings["client_secret"] == "s-ecret"


def test_damaged_memory_is_named(tmp_path):
    """With the way out."""
    keep("https://a.example")
    (read("", (), {}).folder / "account.json").write_text("{")
    with pytest.raises(ConfigError, match="hootsuite login"):
        read("", (), {})
