"""`hootsuite login --register`: a sign-in without an app, against the sandbox's registration."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from hootsuite_api import Call, HootsuiteClient
from hootsuite_api.registration import RegistrationRefused
from hootsuite_api.settings import state_folder
from hootsuite_cli.signin import login

STEPS = "In Hootsuite's developer area, create an app."


@pytest.fixture
def nobody(sandbox, monkeypatch):
    """A machine on which no app is configured."""
    monkeypatch.setenv("HOOTSUITE_API_URL", sandbox.url)
    monkeypatch.setenv("HOOTSUITE_REQUESTS_PER_SECOND", "1000")
    return monkeypatch


@pytest.fixture
def registering(nobody, sandbox):
    """The same, where the platform registers clients."""
    answer = requests.post(f"{sandbox.url}/oauth2/register", json={}, timeout=10)
    if answer.status_code in {404, 405}:
        pytest.skip("this sandbox registers no clients")
    return nobody


@pytest.fixture
def registered(registering, browser, run):
    """Somebody who has just registered and signed in."""
    result = run("login", "--register", "--port", "0")
    assert result.exit_code == 0, result.output
    return result


def remembered():
    return json.loads((state_folder() / "account.json").read_text())


def query_of(address):
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_a_client_is_registered_and_signs_in(registered, browser):
    """By PKCE, with the address that was registered, and nothing is said of a secret."""
    kept, query = remembered(), query_of(browser.opened[0])
    assert (query["client_id"], query["redirect_uri"]) == (kept["client_id"], kept["redirect_uri"])
    assert query["code_challenge_method"] == "S256"
    assert urlsplit(kept["redirect_uri"]).hostname == "localhost"
    assert "Signed in as" in registered.stdout
    assert "client_secret" not in registered.output


def test_the_other_commands_work_with_it(registered, run):
    """Without a client secret anywhere."""
    result = run("check", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["settings"]["problems"] == []


def test_its_tokens_are_renewed_by_the_plugins(registered, sandbox):
    """`client_id` in the body, and no Authorization header: there is no secret."""
    kept = remembered()
    config = {
        "api_url": sandbox.url,
        "auth_method": "refresh_token",
        "client_id": kept["client_id"],
        "token_store": kept["token_store"],
    }
    sandbox.advance(7200)
    path = state_folder() / "tokens.json"
    stored = json.loads(path.read_text())
    for entry in stored["entries"].values():
        for chain in entry.get("chains", {}).values():
            chain["renew_at"] = 0
    path.write_text(json.dumps(stored))
    before = len(sandbox.requests("create_token"))
    with HootsuiteClient.from_settings(config) as client:
        assert client.send(Call("get_me")).data["id"] == sandbox.ready["member_id"]
    (renewal,) = sandbox.requests("create_token")[before:]
    assert renewal["status"] == 200


def test_the_next_sign_in_uses_the_same_client_and_port(registered, browser, run):
    """Nothing is registered a second time, and no secret is asked for."""
    first = remembered()
    result = run("login")
    assert result.exit_code == 0, result.output
    assert remembered() == first
    assert query_of(browser.opened[1])["redirect_uri"] == first["redirect_uri"]


def test_a_client_that_the_platform_forgot_has_a_way_back(registered, sandbox, run, browser):
    """Every command names it, none speaks of a secret, and it works without a sign-out."""
    sandbox.reset()
    for command in (("check",), ("check", "--json")):
        result = run(*command)
        assert result.exit_code == 1
        assert "hootsuite login --register" in result.output
        assert "Check client_id and client_secret" not in result.output
    again = run("login", "--register", "--port", "0")
    assert again.exit_code == 0, again.output
    checked = run("check")
    assert checked.exit_code == 0, checked.output
    assert "client_secret" not in checked.output


def test_a_sign_in_with_a_forgotten_client_names_the_way_back(registered, sandbox, run, browser):
    """The page shows an error and nobody comes back: the end says what helps."""
    sandbox.reset()
    browser.consent = lambda _: None
    result = run("login", "--timeout", "0.1")
    assert (result.exit_code, "hootsuite login --register" in result.stderr) == (1, True)
    result = run("login", "--no-browser", input="")
    assert "hootsuite login --register" in result.stderr


def test_a_sign_out_forgets_it(registered, run):
    """The next sign-in needs a client again."""
    assert run("logout").exit_code == 0
    result = run("login")
    assert (result.exit_code, "--register" in result.stderr) == (1, True)


def test_without_a_browser(registering, hands, run):
    """The pasted address serves a registered client as well."""
    result = run("login", "--register", "--no-browser")
    assert result.exit_code == 0, result.output
    assert remembered()["redirect_uri"] == "http://localhost:8910/callback"


@pytest.mark.parametrize("answer", [True, False])
def test_a_refusal_shows_the_way_to_an_app(answer, nobody, run, browser):
    """Five steps with the redirect address, and nothing is kept."""

    def refuse(*_):
        raise RegistrationRefused("Hootsuite registers no client (access_denied)")

    nobody.setattr(login, "register_client", refuse)
    nobody.setattr(login, "_isatty", lambda: answer)
    nobody.setattr("click.confirm", lambda *_, **__: False)
    result = run("login", "--register", "--port", "0")
    assert result.exit_code == 1
    for word in (STEPS, "http://localhost:", "5. Sign in: hootsuite login", "access_denied"):
        assert word in result.stderr
    assert "Traceback" not in result.output
    assert browser.opened == []
    assert not (state_folder() / "account.json").exists()


def test_an_app_that_is_configured(environment, run):
    """Two clients would be one too many."""
    result = run("login", "--register")
    assert (result.exit_code, "client_id is configured" in result.stderr) == (1, True)


def test_it_is_offered_when_nothing_is_configured(registering, browser, run, monkeypatch):
    """At a terminal, with the word that it may not be enabled."""
    said = []
    monkeypatch.setattr(login, "_isatty", lambda: True)
    monkeypatch.setattr("click.confirm", lambda text, **_: said.append(text) or True)
    result = run("login", "--port", "0")
    assert (result.exit_code, said[:1], len(said)) == (0, ["Register"], 2), result.output
    assert "may not be enabled for your plan" in result.stderr
