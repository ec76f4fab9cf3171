"""Signing in with a scripted browser against the sandbox's consent page."""

import json
import socket
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from hootsuite_api.settings import state_folder
from hootsuite_cli.signin import login

LOGIN = ("login", "--port", "0")


def exchanges(sandbox):
    return [one for one in sandbox.requests("create_token") if one["status"] is not None]


def test_a_sign_in_says_who_and_where(signed_in, sandbox, browser):
    """The person, the organizations and what to set in the plugins."""
    me = sandbox.ready["member_id"]
    organization = sandbox.ready["organization_id"]
    assert f"member {me}." in signed_in.stdout
    assert f"({organization})" in signed_in.stdout
    assert "auth_method: refresh_token" in signed_in.stderr
    browser.close()
    (page,) = browser.pages
    assert (page.status_code, "You are signed in as" in page.text) == (200, True)


def test_the_request_is_what_rfc_8252_and_pkce_ask_for(signed_in, browser):
    """State of 32 random bytes, S256, a redirect to loopback."""
    query = parse_qs(urlsplit(browser.opened[0]).query)
    assert query["response_type"] == ["code"]
    assert len(query["state"][0]) == 43
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["code_challenge"][0]) == 43
    assert query["scope"] == ["offline"]
    address = urlsplit(query["redirect_uri"][0])
    assert (address.scheme, address.hostname, address.path) == ("http", "localhost", "/callback")


def test_the_code_is_exchanged_once(signed_in, sandbox):
    """A second use would revoke everything."""
    assert len(exchanges(sandbox)) == 1


def test_two_sign_ins_share_no_secret(signed_in, browser, run):
    """State and challenge are new each time."""
    assert run(*LOGIN).exit_code == 0
    first, second = (parse_qs(urlsplit(one).query) for one in browser.opened)
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]


def test_nothing_secret_is_printed(signed_in, sandbox):
    """Neither tokens nor the client's secret nor the code."""
    stored = json.loads((state_folder() / "tokens.json").read_text())
    (chain,) = (one["chains"]["login"] for one in stored["entries"].values() if "chains" in one)
    for secret in (chain["access_token"], chain["refresh_token"], sandbox.ready["client_secret"]):
        assert secret
        assert secret not in signed_in.output


def test_scopes_are_asked_for(environment, browser, run):
    """Commas as in the documentation."""
    assert run(*LOGIN, "--scope", "offline,analytics:read").exit_code == 0
    assert parse_qs(urlsplit(browser.opened[0]).query)["scope"] == ["offline analytics:read"]


def test_a_sign_in_that_does_not_last_says_so(environment, browser, run):
    """Without offline there is no refresh token."""
    result = run(*LOGIN, "--scope", "analytics:read")
    assert result.exit_code == 0
    assert "ends within the hour" in result.stderr


def test_path_of_the_redirect_address(environment, browser, run):
    """The platform compares registered addresses, so the path can be chosen."""
    assert run(*LOGIN, "--path", "/auth/done").exit_code == 0
    assert (
        urlsplit(parse_qs(urlsplit(browser.opened[0]).query)["redirect_uri"][0]).path
        == "/auth/done"
    )


def refused(run, sandbox, says, *arguments):
    """Run a sign-in that must fail and leave nothing behind."""
    result = run(*LOGIN, *arguments)
    assert result.exit_code == 1
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert not (state_folder() / "account.json").exists()
    store = state_folder() / "tokens.json"
    assert not store.exists() or "access_token" not in store.read_text()
    return result


def test_wrong_state(environment, browser, consent, run, sandbox):
    """Refused in terminal and browser, and waited on; the code is not exchanged."""
    browser.consent = lambda url: consent(url).replace("state=", "state=x")
    result = refused(run, sandbox, "Nobody signed in within 1 seconds", "--timeout", "1")
    assert "another sign-in" in result.stderr
    browser.close()
    assert browser.pages[0].status_code == 400
    assert "state is wrong" in browser.pages[0].text
    assert exchanges(sandbox) == []


def test_a_stale_tab_does_not_end_the_sign_in(environment, browser, consent, run):
    """Its answer comes first; the answer of this sign-in still counts."""

    def stale_first(url):
        target = consent(url)
        stale = target.partition("?")[0] + "?error=access_denied&state=of-yesterday"
        assert requests.get(stale, timeout=10).status_code == 400
        return target

    browser.consent = stale_first
    result = run(*LOGIN)
    assert (result.exit_code, "another sign-in" in result.stderr) == (0, True)


def test_the_person_says_no(environment, browser, consent, run, sandbox):
    """The platform's own words are shown."""
    browser.consent = lambda url: consent(url, "deny")
    refused(run, sandbox, "access_denied: The member said no")
    browser.close()
    assert "access_denied" in browser.pages[0].text
    assert exchanges(sandbox) == []


def test_missing_code(environment, browser, consent, run, sandbox):
    """An answer without a code is no answer."""
    browser.consent = lambda url: consent(url).replace("code=", "cod=")
    refused(run, sandbox, "no authorization code")
    assert exchanges(sandbox) == []


def test_foreign_host(environment, browser, consent, run):
    """DNS rebinding gets a refusal; the person's own callback still counts."""
    seen = []

    def poke_first(url):
        target = consent(url)
        seen.append(requests.get(target, headers={"Host": "evil.example"}, timeout=10))
        return target

    browser.consent = poke_first
    result = run(*LOGIN)
    assert result.exit_code == 0
    assert seen[0].status_code == 403
    assert "foreign host header" in result.stderr.lower()


@pytest.mark.parametrize("expected", [("GET", 400), ("POST", 405)])
def test_a_request_with_a_body(expected, environment, browser, consent, run):
    """It is no callback, whatever its address; the sign-in goes on."""
    method, status = expected
    seen = []

    def poke_first(url):
        target = consent(url)
        seen.append(requests.request(method, target, data="x=1", timeout=10))
        return target

    browser.consent = poke_first
    assert run(*LOGIN).exit_code == 0
    assert seen[0].status_code == status


def test_a_second_callback(environment, browser, consent, run, sandbox):
    """While the first is being answered the second is refused; the code goes out once."""
    seen = []
    held = sandbox.hold("create_token")

    def twice(url):
        target = consent(url)
        browser.consent = lambda again: again
        browser.open(target)
        assert sandbox.wait_held(held)
        seen.append(requests.get(target, timeout=10))
        sandbox.release(held)

    browser.consent = twice
    assert run(*LOGIN).exit_code == 0
    assert (seen[0].status_code, len(exchanges(sandbox))) == (409, 1)


def test_nobody_comes(environment, browser, run, sandbox):
    """Time runs out with a clear message."""
    browser.consent = lambda _: None
    refused(run, sandbox, "within 0.1 seconds", "--timeout", "0.1")
    refused(run, sandbox, "check client_id, and that http://localhost:", "--timeout", "0.1")


def test_a_code_that_the_platform_refuses(environment, browser, consent, run, sandbox):
    """Both sides say that nobody is signed in, and why."""
    browser.consent = lambda url: consent(url).replace("code=", "code=x")
    refused(run, sandbox, "invalid_grant")
    browser.close()
    assert browser.pages[0].status_code == 502
    assert len(exchanges(sandbox)) == 1


def test_a_torn_exchange_is_not_repeated(environment, browser, run, sandbox):
    """A code is sent once even when its answer is lost: a second use would revoke everything."""
    sandbox.faults(operation="create_token", kind="close", when="after")
    refused(run, sandbox, "POST /oauth2/token")
    assert len(sandbox.requests("create_token")) == 1


def test_a_damaged_store_is_found_before_the_browser_opens(environment, browser, run, sandbox):
    """Tokens in hand that can't be stored would be lost."""
    state_folder().mkdir(parents=True)
    (state_folder() / "tokens.json").write_text("{")
    result = run(*LOGIN)
    assert (result.exit_code, browser.opened) == (1, [])
    assert "is damaged" in result.stderr


def test_somebody_else_signs_in(environment, browser, run, sandbox):
    """With member_id configured, another member's tokens are not kept."""
    environment.setenv("HOOTSUITE_MEMBER_ID", "1")
    refused(run, sandbox, "member_id is 1")


def test_without_client_secret(environment, browser, run):
    """The message names the setting; no browser opens."""
    environment.delenv("HOOTSUITE_CLIENT_SECRET")
    result = run(*LOGIN)
    assert (result.exit_code, browser.opened) == (1, [])
    assert "client_secret is missing" in result.stderr


def test_pasted(environment, hands, run):
    """Over SSH: the address is printed, the answer pasted."""
    result = run("login", "--no-browser")
    assert result.exit_code == 0
    assert "Signed in as" in result.stdout


def test_only_the_query_is_pasted(environment, hands, run):
    """Some terminals cut an address in two; its query is enough."""
    hands.change = lambda answer: urlsplit(answer).query
    assert run("login", "--no-browser").exit_code == 0


def test_at_a_terminal_a_wrong_paste_is_asked_for_again(environment, hands, run, monkeypatch):
    """The consent has been given; only the clipboard was wrong."""
    pastes = iter(["hello", "http://localhost:8910/other?state=x"])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(pastes, hands.pasted))
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    monkeypatch.setattr(login, "_isatty", lambda: True)
    result = run("login", "--no-browser")
    assert (result.exit_code, result.stderr.count("Paste the whole address")) == (0, 2)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "hello",
        lambda _: "http://[half",
        lambda one: one.replace("localhost", "evil.example"),
        lambda one: one.replace("state=", "state=x"),
        lambda one: one.partition("state=")[0] + "state=abc",
        lambda one: one.replace("code=", "nothing="),
        lambda one: one.replace("code=", "code=x"),
        lambda one: f"{one}&{urlsplit(one).query}",
    ],
)
@pytest.mark.parametrize("terminal", [True, False])
def test_any_wrong_paste_is_asked_for_again(  # noqa: PLR0917 - pytest's
    environment, hands, run, monkeypatch, spoil, terminal
):
    """With what was wrong, at a terminal or not; the right one still signs in."""
    pastes = iter([spoil, lambda one: one])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(pastes)(hands.pasted))
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    monkeypatch.setattr(login, "_isatty", lambda: terminal)
    result = run("login", "--no-browser")
    assert result.exit_code == 0, result.output
    assert any(word in result.stderr for word in ("pasted", "state is wrong"))


def test_an_input_that_ends_tells_what_was_wrong(environment, run):
    """Not only that it was aborted."""
    result = run("login", "--no-browser", input="hello\n")
    assert (result.exit_code, "Paste the whole address" in result.stderr) == (1, True)


@pytest.mark.parametrize("yes", [True, False])
def test_the_scope_of_analytics_is_offered(environment, browser, run, monkeypatch, yes):
    """At a terminal, and only if no scope is named; the word that it is paid for comes along."""
    asked = []
    monkeypatch.setattr(login, "_isatty", lambda: True)
    monkeypatch.setattr("click.confirm", lambda text, **_: asked.append(text) or yes)
    result = run(*LOGIN)
    assert result.exit_code == 0, result.output
    assert parse_qs(urlsplit(browser.opened[-1]).query)["scope"] == [
        "offline analytics:read" if yes else "offline"
    ]
    assert "paid add-on" in result.stderr
    assert run(*LOGIN, "--scope", "offline").exit_code == 0
    assert len(asked) == 1


def test_a_registered_https_address(environment, hands, run, sandbox):
    """The browser ends there; its address is pasted just as well."""
    address = "https://example.com/callback"
    assert run("login", "--no-browser", "--redirect-uri", address).exit_code == 0
    result = run("login", "--redirect-uri", address)
    assert (result.exit_code, "--no-browser" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda one: one.replace("state=", "state=x"), "state is wrong"),
        (lambda one: one.replace("localhost", "evil.example"), "not the one"),
        (lambda _: "hello", "Paste the whole address of the page, from http://localhost:8910/"),
        (lambda one: dict(parse_qsl(urlsplit(one).query))["code"], "Paste the whole address"),
    ],
)
def test_a_wrong_paste_is_refused(change, says, environment, hands, run):
    """The same rules as for the listener."""
    hands.change = change
    result = run("login", "--no-browser")
    assert result.exit_code == 1
    assert says in result.stderr


def test_no_browser_on_this_machine(environment, monkeypatch, browser, run):
    """The listener still waits, and the way out is named."""
    said = []

    def say(*lines):
        said.extend(lines)
        if "--no-browser" in lines[0]:  # who reads that opens the address by hand
            browser.open(next(one for one in said if one.startswith("http")))

    monkeypatch.setattr("webbrowser.open", lambda _: False)
    monkeypatch.setattr(login, "_say", say)
    assert run(*LOGIN).exit_code == 0
    assert any("hootsuite login --no-browser" in one for one in said)


def test_a_port_that_is_taken(environment, browser, run, sandbox):
    """Which one and what to do, before any browser opens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(run, sandbox, f"port {port} on this machine can't be used", "--port", port)
    assert browser.opened == []


def test_a_file_of_settings(settings, browser, run, tmp_path):
    """JSON as the plugins take it."""
    path = Path(tmp_path / "config.json")
    wanted = {**settings, "requests_per_second": 1000}
    path.write_text(json.dumps(wanted))
    assert run(*LOGIN, "--config", path).exit_code == 0
    assert Path(settings["token_store"]).exists()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "Say --client-id, or set HOOTSUITE_CLIENT_ID."),
        ({"HOOTSUITE_CLIENT_ID": "app"}, "Set HOOTSUITE_CLIENT_SECRET, or run at a terminal"),
    ],
)
def test_a_sign_in_without_an_app_says_what_to_give(given, says, run, monkeypatch):
    """How this command takes what is missing, not how a plugin's settings would."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    result = run(*LOGIN)
    assert result.exit_code == 1
    assert says in result.stderr
