"""`hootsuite login`: authorization code and PKCE (RFC 7636), in the user's browser (RFC 8252)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import sys
import threading
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import click

from hootsuite_api import HootsuiteClient, HootsuiteError, redact
from hootsuite_api.errors import AuthError, ConfigError
from hootsuite_api.registration import RegistrationRefused, register_client
from hootsuite_api.settings import parse
from hootsuite_cli.account import Account, account_options
from hootsuite_cli.console import say
from hootsuite_cli.saved_account import lasts, remember
from hootsuite_cli.signin import pages
from hootsuite_cli.signin.callback import AnotherSignIn, Listener, SignInRefused, read_answer
from hootsuite_cli.signin.loopback import free_port
from hootsuite_cli.signin.signed_in import Person, sign_in

_PORT = 8910
_ANALYTICS = "analytics:read"
_MISSING = {
    "client_id": "Say --client-id, or set HOOTSUITE_CLIENT_ID. Without an app, say --register",
    "client_secret": "Set HOOTSUITE_CLIENT_SECRET, or run at a terminal, which asks",
}
_STEPS = (
    "In Hootsuite's developer area, create an app.",
    "Register its redirect address: {redirect_uri}",
    "Note its client id and its client secret.",
    "Set HOOTSUITE_CLIENT_ID and HOOTSUITE_CLIENT_SECRET, or type them when you are asked.",
    "Sign in: hootsuite login",
)
_PASTES = 10
_NO_CODE = "invalid_grant"
_FORGOTTEN = (
    "Hootsuite may have forgotten the client that was registered: hootsuite login --register"
)
_PATH = re.compile(r"/[A-Za-z0-9/_.~-]*")


class _NoAnswer(SignInRefused):
    """What was pasted is something else; the right thing may still follow."""


@dataclass(frozen=True)
class Request:
    """One request for consent: its state and its PKCE pair are used once."""

    api_url: str
    client_id: str
    scope: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(64), repr=False)

    def url(self, redirect_uri: str) -> str:
        """The address of the consent page."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.scope,
            "state": self.state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self.api_url}/oauth2/auth?{urlencode(query, quote_via=quote)}"

    def __post_init__(self) -> None:
        redact.register(self.verifier)


@click.command()
@account_options
@click.option(
    "--scope",
    help="Scopes, separated by commas.  [default: offline; at a terminal you are asked whether "
    "analytics:read is to be added]",
)
@click.option("--port", type=int, help=f"Of the redirect address; 0: any.  [default: {_PORT}]")
@click.option("--path", default="/callback", show_default=True, help="Of the redirect address.")
@click.option("--redirect-uri", help="A registered https address; needs --no-browser.")
@click.option("--no-browser", is_flag=True, help="Print the address, take the pasted answer.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, 86_400),
    default=300.0,
    show_default=True,
    help="Seconds to wait for the browser.",
)
@click.option(
    "--register",
    is_flag=True,
    help="Register a client of your own in place of an app. May not be enabled for your plan.",
)
@click.option("--keyring", is_flag=True, help="Keep the tokens in the system's keyring.")
def login(
    account: Account, scope: str | None, *, register: bool, keyring: bool, **way: Any
) -> None:
    """Sign in with the browser and keep the tokens for the plugins and for these commands.

    The app must have the redirect address registered: http://localhost:8910/callback, unless
    --port and --path say otherwise. Without an app, --register registers this program as a client
    that has no secret; that may not be enabled for your plan. Exit codes: 0 signed in, 1 not.
    """
    settings = _complete(account, scope, register=register)
    register = register or not settings.get("client_id")
    if keyring:
        settings["token_store"] = f"keyring:{account.profile or 'default'}"
    address = _plan_way(way, "" if register else account.registered_address)
    if register:
        way["port"] = way["port"] if way["no_browser"] else free_port(way["port"])
        address = f"http://localhost:{way['port']}{way['path']}"
        settings["client_id"] = _register(settings, address)
    with HootsuiteClient.from_settings(settings) as client:
        request = Request(client.settings.api_url, client.settings.client_id, settings["scope"])
        lasts(client.settings)  # a store that is damaged must not be found out with tokens in hand
        if way["no_browser"]:
            person = _pasted(client, request, way)
        else:
            person = _browsed(client, request, way)
        remember(account.folder, client.settings, address)
    _tell(account, settings, person)


def _plan_way(way: dict[str, Any], registered: str) -> str:
    """Choose port and path: those that were registered with our client, unless others are said."""
    if registered and way["port"] is None:
        parts = urlsplit(registered)
        way["port"], way["path"] = parts.port, parts.path
    elif way["port"] is None:
        way["port"] = _PORT
    return registered


def _register(settings: Mapping[str, Any], redirect_uri: str) -> str:
    """Register a client; if it is refused, tell how to make an app."""
    try:
        return register_client(parse({**settings, "client_id": "-"}), redirect_uri)
    except RegistrationRefused:
        _say("Hootsuite does not register a client for you. Make an app once instead:")
        for number, step in enumerate(_STEPS, 1):
            _say(f"  {number}. {step.format(redirect_uri=redirect_uri)}")
        raise


def _complete(account: Account, scope: str | None, *, register: bool) -> dict[str, Any]:
    settings = account.sign_in_settings
    if register and account.given.get("client_id"):
        raise ConfigError(
            "A client_id is configured, and --register makes another one",
            advice="Take client_id out of the settings, or sign in without --register",
        )
    if register or (not settings.get("client_id") and _wants_registration()):
        settings = {
            n: one for n, one in settings.items() if n not in ("client_id", "client_secret")
        }
    else:
        _ask_for_client(settings, public=bool(account.registered_address))
    wanted = scope or settings.get("scope") or _usual_scope()
    settings["scope"] = " ".join(str(wanted).replace(",", " ").split())
    return settings


def _usual_scope() -> str:
    """Offer the scope of analytics to somebody who has named none."""
    if not _isatty():
        return "offline"
    _say("Figures of posts, profiles and ads need the scope analytics:read, and the paid add-on")
    _say("Advanced Analytics in your plan.")
    wanted = click.confirm("Ask for this scope, too", default=False, err=True)
    return f"offline {_ANALYTICS}" if wanted else "offline"


def _wants_registration() -> bool:
    """Offer to register a client to somebody who has configured none."""
    if not _isatty():
        return False
    _say("No app is configured. This program can register itself with Hootsuite in place of one;")
    _say("that may not be enabled for your plan.")
    return click.confirm("Register", default=True, err=True)


def _ask_for_client(settings: dict[str, Any], *, public: bool) -> None:
    """Ask for what is missing; a client that was registered here has no secret."""
    for name, hidden in (("client_id", False), ("client_secret", True)):
        if public and name == "client_secret":
            continue
        if not settings.get(name) and _isatty():
            label = name.replace("_", " ").capitalize()
            settings[name] = click.prompt(label, hide_input=hidden, err=True).strip()
        if not settings.get(name):
            raise ConfigError(f"The setting {name} is missing", advice=_MISSING[name])


def _browsed(client: HootsuiteClient, request: Request, way: Mapping[str, Any]) -> Person:
    if way["redirect_uri"]:
        raise ConfigError("A --redirect-uri needs --no-browser: nobody listens there")
    if not _PATH.fullmatch(way["path"]):
        raise ConfigError("The --path must be that of an address", advice="For example /callback")
    remedy = "" if client.settings.client_secret else _FORGOTTEN
    listener = Listener(way["port"], way["path"], request.state, _say, remedy=remedy)
    try:
        url = request.url(listener.redirect_uri)
        _say("Opening the browser. If nothing opens, go to:", "", url, "")
        # Aside: a browser in the foreground waits for the page that we have yet to answer.
        threading.Thread(target=_open, args=(url,), daemon=True).start()
        return _finish(client, request, listener, listener.wait(way["timeout"]))
    finally:
        listener.close()


def _open(url: str) -> None:
    if not webbrowser.open(url):
        _say("No browser here. From another machine, use: hootsuite login --no-browser")


def _finish(client: HootsuiteClient, request: Request, listener: Listener, code: str) -> Person:
    try:
        person = sign_in(client, code, listener.redirect_uri, request.verifier)
    except HootsuiteError as error:
        listener.show(pages.page(502, "Not signed in", str(error)))
        raise
    text = f"You are signed in as {person.name}. You may close this page."
    listener.show(pages.page(200, "Signed in", text))
    return person


def _pasted(client: HootsuiteClient, request: Request, way: Mapping[str, Any]) -> Person:
    redirect_uri = way["redirect_uri"] or f"http://localhost:{way['port'] or _PORT}{way['path']}"
    _say("Open this address in any browser and allow the app:", "", request.url(redirect_uri), "")
    if not client.settings.client_secret:
        _say(f"If the page says that the client is not known: {_FORGOTTEN}.")
    _say("The browser then shows a page that can't be reached. That is as it should be:")
    wrong: HootsuiteError | None = None
    for _ in range(_PASTES):
        if wrong is not None:
            _say(str(wrong))
        try:
            pasted = click.prompt("paste its address here", err=True).strip()
        except click.Abort:
            if wrong is None or _isatty():
                raise
            break  # the input has ended
        try:
            code = _pasted_code(pasted, redirect_uri, request)
            return _exchanged(client, request, code, redirect_uri)
        except (_NoAnswer, AnotherSignIn) as error:
            wrong = error
    raise wrong or _NoAnswer("Nothing was pasted")


def _exchanged(client: HootsuiteClient, request: Request, code: str, redirect_uri: str) -> Person:
    """Sign in with a pasted code, which may be cut off.

    Raises:
        _NoAnswer: The platform knows no such code.
    """
    try:
        return sign_in(client, code, redirect_uri, request.verifier)
    except AuthError as error:
        cause = error.__cause__
        if _NO_CODE not in (error.code, getattr(cause, "code", None)):
            raise
        raise _NoAnswer(
            "Hootsuite does not accept the code in what was pasted (invalid_grant)",
            advice="Was it cut off? Paste the whole address again, or open the page again for a "
            "new one",
        ) from error


def _pasted_code(pasted: str, redirect_uri: str, request: Request) -> str:
    """The code in a pasted address, or in its query alone.

    Raises:
        SignInRefused: There is none, with what was wrong.
    """
    whole = f"Paste the whole address of the page, from {redirect_uri}?..."
    try:
        parts = urlsplit(pasted)
    except ValueError as error:
        raise _NoAnswer("What was pasted is no address", advice=whole) from error
    query = parts.query
    if not parts.scheme:
        query = pasted.rpartition("?")[2]
    elif f"{parts.scheme}://{parts.netloc}{parts.path}" != redirect_uri.partition("?")[0]:
        happened = "The pasted address is not the one that Hootsuite sends back to"
        raise _NoAnswer(happened, advice=whole)
    names = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
    if "state" not in names:
        raise _NoAnswer("What was pasted is no answer of Hootsuite's", advice=whole)
    if not {"code", "error"} & {*names} or len({*names}) < len(names):
        raise _NoAnswer("What was pasted is cut off, or was pasted twice", advice=whole)
    return read_answer(query, request.state)


def _tell(account: Account, settings: Mapping[str, Any], person: Person) -> None:
    say(f"Signed in as {person.name} <{person.email}>, member {person.id}.")
    for organization in person.organizations:
        say(f"Organization: {organization.get('name') or '-'} ({organization['id']})")
    if not person.organizations:
        say("This member belongs to no organization.")
    if not person.lasting:
        _say("The scope offline was not granted: this sign-in ends within the hour.")
    name = f" --profile {account.profile}" if account.profile else ""
    _say("", f"Next: hootsuite check{name}. In tap-hootsuite and target-hootsuite set:")
    for setting in ("api_url", "client_id", "token_store"):
        if settings.get(setting):
            _say(f"  {setting}: {settings[setting]}")
    _say("  auth_method: refresh_token")
    if settings.get("client_secret"):
        _say("  client_secret: (that of the app)")


def _isatty() -> bool:
    return sys.stdin.isatty()


def _say(*lines: str) -> None:
    for line in lines:
        say(line, err=True)
