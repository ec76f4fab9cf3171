"""What the tests of the commands share: a way to run them, and a scripted browser."""

import io
import json
import signal
import threading
import webbrowser

import pytest
import requests
from click.testing import CliRunner

from hootsuite_cli.main import main
from hootsuite_cli.signin import login
from target_hootsuite.target import HootsuiteTarget


@pytest.fixture(autouse=True)
def _no_waiting(no_retry_waits):
    """Repetitions come at once."""


@pytest.fixture
def run():
    """Run a command line; gives exit code, stdout and stderr."""

    def invoke(*arguments, **options):
        return CliRunner().invoke(main, [str(one) for one in arguments], **options)

    return invoke


@pytest.fixture
def environment(sandbox, monkeypatch):
    """The sandbox's app in the environment, and nothing else of ours."""
    monkeypatch.setenv("HOOTSUITE_API_URL", sandbox.url)
    monkeypatch.setenv("HOOTSUITE_CLIENT_ID", sandbox.ready["client_id"])
    monkeypatch.setenv("HOOTSUITE_CLIENT_SECRET", sandbox.ready["client_secret"])
    monkeypatch.setenv("HOOTSUITE_REQUESTS_PER_SECOND", "1000")
    return monkeypatch


class Browser:
    """Opens addresses as a person would who allows everything.

    Attributes:
        pages: What was shown, newest last.
        consent: Given the address of the consent page, returns that of the answer.
    """

    def __init__(self):
        self.pages = []
        self.opened = []
        self.consent = allow
        self._threads = []

    def open(self, url):
        self.opened.append(url)
        thread = threading.Thread(target=self._visit, args=(url,))
        self._threads.append(thread)
        thread.start()
        return True

    def _visit(self, url):
        target = self.consent(url)
        if target:
            self.pages.append(requests.get(target, timeout=20))

    def close(self):
        for thread in self._threads:
            thread.join()


def allow(url, decision="allow"):
    """Where the consent page's link leads."""
    answer = requests.get(f"{url}&decision={decision}", allow_redirects=False, timeout=10)
    return answer.headers["Location"]


@pytest.fixture
def browser(monkeypatch):
    """The browser that `hootsuite login` opens."""
    one = Browser()
    monkeypatch.setattr(webbrowser, "open", one.open)
    yield one
    one.close()


@pytest.fixture
def consent():
    """What happens on the consent page."""
    return allow


@pytest.fixture
def signed_in(environment, browser, run):
    """An account that has just signed in."""
    result = run("login", "--port", "0")
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def hands(monkeypatch):
    """Someone who opens the printed address elsewhere and pastes where it leads.

    Its `change` may spoil what is pasted.
    """

    class Hands:
        change = staticmethod(lambda answer: answer)
        pasted = ""

    original = login.Request.url

    def url(self, redirect_uri):
        address = original(self, redirect_uri)
        Hands.pasted = Hands.change(allow(address))
        return address

    monkeypatch.setattr(login.Request, "url", url)
    monkeypatch.setattr("click.prompt", lambda *_, **__: Hands.pasted)
    return Hands


@pytest.fixture
def write(settings, monkeypatch, capsys):
    """Give rows to the target; returns its exit code."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # the test process keeps its own

    def run_target(*rows):
        wanted = {name: value for name, value in settings.items() if name != "organization_id"}
        schema = {"type": "object", "properties": {}}
        lines = [
            {"type": "SCHEMA", "stream": "messages", "schema": schema, "key_properties": []},
            *({"type": "RECORD", "stream": "messages", "record": row} for row in rows),
        ]
        text = "\n".join(map(json.dumps, lines))
        code = HootsuiteTarget(config=wanted).run(io.StringIO(text))
        capsys.readouterr()
        return code

    return run_target


@pytest.fixture
def profile(sandbox):
    """A profile that can be posted to."""
    return next(
        one["id"]
        for one in sandbox.truth("social_profiles")
        if one["type"] == "FACEBOOKPAGE" and not one["isReauthRequired"]
    )


@pytest.fixture
def row(profile):
    """A function that makes a row of `messages`."""

    def make(key, **changes):
        return {
            "external_id": key,
            "text": f"Hello from {key}",
            "social_profile_ids": [profile],
            "scheduled_send_time": "2026-02-01T12:00:00Z",
        } | changes

    return make
